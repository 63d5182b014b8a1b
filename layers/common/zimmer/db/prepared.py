"""pg8000 with one round trip per statement instead of three.

pg8000 1.31 sends Parse, Describe and Bind/Execute each with a Sync of its own. Keeping the result of
its `prepare_statement()` per connection leaves Bind/Execute. It goes through pg8000's internals, so the
version is pinned and `tests/zimmer/db/test_prepared.py` holds the contract.
"""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pg8000.dbapi
from pg8000.converters import make_params
from pg8000.dbapi import convert_paramstyle

KEPT_STATEMENTS = 200
PLAN_IS_STALE = frozenset({"0A000", "26000"})  # "cached plan must not change result type"; statement unknown

Statement = tuple[bytes, Any, Any]


class OneTripConnection(pg8000.dbapi.Connection):  # type: ignore[misc]  # pg8000 has no types
    """A connection that remembers what it has prepared, and asks for COMMIT in one message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: OrderedDict[tuple[str, tuple[int, ...]], Statement] = OrderedDict()

    def cursor(self) -> "OneTripCursor":
        return OneTripCursor(self)

    def commit(self) -> None:
        if self._in_transaction:
            self.execute_simple("commit")

    def rollback(self) -> None:
        if self._in_transaction:
            self.execute_simple("rollback")

    def close(self) -> None:
        """Say goodbye. A server that is gone hears none, but pg8000 then leaves the unsaid word in its buffer,
        and the socket open with it.
        """
        buffered = self._sock
        try:
            super().close()
        except (pg8000.dbapi.InterfaceError, OSError):
            with suppress(OSError, ValueError):
                buffered.close()

    def handle_messages(self, context: Any) -> None:
        """A reset connection is a lost one; pg8000 lets that one error through as it is."""
        try:
            super().handle_messages(context)
        except OSError as error:
            raise pg8000.dbapi.InterfaceError("network error") from error

    def prepare_once(self, sql: str, oids: tuple[int, ...]) -> Statement:
        """The prepared form of `sql` on this connection; the least used one makes room."""
        key = (sql, oids)
        if key in self.prepared:
            self.prepared.move_to_end(key)
            return self.prepared[key]
        if len(self.prepared) >= KEPT_STATEMENTS:
            _, (oldest, _, _) = self.prepared.popitem(last=False)
            self.close_prepared_statement(oldest)
        self.prepared[key] = self.prepare_statement(sql, oids)
        return self.prepared[key]

    def forget(self, sql: str, oids: tuple[int, ...]) -> None:
        """Drop a statement whose plan the server no longer accepts, there and here."""
        name, _, _ = self.prepared.pop((sql, oids))
        self.close_prepared_statement(name)


class OneTripCursor(pg8000.dbapi.Cursor):  # type: ignore[misc]
    """A cursor that runs parameterised statements prepared."""

    _c: OneTripConnection | None
    _input_oids: Sequence[int]

    def execute(self, operation: str, args: Sequence[Any] = (), stream: Any = None) -> None:
        if self._c is None or not args or stream is not None:
            super().execute(operation, args, stream)
            return
        if not self._c._in_transaction and not self._c.autocommit:
            self._c.execute_simple("begin transaction")
        sql = numbered(operation)
        oids, self._input_oids = tuple(self._input_oids), ()
        try:
            self._context = self._run(self._c, sql, args, oids)
        except pg8000.dbapi.DatabaseError as error:
            if sqlstate_of(error) not in PLAN_IS_STALE:
                raise
            self._c.forget(sql, oids)
            if self._c._in_transaction:
                raise
            # The server refuses a stale plan before it runs anything, so asking again cannot do it twice.
            self._context = self._run(self._c, sql, args, oids)
        self._row_iter = None if self._context.rows is None else iter(self._context.rows)

    @staticmethod
    def _run(connection: OneTripConnection, sql: str, values: Sequence[Any], oids: tuple[int, ...]) -> Any:
        name, columns, input_funcs = connection.prepare_once(sql, oids)
        return connection.execute_named(name, make_params(connection.py_types, values), columns, input_funcs, sql)


@lru_cache(maxsize=KEPT_STATEMENTS)
def numbered(operation: str) -> str:
    """`operation` with `%s` as `$1, $2, …`. pg8000 scans the text character by character, each time it is run."""
    sql: str = convert_paramstyle("format", operation, ())[0]
    return sql


def sqlstate_of(error: BaseException | None) -> str | None:
    """The five-letter code the server gave, or None when the error did not come from the server."""
    fields = error.args[0] if error is not None and error.args else None
    return fields.get("C") if isinstance(fields, dict) else None
