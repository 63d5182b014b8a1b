"""Every minute: whatever was left half done is finished.

In this order: messages that were promised and not sent; verified payments nobody credited; mail whose message was
lost; uses of discount codes that came to nothing; then the gateway is asked about customers who never came back,
until the time or the calls of this run are used.

Every tenth minute, by the time the schedule names, the gateway is first asked what it holds unverified; while it fails,
every minute (`breaker.py`). No state is kept about the tenths: containers come and go, a run that was lost is made up
for ten minutes later, and one that comes twice finds nothing left to do.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypedDict

from sqlalchemy import String, cast, select
from sqlalchemy.dialects.postgresql import insert as upsert

from functions.payments import breaker, discounts, gateways, reversals, strays
from functions.payments.allowance import Allowance
from functions.payments.gateways.base import Gateway, Inquired, Report, Standing, Unknown
from functions.payments.settlement import LEASE, REQUEUE_AFTER, confirm, later, told
from functions.payments.states import Because, locked, move, record
from zimmer import clock, events, snapstart
from zimmer.db import Session, committed
from zimmer.events import CreditPayment, DeliverMessage
from zimmer.models import Delivery, DeliveryState, OutboxMessage, Payment, PaymentStatus, ScheduleRun
from zimmer.observability import logger

ACTOR = "payments-sweep"
SECONDS_TO_USE = 35.0  # of the function's 60: the last payment may take two calls of 11 s
MOST_CALLS = 40
MOST_REQUEUED = 500
MAIL_IS_LATE_AFTER = timedelta(hours=1)  # its message was sent, and SQS has tried five times by then
MOST_TRIES_OF_A_MAIL = 10  # then it is a person's to look at, among the dead letters
CALLS_FOR_ONE = 2  # an inquiry, and a verify when it says that there is money
UNVERIFIED_EVERY_MINUTES = 10

S = PaymentStatus
ASKED_BY_INQUIRY = frozenset({S.PENDING, S.NOT_PAID, S.EXPIRED})
ASKED_BY_VERIFY = frozenset({S.VERIFYING, S.VERIFY_UNKNOWN})
WATCHED = ASKED_BY_INQUIRY | ASKED_BY_VERIFY | {S.CREATED, S.REVERSING}

snapstart.register()

Question = tuple[str, Callable[[Allowance], int]]


class Swept(TypedDict):
    """What one run did."""

    published: int
    requeued: int
    asked: int


@dataclass
class Steps:
    """The steps of one run. One that fails is logged and named, and does not stop the ones after it."""

    failed: list[str] = field(default_factory=list)

    def attempt(self, name: str, step: Callable[[], int]) -> int:
        try:
            return step()
        except Exception:
            self.failed.append(name)
            logger().exception("sweep.step-failed", step=name)
            return 0


def handler(event: Mapping[str, Any], context: Any) -> Swept:
    """One run of the schedule, noted for the staff's page."""
    run = sweep_with_unverified if is_tenth_minute(event) else sweep
    steps = Steps()
    swept = run(gateways.connected_zarinpal(), steps)
    logger().info("sweep.done", **swept)
    steps.attempt("note", lambda: note(swept, ok=not steps.failed))
    return swept


def note(swept: Swept, *, ok: bool) -> int:
    """Write when the schedule ran last. Returns how many rows that is."""
    facts = {"last_run": clock.now(), "ok": ok, "done": dict(swept)}
    statement = upsert(ScheduleRun).values(name=ACTOR, **facts)
    with committed() as session:
        session.execute(statement.on_conflict_do_update(index_elements=[ScheduleRun.name], set_=facts))
    return 1


def is_tenth_minute(event: Mapping[str, Any]) -> bool:
    """Whether this run also asks for what is unverified. A schedule's event says which minute it is for."""
    told = event.get("time")
    minute = datetime.fromisoformat(told).minute if isinstance(told, str) else clock.now().minute
    return minute % UNVERIFIED_EVERY_MINUTES == 0


def sweep(gateway: Gateway, steps: Steps | None = None, *, seconds: float = SECONDS_TO_USE) -> Swept:
    """Publish, re-enqueue, ask, with no question begun after so many seconds."""
    return _sweep(
        steps or Steps(),
        [
            ("doubt", lambda allowance: ask_when_in_doubt(gateway, allowance)),
            ("ask", lambda allowance: ask_about_the_missing(gateway, allowance)),
        ],
        seconds=seconds,
    )


def sweep_with_unverified(gateway: Gateway, steps: Steps | None = None) -> Swept:
    """The same, and before others are asked about: who has certainly paid."""
    return _sweep(
        steps or Steps(),
        [
            ("unverified", lambda allowance: strays.settle_unverified(gateway, allowance, actor=ACTOR)),
            ("ask", lambda allowance: ask_about_the_missing(gateway, allowance)),
        ],
        seconds=SECONDS_TO_USE,
    )


def _sweep(steps: Steps, questions: Sequence[Question], *, seconds: float) -> Swept:
    allowance = Allowance(MOST_CALLS, until=time.monotonic() + seconds)
    published = steps.attempt("publish", events.publish)
    requeued = steps.attempt("requeue", requeue_uncredited)
    mail = steps.attempt("mail", requeue_unsent_mail)
    published += steps.attempt("publish", events.publish) if requeued or mail else 0
    steps.attempt("release", release_discounts)
    asked = sum(steps.attempt(name, partial(ask, allowance)) for name, ask in questions)
    return Swept(published=published, requeued=requeued, asked=asked)


def requeue_uncredited() -> int:
    """Send again for payments that were verified a minute ago and are not credited: the queue may have lost them.

    Those that the worker holds right now are passed over, and locks are taken in its order.
    """
    now = clock.now()
    with committed() as session:
        overdue = session.scalars(
            select(Payment)
            .where(Payment.status == S.VERIFIED, Payment.next_check_at <= now)
            .order_by(Payment.id)
            .limit(MOST_REQUEUED)
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        for payment in overdue:
            payment.next_check_at = now + REQUEUE_AFTER
        session.flush()
        events.promise_again(session, (CreditPayment(payment.id) for payment in overdue))
    return len(overdue)


def requeue_unsent_mail() -> int:
    """Promise mail again whose message was sent an hour ago and had no effect. Returns how many."""
    now = clock.now()
    promised = OutboxMessage.dedup_key == "deliver:" + cast(Delivery.id, String)
    with committed() as session:
        late = session.scalars(
            select(Delivery.id)
            .join(OutboxMessage, promised)
            .where(
                Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENDING)),
                Delivery.attempts < MOST_TRIES_OF_A_MAIL,
                OutboxMessage.published_at < now - MAIL_IS_LATE_AFTER,
            )
            .order_by(Delivery.id)
            .limit(MOST_REQUEUED)
        ).all()
        events.promise_again(session, map(DeliverMessage, late))
    return len(late)


def release_discounts() -> int:
    """Give back the uses of discount codes whose purchases came to nothing. Returns how many."""
    with committed() as session:
        return discounts.release_expired(session)


def ask_when_in_doubt(gateway: Gateway, allowance: Allowance) -> int:
    """After a failure the gateway is asked what it holds unverified in every run: its answer says whether it is back,
    and finds those who paid meanwhile. Returns how many payments were asked about.
    """
    return strays.settle_unverified(gateway, allowance, actor=ACTOR) if breaker.is_in_doubt() else 0


def ask_about_the_missing(gateway: Gateway, allowance: Allowance) -> int:
    """Ask the gateway about each payment that is due, one lease at a time. Returns how many were asked about."""
    asked = 0
    while allowance.covers(CALLS_FOR_ONE):
        with committed() as session:
            payment = take_due(session)
        if payment is None:
            break
        asked += 1
        allowance.use(_heal_or_log(payment, gateway))
    return asked


def take_due(session: Session) -> Payment | None:
    """The longest-due payment, put off until this run has surely finished with it."""
    now = clock.now()
    payment = session.scalars(
        select(Payment)
        .where(Payment.next_check_at <= now, Payment.status.in_(WATCHED))
        .order_by(Payment.next_check_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    ).first()
    if payment is not None:
        payment.checks += 1
        payment.next_check_at = now + LEASE
        session.flush()
    return payment


def _heal_or_log(payment: Payment, gateway: Gateway) -> list[Report]:
    """One payment that cannot be healed must not keep the others waiting. It comes back when its lease is over."""
    try:
        return heal(payment, gateway)
    except Exception:
        logger().exception("sweep.payment-failed", payment_id=payment.id)
        return []


def heal(payment: Payment, gateway: Gateway) -> list[Report]:
    """Find out what became of one payment and move it on. Returns how each call went."""
    if payment.status is S.REVERSING:
        return reversals.find_out(payment, gateway, actor=ACTOR)
    if payment.authority is None:
        give_up_waiting_for_the_gateway(payment.id)
        return []
    if payment.status in ASKED_BY_VERIFY:
        return _verify(payment, gateway)
    inquired = gateway.inquire(payment.authority)
    match inquired:
        case Inquired(standing=Standing.PAID | Standing.VERIFIED, report=report):
            return [report, *_verify(payment, gateway)]
        case Inquired(standing=standing, report=report):
            with committed() as session:
                note_standing(session, payment.id, standing, report)
                breaker.answered(session, inquired, customer_id=payment.user_id)
            return [report]
        case Unknown(report=report):
            with committed() as session:
                look_later(session, payment.id, told("inquiry-unknown", ACTOR, report))
                breaker.answered(session, inquired, customer_id=payment.user_id)
            return [report]


def note_standing(session: Session, payment_id: int, standing: Standing, report: Report) -> None:
    """Keep what an inquiry says about a payment that is not paid."""
    payment = locked(session, payment_id)
    if payment.status not in ASKED_BY_INQUIRY:
        return  # the customer came back while we asked
    now = clock.now()
    again = later(payment, now)
    because = told(f"inquiry-{standing.lower().replace('_', '-')}", ACTOR, report)
    if standing is Standing.REVERSED:
        move(session, payment, S.REVERSED, because, next_check_at=None)
    elif payment.status is not S.EXPIRED and now >= payment.expires_at:
        move(session, payment, S.EXPIRED, because, next_check_at=again)
    elif payment.status is S.PENDING and standing is Standing.FAILED:
        move(session, payment, S.NOT_PAID, because, next_check_at=again)
    else:
        payment.next_check_at = again
        record(session, payment, because)


def look_later(session: Session, payment_id: int, because: Because) -> None:
    """Nothing was learned: ask again after the next wait."""
    payment = locked(session, payment_id)
    if payment.status not in ASKED_BY_INQUIRY:
        return  # the customer came back while we asked: when to look again is no longer ours to say
    again = later(payment, clock.now())
    if again is None and payment.status is S.PENDING:
        move(session, payment, S.REVIEW, because, next_check_at=None)  # a customer may have paid: a person looks
        logger().error("payment.unknown-for-72-hours", payment_id=payment.id)
        return
    payment.next_check_at = again
    record(session, payment, because)


def give_up_waiting_for_the_gateway(payment_id: int) -> None:
    """The process that opened this purchase died before the gateway's answer was kept."""
    with committed() as session:
        payment = locked(session, payment_id)
        if payment.status is S.CREATED:
            move(
                session,
                payment,
                S.INIT_UNKNOWN,
                Because("lease-over", ACTOR),
                lease_until=None,
                next_check_at=None,
            )


def _verify(payment: Payment, gateway: Gateway) -> list[Report]:
    outcome = confirm(payment.id, gateway, actor=ACTOR)
    return [outcome.report] if outcome else []
