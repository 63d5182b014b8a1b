"""Statements wait for each other: they leave together, in order, and an error is nobody's secret."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from benchmarks.rt_proxy import Counter, counting
from tests.factories import make_user
from zimmer.db import Database, Session, heard, next_number, together
from zimmer.models import User

RENAME = text("UPDATE users SET name = :name WHERE id = :id")
BREAK = text("UPDATE users SET role = :role WHERE id = :id")
NAME = text("SELECT name FROM users WHERE id = :id")

Trips = Callable[[Callable[[Session], object]], int]


@pytest.fixture
def user_id(other: Database) -> int:
    with other.transaction() as session:
        return make_user(session, name="پیش").id


@pytest.fixture
def counted(own_database: str) -> Iterator[tuple[Database, Counter]]:
    with counting(own_database) as (url, counter), closing(Database(url)) as database:
        yield database, counter


@pytest.fixture
def trips(counted: tuple[Database, Counter]) -> Trips:
    """The round trips of a transaction whose statements were prepared before."""
    database, counter = counted

    def count(work: Callable[[Session], object]) -> int:
        for _ in range(2):
            counter.reset()
            with database.transaction() as session:
                work(session)
        return counter.trips

    return count


def name_of(database: Database, user_id: int) -> str:
    return str(database.atomic().run(NAME, {"id": user_id})[0].name)


def test_writes_that_nobody_asks_about_leave_with_the_commit(trips: Trips, user_id: int) -> None:
    def work(session: Session) -> None:
        for name in ("یک", "دو", "سه"):
            session.execute(RENAME, {"name": name, "id": user_id})

    assert trips(work) == 1


def test_a_question_takes_the_writes_before_it_along(trips: Trips, user_id: int) -> None:
    said = []

    def work(session: Session) -> None:
        session.execute(RENAME, {"name": "پس", "id": user_id})
        said.append(session.scalar(NAME, {"id": user_id}))

    assert trips(work) == 2  # the question, and COMMIT
    assert said == ["پس", "پس"]


def test_questions_asked_together_are_one_trip_and_answered_in_order(trips: Trips, user_id: int) -> None:
    said: list[Any] = []

    def work(session: Session) -> None:
        said[:] = together(session, select(User.id), select(User.name), select(User.email).where(User.id == 0))

    assert trips(work) == 2
    assert [len(rows) for rows in said] == [1, 1, 0]
    assert said[0][0].id == user_id
    assert said[1][0].name == "پیش"


def test_reading_together_is_one_trip(counted: tuple[Database, Counter], user_id: int) -> None:
    database, counter = counted
    for _ in range(2):
        counter.reset()
        ids, names = database.read().together(select(User.id), select(User.name).where(User.id == user_id))
    assert counter.trips == 1
    assert (len(ids), names[0].name) == (1, "پیش")


def test_a_statement_that_asks_something_is_one_trip_and_is_committed(
    counted: tuple[Database, Counter], other: Database, user_id: int
) -> None:
    database, counter = counted
    rename = text("UPDATE users SET name = :name WHERE id = :id RETURNING id")
    for _ in range(2):
        counter.reset()
        done, asked = database.atomic().run_asking(rename, {"name": "پس", "id": user_id}, select(User.name))
    assert counter.trips == 1
    assert (done[0].id, asked[0].name, name_of(other, user_id)) == (user_id, "پس", "پس")


def test_a_statement_that_asks_something_may_not_lock(other: Database, user_id: int) -> None:
    with pytest.raises(TypeError):
        other.atomic().run_asking(RENAME, {"name": "پس", "id": user_id}, select(User.id).with_for_update())
    assert name_of(other, user_id) == "پیش"


def test_the_number_of_a_row_is_there_before_the_row(trips: Trips) -> None:
    made: list[int] = []

    def work(session: Session) -> None:
        [[number]] = together(session, next_number(User))
        made.append(make_user(session, id=number[0]).id)
        made.append(number[0])

    trips(work)
    assert (made[0], made[2]) == (made[1], made[3])
    assert made[2] > made[0]


def test_a_transaction_in_which_nothing_was_said_takes_no_trip(trips: Trips) -> None:
    assert trips(lambda session: None) == 0


def test_a_write_that_is_refused_is_heard_of_at_the_commit_and_nothing_of_it_stays(
    other: Database, user_id: int
) -> None:
    def work() -> None:
        with other.transaction() as session:
            session.execute(RENAME, {"name": "پس", "id": user_id})
            session.execute(BREAK, {"role": "nobody", "id": user_id})

    with pytest.raises(DBAPIError):
        work()
    assert name_of(other, user_id) == "پیش"


def test_a_write_that_is_refused_is_heard_of_when_one_waits_for_it(other: Database, user_id: int) -> None:
    with other.transaction() as session:
        session.execute(BREAK, {"role": "nobody", "id": user_id})
        with pytest.raises(DBAPIError):
            heard(session)
        session.rollback()


def test_nobody_reads_on_after_the_statement_before_was_refused(other: Database, user_id: int) -> None:
    with other.transaction() as session:
        session.execute(BREAK, {"role": "nobody", "id": user_id})
        first, second = session.execute(NAME, {"id": user_id}), session.execute(NAME, {"id": user_id})
        for result in (second, first):
            with pytest.raises(DBAPIError):
                result.all()
        session.rollback()


def test_what_waited_inside_a_savepoint_is_undone_with_it(other: Database, user_id: int) -> None:
    with other.transaction() as session:
        session.execute(RENAME, {"name": "پس", "id": user_id})
        inner = session.begin_nested()
        session.execute(RENAME, {"name": "دیگر", "id": user_id})
        inner.rollback()
    assert name_of(other, user_id) == "پس"


def test_what_waited_is_undone_with_the_transaction(other: Database, user_id: int) -> None:
    def work() -> None:
        with other.transaction() as session:
            session.execute(RENAME, {"name": "پس", "id": user_id})
            raise LookupError

    with pytest.raises(LookupError):
        work()
    assert name_of(other, user_id) == "پیش"


def test_many_writes_do_not_pile_up(trips: Trips, user_id: int) -> None:
    def work(session: Session) -> None:
        for number in range(120):
            session.execute(RENAME, {"name": str(number), "id": user_id})

    assert trips(work) == 3


def test_plain_pg8000_says_the_same(own_database: str, user_id: int) -> None:
    with closing(Database(own_database, prepared=False)) as plain:
        with plain.transaction() as session:
            session.execute(RENAME, {"name": "پس", "id": user_id})
            [[row]] = together(session, select(User.name))
        assert row.name == "پس"
        assert [len(rows) for rows in plain.read().together(select(User.id), select(User.name))] == [1, 1]
