"""Deleting an account: the person goes, what was paid and spent stays.

Of the person nothing is left that says who it was. Payments, ledger entries and tickets keep their number. What
is paid at the bank later is not credited: the purchase goes under review (`functions.payments.settlement`).
"""

from collections.abc import Sequence

from sqlalchemy import Select, delete, func, select, update

from functions.auth import proving
from functions.auth.account_schemas import Leaving
from zimmer import clock
from zimmer.auth import passwords, sign_ins
from zimmer.auth.dependencies import Person
from zimmer.db import AtomicSession, ReadSession, Session, committed
from zimmer.errors import TokensWouldBeLost
from zimmer.models import (
    Delivery,
    DeliveryState,
    Hold,
    HoldState,
    Notification,
    OneTimeToken,
    Payment,
    PaymentStatus,
    RecoveryCode,
    RevokedBecause,
    SignIn,
    User,
    UserAutomation,
    UserAutomationStatus,
)
from zimmer.notifications import FORGOTTEN, Kind, Notice, notify
from zimmer.observability import logger

UNSEEN = {"synchronize_session": False}  # the session holds none of these rows
NAME_AFTERWARDS = "حساب حذف‌شده"


def delete_account(reader: ReadSession, writer: AtomicSession, person: Person, form: Leaving) -> None:
    """Delete a customer's account for good.

    Raises PasswordWrong, TooManyRequests, and TokensWouldBeLost unless `form.tokens_lost` is what is there.
    """
    proven = proving.by_password(reader, writer, person, form.password)
    with committed() as session:
        # The copies before the person, in the order in which a use of tokens locks them.
        copies = session.scalars(_own_copies(person.id)).all()
        user = proving.locked(session, person, proven=proven)
        tokens = _tokens_of(session, copies, user.id)
        if tokens != form.tokens_lost:
            raise TokensWouldBeLost(tokens=tokens)
        notify(session, Notice(user.id, Kind.ACCOUNT_DELETED, str(user.id), {"tokens": tokens}))
        _empty(copies)
        _forget(session, user)
        session.execute(sign_ins.end_all(of=user.id, because=RevokedBecause.DELETED), execution_options=UNSEEN)
        places = update(SignIn).where(SignIn.user_id == user.id).values(ip=None, user_agent=None)
        session.execute(places, execution_options=UNSEEN)
    logger().info("account.deleted", user_id=user.id, tokens=tokens)


def _own_copies(user_id: int) -> Select[UserAutomation]:
    return (
        select(UserAutomation)
        .where(UserAutomation.user_id == user_id)
        .order_by(UserAutomation.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _tokens_of(session: Session, copies: Sequence[UserAutomation], user_id: int) -> int:
    """What would be lost: balances, what runs have set aside, and what is paid and will be credited any moment."""
    held = select(func.coalesce(func.sum(Hold.units), 0)).where(
        Hold.user_automation_id.in_([copy.id for copy in copies]), Hold.state == HoldState.OPEN
    )
    coming = select(func.coalesce(func.sum(Payment.tokens_purchased), 0)).where(
        Payment.user_id == user_id, Payment.status == PaymentStatus.VERIFIED
    )
    balances = sum(copy.tokens_remaining + copy.demo_tokens for copy in copies)
    return balances + int(session.scalar(held) or 0) + int(session.scalar(coming) or 0)


def _empty(copies: Sequence[UserAutomation]) -> None:
    """Automations stop working for somebody who is gone; the balances stand as the entries left them."""
    for copy in copies:
        copy.status = UserAutomationStatus.REMOVED
        copy.telegram_bot_token = copy.bot_username = copy.bot_last4 = copy.bot_index = copy.bot_checked_at = None
        copy.display_name = None


def _forget(session: Session, user: User) -> None:
    """Take out of the row, and out of what was sent and told, what says who it was."""
    user.name = NAME_AFTERWARDS
    user.email = f"deleted-{user.id}@deleted.invalid"  # a domain that never exists (RFC 2606): nobody signs in with it
    user.phone_number = user.twofa_secret = user.twofa_pending = user.twofa_last_step = user.email_verified_at = None
    user.twofa_enabled = user.is_active = False
    user.password_hash = passwords.NO_PASSWORD
    user.deleted_at = clock.now()
    user.token_version += 1
    session.flush()
    for belongings in (Notification, OneTimeToken, RecoveryCode):
        session.execute(delete(belongings).where(belongings.user_id == user.id), execution_options=UNSEEN)
    over = Delivery.state.in_((DeliveryState.SENT, DeliveryState.FAILED))  # the others when they are sent
    session.execute(
        update(Delivery).where(Delivery.user_id == user.id, over).values(address=FORGOTTEN, data={}, sealed=None),
        execution_options=UNSEEN,
    )
