"""Figure 10: from the commit that says "verified" to the commit that gives the tokens, on a running platform.

Buyers come in crowds: all of a crowd pay at the same moment and come back twice. Somebody who looks at the table all
the time notes when each purchase is seen verified and when it is seen credited. A look takes a moment, so each time
is too long by one look, and never too short.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

from sqlalchemy import select

from benchmarks.figures import Figure, exact, shown, within
from benchmarks.standing import standing
from local.emulator.crowd import crowd
from local.errors import StepFailed
from zimmer.db import Database
from zimmer.models import Payment, PaymentStatus

MOST_SECONDS = 3.0
CROWDS, BUYERS, SANDBOXES = 4, 15, 4
CROWD_TAKES = 120.0  # s at most
LOOKS_EVERY = 0.01  # s
SEEN = select(Payment.id, Payment.status).where(Payment.status.in_((PaymentStatus.VERIFIED, PaymentStatus.CREDITED)))


@dataclass
class Watch:
    """When each purchase can have been verified at the earliest, and when it was seen credited (monotonic)."""

    verified: dict[int, float] = field(default_factory=dict)
    credited: dict[int, float] = field(default_factory=dict)

    def look(self, database: Database, *, before: float) -> None:
        """`before` is when we looked last: whatever is new has happened since."""
        rows, now = database.read().rows(SEEN), time.monotonic()
        for row in rows:
            self.verified.setdefault(row.id, before)
            if row.status is PaymentStatus.CREDITED:
                self.credited.setdefault(row.id, now)

    @property
    def lags(self) -> list[float]:
        """Seconds of each purchase that was credited."""
        return [when - self.verified[payment_id] for payment_id, when in self.credited.items()]


def measure(*, crowds: int = CROWDS, buyers: int = BUYERS) -> list[Figure]:
    """Over all crowds but the first, which wakes the functions. Raises StepFailed when a crowd was not served."""
    lags: list[float] = []
    with standing("credit-lag", sandboxes=SANDBOXES) as here:
        for number in range(1 + crowds):
            with watching(here.running.database_url) as watch:
                outcome = crowd(here.running, buyers=buyers, within_seconds=CROWD_TAKES)
            if not outcome.is_exact:
                raise StepFailed(f"the crowd was not served exactly: {outcome}")
            lags += watch.lags if number else []
        wrong = here.broken()
    return [
        exact(10, "credit lag: rows that break a promise", wrong, at_most=0),
        within(10, f"credit lag: p95 of {len(lags)} purchases", quantiles(lags, n=20)[-1], MOST_SECONDS),
        shown(10, "credit lag: median, longest", f"{median(lags):.2f} s, {max(lags):.2f} s"),
    ]


@contextmanager
def watching(url: str) -> Iterator[Watch]:
    """Look all the time, at what is new since the block began."""
    watch, over = Watch(), threading.Event()
    database = Database(url)
    known = {row.id for row in database.read().rows(SEEN)}

    def look() -> None:
        before = time.monotonic()
        while not over.wait(LOOKS_EVERY):
            began = time.monotonic()
            watch.look(database, before=before)
            before = began

    eyes = threading.Thread(target=look, daemon=True)
    eyes.start()
    try:
        yield watch
    finally:
        over.set()
        eyes.join()
        watch.look(database, before=time.monotonic())
        database.close()
        for times in (watch.verified, watch.credited):
            for payment_id in known & times.keys():
                del times[payment_id]
