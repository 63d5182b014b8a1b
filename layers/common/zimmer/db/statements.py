"""Statements that are known from the start: SQLAlchemy writes them down once, and the driver runs them.

Going through SQLAlchemy for each run takes longer than a small question does: it looks the written form up, sorts the
parameters, and builds a result that can do much nobody asks of it. Here a run is the values in their order and the
rows. Queries that are put together for a request stay with SQLAlchemy.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import pg8000.dbapi
from sqlalchemy import ClauseElement, Connection, Executable, Row
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from zimmer.db.prepared import SERVER_WENT_AWAY, OneTripConnection, Reply, sqlstate_of

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultDialect

Change = Callable[[Any], Any]
_Rows = tuple[tuple[str, ...], Sequence[list[Any]]]


class Prepared:
    """A statement that is put together when its module is loaded, and run with other values each time.

    What changes from run to run are its named parameters; none of them may be the list of an `IN`.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._written: _Written | None = None

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Its rows. Raises DBAPIError where SQLAlchemy would, KeyError for a parameter that is missing."""
        driver = connection.connection.dbapi_connection
        if not isinstance(driver, OneTripConnection):
            return connection.execute(self.statement, parameters).all()
        names, rows = self._asked(connection, driver, parameters)
        return [*map(_row_of(names), rows)]

    def mappings(self, connection: Connection, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Its rows by the names of their columns. Raises as `run` does."""
        driver = connection.connection.dbapi_connection
        if not isinstance(driver, OneTripConnection):
            return [row._asdict() for row in connection.execute(self.statement, parameters)]
        names, rows = self._asked(connection, driver, parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _asked(self, connection: Connection, driver: OneTripConnection, parameters: Mapping[str, Any]) -> "_Rows":
        if self._written is None:
            self._written = _Written(self.statement, cast("type[DefaultDialect]", type(connection.dialect)))
        written = self._written
        try:
            reply = driver.ask(written.sql, written.values(parameters))
        except pg8000.dbapi.Error as error:
            raise _wrapped(error, connection, written.sql) from error
        return written.rows(reply)


class _Written:
    """The text with `$1, $2, …`, and how values are sent and rows are read."""

    def __init__(self, statement: Executable, kind: "type[DefaultDialect]") -> None:
        # Numbered, so that what is named often is sent and read once.
        dialect = kind(paramstyle="numeric_dollar")
        compiled = cast("SQLCompiler", cast("ClauseElement", statement).compile(dialect=dialect))
        if compiled.post_compile_params:
            raise TypeError(f"this depends on the number of values: {sorted(map(str, compiled.post_compile_params))}")
        self.sql = compiled.string
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._sent = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        columns = getattr(statement, "exported_columns", ())  # a plain text says nothing of its own
        read = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._read = [(place, change) for place, change in enumerate(read) if change]

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        given = {**self._constants, **parameters}
        return [change(given[name]) if change else given[name] for name, change in self._sent]

    def rows(self, reply: Reply) -> "_Rows":
        """The names of the columns, and the rows with each value as its type reads it."""
        if reply.columns is None:
            return (), ()
        for row in reply.rows:
            for place, change in self._read:
                row[place] = change(row[place])
        return tuple([column["name"] for column in reply.columns]), reply.rows


@lru_cache(maxsize=200)
def _row_of(names: tuple[str, ...]) -> Callable[[Sequence[Any]], Row[Any]]:
    return result_tuple(names)


def _wrapped(error: Any, connection: Connection, sql: str) -> BaseException:
    """The error as SQLAlchemy would raise it. A connection that is lost is not used again."""
    dialect = connection.dialect
    is_lost = sqlstate_of(error) in SERVER_WENT_AWAY or dialect.is_disconnect(error, None, None)
    if is_lost:
        connection.invalidate(error)
    wrapped: BaseException = DBAPIError.instance(
        sql,
        None,
        error,
        pg8000.dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
    return wrapped
