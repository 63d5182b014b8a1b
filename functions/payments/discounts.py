"""Discount codes: offered in a quote, reserved when a purchase is opened, confirmed when it is credited, released
when it came to nothing.

The caps are counted under the code's own lock, so that the last use is given away once. A reservation that was
released and whose purchase is paid after all is confirmed all the same: the price was promised.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from functions.payments.pricing import Discount
from zimmer import clock
from zimmer.db import Session
from zimmer.errors import DiscountRefused
from zimmer.models import DiscountCode, DiscountRedemption, Payment, PaymentStatus, RedemptionState

MOST_RELEASED = 500
KEPT_LONGER = timedelta(minutes=5)  # than the purchase can be paid: its callback may be on the way

S = PaymentStatus
CAME_TO_NOTHING = frozenset({S.INIT_UNKNOWN, S.REJECTED, S.NOT_PAID, S.EXPIRED, S.CLOSED, S.REVERSED})
STANDS = (RedemptionState.RESERVED, RedemptionState.CONFIRMED)


def offered(session: Session, code: str, *, automation_id: int, user_id: int, besides: int | None = None) -> Discount:
    """What a code would take off now. Nothing is reserved. Raises DiscountRefused with the reason.

    `besides` is a purchase that has its use already and asks again.
    """
    found = session.scalars(select(DiscountCode).where(DiscountCode.code == code)).first()
    usable = _usable(session, found, automation_id=automation_id, user_id=user_id, besides=besides)
    return Discount(usable.code, usable.percent)


def reserve(session: Session, payment: Payment) -> None:
    """Keep one use of the payment's code for it, if it has one. Locks the code. Raises DiscountRefused.

    Whoever asks again for a purchase keeps their use, or gets one anew if it was released meanwhile.
    """
    if payment.discount_code is None:
        return
    query = select(DiscountCode).where(DiscountCode.code == payment.discount_code)
    found = session.scalars(
        query.with_for_update(key_share=True), execution_options={"populate_existing": True}
    ).first()
    code = _usable(session, found, automation_id=payment.automation_id, user_id=payment.user_id, besides=payment.id)
    _release(session, DiscountRedemption.discount_id == code.id, Payment.user_id == payment.user_id)
    until = payment.expires_at + KEPT_LONGER
    facts = {"state": RedemptionState.RESERVED, "reserved_until": until, "at": clock.now()}
    mine = {"discount_id": code.id, "payment_id": payment.id, "user_id": payment.user_id}
    statement = upsert(DiscountRedemption).values(**mine, **facts)
    session.execute(statement.on_conflict_do_update(index_elements=[DiscountRedemption.payment_id], set_=facts))


def release_expired(session: Session) -> int:
    """Give back the uses of purchases that can no longer be paid. Returns how many."""
    return _release(session, DiscountRedemption.reserved_until < clock.now())


def _usable(
    session: Session, code: DiscountCode | None, *, automation_id: int, user_id: int, besides: int | None
) -> DiscountCode:
    now = clock.now()
    if code is None or not code.is_active:
        raise DiscountRefused("unknown")
    if code.automation_id not in (None, automation_id):
        raise DiscountRefused("other-automation")
    if code.starts_at and now < code.starts_at:
        raise DiscountRefused("not-yet")
    if code.ends_at and now >= code.ends_at:
        raise DiscountRefused("ended")
    uses, own_uses = _uses(session, code, user_id, besides)
    if code.max_uses_per_user is not None and own_uses >= code.max_uses_per_user:
        raise DiscountRefused("used-by-you")
    if code.max_uses is not None and uses >= code.max_uses:
        raise DiscountRefused("used-up")
    return code


def _uses(session: Session, code: DiscountCode, user_id: int, besides: int | None) -> tuple[int, int]:
    """How often the code is used or about to be, in all and by one customer.

    What came to nothing is given back to its own customer at once, and to others when it can no longer be paid.
    """
    own = DiscountRedemption.user_id == user_id
    given_back = own & (DiscountRedemption.state == RedemptionState.RESERVED) & Payment.status.in_(CAME_TO_NOTHING)
    query = (
        select(func.count(), func.count().filter(own))
        .join(Payment, Payment.id == DiscountRedemption.payment_id)
        .where(DiscountRedemption.discount_id == code.id, DiscountRedemption.state.in_(STANDS), ~given_back)
    )
    if besides is not None:
        query = query.where(DiscountRedemption.payment_id != besides)
    uses, own_uses = session.execute(query).one()
    return uses, own_uses


def _release(session: Session, *which: ColumnElement[bool]) -> int:
    over = (
        select(DiscountRedemption.id)
        .join(Payment, Payment.id == DiscountRedemption.payment_id)
        .where(DiscountRedemption.state == RedemptionState.RESERVED, Payment.status.in_(CAME_TO_NOTHING), *which)
        .order_by(DiscountRedemption.id)
        .limit(MOST_RELEASED)
        .with_for_update(of=DiscountRedemption, skip_locked=True)
    )
    released = session.scalars(
        update(DiscountRedemption)
        .where(DiscountRedemption.id.in_(over.cte("over").select()))
        .values(state=RedemptionState.RELEASED)
        .returning(DiscountRedemption.id)
    )
    return len(released.all())
