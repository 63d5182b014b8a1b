"""A purchase under review: one manager proposes what becomes of it, another one carries it out.

Locks are taken payment → proposal. To accept is a conversation: the gateway is asked once more, with nothing
open, and only what it confirms is credited.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from functions.payments import breaker
from functions.payments.gateways.base import Gateway, Paid
from functions.payments.settlement import Outcome, receipt, told
from functions.payments.states import Because, lock, move, record
from zimmer import audit, clock, events
from zimmer.auth.acting import Staff
from zimmer.db import Session, committed
from zimmer.errors import NotInReview, OwnRequest, PaymentNotFound
from zimmer.models import Payment, PaymentReview, PaymentStatus, ReviewDecision, ReviewState, Role
from zimmer.money import Rial
from zimmer.notifications import Kind, Notice, ids_of_staff, notify, notify_many

S = PaymentStatus


@dataclass(frozen=True)
class ToAsk:
    """What the gateway has to be asked before a proposal to accept is carried out."""

    authority: str
    amount: Rial


def propose_or_agree(
    staff: Staff, payment_id: int, decision: ReviewDecision, *, reason: str, gateway: Gateway, trace_id: str
) -> Payment:
    """The first manager proposes; the second, of the same mind, carries it out. Returns the purchase as it stands then.

    Raises PaymentNotFound, NotInReview (or something else was proposed), OwnRequest (proposed by oneself).
    """
    with committed() as session:
        managers = session.scalars(ids_of_staff(Role.MANAGER))  # who would have to be told
        payment, proposal = _under_review(session, payment_id)
        if proposal is None:
            _propose(session, staff, payment, decision, reason, trace_id, managers.all())
            return payment
        if proposal.decision is not decision:
            raise NotInReview("Something else has been proposed")
        if proposal.proposed_by == staff.id:
            raise OwnRequest
        if decision is ReviewDecision.CLOSE:
            _close(session, staff, payment, proposal, trace_id)
            return payment
        if payment.authority is None:
            raise NotInReview("The gateway has no name for it, so it cannot be asked")
        asking = ToAsk(payment.authority, payment.amount)
    outcome = gateway.verify(asking.authority, asking.amount)  # nothing is locked while we wait
    with committed() as session:
        payment = _accept(session, staff, payment_id, outcome, trace_id)
    if isinstance(outcome, Paid):
        events.publish_soon()
    return payment


def withdraw(staff: Staff, payment_id: int, *, trace_id: str) -> Payment:
    """Take one's own proposal back. Raises PaymentNotFound, NotInReview (nothing of one's own was proposed)."""
    with committed() as session:
        payment, proposal = _under_review(session, payment_id)
        if proposal is None or proposal.proposed_by != staff.id:
            raise NotInReview("You have proposed nothing")
        proposal.state, proposal.decided_by, proposal.decided_at = ReviewState.WITHDRAWN, staff.id, clock.now()
        record(session, payment, Because("review-withdrawn", _actor(staff), trace_id=trace_id))
        audit.done(
            session,
            staff.act,
            before={"proposed": proposal.decision.value},
            after={"proposed": None},
            reason=proposal.reason,
        )
    return payment


def _under_review(session: Session, payment_id: int) -> tuple[Payment, PaymentReview | None]:
    payments = lock(session, payment_id)
    proposed = select(PaymentReview).where(
        PaymentReview.payment_id == payment_id, PaymentReview.state == ReviewState.PROPOSED
    )
    proposals = session.scalars(proposed.with_for_update(), execution_options={"populate_existing": True})
    payment = payments.first()
    if payment is None:
        raise PaymentNotFound
    if payment.status is not S.REVIEW:
        raise NotInReview
    return payment, proposals.first()


def _propose(
    session: Session,
    staff: Staff,
    payment: Payment,
    decision: ReviewDecision,
    reason: str,
    trace_id: str,
    managers: Sequence[int],
) -> None:
    now = clock.now()
    facts = {"decision": decision, "reason": reason, "proposed_by": staff.id, "proposed_at": now}
    session.execute(insert(PaymentReview).values(payment_id=payment.id, state=ReviewState.PROPOSED, **facts).inline())
    record(session, payment, Because(f"review-proposed-{decision}", _actor(staff), trace_id=trace_id))
    data = {"payment_id": payment.id, "transaction_id": payment.transaction_id}
    others = [manager for manager in managers if manager != staff.id]
    key = f"{payment.id}:proposed:{now.isoformat()}"
    link = f"/payments/?id={payment.id}"
    notify_many(session, [Notice(one, Kind.PAYMENT_REVIEW, f"{key}:{one}", data, link) for one in others])
    audit.done(session, staff.act, before={"status": S.REVIEW.value}, after={"proposed": decision.value}, reason=reason)


def _close(session: Session, staff: Staff, payment: Payment, proposal: PaymentReview, trace_id: str) -> None:
    before = audit.facts(payment, "status")
    move(session, payment, S.CLOSED, Because("closed-by-two", _actor(staff), trace_id=trace_id), next_check_at=None)
    _carry(session, staff, proposal)
    data = {"transaction_id": payment.transaction_id, "amount": payment.amount}
    link = f"/payment/return/?payment={payment.transaction_id}"
    notify(session, Notice(payment.user_id, Kind.PAYMENT_CLOSED, str(payment.id), data, link))
    audit.done(session, staff.act, before=before, after=audit.facts(payment, "status"), reason=proposal.reason)


def _accept(session: Session, staff: Staff, payment_id: int, outcome: Outcome, trace_id: str) -> Payment:
    """Keep the gateway's answer, unless another manager was faster. Only what it confirms leaves the review."""
    payment, proposal = _under_review(session, payment_id)
    before = audit.facts(payment, "status")
    because = told("accepted-by-two", _actor(staff), outcome.report, trace_id)
    if isinstance(outcome, Paid):
        move(session, payment, S.VERIFIED, because, **receipt(outcome, clock.now()))
        events.promise(session, events.CreditPayment(payment.id))
        if proposal:
            _carry(session, staff, proposal)
    else:
        record(session, payment, because)
    after = {**audit.facts(payment, "status"), "gateway_code": outcome.report.code}
    audit.done(session, staff.act, before=before, after=after, reason=proposal.reason if proposal else None)
    breaker.answered(session, outcome, customer_id=payment.user_id)
    return payment


def _carry(session: Session, staff: Staff, proposal: PaymentReview) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = ReviewState.CARRIED, staff.id, clock.now()
    session.flush()


def _actor(staff: Staff) -> str:
    return f"staff:{staff.id}"
