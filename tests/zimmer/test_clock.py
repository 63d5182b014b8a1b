"""The time, and the day it is for a customer."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.zimmer.conftest import SetEnv
from zimmer import clock


def travel_to(moment: datetime) -> None:
    clock.travel(moment - clock.now())


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_moves_and_comes_back() -> None:
    clock.travel(timedelta(days=3))
    clock.travel(timedelta(hours=-1))
    ahead = clock.now() - datetime.now(UTC)
    assert timedelta(days=2, hours=22, minutes=59) < ahead <= timedelta(days=2, hours=23)
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2027, 3, 20, 20, 29, tzinfo=UTC), date(2027, 3, 20)),
        (datetime(2027, 3, 20, 20, 31, tzinfo=UTC), date(2027, 3, 21)),  # 1 Farvardin 1406
        (datetime(2027, 7, 1, 20, 29, tzinfo=UTC), date(2027, 7, 1)),  # Iran keeps no summer time
        (datetime(2027, 7, 1, 20, 31, tzinfo=UTC), date(2027, 7, 2)),
    ],
)
def test_a_business_day_begins_at_midnight_in_tehran(moment: datetime, day: date) -> None:
    travel_to(moment)
    assert clock.business_day() == day


def test_the_setting_says_where_the_day_is_counted(environment: SetEnv) -> None:
    environment(BUSINESS_TIMEZONE="UTC")
    travel_to(datetime(2027, 3, 20, 20, 31, tzinfo=UTC))
    assert clock.business_day() == date(2027, 3, 20)


def test_a_file_moves_the_clock_of_every_process_that_reads_it(environment: SetEnv, tmp_path: Path) -> None:
    shift = tmp_path / "clock"
    environment(LOCAL_CLOCK_FILE=str(shift))
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    shift.write_text("3600")
    assert timedelta(minutes=59) < clock.now() - datetime.now(UTC) < timedelta(minutes=61)
    shift.write_text("not a number")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
