"""Many uses in one statement are what they would be one by one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from tests.databases import RolledBackDatabase
from tests.factories import make_automation, make_copy, make_service_token
from zimmer import clock, crypto, ledger
from zimmer.db import Session
from zimmer.errors import (
    DailyCapReached,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationInactive,
    UserAutomationNotFound,
    ZimmerError,
)
from zimmer.ledger import Consumed, Reserve, Use
from zimmer.models import Activity, Automation, Rollup, TokenEntry, UsageEvent, UserAutomation, UserAutomationStatus


class Developer:
    def __init__(self, session: Session, database: RolledBackDatabase, automation: Automation) -> None:
        _, token_id, secret = make_service_token(session, automation.id).split("_", 2)
        self.token = {"token_id": int(token_id), "token_hash": crypto.token_hash(secret)}
        self.database = database

    def spend(self, *uses: Use) -> list[Consumed | ZimmerError]:
        return ledger.consume_many(self.database.atomic(), uses, **self.token)  # type: ignore[arg-type]

    def spend_one_by_one(self, *uses: Use) -> list[Consumed | ZimmerError]:
        answers: list[Consumed | ZimmerError] = []
        for use in uses:
            try:
                answers.append(ledger.consume(self.database.atomic(), use, **self.token))  # type: ignore[arg-type]
            except ZimmerError as error:
                answers.append(error)
        return answers


@pytest.fixture
def developer(session: Session, database: RolledBackDatabase, automation: Automation) -> Developer:
    return Developer(session, database, automation)


def use(copy: UserAutomation, units: int, key: str) -> Use:
    return Use(copy.id, units, "message", key, {"key": key})


def said(answers: list[Consumed | ZimmerError]) -> list[object]:
    """The answers without the numbers that the database gives out."""
    return [
        (type(answer), answer.data) if isinstance(answer, ZimmerError) else replace(answer, entry_id=0)
        for answer in answers
    ]


def test_each_use_is_judged_by_what_the_ones_before_it_left(
    session: Session, developer: Developer, automation: Automation
) -> None:
    copy = make_copy(session, automation=automation, demo=5, paid=4)
    answers = developer.spend(use(copy, 3, "a"), use(copy, 4, "b"), use(copy, 3, "c"), use(copy, 2, "d"))
    assert said(answers) == [
        Consumed(2, 4, 0),
        Consumed(0, 2, 0),
        (InsufficientTokens, {"needed": 3, "available": 2}),
        Consumed(0, 0, 0),
    ]
    moved = session.execute(
        select(TokenEntry.bucket, TokenEntry.delta).where(TokenEntry.kind == "use").order_by(TokenEntry.seq)
    )
    assert [tuple(row) for row in moved] == [("demo", -3), ("demo", -2), ("paid", -2), ("paid", -2)]


def test_the_entry_of_an_answer_is_its_own(session: Session, developer: Developer, automation: Automation) -> None:
    copy = make_copy(session, automation=automation, paid=4)
    answers = developer.spend(use(copy, 1, "a"), use(copy, 2, "b"))
    references = [session.get_one(TokenEntry, answer.entry_id).reference for answer in answers]  # type: ignore[union-attr]
    assert references == [f"use:{copy.id}:a", f"use:{copy.id}:b"]


def test_what_is_wrong_with_one_use_does_not_touch_the_others(
    session: Session, developer: Developer, automation: Automation
) -> None:
    first, second = (make_copy(session, automation=automation, paid=10) for _ in range(2))
    paused = make_copy(session, automation=automation, paid=10, status=UserAutomationStatus.PAUSED)
    capped = make_copy(session, automation=automation, paid=10, daily_spend_cap=1)
    foreign = make_copy(session, paid=10)
    developer.spend(use(first, 1, "used"))
    answers = developer.spend(
        use(first, 2, "used"),
        use(second, 2, "a"),
        use(paused, 1, "b"),
        use(capped, 2, "c"),
        use(foreign, 1, "d"),
        use(second, 3, "e"),
    )
    kinds = [type(answer) for answer in answers]
    assert kinds == [
        IdempotencyConflict,
        Consumed,
        UserAutomationInactive,
        DailyCapReached,
        UserAutomationNotFound,
        Consumed,
    ]
    assert [ledger.balance(session, copy.id).paid for copy in (first, second, paused, capped, foreign)] == [
        9,
        5,
        10,
        10,
        10,
    ]


def test_sent_again_each_key_gets_its_first_answer(
    session: Session, developer: Developer, automation: Automation
) -> None:
    copy = make_copy(session, automation=automation, paid=10)
    uses = [use(copy, 2, "a"), use(copy, 3, "b")]
    first = developer.spend(*uses)
    assert developer.spend(*uses, use(copy, 5, "c"))[:2] == first
    assert developer.spend(*uses)[:2] == first
    assert ledger.balance(session, copy.id).paid == 0
    assert session.scalar(select(func.count()).select_from(UsageEvent)) == 3


def test_a_key_that_stands_twice_is_spent_once(session: Session, developer: Developer, automation: Automation) -> None:
    copy = make_copy(session, automation=automation, paid=10)
    one, same, other = developer.spend(use(copy, 2, "a"), use(copy, 2, "a"), use(copy, 3, "a"))
    assert one == same
    assert isinstance(other, IdempotencyConflict)
    assert ledger.balance(session, copy.id).paid == 8


def test_the_figures_count_every_use(session: Session, developer: Developer, automation: Automation) -> None:
    copies = [make_copy(session, automation=automation, paid=10) for _ in range(3)]
    developer.spend(*(use(copy, 2, key) for copy in copies for key in ("a", "b")))
    assert session.scalar(select(func.sum(Rollup.tokens_used))) == 12
    assert session.scalar(select(func.sum(Activity.customers))) == 3


def test_an_expired_demo_is_not_spent(session: Session, developer: Developer, automation: Automation) -> None:
    copy = make_copy(session, automation=automation, demo=5, paid=3)
    session.execute(update(UserAutomation).values(demo_expires_at=clock.now()))
    assert said(developer.spend(use(copy, 2, "a"), use(copy, 2, "b"))) == [
        Consumed(0, 1, 0),
        (InsufficientTokens, {"needed": 2, "available": 1}),
    ]


def test_an_unknown_token_spends_nothing(session: Session, developer: Developer, automation: Automation) -> None:
    copy = make_copy(session, automation=automation, paid=3)
    developer.token["token_hash"] = b""
    with pytest.raises(ServiceTokenInvalid):
        developer.spend(use(copy, 2, "a"))
    assert ledger.balance(session, copy.id).paid == 3


def test_no_use_is_no_question(developer: Developer) -> None:
    assert developer.spend() == []


SENT = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9), st.sampled_from("abcdef")), max_size=10)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT, demo=st.integers(0, 9), paid=st.integers(0, 20), cap=st.none() | st.integers(1, 25))
def test_a_batch_answers_as_its_uses_would_one_by_one(
    session: Session,
    database: RolledBackDatabase,
    sent: list[tuple[int, int, str]],
    demo: int,
    paid: int,
    cap: int | None,
) -> None:
    """Keys that stand twice are left to their own test: there a batch answers both alike."""
    sent = list({(copy, key): (copy, units, key) for copy, units, key in sent}.values())
    automation = make_automation(session)
    developer = Developer(session, database, automation)
    twins = [
        [make_copy(session, automation=automation, demo=demo, paid=paid, daily_spend_cap=cap) for _ in range(2)]
        for _ in range(2)
    ]
    together = developer.spend(*(use(twins[0][copy], units, key) for copy, units, key in sent))
    alone = developer.spend_one_by_one(*(use(twins[1][copy], units, key) for copy, units, key in sent))
    assert said(together) == said(alone)
    for mine, yours in zip(*twins, strict=True):
        session.refresh(mine)
        session.refresh(yours)
        assert [
            (copy.demo_tokens, copy.tokens_remaining, copy.paid_spent, copy.spent_today, copy.demo_expired)
            for copy in (mine,)
        ] == [
            (copy.demo_tokens, copy.tokens_remaining, copy.paid_spent, copy.spent_today, copy.demo_expired)
            for copy in (yours,)
        ]


def test_what_holds_kept_beyond_their_time_is_there_for_a_batch(
    session: Session, developer: Developer, automation: Automation
) -> None:
    copy = make_copy(session, automation=automation, paid=10)
    reserve = Reserve(copy.id, 8, "run", "hold", timedelta(seconds=1))
    ledger.hold(developer.database.atomic(), reserve, **developer.token)  # type: ignore[arg-type]
    clock.travel(timedelta(seconds=1))
    first, second = developer.spend(use(copy, 5, "a"), use(copy, 4, "b"))
    assert isinstance(first, Consumed)
    assert isinstance(second, Consumed)
    assert second.remaining_paid_tokens == 1
