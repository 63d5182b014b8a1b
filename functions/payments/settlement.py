"""Asking the gateway what became of a purchase, and keeping its answer.

A conversation: claim the payment and commit, call `verify` with nothing open, settle and commit. It is
the same whoever asks (the customer's return, the sweep), and dying anywhere in it loses nothing: a
claim's lease ends, `verify` may be repeated (101), and only one settlement finds the claim still its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import ColumnElement, Select, or_, select

from functions.payments import breaker
from functions.payments.gateways.base import Gateway, NotPaid, Paid, Report, Suspicious, Unknown
from functions.payments.states import CLAIMABLE, Because, lock, move
from zimmer import clock, events
from zimmer.db import Session, committed
from zimmer.errors import PaymentNotFound
from zimmer.models import Payment, PaymentEvent, PaymentStatus, User
from zimmer.money import Rial
from zimmer.observability import Unit, counting, logger
from zimmer.settings import get_settings

LEASE = timedelta(seconds=60)  # longer than a verify call can take (3 s to connect, 8 s to read)
REQUEUE_AFTER = timedelta(seconds=60)
NO_REST = timedelta(0)
WATCHED_FOR = timedelta(hours=72)  # after that the bank has given unverified money back
FIRST_CHECKS = tuple(timedelta(minutes=minutes) for minutes in (2, 4, 8, 15, 30))

Outcome = Paid | NotPaid | Suspicious | Unknown


@dataclass(frozen=True)
class Claim:
    """The right to settle one payment, until somebody claims it after us."""

    payment_id: int
    customer_id: int
    authority: str
    amount: Rial
    fence: int


def confirm(
    payment_id: int, gateway: Gateway, *, actor: str, trace_id: str | None = None, rest: timedelta = NO_REST
) -> Outcome | None:
    """Find out whether a payment was paid and keep what the gateway says.

    Returns None when there was nothing to ask: it is settled, somebody else is asking right now, or the
    gateway was asked about it less than `rest` ago.
    """
    with committed() as session:
        claim = claim_payment(session, payment_id, actor=actor, trace_id=trace_id, rest=rest)
    return ask(claim, gateway, actor=actor, trace_id=trace_id) if claim else None


def ask(claim: Claim, gateway: Gateway, *, actor: str, trace_id: str | None = None) -> Outcome:
    """Ask the gateway about a payment that was claimed, and committed, for it; keep what it says."""
    outcome = gateway.verify(claim.authority, claim.amount)  # nothing is locked while we wait
    with committed() as session:
        settle(session, claim, outcome, actor=actor, trace_id=trace_id)
        breaker.answered(session, outcome, customer_id=claim.customer_id)
    if isinstance(outcome, Paid):
        events.publish_soon()
    return outcome


def claim_payment(
    session: Session, payment_id: int, *, actor: str, trace_id: str | None, rest: timedelta = NO_REST
) -> Claim | None:
    """Take the lease on a payment that may be asked about. Locks its row. Raises PaymentNotFound."""
    return claim_one(session, Payment.id == payment_id, actor=actor, trace_id=trace_id, rest=rest)


def claim_one(
    session: Session, *which: ColumnElement[bool], actor: str, trace_id: str | None, rest: timedelta
) -> Claim | None:
    """The same for the payment that meets these conditions."""
    lock = select(Payment).where(*which).with_for_update(key_share=True)
    payments = session.scalars(lock, execution_options={"populate_existing": True})
    asked = session.scalars(_asked_about(which, since=clock.now() - rest)) if rest else None  # with it, and after it
    payment = payments.first()
    if payment is None:
        raise PaymentNotFound
    if asked and asked.first():
        return None
    return claim(session, payment, actor=actor, trace_id=trace_id)


def claim(session: Session, payment: Payment, *, actor: str, trace_id: str | None) -> Claim | None:
    """The same for a payment that is locked."""
    now = clock.now()
    leased = payment.lease_until is not None and payment.lease_until > now
    if payment.status not in CLAIMABLE or payment.authority is None or leased:
        return None
    move(
        session,
        payment,
        PaymentStatus.VERIFYING,
        Because("claimed", actor, trace_id=trace_id),
        lease_until=now + LEASE,
        next_check_at=now + LEASE,  # if we die, the sweep finds it then
        attempts=payment.attempts + 1,
    )
    return Claim(payment.id, payment.user_id, payment.authority, payment.amount, fence=payment.attempts)


def settle(session: Session, claim: Claim, outcome: Outcome, *, actor: str, trace_id: str | None) -> None:
    """Keep the gateway's answer, unless a later claim has taken over: then that one's answer counts."""
    payments = lock(session, claim.payment_id)
    owner_left = session.scalars(_owner_left(claim.payment_id)) if isinstance(outcome, Paid) else None
    payment = payments.one()
    if payment.status is not PaymentStatus.VERIFYING or payment.attempts != claim.fence:
        return
    now = clock.now()
    match outcome:
        case Paid() if owner_left and owner_left.one():
            because = told("paid-for-deleted-account", actor, outcome.report, trace_id)
            facts = {**receipt(outcome, now), "verified_at": None, "next_check_at": None}
            move(session, payment, PaymentStatus.REVIEW, because, **facts)
            logger().error("payment.of-deleted-account", payment_id=payment.id, amount=payment.amount)
        case Paid():
            because = told("paid", actor, outcome.report, trace_id)
            move(session, payment, PaymentStatus.VERIFIED, because, **receipt(outcome, now))
            events.promise(session, events.CreditPayment(payment.id))
            verified = counting({"PaymentVerified": (1, Unit.COUNT)})
            already = outcome.already
            logger().info("payment.verified", **verified, payment_id=payment.id, amount=payment.amount, already=already)
        case NotPaid():
            because = told("not-paid", actor, outcome.report, trace_id)
            again = later(payment, now)
            move(session, payment, PaymentStatus.NOT_PAID, because, lease_until=None, next_check_at=again)
        case Suspicious():
            because = told("suspicious", actor, outcome.report, trace_id)
            move(session, payment, PaymentStatus.REVIEW, because, lease_until=None, next_check_at=None)
            logger().error("payment.review", payment_id=payment.id, code=outcome.report.code)
        case Unknown():
            because = told("unknown", actor, outcome.report, trace_id)
            again = later(payment, now)
            to = PaymentStatus.VERIFY_UNKNOWN if again else PaymentStatus.REVIEW
            move(session, payment, to, because, lease_until=None, next_check_at=again)
            if again is None:
                logger().error("payment.unknown-for-72-hours", payment_id=payment.id)
        case _:
            assert_never(outcome)


def _owner_left(payment_id: int) -> Select[datetime | None]:
    """When the buyer's account was deleted: nobody could use the tokens, so people decide about the money.

    The account stays as it is until the settlement is kept: whoever is deleting it waits.
    """
    owner = select(User.deleted_at).join(Payment, Payment.user_id == User.id).where(Payment.id == payment_id)
    return owner.with_for_update(read=True, of=User)


def later(payment: Payment, now: datetime) -> datetime | None:
    """When to ask about this payment again. Its age counts from when it was last opened at the gateway, which
    a repeated Idempotency-Key may have done long after `created_at`.
    """
    opened_at = payment.expires_at - timedelta(minutes=get_settings().payment_minutes)
    return next_check(opened_at, payment.checks, now)


def next_check(opened_at: datetime, checks: int, now: datetime) -> datetime | None:
    """When to ask again after `checks` times: 2, 4, 8, 15, 30 minutes, hourly for a day, then six-hourly.

    None once the payment is older than 72 hours.
    """
    age = now - opened_at
    if age >= WATCHED_FOR:
        return None
    if checks < len(FIRST_CHECKS):
        return now + FIRST_CHECKS[checks]
    return now + (timedelta(hours=1) if age < timedelta(hours=24) else timedelta(hours=6))


def told(cause: str, actor: str, report: Report, trace_id: str | None = None) -> Because:
    """An event's words for what the gateway said."""
    return Because(
        cause,
        actor,
        gateway_code=report.code,
        http_status=report.http_status,
        latency_ms=report.latency_ms,
        trace_id=trace_id,
        detail={"reason": report.reason} if report.reason else None,
    )


def _asked_about(which: Sequence[ColumnElement[bool]], *, since: datetime) -> Select[int]:
    """Every call is written down: a verify before it is made, any other with how long it took."""
    calls = or_(PaymentEvent.cause == "claimed", PaymentEvent.latency_ms.is_not(None))
    events_of = select(PaymentEvent.seq).join(Payment, Payment.id == PaymentEvent.payment_id).where(*which)
    return events_of.where(PaymentEvent.at > since, calls).limit(1)


def receipt(paid: Paid, now: datetime) -> dict[str, object]:
    """The columns that a paid purchase gets."""
    return {
        "ref_id": paid.ref_id,
        "card_pan": paid.card_pan,
        "card_hash": paid.card_hash,
        "fee": paid.fee,
        "verified_at": now,
        "lease_until": None,
        "next_check_at": now + REQUEUE_AFTER,
    }
