"""What the gateway says is paid and unverified, matched with our purchases.

This finds what no other question can: an order was taken, its answer was lost, and somebody has paid under an
authority that we never heard of. The callback URL that came with the order says which purchase it is for.
"""

import re

from sqlalchemy import select

from functions.payments import breaker
from functions.payments.allowance import Allowance
from functions.payments.gateways.base import Gateway, Report, Unverified, Waiting
from functions.payments.settlement import LEASE, confirm, told
from functions.payments.states import AT_NO_BANK, CLAIMABLE, Because, move, record
from zimmer import clock
from zimmer.db import Session, committed, database
from zimmer.models import Payment, PaymentEvent, PaymentStatus
from zimmer.observability import logger
from zimmer.settings import get_settings

CALLS_FOR_ONE = 1  # the list says that there is money: a verify is enough
PAID_ELSEWHERE = "paid-under-another-authority"

S = PaymentStatus


def settle_unverified(gateway: Gateway, allowance: Allowance, *, actor: str) -> int:
    """Verify what customers have paid and nobody has verified. Returns how many were asked about."""
    if not allowance.covers(1 + CALLS_FOR_ONE):
        return 0
    answer = gateway.unverified()
    allowance.use([answer.report])
    breaker.sweep_was_answered(answer)
    if not isinstance(answer, Unverified):
        return 0
    known = _known(answer)
    asked = 0
    for waiting in answer.payments:
        if not allowance.covers(CALLS_FOR_ONE):
            break
        asked += _settle_or_log(waiting, known, gateway, allowance, answer.report, actor=actor)
    return asked


def transaction_of(callback_url: str) -> str | None:
    """The purchase that a callback URL of ours belongs to; None for anybody else's."""
    ours = re.escape(f"{get_settings().api_base_url}/api/payments/zarinpal/callback")
    found = re.fullmatch(ours + r"(?:/|\?payment_id=)([A-Za-z0-9_-]{1,64})", callback_url)
    return found[1] if found else None


def adopt(session: Session, waiting: Waiting, report: Report, *, actor: str) -> int | None:
    """Give a purchase that waits for the gateway's answer the authority it was paid under.

    Returns its id when it may be verified now. Another amount goes to review; money for a purchase that has
    another authority is an alarm, since the gateway gives it back unless a person decides otherwise.
    """
    transaction_id = transaction_of(waiting.callback_url)
    if transaction_id is None:
        logger().info("unverified.of-another-shop")
        return None
    payment = session.scalars(
        select(Payment).where(Payment.transaction_id == transaction_id).with_for_update(key_share=True)
    ).first()
    if payment is None:
        logger().error("unverified.no-such-purchase", transaction_id=transaction_id)
        return None
    now = clock.now()
    if payment.status not in AT_NO_BANK:
        _alarm(session, payment, waiting, actor=actor)
        return None
    if payment.lease_until and payment.lease_until > now:
        return None  # whoever asked the gateway may be about to keep this very answer
    because = told("found-unverified", actor, report)
    facts = {"authority": waiting.authority, "lease_until": None}
    if waiting.amount != payment.amount:
        move(session, payment, S.REVIEW, because, next_check_at=None, **facts)
        logger().error("payment.review", payment_id=payment.id, unverified_amount=waiting.amount)
        return None
    move(session, payment, S.PENDING, because, next_check_at=now + LEASE, **facts)
    return payment.id


def _settle_or_log(
    waiting: Waiting,
    known: dict[str, int | None],
    gateway: Gateway,
    allowance: Allowance,
    report: Report,
    *,
    actor: str,
) -> int:
    """One that cannot be settled must not keep the others waiting. Returns 1 when it was asked about."""
    try:
        payment_id = known[waiting.authority] if waiting.authority in known else _adopted(waiting, report, actor)
        outcome = confirm(payment_id, gateway, actor=actor) if payment_id else None
    except Exception:
        logger().exception("unverified.failed")
        return 0
    if outcome is None:
        return 0
    allowance.use([outcome.report])
    return 1


def _known(answer: Unverified) -> dict[str, int | None]:
    """Our purchases among them by authority; None where there is nothing to ask any more."""
    authorities = [waiting.authority for waiting in answer.payments]
    rows = (
        database()
        .read()
        .rows(select(Payment.id, Payment.authority, Payment.status).where(Payment.authority.in_(authorities)))
    )
    return {row.authority: row.id if row.status in CLAIMABLE else None for row in rows}


def _adopted(waiting: Waiting, report: Report, actor: str) -> int | None:
    with committed() as session:
        return adopt(session, waiting, report, actor=actor)


def _alarm(session: Session, payment: Payment, waiting: Waiting, *, actor: str) -> None:
    """Somebody has to look, as often as the gateway says so; the purchase's story tells it once."""
    logger().error("unverified.another-authority", payment_id=payment.id, status=payment.status)
    before = select(PaymentEvent.seq).where(PaymentEvent.payment_id == payment.id, PaymentEvent.cause == PAID_ELSEWHERE)
    if session.scalar(before.limit(1)) is None:
        detail = {"authority": waiting.authority, "amount": waiting.amount}
        record(session, payment, Because(PAID_ELSEWHERE, actor, detail=detail))
