"""How often one may try, and that the count holds whatever becomes of the request."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.concurrency.races import at_once
from tests.databases import RolledBackDatabase
from tests.logs import ReadLog
from zimmer import clock, throttle
from zimmer.db import AtomicSession, Database, Session, database
from zimmer.errors import TooManyRequests
from zimmer.models import ThrottleCounter
from zimmer.observability import logger
from zimmer.throttle import Limit

THREE_A_MINUTE = Limit("sample", times=3, per=timedelta(minutes=1))
GROWING = Limit("growing", times=2, per=timedelta(minutes=1), longest=timedelta(minutes=4))


@pytest.fixture
def counters(database: RolledBackDatabase) -> AtomicSession:
    return database.atomic()


def wait_of(counters: AtomicSession, *tried: throttle.Counter) -> int | None:
    """For how many seconds an attempt is refused; None when it may go on."""
    try:
        throttle.hit(counters, *tried)
    except TooManyRequests as refused:
        wait = refused.data["retry_after_s"]
        assert isinstance(wait, int)
        return wait
    return None


def allowed(counters: AtomicSession, limit: Limit, subject: str = "a") -> int:
    """How many attempts of one window go on, and that the next ones do not."""
    answers = [wait_of(counters, limit.of(subject)) for _ in range(limit.times + 2)]
    assert None not in answers[limit.times :]
    return answers.count(None)


def test_so_many_attempts_and_no_more(counters: AtomicSession) -> None:
    assert allowed(counters, THREE_A_MINUTE) == 3


def test_a_refusal_says_when_to_come_back(counters: AtomicSession) -> None:
    for _ in range(3):
        throttle.hit(counters, THREE_A_MINUTE.of("a"))
    clock.travel(timedelta(seconds=20))
    wait = wait_of(counters, THREE_A_MINUTE.of("a"))
    assert wait in {39, 40}
    clock.travel(timedelta(seconds=wait))
    assert wait_of(counters, THREE_A_MINUTE.of("a")) is None


def test_asking_while_refused_does_not_make_the_wait_longer(counters: AtomicSession) -> None:
    allowed(counters, THREE_A_MINUTE)
    for _ in range(6):
        clock.travel(timedelta(seconds=9))
        assert wait_of(counters, THREE_A_MINUTE.of("a")) is not None
    clock.travel(timedelta(seconds=6))
    assert wait_of(counters, THREE_A_MINUTE.of("a")) is None


def test_subjects_and_kinds_are_counted_apart(counters: AtomicSession) -> None:
    allowed(counters, THREE_A_MINUTE, "a")
    assert allowed(counters, THREE_A_MINUTE, "b") == 3
    assert allowed(counters, Limit("other", times=1, per=timedelta(minutes=1)), "a") == 1


def test_who_fills_window_after_window_waits_longer_and_longer(counters: AtomicSession) -> None:
    waits = []
    for _ in range(5):
        for _ in range(2):
            throttle.hit(counters, GROWING.of("a"))
        wait = wait_of(counters, GROWING.of("a"))
        assert wait is not None
        waits.append(wait)
        clock.travel(timedelta(seconds=wait))
    assert waits == [60, 120, 240, 240, 240]


def test_a_window_that_was_not_filled_is_forgiven(counters: AtomicSession) -> None:
    allowed(counters, GROWING)
    clock.travel(timedelta(minutes=1))
    throttle.hit(counters, GROWING.of("a"))
    clock.travel(timedelta(minutes=2))
    throttle.hit(counters, GROWING.of("a"))
    throttle.hit(counters, GROWING.of("a"))
    assert wait_of(counters, GROWING.of("a")) == 60


def test_staying_away_is_forgiven(counters: AtomicSession) -> None:
    allowed(counters, GROWING)
    clock.travel(timedelta(minutes=1) + GROWING.longest if GROWING.longest else timedelta(0))
    allowed(counters, GROWING)
    assert wait_of(counters, GROWING.of("a")) == 60


def test_a_limit_without_a_longest_window_does_not_grow(counters: AtomicSession) -> None:
    for _ in range(3):
        assert allowed(counters, THREE_A_MINUTE) == 3
        assert wait_of(counters, THREE_A_MINUTE.of("a")) == 60
        clock.travel(timedelta(minutes=1))


def test_several_counters_are_hit_together_and_the_longest_wait_is_told(counters: AtomicSession) -> None:
    allowed(counters, GROWING)
    slow = Limit("slow", times=1, per=timedelta(hours=1))
    assert wait_of(counters, slow.of("x"), GROWING.of("a")) == 60
    assert wait_of(counters, GROWING.of("a"), slow.of("x")) == 3600


def test_a_cleared_counter_starts_anew_and_remembers_nothing(counters: AtomicSession) -> None:
    allowed(counters, GROWING)
    clock.travel(timedelta(minutes=1))
    allowed(counters, GROWING)
    throttle.clear(counters, GROWING.of("a"))
    assert allowed(counters, GROWING) == 2
    assert wait_of(counters, GROWING.of("a")) == 60


def test_clearing_what_was_never_counted_is_nothing(counters: AtomicSession) -> None:
    throttle.clear(counters, GROWING.of("nobody"))


def test_no_subject_can_be_read_in_the_table(counters: AtomicSession, session: Session) -> None:
    throttle.hit(counters, THREE_A_MINUTE.of("sara@example.com"))
    (stored,) = session.scalars(select(ThrottleCounter.subject))
    assert len(stored) == 32
    assert b"sara" not in stored


def test_what_has_expired_is_swept_away_by_later_hits(counters: AtomicSession, session: Session) -> None:
    for number in range(throttle.SWEPT_AT_ONCE + 5):
        throttle.hit(counters, THREE_A_MINUTE.of(str(number)))
    clock.travel(timedelta(minutes=2))
    throttle.hit(counters, THREE_A_MINUTE.of("0"))  # its own row has expired too, and is counted on
    assert session.scalar(select(func.count()).select_from(ThrottleCounter)) == 5
    throttle.hit(counters, THREE_A_MINUTE.of("0"))
    assert session.scalar(select(func.count()).select_from(ThrottleCounter)) == 1


def test_what_has_not_expired_is_not_swept_away(counters: AtomicSession) -> None:
    allowed(counters, THREE_A_MINUTE)
    clock.travel(timedelta(seconds=59))
    throttle.hit(counters, THREE_A_MINUTE.of("b"))
    assert wait_of(counters, THREE_A_MINUTE.of("a")) is not None


@pytest.mark.parametrize(
    ("ip", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("not an address", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_is_what_one_caller_has_to_themselves(ip: str | None, counted_as: str) -> None:
    assert throttle.address(ip) == counted_as


def test_a_refusal_is_logged_without_its_subject(counters: AtomicSession, log: ReadLog) -> None:
    logger().setLevel("WARNING")
    try:
        allowed(counters, THREE_A_MINUTE, "sara@example.com")
    finally:
        logger().setLevel("ERROR")
    lines = log()
    assert {line["message"] for line in lines} == {"throttle.refused"}
    assert lines[0]["kinds"] == ["sample"]
    assert "sara" not in str(lines)


def test_two_containers_count_together(own_database: str) -> None:
    with closing(Database(own_database)) as one, closing(Database(own_database)) as two:
        assert [wait_of(db.atomic(), THREE_A_MINUTE.of("a")) for db in (one, two, one)] == [None] * 3
        assert wait_of(two.atomic(), THREE_A_MINUTE.of("a")) is not None
        assert wait_of(one.atomic(), THREE_A_MINUTE.of("a")) is not None


def test_forty_attempts_at_once_are_three(own_database: str) -> None:
    both = (THREE_A_MINUTE.of("a"), Limit("wider", times=1000, per=timedelta(minutes=1)).of("b"))

    def some(number: int) -> int:
        order = both if number % 2 else both[::-1]
        return [wait_of(database().atomic(), *order) for _ in range(5)].count(None)

    assert sum(at_once(own_database, some, threads=8)) == 3
