"""A copy of the database that is only read, seconds behind it: for lists and figures, never for a decision.

Whatever the copy cannot answer, the primary is asked: a copy that is down, that is being restarted, or that broke off
a query because it had to catch up. It is then left alone for a while, so that not every request waits for it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from zimmer import clock
from zimmer.db.engine import Database, database
from zimmer.db.sessions import ReadSession, Result
from zimmer.observability import logger
from zimmer.settings import get_settings, read_again

LEFT_ALONE = timedelta(seconds=30)


def replica() -> ReadSession:
    """Reads that may be seconds old. Without a copy they are the primary's."""
    copy = _configured()
    return ReplicaSession(copy, database().read()) if copy else database().read()


def is_configured() -> bool:
    return bool(get_settings().replica)


def forget() -> None:
    """Close the connection to the copy."""
    if _configured.cache_info().currsize:
        copy = _configured()
        if copy:
            copy.database.close()
        _configured.cache_clear()


class Replica:
    """The copy, and whether it may be asked. That it went away and that it is back is logged once each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._alone_until = datetime.min.replace(tzinfo=UTC)
        self._is_away = False

    @property
    def may_be_asked(self) -> bool:
        return clock.now() >= self._alone_until

    def failed(self, error: DBAPIError) -> None:
        self._alone_until = clock.now() + LEFT_ALONE
        if not self._is_away:
            logger().warning("database.replica-away", reason=type(error.orig).__name__)
        self._is_away = True

    def answered(self) -> None:
        if self._is_away:
            logger().info("database.replica-back")
        self._is_away = False


class ReplicaSession(ReadSession):
    """Reads on the copy, and on the primary when that fails."""

    def __init__(self, copy: Replica, primary: ReadSession) -> None:
        super().__init__(copy.database.autocommit)
        self._copy, self._primary = copy, primary

    def ask(self, work: Callable[[Connection], Result]) -> Result:
        if not self._copy.may_be_asked:
            return self._primary.ask(work)
        try:
            answer = super().ask(work)
        except DBAPIError as error:
            self._copy.failed(error)
            return self._primary.ask(work)
        self._copy.answered()
        return answer


@lru_cache(maxsize=1)
def _configured() -> Replica | None:
    settings = get_settings()
    if not settings.replica:
        return None
    return Replica(
        Database(
            settings.replica,
            prepared=settings.db_prepared,
            ssl_root=None if settings.is_local else settings.db_ssl_root,
            renewed=_url_read_again if settings.db_secret_id else None,
        )
    )


def _url_read_again() -> str:
    return read_again().replica
