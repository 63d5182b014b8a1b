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
from zimmer.db import AtomicSession, Session, committed, together
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


def delete_account(writer: AtomicSession, person: Person, form: Leaving) -> None:
    """Delete a customer's account for good.

    Raises PasswordWrong, TooManyRequests, and TokensWouldBeLost unless `form.tokens_lost` is what is there.
    """
    with proving.by_password(writer, person, form.password) as proven, committed() as session:
        # Asked together, and locked in this order: the copies before the person, as a use of tokens locks them.
        asked_copies = session.scalars(_own_copies(person.id))
        asked_user = proving.lock(session, person)
        [[held]], [[coming]] = together(session, _held_of(person.id), _coming_to(person.id))
        copies, user = asked_copies.all(), proving.still_theirs(session, asked_user.one(), proven=proven)
        tokens = sum(copy.tokens_remaining + copy.demo_tokens for copy in copies) + int(held) + int(coming)
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


def _held_of(user_id: int) -> Select[int]:
    """What runs have set aside, which would be lost with the balances."""
    return (
        select(func.coalesce(func.sum(Hold.units), 0))
        .join(UserAutomation, UserAutomation.id == Hold.user_automation_id)
        .where(UserAutomation.user_id == user_id, Hold.state == HoldState.OPEN)
    )


def _coming_to(user_id: int) -> Select[int]:
    """What is paid and will be credited any moment."""
    return select(func.coalesce(func.sum(Payment.tokens_purchased), 0)).where(
        Payment.user_id == user_id, Payment.status == PaymentStatus.VERIFIED
    )


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
