"""A whole platform for the length of a part, as `./zimmer up` starts it: its Postgres keeps what it has committed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx

from functions.admin import invariants
from local.crashes import Room
from local.environment import DATA
from local.record import Record
from local.trial import trial
from zimmer.db import Database

FOLDER = DATA / "bench"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Standing:
    """The running platform, its database, its control room, and a browser for whoever wants one."""

    running: Record
    database: Database
    room: Room
    browser: httpx.Client

    def broken(self) -> int:
        """How many rows break a rule of `./zimmer check`."""
        with self.database.autocommit() as connection:
            return sum(len(answer.broken) for answer in invariants.check(connection))


@contextmanager
def standing(name: str, *, sandboxes: int) -> Iterator[Standing]:
    """Raises StepFailed when it does not start."""
    up = ("--without-panels", "--empty", "--sandboxes", str(sandboxes))
    with (
        trial(FOLDER / name, *up) as running,
        closing(Database(running.database_url)) as database,
        httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as browser,
    ):
        yield Standing(running, database, Room(running.api_url, browser), browser)
