"""Setting this process's clock to the moment at which something is to have happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from zimmer import clock


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside the block it is `moment`; afterwards the clock stands where it stood."""
    by = moment - clock.now()
    clock.travel(by)
    try:
        yield
    finally:
        clock.travel(-by)
