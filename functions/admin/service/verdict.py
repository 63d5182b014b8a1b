"""The story of a purchase in one line. Pure: rows in, a sentence out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.admin.schemas.payments import Lane, Tone, Verdict
from zimmer.models import PaymentStatus

SWEEP, WORKER = "payments-sweep", "payments-worker"
LATE = timedelta(minutes=10)
S = PaymentStatus

OF_THE_CUSTOMER = frozenset(
    {"opened", "asked-again", "canceled", "canceled-before-answer", "bank-said-nok", "foreign-authority"}
)
OF_OURS = frozenset({"claimed", "lease-over"})

# developers.zarinpal, the codes of verify.json, read 2026-11.
REASONS = {
    -50: "the amount that was paid differs",
    -53: "the gateway says that the purchase is not ours",
    -54: "the gateway does not know the authority",
}


@dataclass(frozen=True)
class Happened:
    """What of an event decides how the story is told."""

    at: datetime
    actor: str
    cause: str
    to_status: PaymentStatus | None
    gateway_code: int | None


@dataclass(frozen=True)
class Story:
    """A purchase as far as it has come."""

    status: PaymentStatus
    created_at: datetime
    verified_at: datetime | None
    credited_at: datetime | None
    nok_at: datetime | None
    attempts: int
    entries: int  # of the ledger, for this purchase
    events: Sequence[Happened]


def verdict(story: Story, now: datetime) -> Verdict:
    """What a member of the staff has to know first."""
    tone, text = _TOLD[story.status](story, now)
    return Verdict(tone=tone, text=text)


def lane_of(actor: str, cause: str) -> Lane:
    """Who did it: the column of the timeline."""
    if actor.startswith("staff:"):
        return Lane.STAFF
    if actor == WORKER:
        return Lane.WORKER
    if cause in OF_THE_CUSTOMER:
        return Lane.CUSTOMER
    if cause in OF_OURS:
        return Lane.WORKER if actor == SWEEP else Lane.API
    return Lane.ZARINPAL


def lasted(time: timedelta) -> str:
    """`3 s`, `4 min`, `2 h`, `5 d`."""
    seconds = max(0, int(time.total_seconds()))
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _after(time: timedelta) -> str:
    return "as soon as" if time < timedelta(seconds=1) else f"{lasted(time)} after"


Told = Callable[[Story, datetime], tuple[Tone, str]]


def _credited(story: Story, now: datetime) -> tuple[Tone, str]:
    if story.entries != 1:
        return Tone.BAD, f"Credited, but the ledger has {story.entries} entries for it."
    credited_at, verified_at = story.credited_at or now, story.verified_at or now
    if any(event.actor == SWEEP and event.cause == "paid" for event in story.events):
        return Tone.GOOD, f"Paid and credited once. Healed by the sweep after {lasted(credited_at - story.created_at)}."
    return Tone.GOOD, f"Paid and credited once, {_after(credited_at - verified_at)} the bank said so."


def _verified(story: Story, now: datetime) -> tuple[Tone, str]:
    since = now - (story.verified_at or now)
    if since > LATE:
        return Tone.BAD, f"Paid {lasted(since)} ago and not credited yet."
    return Tone.WAIT, f"Paid {lasted(since)} ago; the tokens are on their way."


def _pending(story: Story, now: datetime) -> tuple[Tone, str]:
    if story.nok_at:
        return Tone.WAIT, "The bank's page said that it was not paid; the gateway is being asked."
    return Tone.WAIT, f"At the bank for {lasted(now - story.created_at)}; nobody has come back yet."


def _asking(story: Story, _: datetime) -> tuple[Tone, str]:
    times = "once" if story.attempts == 1 else f"{story.attempts} times"
    return Tone.WAIT, f"The gateway was asked {times} and has not said whether it was paid."


def _in_review(story: Story, now: datetime) -> tuple[Tone, str]:
    led = next((event for event in reversed(story.events) if event.to_status is S.REVIEW), None)
    since = lasted(now - (led.at if led else story.created_at))
    code = led.gateway_code if led else None
    if led and led.cause == "paid-for-deleted-account":
        return Tone.BAD, f"Under review for {since}: paid after its customer deleted the account. Two managers decide."
    reason = REASONS.get(code or 0, f"the gateway answered {code}" if code else "the gateway never said")
    return Tone.BAD, f"Under review for {since}: {reason}. Two managers decide."


def _not_paid(story: Story, _: datetime) -> tuple[Tone, str]:
    code = next((event.gateway_code for event in reversed(story.events) if event.gateway_code is not None), None)
    return Tone.CALM, f"Not paid: the gateway answered {code}." if code else "Not paid."


def _always(tone: Tone, text: str) -> Told:
    return lambda story, now: (tone, text)


_TOLD: dict[PaymentStatus, Told] = {
    S.CREATED: _always(Tone.WAIT, "The gateway is being asked for a payment page."),
    S.INIT_UNKNOWN: _always(Tone.CALM, "The gateway never answered the order; the customer was sent to no bank."),
    S.REJECTED: _always(Tone.CALM, "The gateway refused the order; nothing was charged."),
    S.PENDING: _pending,
    S.VERIFYING: _asking,
    S.VERIFY_UNKNOWN: _asking,
    S.NOT_PAID: _not_paid,
    S.EXPIRED: _always(Tone.CALM, "Expired without a payment."),
    S.REVIEW: _in_review,
    S.VERIFIED: _verified,
    S.CREDITED: _credited,
    S.REVERSING: _always(Tone.WAIT, "Being given back; the gateway has not confirmed it yet."),
    S.REVERSED: _always(Tone.CALM, "Given back by the gateway."),
    S.REFUND_PENDING: _always(Tone.WAIT, "To be paid back outside the gateway."),
    S.REFUNDED: _always(Tone.CALM, "Paid back outside the gateway."),
    S.CLOSED: _always(Tone.CALM, "Closed by two managers; nothing was credited."),
}
