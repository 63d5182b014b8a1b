"""The database as tests see it: rolled back after each, or a copy of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from zimmer.db import Database, Session


class RolledBackDatabase(Database):
    """Every session on one connection, inside a transaction that the test never commits."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection: Connection | None = None

    @contextmanager
    def rolled_back(self) -> Iterator[Connection]:
        """The connection and, around the block, its transaction."""
        with self.connect() as connection:
            transaction = connection.begin()
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None
                transaction.rollback()

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """A statement that fails undoes itself and leaves the test's transaction whole. While a `Session` is open, a
        container would wait for itself here.
        """
        assert not self.in_transaction, "the container's only connection is in use"
        with self.held.begin_nested():
            yield self.held

    def session(self) -> Session:
        """A session beside those of the code under test, on the same connection."""
        return Session(self.held, expire_on_commit=False, join_transaction_mode="create_savepoint")

    def _new_session(self) -> Session:
        return self.session()

    @property
    def held(self) -> Connection:
        """The one connection, in the test's transaction."""
        assert self._connection is not None, "no test is running on this database"
        return self._connection
