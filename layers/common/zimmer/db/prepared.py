"""pg8000 with one round trip per statement instead of three.

pg8000 1.31 sends Parse, Describe and Bind/Execute each with a Sync of its own. Keeping the result of its
`prepare_statement()` per connection leaves Bind/Execute (`protocol.py`), of which several may share one Sync. It goes
through pg8000's internals, so the version is pinned and `tests/zimmer/db/test_prepared.py` holds the contract.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pg8000.dbapi
from pg8000.converters import DATE, TIMESTAMPTZ, make_params
from pg8000.core import READY_FOR_QUERY, SYNC_MSG, Context, _flush, _write
from pg8000.dbapi import convert_paramstyle

from zimmer.db import protocol

KEPT_STATEMENTS = 200
MOST_WAITING = 50  # far fewer than are kept: none may be dropped while it waits
SERVER_WENT_AWAY = frozenset({"57P01", "57P02", "57P03", "08006", "53300"})  # shut down, starting, full
PLAN_IS_STALE = frozenset({"0A000", "26000"})  # "cached plan must not change result type"; statement unknown

Statement = tuple[bytes, Any, Sequence[protocol.Reader]]


class OneTripConnection(pg8000.dbapi.Connection):  # type: ignore[misc]  # pg8000 has no types
    """A connection that remembers what it has prepared, and keeps statements back until somebody wants an answer.

    In a transaction a statement waits until its rows are fetched, or those of one behind it, or until COMMIT; then
    all that wait leave in their order under one Sync: one trip. BEGIN leaves with the first of them. An error of one
    of them is raised there, and undoes the transaction as it would have before.
    """

    _sock: Any  # pg8000's; None once it is closed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.prepared: OrderedDict[tuple[str, tuple[int, ...]], Statement] = OrderedDict()
        self.waiting: list[Call] = []
        self.is_patient = False  # whether queries wait outside of a transaction too
        super().__init__(*args, **kwargs)
        self.register_in_adapter(TIMESTAMPTZ, protocol.moment)
        self.register_in_adapter(DATE, protocol.day)

    def cursor(self) -> "OneTripCursor":
        return OneTripCursor(self)

    def commit(self) -> None:
        if not self._in_transaction and len(self.waiting) <= 1:  # nothing, or a BEGIN that nothing followed
            self.waiting.clear()
            return
        self.keep_back(self.call("commit"))
        self.run_waiting()

    def rollback(self) -> None:
        self.waiting.clear()
        if self._in_transaction:
            self.execute_simple("rollback")

    def close(self) -> None:
        """Say goodbye. A server that is gone hears none, but pg8000 then leaves the unsaid word in its buffer,
        and the socket open with it.
        """
        self.waiting.clear()
        if self.has_hung_up:
            return
        buffered = self._sock
        try:
            super().close()
        except (pg8000.dbapi.InterfaceError, OSError):
            with suppress(OSError, ValueError):
                buffered.close()

    def handle_messages(self, context: Any) -> None:
        """All messages of an answer. A reset connection is a lost one; pg8000 lets that one error through as it is."""
        kind = None
        try:
            while kind != READY_FOR_QUERY:
                kind, length = protocol.header(self._read(protocol.HEADER_BYTES))
                self.message_types[kind](self._read(length - 4), context)
        except OSError as error:
            raise pg8000.dbapi.InterfaceError("network error") from error
        finally:
            if kind != READY_FOR_QUERY:
                self.hang_up()  # the rest of this answer would be taken for the next one's
        if context.error is not None:
            raise context.error

    def hang_up(self) -> None:
        """Leave without a word. Whoever uses the connection hears that it is closed."""
        buffered, self._sock = self._sock, None
        with suppress(OSError, ValueError):
            buffered.close()
            self._usock.close()

    @property
    def has_hung_up(self) -> bool:
        return self._sock is None

    def _read(self, size: int) -> bytes:
        """That many bytes, which only the end of the connection makes fewer."""
        found: bytes = self._sock.read(size)
        if len(found) < size:
            raise pg8000.dbapi.InterfaceError("network error")
        return found

    def handle_COMMAND_COMPLETE(self, data: bytes, context: Any) -> None:  # noqa: N802  pg8000's name
        super().handle_COMMAND_COMPLETE(data, context)
        if isinstance(context, Flight):
            context.next()

    def handle_DATA_ROW(self, data: bytes, context: Any) -> None:  # noqa: N802
        reply = context.now if isinstance(context, Flight) else context
        if isinstance(reply, Reply):
            reply.rows.append(protocol.row_of(data, reply.input_funcs))
        else:
            super().handle_DATA_ROW(data, reply)

    def ask(self, sql: str, values: Sequence[Any]) -> "Reply":
        """Run a statement with `$1, $2, …` at once, and what waits before it."""
        call = self.call(sql, values)
        self.keep_back(call)
        self.run_waiting()
        return call.reply

    def call(self, sql: str, values: Sequence[Any] = (), oids: tuple[int, ...] = ()) -> "Call":
        """One run of a statement, which is prepared if it was not."""
        name, columns, readers = self.prepare_once(sql, oids)
        return Call((sql, oids), name, make_params(self.py_types, values), Reply(sql, None, columns, readers))

    def keep_back(self, call: "Call") -> None:
        """Let it leave with what comes next."""
        if not (self._in_transaction or self.autocommit or self.waiting):
            self.waiting.append(self.call("begin"))
        self.waiting.append(call)
        if len(self.waiting) >= MOST_WAITING:
            self.run_waiting()

    def run_waiting(self) -> None:
        """Run what waits, in one trip."""
        calls, self.waiting = self.waiting, []
        if not calls:
            return
        try:
            self._run(calls)
        except pg8000.dbapi.DatabaseError as error:
            if sqlstate_of(error) not in PLAN_IS_STALE:
                raise
            self._forget(calls)
            if not self.autocommit or self.is_patient:
                raise
            # The server refuses a stale plan before it runs anything, so asking again cannot do it twice.
            self._run([call.prepared_anew(self.prepare_once(*call.key)) for call in calls])

    def _run(self, calls: "Sequence[Call]") -> None:
        self._send(b"".join([protocol.one_run(call.name, call.values) for call in calls]) + SYNC_MSG)
        answers = calls[0].reply if len(calls) == 1 else Flight(calls)
        try:
            self.handle_messages(answers)
        except pg8000.dbapi.Error as error:
            for call in calls:
                call.reply.error = error
            raise

    def _send(self, messages: bytes) -> None:
        if self.has_hung_up:
            raise pg8000.dbapi.InterfaceError("connection is closed")
        _write(self._sock, messages)
        _flush(self._sock)

    def prepare_once(self, sql: str, oids: tuple[int, ...]) -> Statement:
        """The prepared form of `sql` on this connection; the least used one makes room."""
        key = (sql, oids)
        if key in self.prepared:
            self.prepared.move_to_end(key)
            return self.prepared[key]
        if len(self.prepared) >= KEPT_STATEMENTS:
            _, (oldest, _, _) = self.prepared.popitem(last=False)
            self.close_prepared_statement(oldest)
        name, columns, read = self.prepare_statement(sql, oids)
        self.prepared[key] = name, columns, [protocol.reader_of(one) for one in read]
        return self.prepared[key]

    def _forget(self, calls: "Sequence[Call]") -> None:
        """Drop statements of which the server no longer accepts a plan, there and here."""
        for call in calls:
            if self.prepared.pop(call.key, None):
                self.close_prepared_statement(call.name)


class Reply(Context):  # type: ignore[misc]
    """What a prepared statement answers. Its `input_funcs` read bytes; those of pg8000's own contexts read text."""


@dataclass(frozen=True)
class Call:
    """A prepared statement with the values it is to run with, and the place for its rows."""

    key: tuple[str, tuple[int, ...]]
    name: bytes
    values: Sequence[str | None]
    reply: Reply

    def prepared_anew(self, statement: Statement) -> "Call":
        name, self.reply.columns, self.reply.input_funcs = statement
        self.reply.error = None
        return replace(self, name=name)


class Flight:
    """The answers to several calls, as one context to pg8000: each call's rows go to its own reply."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.error: Any = None
        self._replies: Iterator[Reply] = iter([call.reply for call in calls])
        self.now: Any = None
        self.next()

    def next(self) -> None:
        """The answer to one call is whole."""
        self.now = next(self._replies, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.now, name)

    @property
    def row_count(self) -> int:
        count: int = self.now.row_count
        return count

    @row_count.setter
    def row_count(self, count: int) -> None:
        self.now.row_count = count


class OneTripCursor(pg8000.dbapi.Cursor):  # type: ignore[misc]
    """A cursor whose statement runs when its rows are fetched, and with those that wait before it."""

    _c: OneTripConnection | None
    _input_oids: Sequence[int]

    def execute(self, operation: str, args: Sequence[Any] = (), stream: Any = None) -> None:
        connection = self._c
        if connection is None:
            super().execute(operation, args, stream)
        elif stream is not None or not (args or _may_wait(connection, operation)):
            self._execute_plainly(connection, operation, args, stream)
        else:
            oids, self._input_oids = tuple(self._input_oids), ()
            call = connection.call(numbered(operation) if args else operation, args, oids)
            connection.keep_back(call)
            if connection.autocommit and not connection.is_patient:
                connection.run_waiting()
            self._context = call.reply
            self._row_iter = None if call.reply.columns is None else _rows(connection, call)

    def _execute_plainly(self, connection: OneTripConnection, operation: str, args: Sequence[Any], stream: Any) -> None:
        if operation.lstrip()[:8].upper() == "ROLLBACK":
            connection.waiting.clear()  # all of it came after the savepoint: making one sends what was there
        connection.run_waiting()
        super().execute(operation, args, stream)


def _rows(connection: OneTripConnection, call: Call) -> Iterator[Any]:
    """The rows of a call. Asking for the first one sends what waits."""
    if any(waiting is call for waiting in connection.waiting):
        connection.run_waiting()
    if call.reply.error is not None:
        raise call.reply.error
    yield from call.reply.rows


def _may_wait(connection: OneTripConnection, operation: str) -> bool:
    """Whether a statement without parameters is a query, which may leave with those that wait."""
    waits = connection.is_patient or not connection.autocommit
    return waits and operation.startswith("SELECT") and ";" not in operation


@lru_cache(maxsize=KEPT_STATEMENTS)
def numbered(operation: str) -> str:
    """`operation` with `%s` as `$1, $2, …`. pg8000 scans the text character by character, each time it is run."""
    sql: str = convert_paramstyle("format", operation, ())[0]
    return sql


def sqlstate_of(error: BaseException | None) -> str | None:
    """The five-letter code the server gave, or None when the error did not come from the server."""
    fields = error.args[0] if error is not None and error.args else None
    return fields.get("C") if isinstance(fields, dict) else None
