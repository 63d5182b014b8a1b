"""One connection, three ways to speak on it, and what each refuses."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from tests.factories import make_user
from zimmer.db import Database, NestedTransaction, committed, engine, using
from zimmer.models import BusinessSettings, User


@pytest.fixture
def container(own_database: str) -> Iterator[Database]:
    """A container's database with a connection of its own."""
    with closing(Database(own_database)) as database, using(database):
        yield database


def names(database: Database) -> list[str]:
    return [row.name for row in database.read().rows(select(User.name))]


def interrupted(database: Database) -> None:
    """A transaction that writes and then fails."""
    with suppress(RuntimeError), database.transaction() as session:
        make_user(session)
        raise RuntimeError


def test_a_transaction_is_seen_by_others_once_its_block_ends(container: Database, other: Database) -> None:
    with container.transaction() as session:
        make_user(session, name="سارا")
        assert names(other) == []
    assert names(other) == ["سارا"]


def test_a_transaction_that_raises_leaves_nothing(container: Database, other: Database) -> None:
    interrupted(container)
    assert names(other) == []
    assert not container.in_transaction


def test_a_committed_step_refuses_to_start_inside_a_transaction(container: Database) -> None:
    with container.transaction(), pytest.raises(NestedTransaction), committed():
        pass


def test_a_committed_step_stays_when_what_follows_raises(container: Database, other: Database) -> None:
    def refuse() -> None:
        with committed() as session:
            make_user(session, name="ماندگار")
        raise PermissionError

    with pytest.raises(PermissionError):
        refuse()
    assert names(other) == ["ماندگار"]


def test_a_read_gives_the_connection_back_so_that_a_transaction_can_start(container: Database) -> None:
    reader = container.read()
    reader.rows(select(User.id))
    with container.transaction() as session:
        make_user(session)
    assert len(reader.rows(select(User.id))) == 1


def test_threads_that_share_a_database_wait_for_each_other(container: Database) -> None:
    def ask(number: int) -> int:
        [row] = container.atomic().run(text("SELECT pg_sleep(0.01), :number + 0 AS number"), {"number": number})
        return int(row.number)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(40))) == list(range(40))


def test_a_read_inside_a_transaction_says_that_the_connection_is_in_use(
    container: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.1)
    with container.transaction(), pytest.raises(TimeoutError, match="in use"):
        names(container)
    assert names(container) == []


def test_a_block_that_raises_leaves_a_connection_that_works(container: Database, other: Database) -> None:
    with suppress(ZeroDivisionError), container.autocommit() as connection:
        connection.execute(select(User.id))
        raise ZeroDivisionError
    interrupted(container)
    assert names(container) == names(other) == []


def test_a_read_session_neither_writes_nor_locks(container: Database) -> None:
    reader = container.read()
    with pytest.raises(TypeError):
        reader.rows(insert(User).values(name="x").returning(User.id))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        reader.rows(select(User.id).with_for_update())


def test_an_entity_read_keeps_what_was_selected(container: Database) -> None:
    settings = container.read().entity(select(BusinessSettings))
    assert settings is not None
    assert settings.demo_tokens == 5


def test_an_atomic_statement_is_committed_when_it_returns(container: Database, other: Database) -> None:
    statement = text("INSERT INTO users (name, email, password_hash) VALUES (:name, 'a@example.com', '') RETURNING id")
    assert len(container.atomic().run(statement, {"name": "یکجا"})) == 1
    assert names(other) == ["یکجا"]


def test_after_an_atomic_statement_transactions_are_transactions_again(container: Database, other: Database) -> None:
    container.atomic().run(text("SELECT :one"), {"one": 1})
    interrupted(container)
    assert names(other) == []


def hang_up(other: Database) -> None:
    """The server ends every connection but the one that asks."""
    other.atomic().run(
        text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND :all"
        ),
        {"all": True},
    )


def test_a_read_mends_a_lost_connection(container: Database, other: Database) -> None:
    container.read().rows(select(User.id))
    hang_up(other)
    assert container.read().rows(select(User.id)) == []


def test_a_transaction_after_a_lost_one_works(container: Database, other: Database) -> None:
    def work() -> None:
        with container.transaction() as session:
            session.execute(select(User.id))
            hang_up(other)
            session.execute(select(User.name))

    with pytest.raises(DBAPIError) as lost:
        work()
    assert lost.value.connection_invalidated
    with container.transaction() as session:
        make_user(session)
    assert len(names(other)) == 1


def test_a_transaction_starts_on_a_new_connection_when_the_idle_one_was_closed(
    own_database: str, other: Database
) -> None:
    """The customer who has just paid may meet a container that slept: the callback's first word is a BEGIN."""
    with closing(Database(own_database, idle_seconds=0)) as container:
        container.read().rows(select(User.id))
        hang_up(other)
        with container.transaction() as session:
            make_user(session)
    assert len(names(other)) == 1


def test_how_long_a_connection_was_idle_counts_from_its_last_statement(
    container: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept between single statements and given back when a transaction begins: that is no use of it."""
    names(container)
    hang_up(other)
    later = time.monotonic() + 60
    monkeypatch.setattr(engine, "time", SimpleNamespace(monotonic=lambda: later))
    with container.transaction() as session:
        make_user(session)
    monkeypatch.undo()
    assert len(names(other)) == 1


def test_a_block_that_shrugs_off_a_lost_connection_leaves_one_that_commits(
    container: Database, other: Database
) -> None:
    names(container)
    hang_up(other)
    with container.autocommit() as connection, suppress(DBAPIError):
        connection.execute(select(User.id))
    statement = text("INSERT INTO users (name, email, password_hash) VALUES (:name, 'a@example.com', '') RETURNING id")
    assert len(container.atomic().run(statement, {"name": "ماندگار"})) == 1
    assert names(other) == ["ماندگار"]
