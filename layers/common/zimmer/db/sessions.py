"""The session types. The one in a function's signature tells the reader what it may do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Executable, Row, Select, func, select
from sqlalchemy.exc import DBAPIError

from zimmer.db.statements import Prepared

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase, Session

Result = TypeVar("Result")
Entity = TypeVar("Entity")
Parameters = Mapping[str, Any]
Autocommit = Callable[[], AbstractContextManager[Connection]]
Query = Select[*tuple[Any, ...]] | Prepared


class ReadSession:
    """Reads, each in one round trip and free for whoever comes next after each.

    A lost connection is mended once: reading twice does no harm.
    """

    def __init__(self, autocommit: Autocommit) -> None:
        self._autocommit = autocommit

    def rows(self, query: Query, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """All rows of a query over columns."""
        _only_reads(query)
        return self.ask(lambda connection: _run(connection, query, parameters or {}))

    def together(self, *queries: Select[*tuple[Any, ...]]) -> list[Sequence[Row[Any]]]:
        """All rows of each of several queries, in one round trip."""
        for query in queries:
            _only_reads(query)
        return self.ask(lambda connection: _patiently(connection, queries))

    def mappings(self, query: Prepared, parameters: Parameters) -> Sequence[Mapping[str, Any]]:
        """All rows by the names of their columns: for who makes something else of them at once."""
        _only_reads(query)
        return self.ask(lambda connection: query.mappings(connection, parameters))

    def first(self, query: Query, parameters: Parameters | None = None) -> Row[Any] | None:
        """The first row, or None."""
        found = self.rows(query, parameters)
        return found[0] if found else None

    def entities(self, query: Select[Entity]) -> Sequence[Entity]:
        """All rows of a query over one mapped class, detached: what was not selected cannot be read."""
        _only_reads(query)
        return self.ask(lambda connection: _entities(connection, query))

    def entity(self, query: Select[Entity]) -> Entity | None:
        """The first of `entities`, or None."""
        found = self.entities(query.limit(1))
        return found[0] if found else None

    def ask(self, work: Callable[[Connection], Result]) -> Result:
        """What `work`, which only reads, finds on the connection."""
        return _once_more(self._autocommit, work)


class AtomicSession:
    """Writes that are one statement each: no BEGIN, no COMMIT, one round trip.

    Use it only for statements that may run twice (they carry a key): a lost connection is retried once.
    """

    def __init__(self, autocommit: Autocommit) -> None:
        self._autocommit = autocommit

    def run(self, statement: Executable | Prepared, parameters: Parameters) -> Sequence[Row[Any]]:
        """Run one statement and return its rows. It is committed when this returns."""
        return _once_more(self._autocommit, lambda connection: _run(connection, statement, parameters))

    def run_asking(
        self, statement: Executable, parameters: Parameters, question: Select[*tuple[Any, ...]]
    ) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
        """Run one statement and ask something with it, in one round trip. Returns the rows of both."""
        _only_reads(question)

        def both(connection: Connection) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
            with _patient(connection):
                done, asked = connection.execute(statement, parameters), connection.execute(question)
                return done.all(), asked.all()

        return _once_more(self._autocommit, both)


def together(session: "Session", *queries: Select[*tuple[Any, ...]]) -> list[Sequence[Row[Any]]]:
    """Like `ReadSession.together`, inside a transaction."""
    return _together(session, queries)


def next_number(table: type["DeclarativeBase"]) -> Select[int]:
    """Asks for the number of a row about to be written, so that what names it need not wait until it is."""
    return select(func.nextval(func.pg_get_serial_sequence(table.__tablename__, "id")))


def heard(session: "Session") -> None:
    """Wait until the server has run what was written: its locks are held, and what it refuses is raised here.

    Without it a write waits for the next question or for the commit.
    """
    session.flush()
    session.scalar(select(1))


def _patiently(connection: Connection, queries: Sequence[Select[*tuple[Any, ...]]]) -> list[Sequence[Row[Any]]]:
    with _patient(connection):
        return _together(connection, queries)


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """Statements wait here, although there is no transaction, until the rows of one are wanted."""
    raw: Any = connection.connection.dbapi_connection
    raw.is_patient = True
    try:
        yield
    finally:
        raw.is_patient = False


def _together(asked: "Session | Connection", queries: Sequence[Select[*tuple[Any, ...]]]) -> list[Sequence[Row[Any]]]:
    results = [asked.execute(query) for query in queries]  # they leave when the first row is fetched
    return [result.all() for result in results]


def _entities(connection: Connection, query: Select[Entity]) -> Sequence[Entity]:
    from sqlalchemy.orm import Session

    with Session(bind=connection, expire_on_commit=False, autoflush=False) as session:
        return session.scalars(query).all()


def _run(connection: Connection, statement: Executable | Prepared, parameters: Parameters) -> Sequence[Row[Any]]:
    if isinstance(statement, Prepared):
        return statement.run(connection, parameters)
    return connection.execute(statement, parameters).all()


def _only_reads(query: Executable | Prepared) -> None:
    if isinstance(query, Prepared):
        query = query.statement
    if not query.is_select or getattr(query, "_for_update_arg", None) is not None:
        raise TypeError("a ReadSession only reads: take a Session to write or to lock")


def _once_more(autocommit: Autocommit, work: Callable[[Connection], Result]) -> Result:
    try:
        with autocommit() as connection:
            return work(connection)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    with autocommit() as connection:
        return work(connection)
