"""API Gateway's throttling: a bucket of tokens per route, for all callers together."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.template import Limit


@dataclass
class Bucket:
    """So many requests may pass at `at`."""

    left: float
    at: float


class Throttle:
    """Lets a route's requests through at its rate, after a pause in a burst."""

    def __init__(
        self, usual: Limit, own: Mapping[str, Limit], *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._usual = usual
        self._own = own
        self._seconds = seconds
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def lets_through(self, route_key: str) -> bool:
        """Whether one more request of this route may pass now; if so, it has."""
        limit = self._own.get(route_key, self._usual)
        with self._lock:
            now = self._seconds()
            bucket = self._buckets.setdefault(route_key, Bucket(limit.burst, now))
            bucket.left = min(limit.burst, bucket.left + (now - bucket.at) * limit.rate)
            bucket.at = now
            if bucket.left < 1:
                return False
            bucket.left -= 1
            return True
