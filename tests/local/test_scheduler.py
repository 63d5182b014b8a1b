"""The local platform's night comes by the platform's clock."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from local import scheduler
from local.scheduler import Night
from zimmer import clock

ONE = time(21, 30)


class Stopping:
    """Lets a clock look a few times, and moves the time before each look."""

    def __init__(self, *moves: timedelta) -> None:
        self._moves = list(moves)

    def wait(self, _: float) -> bool:
        if not self._moves:
            return True
        clock.travel(self._moves.pop(0))
        return False


class Called:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def invoke(self, function: str, event: Any) -> Any:
        self.events.append((function, event["detail-type"]))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 26, 21, 29, tzinfo=UTC), datetime(2026, 11, 26, 21, 30, tzinfo=UTC)),
        (datetime(2026, 11, 26, 21, 30, tzinfo=UTC), datetime(2026, 11, 27, 21, 30, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 1, 21, 30, tzinfo=UTC)),
    ],
)
def test_the_next_night(now: datetime, due: datetime) -> None:
    assert Night("AdminNightly", ONE, Called()).next_after(now) == due


def test_who_moves_the_clock_by_a_day_meets_one_night() -> None:
    called = Called()
    looks = Stopping(timedelta(0), timedelta(days=1), timedelta(seconds=scheduler.LOOKS_EVERY_SECONDS))
    Night("AdminNightly", ONE, called).run(looks)  # type: ignore[arg-type]  # an Event that needs no time
    assert called.events == [("AdminNightly", "Scheduled Event")]


def test_an_event_says_what_time_it_is_on_the_platform() -> None:
    """What happens each tenth minute must happen on a clock that was moved, too."""
    clock.travel(timedelta(hours=5))
    told = datetime.fromisoformat(scheduler.scheduled_event("a-rule")["time"])
    assert abs(told - clock.now()) < timedelta(seconds=5)
