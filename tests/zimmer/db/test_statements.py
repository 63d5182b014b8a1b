"""A statement that the driver runs is what SQLAlchemy would have made of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import BigInteger, DateTime, Select, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from tests.factories import make_user, token_for
from tests.said import said
from tests.zimmer.db.test_sessions import hang_up, interrupted
from zimmer.db import UNIQUE_VIOLATION, Database, Prepared, sqlstate
from zimmer.models import Audience, Role, SignIn, User

WHO = (
    select(User.id, User.name, User.role, User.created_at, SignIn.id.label("session_id"), SignIn.audience)
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.audience == bindparam("audience"), User.role != Role.SUPPORT, User.created_at <= bindparam("now"))
)
ECHO = Prepared(
    text("SELECT :number AS number, :at AS at, :json AS json, :number + 1 AS next")
    .bindparams(bindparam("number", type_=BigInteger), bindparam("at", type_=DateTime(timezone=True)))
    .bindparams(bindparam("json", type_=JSONB))
)
ADD = Prepared(text("INSERT INTO users (name, email, password_hash) VALUES (:name, :email, '') RETURNING id, name"))


@pytest.fixture(params=[True, False], ids=["one-trip", "plain"])
def container(own_database: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """By our driver, and by pg8000 as it is (DB_PREPARED=off)."""
    with closing(Database(own_database, prepared=request.param)) as database:
        yield database


def test_rows_are_those_of_sqlalchemy(container: Database) -> None:
    with container.transaction() as session:
        user = make_user(session, role=Role.MANAGER)
        token_for(session, user, audience=Audience.ADMIN)
    asked = {"audience": Audience.ADMIN, "now": datetime.now(UTC)}
    reader = container.read()
    [ours], [theirs] = reader.rows(Prepared(WHO), asked), reader.rows(WHO, asked)
    assert ours._asdict() == theirs._asdict()
    assert [type(value) for value in ours] == [type(value) for value in theirs]
    assert (ours.role, ours.audience) == (Role.MANAGER, Audience.ADMIN)
    assert reader.mappings(Prepared(WHO), asked) == [theirs._asdict()]


def test_values_come_back_as_they_went(container: Database) -> None:
    at = datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
    for number in (2**62, -1):
        [row] = container.atomic().run(ECHO, {"number": number, "at": at, "json": {"نام": [None, 1.5]}})
        assert (row.number, row.at, row.json, row.next) == (number, at, {"نام": [None, 1.5]}, number + 1)


def test_what_is_named_often_is_sent_once(other: Database) -> None:
    with said() as heard:
        other.atomic().run(ECHO, {"number": 1, "at": datetime.now(UTC), "json": None})
    sql, values = heard[-1]
    assert (sql.count("$1"), len(values)) == (2, 3)


def test_a_parameter_that_is_missing_is_named(other: Database) -> None:
    with pytest.raises(KeyError, match="json"):
        other.atomic().run(ECHO, {"number": 1, "at": datetime.now(UTC)})


def test_a_list_whose_length_matters_is_refused(other: Database) -> None:
    among = Prepared(select(User.id).where(User.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(TypeError, match="ids"):
        other.read().rows(among, {"ids": [1]})


def test_a_read_session_runs_no_writes(other: Database) -> None:
    writing: Select[int] = insert(User).values(name="x").returning(User.id)  # type: ignore[assignment]
    with pytest.raises(TypeError):
        other.read().rows(Prepared(writing))


def test_what_the_server_refuses_is_sqlalchemys_error_and_undone(container: Database) -> None:
    writer = container.atomic()
    [added] = writer.run(ADD, {"name": "سارا", "email": "sara@example.com"})
    twin = {"name": "دیگری", "email": "sara@example.com"}
    with pytest.raises(DBAPIError) as ours:
        writer.run(ADD, twin)
    with pytest.raises(DBAPIError) as theirs:
        writer.run(ADD.statement, twin)
    assert type(ours.value) is type(theirs.value)
    assert (sqlstate(ours.value), ours.value.connection_invalidated) == (UNIQUE_VIOLATION, False)
    assert twin["name"] not in str(ours.value)  # what is sent may be a secret
    assert [row.name for row in container.read().rows(select(User.name))] == [added.name]


def test_a_lost_connection_is_mended_once(container: Database, other: Database) -> None:
    asked = {"number": 1, "at": datetime.now(UTC), "json": None}
    container.atomic().run(ECHO, asked)
    hang_up(other)
    assert container.atomic().run(ECHO, asked)[0].number == 1


def test_a_transaction_after_it_is_a_transaction(container: Database, other: Database) -> None:
    container.atomic().run(ECHO, {"number": 1, "at": datetime.now(UTC), "json": None})
    interrupted(container)
    assert other.read().rows(select(User.id)) == []
