"""Races run for real: threads that start together, each with an engine of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import TypeVar

from sqlalchemy import select

from zimmer.db import Database, using
from zimmer.models import BusinessSettings

Result = TypeVar("Result")


def at_once(database_url: str, work: Callable[[int], Result], *, threads: int) -> Sequence[Result]:
    """The results of `work(0) … work(threads - 1)`, all begun at the same moment."""
    gate = Barrier(threads)

    def one(number: int) -> Result:
        with closing(Database(database_url)) as database, using(database):
            database.read().first(select(BusinessSettings.id))  # connected before the start
            gate.wait()
            return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))
