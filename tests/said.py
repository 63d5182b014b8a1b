"""What is said to the database, below all that might say it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from zimmer.db.prepared import Call, OneTripConnection, OneTripCursor

Statement = tuple[str, Sequence[Any]]


@contextmanager
def said() -> Iterator[list[Statement]]:
    """The statements inside the block, with `$1, $2, …` and their values, in their order."""
    heard: list[Statement] = []
    call, execute_plainly = OneTripConnection.call, OneTripCursor._execute_plainly

    def note_call(self: OneTripConnection, sql: str, values: Sequence[Any] = (), oids: tuple[int, ...] = ()) -> Call:
        heard.append((sql, values))
        return call(self, sql, values, oids)

    def note_plain(self: OneTripCursor, connection: OneTripConnection, sql: str, *rest: Any) -> None:
        heard.append((sql, ()))
        execute_plainly(self, connection, sql, *rest)

    with (
        patch.object(OneTripConnection, "call", note_call),
        patch.object(OneTripCursor, "_execute_plainly", note_plain),
    ):
        yield heard


def queries(heard: Sequence[Statement]) -> list[Statement]:
    """Those that look at tables."""
    return [(sql, values) for sql, values in heard if sql.lstrip().upper().startswith(("SELECT", "WITH"))]
