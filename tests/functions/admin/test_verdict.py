"""The story of a purchase in one line: a table of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.admin.schemas.payments import Lane, Tone
from functions.admin.service.trace import ASKABLE
from functions.admin.service.verdict import Happened, Story, lane_of, lasted, verdict
from functions.payments.states import CLAIMABLE
from zimmer.models import PaymentStatus

S = PaymentStatus
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ago(**time: int) -> datetime:
    return NOW - timedelta(**time)


def happened(cause: str, to: PaymentStatus, *, actor: str = "bank-return", code: int | None = None) -> Happened:
    return Happened(ago(minutes=5), actor, cause, to, code)


BARE = Story(
    status=S.PENDING,
    created_at=ago(minutes=9),
    verified_at=None,
    credited_at=None,
    nok_at=None,
    attempts=0,
    entries=0,
    events=(),
)
CREDITED = replace(BARE, status=S.CREDITED, verified_at=ago(seconds=63), credited_at=ago(seconds=60), entries=1)


@pytest.mark.parametrize(
    ("story", "tone", "text"),
    [
        (CREDITED, Tone.GOOD, "Paid and credited once, 3 s after the bank said so."),
        (
            replace(CREDITED, credited_at=CREDITED.verified_at),
            Tone.GOOD,
            "Paid and credited once, as soon as the bank said so.",
        ),
        (
            replace(CREDITED, events=[happened("paid", S.VERIFIED, actor="payments-sweep", code=101)]),
            Tone.GOOD,
            "Paid and credited once. Healed by the sweep after 8 min.",
        ),
        (replace(CREDITED, entries=2), Tone.BAD, "Credited, but the ledger has 2 entries for it."),
        (replace(CREDITED, entries=0), Tone.BAD, "Credited, but the ledger has 0 entries for it."),
        (
            replace(BARE, status=S.VERIFIED, verified_at=ago(seconds=4)),
            Tone.WAIT,
            "Paid 4 s ago; the tokens are on their way.",
        ),
        (
            replace(BARE, status=S.VERIFIED, verified_at=ago(hours=2)),
            Tone.BAD,
            "Paid 2 h ago and not credited yet.",
        ),
        (BARE, Tone.WAIT, "At the bank for 9 min; nobody has come back yet."),
        (
            replace(BARE, nok_at=ago(minutes=1)),
            Tone.WAIT,
            "The bank's page said that it was not paid; the gateway is being asked.",
        ),
        (
            replace(BARE, status=S.VERIFY_UNKNOWN, attempts=3),
            Tone.WAIT,
            "The gateway was asked 3 times and has not said whether it was paid.",
        ),
        (
            replace(BARE, status=S.REVIEW, events=[happened("suspicious", S.REVIEW, code=-50)]),
            Tone.BAD,
            "Under review for 5 min: the amount that was paid differs. Two managers decide.",
        ),
        (
            replace(BARE, status=S.REVIEW, events=[happened("suspicious", S.REVIEW, code=-99)]),
            Tone.BAD,
            "Under review for 5 min: the gateway answered -99. Two managers decide.",
        ),
        (
            replace(BARE, status=S.REVIEW, events=[happened("unknown", S.REVIEW)]),
            Tone.BAD,
            "Under review for 5 min: the gateway never said. Two managers decide.",
        ),
        (
            replace(BARE, status=S.NOT_PAID, events=[happened("not-paid", S.NOT_PAID, code=-51)]),
            Tone.CALM,
            "Not paid: the gateway answered -51.",
        ),
        (replace(BARE, status=S.NOT_PAID), Tone.CALM, "Not paid."),
        (replace(BARE, status=S.CLOSED), Tone.CALM, "Closed by two managers; nothing was credited."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_story_in_one_line(story: Story, tone: Tone, text: str) -> None:
    told = verdict(story, NOW)
    assert (told.tone, told.text) == (tone, text)


@pytest.mark.parametrize("status", PaymentStatus)
def test_every_status_has_a_story(status: PaymentStatus) -> None:
    assert verdict(replace(BARE, status=status), NOW).text.endswith(".")


@pytest.mark.parametrize(
    ("actor", "cause", "lane"),
    [
        ("user:7", "opened", Lane.CUSTOMER),
        ("stranger", "foreign-authority", Lane.CUSTOMER),
        ("bank-return", "bank-said-nok", Lane.CUSTOMER),
        ("user:7", "gateway-accepted", Lane.ZARINPAL),
        ("bank-return", "claimed", Lane.API),
        ("payments-sweep", "claimed", Lane.WORKER),
        ("payments-sweep", "paid", Lane.ZARINPAL),
        ("payments-worker", "tokens-credited", Lane.WORKER),
        ("staff:3", "review-proposed-close", Lane.STAFF),
    ],
)
def test_each_event_stands_in_its_lane(actor: str, cause: str, lane: Lane) -> None:
    assert lane_of(actor, cause) is lane


def test_times_are_said_in_their_largest_unit() -> None:
    times = [
        timedelta(seconds=-1),
        timedelta(seconds=59),
        timedelta(minutes=59),
        timedelta(hours=23),
        timedelta(days=9),
    ]
    assert [lasted(time) for time in times] == ["0 s", "59 s", "59 min", "23 h", "9 d"]


def test_what_may_be_asked_about_is_what_may_be_claimed() -> None:
    assert ASKABLE == CLAIMABLE
