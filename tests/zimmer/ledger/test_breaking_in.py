"""How often the ledger asks, and what it does when the server says that a twin broke in."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pg8000.dbapi
import pytest
from sqlalchemy import Executable, Row
from sqlalchemy.exc import DBAPIError

from tests.databases import RolledBackDatabase
from tests.factories import make_copy, make_user
from tests.zimmer.ledger.spending import Developer
from zimmer import ledger
from zimmer.db import AtomicSession, Prepared, Session
from zimmer.errors import InsufficientTokens, ServiceTokenInvalid, UserAutomationNotFound, ZimmerError
from zimmer.ledger import Consumed, Reserve, Use
from zimmer.ledger.batching import CONSUME_MANY
from zimmer.ledger.consuming import CONSUME
from zimmer.ledger.holding import HOLD
from zimmer.models import Automation, Bucket, EntryKind, UserAutomation

UNIQUE, DEADLOCK, OTHER = "23505", "40P01", "22012"


class Interrupted(AtomicSession):
    """The next runs of one statement fail as the server would let them; all others are real."""

    def __init__(self, database: RolledBackDatabase, statement: Prepared, *, times: int, code: str) -> None:
        super().__init__(database.autocommit)
        self.statement, self.left, self.code = statement, times, code
        self.asked = 0

    def run(self, statement: Executable | Prepared, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
        if statement is self.statement:
            self.asked += 1
            if self.left:
                self.left -= 1
                raise DBAPIError("", {}, pg8000.dbapi.DatabaseError({"C": self.code}))
        return super().run(statement, parameters)


Interrupt = Callable[..., Interrupted]


@pytest.fixture
def copy(session: Session, automation: Automation) -> UserAutomation:
    return make_copy(session, make_user(session), automation, paid=10)


@pytest.fixture
def interrupted(database: RolledBackDatabase) -> Interrupt:
    return lambda statement, *, times, code: Interrupted(database, statement, times=times, code=code)


def uses(copy: UserAutomation) -> list[Use]:
    return [Use(copy.id, units, "message", f"use-{units}") for units in (4, 11, 6)]


def judged(answers: list[Consumed | ZimmerError]) -> list[object]:
    return [one.remaining_paid_tokens if isinstance(one, Consumed) else (type(one), one.data) for one in answers]


ONE_BY_ONE = [6, (InsufficientTokens, {"needed": 11, "available": 6}), 0]


@pytest.mark.parametrize("code", [UNIQUE, DEADLOCK])
@pytest.mark.parametrize(("times", "asked"), [(1, 3), (2, 4), (3, 3), (9, 3)])
def test_a_batch_is_judged_the_same_however_often_twins_break_in(
    session: Session,
    copy: UserAutomation,
    developer: Developer,
    interrupted: Interrupt,
    code: str,
    times: int,
    asked: int,
) -> None:
    broken = interrupted(CONSUME_MANY, times=times, code=code)
    answers = ledger.consume_many(broken, uses(copy), **developer.proof)
    # The refused one speaks of its own turn in a batch, and of what there is one by one.
    assert judged(answers)[::2] == ONE_BY_ONE[::2]
    assert isinstance(answers[1], InsufficientTokens)
    assert broken.asked == asked
    assert ledger.balance(session, copy.id).paid == 0


def test_one_by_one_each_use_has_its_own_answer(
    copy: UserAutomation, developer: Developer, interrupted: Interrupt
) -> None:
    answers = ledger.consume_many(interrupted(CONSUME_MANY, times=3, code=UNIQUE), uses(copy), **developer.proof)
    assert judged(answers) == ONE_BY_ONE


def test_one_by_one_too_a_stranger_is_no_answer(
    copy: UserAutomation, developer: Developer, interrupted: Interrupt
) -> None:
    stranger = {**developer.proof, "token_hash": b"another"}
    with pytest.raises(ServiceTokenInvalid):
        ledger.consume_many(interrupted(CONSUME_MANY, times=3, code=UNIQUE), uses(copy), **stranger)


@pytest.mark.parametrize("times", [1, 3])
def test_a_batch_that_fails_otherwise_fails(
    session: Session, copy: UserAutomation, developer: Developer, interrupted: Interrupt, times: int
) -> None:
    broken = interrupted(CONSUME_MANY, times=times, code=OTHER)
    with pytest.raises(DBAPIError):
        ledger.consume_many(broken, uses(copy), **developer.proof)
    assert broken.asked == 1
    assert ledger.balance(session, copy.id).paid == 10


def test_a_use_whose_twin_was_first_is_asked_once_more(
    copy: UserAutomation, developer: Developer, interrupted: Interrupt
) -> None:
    broken = interrupted(CONSUME, times=1, code=UNIQUE)
    assert ledger.consume(broken, uses(copy)[0], **developer.proof).remaining_paid_tokens == 6
    assert broken.asked == 2


def test_a_hold_whose_twin_was_first_is_asked_once_more(
    copy: UserAutomation, developer: Developer, interrupted: Interrupt
) -> None:
    broken = interrupted(HOLD, times=1, code=UNIQUE)
    assert ledger.hold(broken, reserve(copy), **developer.proof).remaining_paid_tokens == 6
    assert broken.asked == 2


def test_a_use_that_fails_otherwise_fails(copy: UserAutomation, developer: Developer, interrupted: Interrupt) -> None:
    broken = interrupted(CONSUME, times=1, code=DEADLOCK)
    with pytest.raises(DBAPIError):
        ledger.consume(broken, uses(copy)[0], **developer.proof)
    assert broken.asked == 1


def test_a_hold_that_fails_otherwise_fails(copy: UserAutomation, developer: Developer, interrupted: Interrupt) -> None:
    broken = interrupted(HOLD, times=1, code=DEADLOCK)
    with pytest.raises(DBAPIError):
        ledger.hold(broken, reserve(copy), **developer.proof)
    assert broken.asked == 1


def test_what_is_accepted_or_unknown_is_asked_once(
    copy: UserAutomation, developer: Developer, interrupted: Interrupt
) -> None:
    nobodys = replace(uses(copy)[0], user_automation_id=copy.id + 1)
    for use, refusal in ((uses(copy)[0], nullcontext()), (nobodys, pytest.raises(UserAutomationNotFound))):
        counted = interrupted(CONSUME, times=0, code=OTHER)
        for _ in range(2):  # the second time it is a repetition
            with refusal:
                ledger.consume(counted, use, **developer.proof)
        assert counted.asked == 2


def test_a_hold_that_is_accepted_or_unknown_is_asked_once(
    copy: UserAutomation, developer: Developer, interrupted: Interrupt
) -> None:
    nobodys = replace(reserve(copy), user_automation_id=copy.id + 1)
    for asked, refusal in ((reserve(copy), nullcontext()), (nobodys, pytest.raises(UserAutomationNotFound))):
        counted = interrupted(HOLD, times=0, code=OTHER)
        for _ in range(2):
            with refusal:
                ledger.hold(counted, asked, **developer.proof)
        assert counted.asked == 2


def test_what_a_second_look_finds_is_the_answer_of_a_batch(
    session: Session, database: RolledBackDatabase, copy: UserAutomation, developer: Developer
) -> None:
    """Refused for want of tokens that were there a moment later: they are debited, so it has to be told."""

    def bought() -> None:
        ledger.credit(
            session, copy, tokens=1, bucket=Bucket.PAID, kind=EntryKind.ADJUSTMENT, reference="late", actor="test"
        )
        session.flush()

    answers = ledger.consume_many(Meanwhile(database, bought), uses(copy)[1:2], **developer.proof)
    assert judged(answers) == [0]
    assert ledger.balance(session, copy.id).paid == 0


class Meanwhile(AtomicSession):
    """Something happens before the second statement."""

    def __init__(self, database: RolledBackDatabase, happens: Callable[[], None]) -> None:
        super().__init__(database.autocommit)
        self.asked, self.happens = 0, happens

    def run(self, statement: Executable | Prepared, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
        self.asked += 1
        if self.asked == 2:
            self.happens()
        return super().run(statement, parameters)


def reserve(copy: UserAutomation) -> Reserve:
    return Reserve(copy.id, 4, "run", "hold-key", timedelta(minutes=5))
