"""Refunds that are paid outside the gateway: the books say what is owed, and when it was paid.

What of the purchase is unused is taken back when the refund is opened, so that nobody can spend what is being paid
back. The amount is the unused share, rounded down to a whole toman.
"""

from functions.payments import returns
from functions.payments.states import Because, locked, move
from zimmer import audit, money
from zimmer.auth.acting import Staff
from zimmer.db import Session, committed
from zimmer.errors import NotRefundable, PaymentNotFound
from zimmer.ledger import lots
from zimmer.models import Payment, PaymentStatus, UserAutomation
from zimmer.observability import logger

S = PaymentStatus


def open_refund(staff: Staff, payment_id: int, *, reason: str, trace_id: str) -> None:
    """Take back what is unused of a credited purchase and note what is owed for it.

    Raises PaymentNotFound, NotRefundable (not credited, or nothing is left of it).
    """
    with committed() as session:
        payment = _locked(session, payment_id)
        if payment.status is not S.CREDITED:
            raise NotRefundable("status")
        copy = session.get_one(UserAutomation, payment.user_automation_id)
        part = lots.part_of(session, copy, payment.id)
        if part.unspent == 0:
            raise NotRefundable("spent")
        actor = f"staff:{staff.id}"
        owed = money.share_of(payment.amount, part.unspent, of=part.tokens)
        detail = {"reason": reason, "tokens": part.unspent, "amount": owed}
        because = Because("refund-opened", actor, trace_id=trace_id, detail=detail)
        move(session, payment, S.REFUND_PENDING, because, refunded_amount=owed)
        reference = f"payment:{payment.id}:refund"
        lots.claw_back(session, copy, payment_id=payment.id, tokens=part.unspent, reference=reference, actor=actor)
        after = {"status": S.REFUND_PENDING.value, "refunded_amount": owed, "tokens": part.unspent}
        audit.done(session, staff.act, before={"status": S.CREDITED.value}, after=after, reason=reason)


def paid_back(staff: Staff, payment_id: int, *, transfer: str, trace_id: str) -> None:
    """Note the bank transfer by which an open refund was paid. Raises PaymentNotFound, NotRefundable (none is open)."""
    with committed() as session:
        payment = _locked(session, payment_id)
        if payment.status is not S.REFUND_PENDING or payment.refunded_amount is None:
            raise NotRefundable("status")
        tokens = lots.clawed_back(session, payment.id)
        returns.take_from_figures(session, payment, amount=payment.refunded_amount, tokens=tokens)
        because = Because("paid-back-outside", f"staff:{staff.id}", trace_id=trace_id, detail={"transfer": transfer})
        move(session, payment, S.REFUNDED, because, refund_reference=transfer)
        returns.tell_customer(session, payment, payment.refunded_amount)
        after = {"status": S.REFUNDED.value, "refund_reference": transfer}
        audit.done(session, staff.act, before={"status": S.REFUND_PENDING.value}, after=after)
        logger().info("payment.refunded", payment_id=payment.id, amount=payment.refunded_amount)


def _locked(session: Session, payment_id: int) -> Payment:
    if session.get(Payment, payment_id) is None:
        raise PaymentNotFound
    return locked(session, payment_id)
