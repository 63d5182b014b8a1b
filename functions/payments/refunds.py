"""Refunds that are paid outside the gateway: the books say what is owed, and when it was paid.

What of the purchase is unused is taken back when the refund is opened, so that nobody can spend what is being paid
back. The amount is the unused share, rounded down to a whole toman.
"""

from functions.payments import returns
from functions.payments.states import Because, lock, move
from zimmer import audit, money
from zimmer.auth.acting import Staff
from zimmer.db import committed
from zimmer.errors import NotRefundable, PaymentNotFound
from zimmer.ledger import lots
from zimmer.models import Payment, PaymentStatus
from zimmer.observability import logger

S = PaymentStatus


def open_refund(staff: Staff, payment_id: int, *, reason: str, trace_id: str) -> Payment:
    """Take back what is unused of a credited purchase and note what is owed for it.

    Raises PaymentNotFound, NotRefundable (not credited, or nothing is left of it).
    """
    with committed() as session:
        payment, part = returns.locked_with_part(session, payment_id)
        if payment.status is not S.CREDITED or part is None:
            raise NotRefundable("status")
        if part.unspent == 0:
            raise NotRefundable("spent")
        actor = f"staff:{staff.id}"
        owed = money.share_of(payment.amount, part.unspent, of=part.tokens)
        detail = {"reason": reason, "tokens": part.unspent, "amount": owed}
        because = Because("refund-opened", actor, trace_id=trace_id, detail=detail)
        move(session, payment, S.REFUND_PENDING, because, refunded_amount=owed)
        reference = f"payment:{payment.id}:refund"
        lots.claw_back(session, part, tokens=part.unspent, reference=reference, actor=actor)
        after = {"status": S.REFUND_PENDING.value, "refunded_amount": owed, "tokens": part.unspent}
        audit.done(session, staff.act, before={"status": S.CREDITED.value}, after=after, reason=reason)
    return payment


def paid_back(staff: Staff, payment_id: int, *, transfer: str, trace_id: str) -> Payment:
    """Note the bank transfer by which an open refund was paid. Raises PaymentNotFound, NotRefundable (none is open)."""
    with committed() as session:
        payments = lock(session, payment_id)
        tokens = session.scalars(lots.clawed_back(payment_id))
        payment = payments.first()
        if payment is None:
            raise PaymentNotFound
        if payment.status is not S.REFUND_PENDING or payment.refunded_amount is None:
            raise NotRefundable("status")
        returns.take_from_figures(session, payment, amount=payment.refunded_amount, tokens=tokens.one())
        because = Because("paid-back-outside", f"staff:{staff.id}", trace_id=trace_id, detail={"transfer": transfer})
        move(session, payment, S.REFUNDED, because, refund_reference=transfer)
        returns.tell_customer(session, payment, payment.refunded_amount)
        after = {"status": S.REFUNDED.value, "refund_reference": transfer}
        audit.done(session, staff.act, before={"status": S.REFUND_PENDING.value}, after=after)
        logger().info("payment.refunded", payment_id=payment.id, amount=payment.refunded_amount)
    return payment
