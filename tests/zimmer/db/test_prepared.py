"""The contract with pg8000's internals: statements are prepared once, and a stale plan is mended."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pg8000 import converters
from sqlalchemy import ARRAY, BigInteger, Date, DateTime, LargeBinary, bindparam, cast, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from zimmer.db import Database, Prepared, protocol
from zimmer.db.prepared import KEPT_STATEMENTS, OneTripConnection, numbered


@pytest.fixture
def database(own_database: str) -> Iterator[Database]:
    with closing(Database(own_database)) as database:
        yield database


def raw(database: Database) -> OneTripConnection:
    with database.autocommit() as connection:
        found = connection.connection.dbapi_connection
        assert isinstance(found, OneTripConnection)
        return found


def run(database: Database, sql: str, **parameters: object) -> object:
    return database.atomic().run(text(sql), parameters)[0][0]


def test_a_statement_is_prepared_once(database: Database) -> None:
    for number in range(3):
        assert run(database, "SELECT :number + 0", number=number) == number
    assert len(raw(database).prepared) == 1


def test_the_same_text_with_other_types_is_another_statement(database: Database) -> None:
    connection = raw(database)
    for kind, value in ((converters.BIGINT, 1), (converters.TEXT, "1")):
        cursor = connection.cursor()
        cursor.setinputsizes(kind)
        cursor.execute("SELECT %s", (value,))
        assert cursor.fetchall() == ([value],)
    assert len([sql for sql, _ in connection.prepared if sql == "SELECT $1"]) == 2


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BigInteger(), 2**62),
        (BigInteger(), None),
        (LargeBinary(), b"\x00\xff"),
        (JSONB(), {"نام": ["٪", None, 1.5]}),
        (ARRAY(BigInteger), [1, 2, 3]),
        (ARRAY(BigInteger), []),
        (Date(), date(2026, 3, 21)),
        (DateTime(timezone=True), datetime(2026, 3, 20, 20, 30, tzinfo=UTC)),
    ],
)
def test_values_come_back_as_they_went(database: Database, kind: TypeEngine[Any], value: object) -> None:
    statement = select(cast(bindparam("value", type_=kind), kind).label("value"))
    for _ in range(2):
        assert database.atomic().run(statement, {"value": value})[0].value == value


def test_a_plan_that_went_stale_is_made_anew(database: Database, other: Database) -> None:
    run(database, "SELECT settings FROM settings WHERE id = :id", id=1)
    run(other, "WITH one AS (SELECT :one) SELECT 1 FROM one", one=1)
    with other.transaction() as session:
        session.execute(text("ALTER TABLE settings ADD COLUMN colour TEXT"))
    assert database.atomic().run(text("SELECT * FROM settings WHERE id = :id"), {"id": 1})[0].colour is None
    with other.transaction() as session:
        session.execute(text("ALTER TABLE settings DROP COLUMN colour"))
    assert "colour" not in database.atomic().run(text("SELECT * FROM settings WHERE id = :id"), {"id": 1})[0]._fields


def test_the_number_of_kept_statements_is_bounded(database: Database) -> None:
    for number in range(KEPT_STATEMENTS + 5):
        run(database, f"SELECT :value + {number}", value=1)
    assert len(raw(database).prepared) == KEPT_STATEMENTS
    assert run(database, "SELECT :value + 0", value=1) == 1


def test_an_error_of_the_statement_leaves_the_connection_usable(database: Database) -> None:
    with pytest.raises(DBAPIError):
        run(database, "SELECT 1 / :zero", zero=0)
    assert run(database, "SELECT 1 / :one", one=1) == 1


def test_an_error_leaves_no_statement_behind_on_the_server(database: Database) -> None:
    for _ in range(5):
        with pytest.raises(DBAPIError):
            run(database, "SELECT 1 / :zero", zero=0)
    kept = database.atomic().run(text("SELECT count(*) AS n FROM pg_prepared_statements WHERE :yes"), {"yes": True})
    assert kept[0].n == len(raw(database).prepared)


def test_percent_signs_in_texts_are_left_alone() -> None:
    assert numbered("SELECT '%s', %s, \"%\"") == "SELECT '%s', $1, \"%\""


@pytest.mark.parametrize(
    "sql",
    [
        "TIMESTAMPTZ '2026-11-26 12:30:00.25+00'",
        "TIMESTAMPTZ '2026-11-26 12:30:00+03:30'",
        "TIMESTAMPTZ '0009-01-01 00:00:00+00'",
        "TIMESTAMPTZ 'infinity'",
        "TIMESTAMPTZ '20260-01-01 00:00:00+00'",
        "DATE '2026-11-26'",
        "DATE '-infinity'",
        "DATE '20260-01-01'",
        "NULL::timestamptz",
        "'نیم‌فاصله'",
        "''",
    ],
)
def test_a_value_is_what_plain_pg8000_reads(own_database: str, database: Database, sql: str) -> None:
    with closing(Database(own_database, prepared=False)) as plain:
        assert run(database, f"SELECT {sql}") == run(plain, f"SELECT {sql}")


def test_a_moment_is_the_same_in_another_time_zone(database: Database) -> None:
    with database.connect() as connection:
        for zone in ("UTC", "Asia/Tehran"):
            connection.execute(text(f"SET TIME ZONE '{zone}'"))
            found = connection.execute(text("SELECT TIMESTAMPTZ '2026-11-26 12:30:00+00'")).scalar_one()
            assert found == datetime(2026, 11, 26, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("how", [KeyboardInterrupt, SystemExit, MemoryError], ids=lambda one: one.__name__)
def test_an_answer_that_was_not_read_to_its_end_is_nobody_elses(
    database: Database, monkeypatch: pytest.MonkeyPatch, how: type[BaseException]
) -> None:
    """What is left of it in the connection would be taken for the answer to the next question."""
    theirs = text("SELECT :number + n FROM generate_series(1, 5) n").bindparams(bindparam("number", type_=BigInteger))
    read = protocol.row_of

    def interrupted(data: bytes, readers: Sequence[protocol.Reader]) -> list[Any]:
        if read(data, readers) == [1003]:
            raise how
        return read(data, readers)

    for statement in (theirs, Prepared(theirs)):
        monkeypatch.setattr(protocol, "row_of", interrupted)
        with pytest.raises(how):
            database.atomic().run(statement, {"number": 1000})
        monkeypatch.undo()
        assert run(database, "SELECT :number + 0", number=7) == 7
        with database.transaction() as session:
            assert session.scalar(text("SELECT 8")) == 8
