"""The container's engine and its one connection."""

import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pg8000.dbapi
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from zimmer.db.prepared import SERVER_WENT_AWAY, OneTripConnection, sqlstate_of
from zimmer.db.sessions import AtomicSession, ReadSession
from zimmer.observability import logger
from zimmer.settings import get_settings, read_again

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CONNECT_SECONDS = 5
IDLE_SECONDS = 1.0
WAIT_SECONDS = 2.0
LOGIN_REFUSED = frozenset({"28P01", "28000"})  # wrong password; no such login, which is what RDS Proxy says


class NestedTransaction(RuntimeError):
    """A second transaction was asked for while one is open on the only connection."""


class Database:
    """One Postgres, reached over one connection.

    `prepared=False` speaks plain pg8000 (DB_PREPARED=off), for comparison and for a proxy that dislikes it.
    `ssl_root` names the bundle of roots for TLS, "" stands for the system's, None for a plain connection.
    A connection that was idle for `idle_seconds` is looked at before it is used again. When the server refuses the
    login, `renewed` is asked for the URL as it is now, and the login tried once more.
    """

    def __init__(
        self,
        url: str,
        *,
        prepared: bool = True,
        ssl_root: str | None = None,
        idle_seconds: float = IDLE_SECONDS,
        renewed: Callable[[], str] | None = None,
    ) -> None:
        self._engine = _engine(_Door(url, prepared=prepared, ssl_root=ssl_root, renewed=renewed))
        event.listen(self._engine, "checkin", _note_idle_since)
        event.listen(self._engine, "checkout", partial(_refuse_one_that_was_hung_up, idle_seconds))
        self._turn = threading.Lock()
        self._kept: Connection | None = None
        self._used_at = 0.0
        self._idle_seconds = idle_seconds
        self._in_transaction = False

    @property
    def in_transaction(self) -> bool:
        """Whether a `Session` is open on the connection right now."""
        return self._in_transaction

    def read(self) -> ReadSession:
        return ReadSession(self.autocommit)

    def atomic(self) -> AtomicSession:
        return AtomicSession(self.autocommit)

    @contextmanager
    def transaction(self) -> Iterator["Session"]:
        """A session that commits when the block ends and rolls back when it raises.

        Raises NestedTransaction while another one is open.
        """
        if self._in_transaction:
            raise NestedTransaction("a transaction is open on this container's only connection")
        self._wait_for_its_turn()
        self._in_transaction = True
        try:
            self._give_back()
            with self._new_session() as session, session.begin():
                yield session
        finally:
            self._in_transaction = False
            self._turn.release()

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """The connection with each statement standing for itself.

        Not SQLAlchemy's AUTOCOMMIT level: putting that back costs a `SET SESSION`, which is two more
        round trips and pins the connection of an RDS Proxy. The connection is kept for the next of these: taking it
        from SQLAlchemy's pool and giving it back takes as long as a small question.
        """
        self._wait_for_its_turn()
        try:
            connection = self._taken()
            yield connection
            connection.rollback()  # nothing, to the server; to SQLAlchemy the end of what it thinks has begun
            self._used_at = time.monotonic()
        except BaseException:
            self._give_back()
            raise
        finally:
            self._turn.release()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """The bare connection, for migrations."""
        self._give_back()
        with self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give the connection back to the server."""
        self._give_back()
        self._engine.dispose()

    def _wait_for_its_turn(self) -> None:
        """Threads that share a container's database wait for each other. Raises TimeoutError."""
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise TimeoutError("the container's only connection is in use")

    def _taken(self) -> Connection:
        """The connection that was kept. One that was idle goes through the pool, which looks at it."""
        if self._kept is None or self._kept.invalidated or time.monotonic() - self._used_at >= self._idle_seconds:
            self._give_back()
            self._kept = self._engine.connect()
            driver: Any = self._kept.connection.dbapi_connection
            driver.autocommit = True
        return self._kept

    def _give_back(self) -> None:
        kept, self._kept = self._kept, None
        if kept is None:
            return
        if not kept.invalidated:
            driver: Any = kept.connection.dbapi_connection
            driver.autocommit = False
            kept.info["idle_since"] = self._used_at  # giving it back is no use of it
        kept.close()

    def _new_session(self) -> "Session":
        from sqlalchemy.orm import Session  # 30 ms, which who asks single statements need not pay

        return Session(self._engine, expire_on_commit=False)


_in_use: ContextVar[Database | None] = ContextVar("database", default=None)


def database() -> Database:
    """The database of this container."""
    return _in_use.get() or _from_settings()


@contextmanager
def using(other: Database) -> Iterator[Database]:
    """Work on `other` inside the block: a thread with a connection of its own, or a test."""
    token = _in_use.set(other)
    try:
        yield other
    finally:
        _in_use.reset(token)


@contextmanager
def committed() -> Iterator["Session"]:
    """A step that is committed before the next line runs, whatever becomes of the request.

    For conversations with a third party (never held open across the call) and for what must outlive a
    refusal. Raises NestedTransaction inside a request that already has a `Session`.
    """
    with database().transaction() as session:
        yield session


def sqlstate(error: BaseException) -> str | None:
    """The server's five-letter code behind a SQLAlchemy error, if it came from the server."""
    return sqlstate_of(getattr(error, "orig", None))


def forget() -> None:
    """Close this container's connection; whoever asks next connects by the settings of then."""
    if _from_settings.cache_info().currsize:
        _from_settings().close()
        _from_settings.cache_clear()


@lru_cache(maxsize=1)
def _from_settings() -> Database:
    settings = get_settings()
    return Database(
        settings.database,
        prepared=settings.db_prepared,
        ssl_root=None if settings.is_local else settings.db_ssl_root,
        renewed=_url_read_again if settings.db_secret_id else None,
    )


def _url_read_again() -> str:
    """The password is changed by a schedule (rotation), and nobody tells the containers."""
    logger().warning("database.login-refused")
    return read_again().database


class _Door:
    """How the server is entered. It opens again after the password was changed."""

    def __init__(self, url: str, *, prepared: bool, ssl_root: str | None, renewed: Callable[[], str] | None) -> None:
        self._kind = OneTripConnection if prepared else pg8000.dbapi.Connection
        self._url, self._ssl_root, self._renewed = url, ssl_root, renewed

    @property
    def keeps_statements_back(self) -> bool:
        return self._kind is OneTripConnection

    def enter(self) -> pg8000.dbapi.Connection:
        try:
            return self._connected()
        except pg8000.dbapi.DatabaseError as error:
            if self._renewed is None or sqlstate_of(error) not in LOGIN_REFUSED:
                raise
        self._url = self._renewed()
        return self._connected()

    def _connected(self) -> pg8000.dbapi.Connection:
        connection = self._kind(**_login(self._url, self._ssl_root))
        connection._usock.settimeout(None)  # the limit was for connecting; a statement may wait for a lock
        return connection


def _engine(door: _Door) -> Engine:
    engine = create_engine(
        "postgresql+pg8000://",
        creator=door.enter,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,  # an error's text ends in a log; a password's hash must not
    )
    if (
        door.keeps_statements_back
    ):  # a write that waits has not been counted; what may not be lost is locked before it is written
        engine.dialect.supports_sane_rowcount = engine.dialect.supports_sane_multi_rowcount = False
    event.listen(engine, "handle_error", _notice_a_lost_server)
    return engine


def _login(url: str, ssl_root: str | None) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password) if parts.password else None,
        "host": parts.hostname or "localhost",
        "port": parts.port or 5432,
        "database": parts.path.lstrip("/"),
        # False, not None: with None pg8000 asks for TLS and takes any certificate.
        "ssl_context": False if ssl_root is None else _ssl_context(ssl_root),
        "timeout": CONNECT_SECONDS,
        "application_name": "zimmer",
    }


@lru_cache(maxsize=1)
def _ssl_context(root: str) -> Any:
    """One context for all connections: building one takes 25 ms, most of it reading roots."""
    import ssl

    return ssl.create_default_context(cafile=root or None)


def _note_idle_since(_: Any, pooled: ConnectionPoolEntry) -> None:
    pooled.info.setdefault("idle_since", time.monotonic())


def _refuse_one_that_was_hung_up(idle_seconds: float, raw: Any, pooled: ConnectionPoolEntry, _: Any) -> None:
    """A server (or an RDS Proxy) that closed an idle connection has something to read on it: its goodbye.

    Looking costs no round trip, where a ping would; the pool connects anew. A connection in use is not looked
    at: what stands in its socket may be part of an answer.
    """
    if isinstance(raw, OneTripConnection) and raw.has_hung_up:
        raise DisconnectionError("an answer was not read to its end")
    idle_since = pooled.info.pop("idle_since", None)
    if idle_since is None or time.monotonic() - idle_since < idle_seconds:
        return
    readable, _, _ = select.select([raw._usock], [], [], 0)
    if readable:
        raise DisconnectionError("the server closed the idle connection")


def _notice_a_lost_server(context: ExceptionContext) -> None:
    """A server that says goodbye is a lost connection too; the dialect only knows broken sockets."""
    if sqlstate_of(context.original_exception) in SERVER_WENT_AWAY:
        context.is_disconnect = True
