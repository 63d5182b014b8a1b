"""The database's password is changed under a running container, as a rotation does, and nobody tells it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pg8000.dbapi
import pg8000.native
import pytest

from local.postgres import Server
from local.secrets_extension import Extension
from tests.api import Api
from tests.zimmer.conftest import SetEnv
from zimmer import db, snapstart

LOGIN = "zimmer_rotated"
PATH = "/api/automations/available"
READY = 1000


class Account:
    """A login of this Postgres that needs a password."""

    def __init__(self, server: Server, url: str) -> None:
        self.server, self.database = server, urlsplit(url).path.lstrip("/")

    def run(self, statement: str) -> list[list[object]]:
        with closing(self._connected("zimmer", None)) as connection:
            return list(connection.run(statement) or [])

    def change_password(self, password: str) -> None:
        """What a rotation does: change it, and every new connection needs it. Then the old connections end."""
        self.run(f"ALTER ROLE {LOGIN} PASSWORD '{password}'")
        self.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{LOGIN}'")

    def lets_in(self, password: str) -> bool:
        try:
            self._connected(LOGIN, password).close()
        except pg8000.dbapi.DatabaseError:
            return False
        return True

    def connections(self) -> int:
        return len(self.run(f"SELECT pid FROM pg_stat_activity WHERE usename = '{LOGIN}'"))

    def _connected(self, user: str, password: str | None) -> pg8000.native.Connection:
        return pg8000.native.Connection(
            user, password=password, host="localhost", port=self.server.port, database=self.database
        )


@pytest.fixture
def account(postgres: Server, own_database: str) -> Iterator[Account]:
    account = Account(postgres, own_database)
    account.run(f"CREATE ROLE {LOGIN} SUPERUSER LOGIN PASSWORD 'first'")
    with needing_a_password(account):
        yield account
    account.run(f"DROP ROLE {LOGIN}")


@contextmanager
def needing_a_password(account: Account) -> Iterator[None]:
    """The server of the tests trusts whoever comes; this one login it does not."""
    [[rules_file]] = account.run("SHOW hba_file")
    rules = Path(str(rules_file))
    before = rules.read_text()
    rules.write_text(f"host all {LOGIN} all scram-sha-256\n{before}")
    account.run("SELECT pg_reload_conf()")
    assert any(not account.lets_in("wrong") for _ in range(READY)), "the server never read its new rules"
    yield
    rules.write_text(before)
    account.run("SELECT pg_reload_conf()")


@pytest.fixture
def container(account: Account, environment: SetEnv, extension: Extension) -> Iterator[Account]:
    """A container whose environment names the secret of the database."""
    extension.put("db", {"username": LOGIN, "password": "first"})
    environment(DB_SECRET_ID="db", DB_HOST="localhost", DB_PORT=str(account.server.port), DB_NAME=account.database)
    yield account
    db.forget()


def test_the_request_after_a_rotation_reads_the_new_password_and_succeeds(
    container: Account, extension: Extension
) -> None:
    assert Api().get(PATH).status == 200
    extension.put("db", {"username": LOGIN, "password": "second"})
    container.change_password("second")
    assert not container.lets_in("first")
    assert Api().get(PATH).status == 200
    assert extension.asked == ["db", "db"]


def test_while_the_secret_is_behind_the_customer_is_told_to_come_back(container: Account, extension: Extension) -> None:
    assert Api().get(PATH).status == 200
    container.change_password("second")
    answer = Api().get(PATH)
    assert (answer.status, answer.code) == (503, "database-unavailable")
    extension.put("db", {"username": LOGIN, "password": "second"})
    assert Api().get(PATH).status == 200


def test_a_password_that_is_no_secret_of_ours_is_tried_once(environment: SetEnv, account: Account) -> None:
    environment(
        DB_USER=LOGIN,
        DB_PASSWORD="wrong",
        DB_HOST="localhost",
        DB_PORT=str(account.server.port),
        DB_NAME=account.database,
    )
    assert Api().get(PATH).status == 503
    db.forget()


def test_a_snapshot_holds_no_connection_and_its_copy_makes_one_with_the_password_of_then(
    container: Account, extension: Extension
) -> None:
    assert Api().get(PATH).status == 200
    snapstart.before_snapshot()
    assert any(container.connections() == 0 for _ in range(READY))
    extension.put("db", {"username": LOGIN, "password": "second"})
    container.change_password("second")
    snapstart.after_restore()
    assert Api().get(PATH).status == 200
    assert extension.asked == ["db", "db"]
