"""The gateway's clock: the machine's, and as far ahead of it as somebody has moved it."""

import threading
from datetime import UTC, datetime, timedelta

FARTHEST = timedelta(days=3_650)


def utc_now() -> datetime:
    return datetime.now(UTC)


class OutOfReach(ValueError):
    """The clock was to move backward, or beyond ten years."""


class Clock:
    """Moves forward only, because money that has gone back does not return when a clock is set back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return utc_now() + self._ahead

    @property
    def ahead(self) -> timedelta:
        """The distance to the machine's clock."""
        return self._ahead

    def forward(self, by: timedelta) -> None:
        """Raises OutOfReach."""
        with self._lock:
            ahead = self._ahead + by
            if by < timedelta() or ahead > FARTHEST:
                raise OutOfReach(f"the clock moves forward, and at most {FARTHEST.days} days in all")
            self._ahead = ahead

    def reset(self) -> None:
        """Back to the machine's time. What has happened meanwhile stays as it is."""
        with self._lock:
            self._ahead = timedelta()
