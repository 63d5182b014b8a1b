"""What time it is. Everything asks here, so that a test or the local platform can move the clock."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from zimmer.settings import get_settings

_shift = timedelta(0)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC) + _shift + _shift_of_all()


def business_day() -> date:
    """The day it is where the customers are (BUSINESS_TIMEZONE): caps, rollups and reports count by it."""
    return now().astimezone(ZoneInfo(get_settings().business_timezone)).date()


def next_business_day() -> datetime:
    """The moment the next business day begins, in UTC: when a daily cap counts anew."""
    zone = ZoneInfo(get_settings().business_timezone)
    return datetime.combine(business_day() + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def travel(by: timedelta) -> None:
    """Move this process's clock onward (or back, with a negative `by`)."""
    global _shift
    _shift += by


def reset() -> None:
    """Return to the real time."""
    global _shift
    _shift = timedelta(0)


def _shift_of_all() -> timedelta:
    """How far LOCAL_CLOCK_FILE, seconds as text, has moved the clock of every process of this machine."""
    path = get_settings().local_clock_file
    if not path:
        return timedelta(0)
    try:
        return timedelta(seconds=float(Path(path).read_text()))
    except (OSError, ValueError):  # nobody has moved it
        return timedelta(0)
