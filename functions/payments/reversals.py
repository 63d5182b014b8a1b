"""Giving a purchase back through the gateway, in the half hour in which it can.

A conversation: the tokens are taken back and the purchase is `reversing` in one commit, the gateway is asked with
nothing open, its answer is committed. The gateway returns the whole amount, so only a purchase of which nothing was
used can be reversed. A refusal gives the tokens back by an entry of its own; silence leaves the purchase `reversing`,
and the sweep asks what became of it.
"""

from datetime import timedelta
from typing import assert_never

from sqlalchemy import func, select

from functions.payments import breaker, returns
from functions.payments.gateways.base import Gateway, Inquired, Report, ReversalRefused, Reversed, Standing, Unknown
from functions.payments.settlement import LEASE, REQUEUE_AFTER, told
from functions.payments.states import Because, locked, move, record
from zimmer import clock, events
from zimmer.db import Session, committed
from zimmer.errors import NotReversible
from zimmer.ledger import lots
from zimmer.ledger.lots import Part
from zimmer.models import Payment, PaymentEvent, PaymentStatus, UserAutomation
from zimmer.observability import logger

REVERSIBLE_FOR = timedelta(minutes=30)  # after the payment; Zarinpal refuses with -63 later
ASK_AGAIN_AFTER = timedelta(minutes=2)

S = PaymentStatus
Answer = Reversed | ReversalRefused | Unknown


def to_be_reversed(session: Session, payment_id: int) -> tuple[Payment, Part | None]:
    """The purchase and its tokens, locked, if the gateway can still give it back.

    Raises PaymentNotFound, NotReversible.
    """
    payment, part = returns.locked_with_part(session, payment_id)
    if against := why_not_reversible(payment, part):
        raise NotReversible(against)
    return payment, part


def begin(session: Session, payment: Payment, part: Part | None, because: Because) -> None:
    """Take the purchase's tokens back, if they were credited, and wait for the gateway, in one commit."""
    again = clock.now() + LEASE  # if we die, the sweep finds it then
    move(session, payment, S.REVERSING, because, next_check_at=again)
    if part:
        reference = _reference(payment, begun=payment.event_seq)
        lots.claw_back(session, part, tokens=payment.tokens_purchased, reference=reference, actor=because.actor)


def finish(session: Session, payment_id: int, answer: Answer, *, actor: str, trace_id: str | None = None) -> Payment:
    """Keep what the gateway said to a reversal, unless somebody else has finished it. Returns how it stands now."""
    payment = locked(session, payment_id)
    if payment.status is not S.REVERSING:
        return payment
    match answer:
        case Reversed(report=report):
            _gone_back(session, payment, told("reversed", actor, report, trace_id))
        case ReversalRefused(report=report):
            _as_it_was(session, payment, told("reversal-refused", actor, report, trace_id))
        case Unknown(report=report):
            payment.next_check_at = clock.now() + ASK_AGAIN_AFTER
            record(session, payment, told("reversal-unknown", actor, report, trace_id))
        case _:
            assert_never(answer)
    breaker.answered(session, answer, customer_id=payment.user_id)
    return payment


def find_out(payment: Payment, gateway: Gateway, *, actor: str) -> list[Report]:
    """What became of a reversal whose answer we never had. Returns how each call went.

    While the gateway still holds the money the earlier call did nothing, so it is asked once more.
    """
    authority = payment.authority or ""
    inquired = gateway.inquire(authority)
    answer: Answer = Unknown(inquired.report)
    reports = [inquired.report]
    if isinstance(inquired, Inquired) and inquired.standing is Standing.REVERSED:
        answer = Reversed(inquired.report)
    elif isinstance(inquired, Inquired) and inquired.standing in {Standing.PAID, Standing.VERIFIED}:
        answer = gateway.reverse(authority)
        reports.append(answer.report)
    with committed() as session:
        finish(session, payment.id, answer, actor=actor)
    return reports


def why_not_reversible(payment: Payment, part: Part | None) -> str | None:
    """What stands against a reversal: status, no-gateway, too-late, spent."""
    if payment.status not in {S.VERIFIED, S.CREDITED}:
        return "status"
    if payment.authority is None:
        return "no-gateway"
    if payment.verified_at is None or clock.now() - payment.verified_at >= REVERSIBLE_FOR:
        return "too-late"
    if payment.status is S.CREDITED and (part is None or part.unspent < payment.tokens_purchased):
        return "spent"
    return None


def _gone_back(session: Session, payment: Payment, because: Because) -> None:
    if payment.credited_at is not None:
        returns.take_from_figures(session, payment, amount=payment.amount, tokens=payment.tokens_purchased)
    move(session, payment, S.REVERSED, because, next_check_at=None, refunded_amount=payment.amount)
    logger().info("payment.reversed", payment_id=payment.id, amount=payment.amount)
    returns.tell_customer(session, payment, payment.amount)


def _as_it_was(session: Session, payment: Payment, because: Because) -> None:
    """Back to where it stood, with its tokens; what was never credited is promised to the worker again."""
    if payment.credited_at is None:
        move(session, payment, S.VERIFIED, because, next_check_at=clock.now() + REQUEUE_AFTER)
        events.promise_again(session, [events.CreditPayment(payment.id)])
        return
    copy = session.get_one(UserAutomation, payment.user_automation_id)
    begun = select(func.max(PaymentEvent.seq)).where(
        PaymentEvent.payment_id == payment.id, PaymentEvent.to_status == S.REVERSING
    )
    reference = _reference(payment, begun=session.scalars(begun).one())
    lots.give_back(session, copy, payment_id=payment.id, reference=reference, actor=because.actor)
    move(session, payment, S.CREDITED, because, next_check_at=None)


def _reference(payment: Payment, *, begun: int) -> str:
    """One reversal's name in the ledger: the number of the event it began with. A refused one may be tried again."""
    return f"payment:{payment.id}:{begun}"
