"""What the staff does to purchases where the gateway is needed: ask now, decide a review, run the sweep.

All are conversations: what is changed and what the audit says of it are committed in steps, with nothing open
while the gateway is asked.
"""

from enum import StrEnum
from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, StringConstraints
from sqlalchemy import select

from functions.payments import refunds, reversals, reviews, settlement
from functions.payments.gateways.base import Gateway
from functions.payments.routes import ZarinpalDep
from functions.payments.service import CHECKS_REST_FOR
from functions.payments.states import Because
from functions.payments.sweep import Steps, sweep
from zimmer import audit, clock, events
from zimmer.auth.acting import Staff, acting, acting_with_code
from zimmer.auth.roles import Right
from zimmer.db import committed, database
from zimmer.errors import NotInReview, NotRefundable, NotReversible, OwnRequest, PaymentNotFound, StepUpRequired
from zimmer.models import Payment, PaymentStatus, ReviewDecision
from zimmer.web import PathId, RequestId, StrictBody, problems, routes
from zimmer.web.texts import line, prose
from zimmer.wire import Phase, WireStatus, on_the_wire

router = routes("/api/admin", tags=["staff payments"])

SECONDS_FOR_A_SWEEP = 5.0  # the function has 20, and the last question may take most of them

Checking = Annotated[Staff, Depends(acting(Right.PAYMENTS_READ, "payment.check"))]
Reviewing = Annotated[Staff, Depends(acting_with_code(Right.PAYMENTS_REVERSE, "payment.review"))]
Reversing = Annotated[Staff, Depends(acting_with_code(Right.PAYMENTS_REVERSE, "payment.reverse"))]
Refunding = Annotated[Staff, Depends(acting_with_code(Right.PAYMENTS_REVERSE, "payment.refund"))]
PayingBack = Annotated[Staff, Depends(acting_with_code(Right.PAYMENTS_REVERSE, "payment.refunded"))]
Sweeping = Annotated[Staff, Depends(acting(Right.SYSTEM_WRITE, "sweep.run"))]


class Verb(StrEnum):
    """What a manager wants of a review."""

    ACCEPT = "accept"
    CLOSE = "close"
    WITHDRAW = "withdraw"


Reason = Annotated[str, StringConstraints(min_length=5, max_length=500), AfterValidator(prose)]


class ReviewWish(StrictBody):
    """One's decision and why. The first of two managers proposes with it, the second agrees."""

    decision: Verb
    reason: Reason


class Grounds(StrictBody):
    """Why money goes back; the audit keeps it."""

    reason: Reason


class PaidBack(StrictBody):
    """The bank transfer by which a refund was paid outside the gateway."""

    transfer: Annotated[str, StringConstraints(min_length=3, max_length=100), AfterValidator(line)]


class Standing(BaseModel):
    """Where a purchase stands after it was asked about or decided."""

    id: int
    status: PaymentStatus
    wire_status: WireStatus
    phase: Phase

    @classmethod
    def of(cls, payment: Payment) -> "Standing":
        wire_status, phase = on_the_wire(payment, clock.now())
        return cls(id=payment.id, status=payment.status, wire_status=wire_status, phase=phase)


class SweepRun(BaseModel):
    """What one run did, and the names of its steps that failed; those after them ran all the same."""

    published: int
    requeued: int
    asked: int
    failed: list[str]


@router.post("/payments/{payment_id}/check", responses=problems(PaymentNotFound))
async def check_payment(payment_id: PathId, staff: Checking, gateway: ZarinpalDep, request_id: RequestId) -> Standing:
    """Ask the gateway now whether it was paid, at most once in ten seconds."""
    return check(staff, payment_id, gateway=gateway, trace_id=request_id)


@router.post(
    "/payments/{payment_id}/review", responses=problems(PaymentNotFound, NotInReview, OwnRequest, StepUpRequired)
)
async def review_payment(
    payment_id: PathId, body: ReviewWish, staff: Reviewing, gateway: ZarinpalDep, request_id: RequestId
) -> Standing:
    """Propose what becomes of a purchase under review, agree to what another manager proposed, or take it back."""
    if body.decision is Verb.WITHDRAW:
        return Standing.of(reviews.withdraw(staff, payment_id, trace_id=request_id))
    decision, reason = ReviewDecision(body.decision.value), body.reason
    return Standing.of(
        reviews.propose_or_agree(staff, payment_id, decision, reason=reason, gateway=gateway, trace_id=request_id)
    )


@router.post("/payments/{payment_id}/reverse", responses=problems(PaymentNotFound, NotReversible, StepUpRequired))
async def reverse_payment(
    payment_id: PathId, body: Grounds, staff: Reversing, gateway: ZarinpalDep, request_id: RequestId
) -> Standing:
    """Give the whole amount back through the gateway, within half an hour and while nothing of it is used."""
    return Standing.of(reverse(staff, payment_id, reason=body.reason, gateway=gateway, trace_id=request_id))


@router.post("/payments/{payment_id}/refund", responses=problems(PaymentNotFound, NotRefundable, StepUpRequired))
async def refund_payment(payment_id: PathId, body: Grounds, staff: Refunding, request_id: RequestId) -> Standing:
    """Take back what is unused of a purchase; its share of the price is then owed to the customer."""
    return Standing.of(refunds.open_refund(staff, payment_id, reason=body.reason, trace_id=request_id))


@router.post("/payments/{payment_id}/refunded", responses=problems(PaymentNotFound, NotRefundable, StepUpRequired))
async def refunded_payment(payment_id: PathId, body: PaidBack, staff: PayingBack, request_id: RequestId) -> Standing:
    """Note that what was owed has been paid outside the gateway, and by which transfer."""
    return Standing.of(refunds.paid_back(staff, payment_id, transfer=body.transfer, trace_id=request_id))


@router.post("/sweep")
async def run_sweep(staff: Sweeping, gateway: ZarinpalDep) -> SweepRun:
    """Finish now what was left half done, as the schedule does every minute."""
    steps = Steps()
    swept = SweepRun(**sweep(gateway, steps, seconds=SECONDS_FOR_A_SWEEP), failed=steps.failed)
    with committed() as session:
        audit.done(session, staff.act, before=None, after=swept.model_dump())
    return swept


def check(staff: Staff, payment_id: int, *, gateway: Gateway, trace_id: str) -> Standing:
    """Ask the gateway about a purchase and keep what it says. Raises PaymentNotFound."""
    before = standing(payment_id)
    settlement.confirm(payment_id, gateway, actor=f"staff:{staff.id}", trace_id=trace_id, rest=CHECKS_REST_FOR)
    after = standing(payment_id)
    with committed() as session:
        audit.done(session, staff.act, before={"status": before.status}, after={"status": after.status})
    return after


def reverse(staff: Staff, payment_id: int, *, reason: str, gateway: Gateway, trace_id: str) -> Payment:
    """Give the whole amount back to the customer's card. Returns the purchase as it stands then.

    Raises PaymentNotFound, NotReversible (with why). A gateway that refuses leaves the purchase as it was; one that
    does not answer leaves it `reversing`.
    """
    actor = f"staff:{staff.id}"
    with committed() as session:
        payment, part = reversals.to_be_reversed(session, payment_id)
        before = audit.facts(payment, "status")
        because = Because("reversal-begun", actor, trace_id=trace_id, detail={"reason": reason})
        reversals.begin(session, payment, part, because)
        audit.done(session, staff.act, before=before, after=audit.facts(payment, "status"), reason=reason)
        authority = payment.authority or ""
    answer = gateway.reverse(authority)  # nothing is locked while we wait
    with committed() as session:
        payment = reversals.finish(session, payment_id, answer, actor=actor, trace_id=trace_id)
    events.publish_soon()
    return payment


def standing(payment_id: int) -> Standing:
    """Where a purchase stands. Raises PaymentNotFound."""
    payment = database().read().entity(select(Payment).where(Payment.id == payment_id))
    if payment is None:
        raise PaymentNotFound
    return Standing.of(payment)
