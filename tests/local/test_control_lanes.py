"""A lane tells what happened to a purchase, in the order of its stations and with who did it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from functions.payments.states import Phase
from local.control.lanes import Purchase, Tone, stations, verdict
from zimmer.models import OutboxMessage, PaymentEvent, PaymentStatus

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
S = PaymentStatus


class Entry(NamedTuple):
    id: int
    delta: int
    balance_after: int
    at: datetime


def event(cause: str, actor: str, seconds: float, code: int | None = None, reason: str | None = None) -> PaymentEvent:
    detail = {"reason": reason} if reason else None
    return PaymentEvent(cause=cause, actor=actor, at=NOW + timedelta(seconds=seconds), gateway_code=code, detail=detail)


def purchase(
    status: PaymentStatus, phase: Phase, *more: PaymentEvent, attempts: int = 1, dropped_at: datetime | None = None
) -> Purchase:
    opened = [event("opened", "user:1", 0), event("gateway-accepted", "user:1", 0.2, 100)]
    is_done = status is S.CREDITED
    at = max([moment.at for moment in more], default=NOW)
    message = OutboxMessage(message_id="0123456789ab", attempts=attempts, created_at=at, published_at=at)
    return Purchase(
        status=status,
        phase=phase,
        tokens=200,
        created_at=NOW,
        events=[*opened, *more],
        message=message if is_done else None,
        entry=Entry(7, 200, 205, at + timedelta(seconds=1)) if is_done else None,
        dropped_at=dropped_at,
    )


GOOD = purchase(
    S.CREDITED,
    Phase.DONE,
    event("claimed", "bank-return", 60),
    event("paid", "bank-return", 60.3, 100),
    event("tokens-credited", "payments-worker", 60.5),
)
TAB_CLOSED = purchase(
    S.CREDITED,
    Phase.DONE,
    event("claimed", "payments-sweep", 180),
    event("paid", "payments-sweep", 180.1, 100),
    event("tokens-credited", "payments-worker", 180.5),
)
ANSWER_LOST = purchase(
    S.CREDITED,
    Phase.DONE,
    event("claimed", "bank-return", 60),
    event("unknown", "bank-return", 68, reason="timeout"),
    event("claimed", "payments-sweep", 240),
    event("paid", "payments-sweep", 240.1, 101),
    event("tokens-credited", "payments-worker", 240.5),
)


def test_the_good_road_is_seven_good_stations_with_the_time_between_them() -> None:
    made = stations(GOOD)
    assert [station.name for station in made] == [
        "customer",
        "API",
        "Zarinpal",
        "callback",
        "SQS",
        "worker",
        "ledger",
    ]
    assert {station.tone for station in made} == {Tone.GOOD}
    assert [station.gap_ms for station in made] == [None, 0, 200, 60_100, 200, 0, 1_000]
    assert verdict(GOOD) == ("Credited once.", Tone.GOOD)


def callback_of(lane: Purchase) -> list[str]:
    return [note.text for note in stations(lane)[3].notes]


def test_a_closed_tab_is_healed_by_the_sweep() -> None:
    assert callback_of(TAB_CLOSED) == ["never came", "sweep: verify → 100"]
    assert stations(TAB_CLOSED)[3].tone is Tone.HEALED
    assert verdict(TAB_CLOSED) == ("Credited once. Healed by the sweep: nobody came back.", Tone.HEALED)


def test_a_lost_answer_is_healed_by_the_sweep() -> None:
    assert callback_of(ANSWER_LOST) == ["verify → timeout", "sweep: verify → 101"]
    assert "only the answer was lost" in verdict(ANSWER_LOST)[0]


def test_a_message_that_had_to_be_sent_again_shows() -> None:
    again = purchase(S.CREDITED, Phase.DONE, event("paid", "bank-return", 60, 100), attempts=2)
    assert [note.text for note in stations(again)[4].notes] == ["message 01234567…", "sent 2 times"]
    assert verdict(again)[1] is Tone.HEALED


def test_a_dropped_callback_is_shown_until_the_sweep_asks() -> None:
    dropped = purchase(S.PENDING, Phase.AT_BANK, dropped_at=NOW + timedelta(seconds=50))
    assert callback_of(dropped) == ["dropped on the way to us"]
    assert verdict(dropped) == ("Its callback was lost: the sweep will ask.", Tone.WARN)


def test_a_verify_under_way_is_seen() -> None:
    asking = purchase(S.VERIFYING, Phase.CHECKING, event("claimed", "bank-return", 60))
    assert callback_of(asking) == ["asks the bank…"]
    assert stations(asking)[3].tone is Tone.WAITING


def test_verified_tokens_wait_at_the_worker() -> None:
    verified = purchase(S.VERIFIED, Phase.CREDITING, event("paid", "bank-return", 60, 100))
    assert [station.tone for station in stations(verified)[5:]] == [Tone.WAITING, Tone.WAITING]


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_its_sentence(phase: Phase) -> None:
    sentence, _ = verdict(purchase(S.PENDING, phase))
    assert sentence.endswith(".")
