"""A use of tokens as the ledger sees it. What HTTP adds is tested with the developer API."""

import pytest
from sqlalchemy import func, select, update

from tests.databases import RolledBackDatabase
from tests.factories import make_automation, make_copy
from tests.zimmer.ledger.spending import Developer
from zimmer import clock, ledger
from zimmer.db import Session
from zimmer.errors import (
    DailyCapReached,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationNotFound,
)
from zimmer.ledger import Use
from zimmer.models import Automation, TokenEntry, UsageEvent, UserAutomation


@pytest.fixture
def copy(session: Session, automation: Automation) -> UserAutomation:
    return make_copy(session, automation=automation, demo=5, paid=10)


def entries_of_use(session: Session) -> list[tuple[str, int, int]]:
    rows = session.execute(
        select(TokenEntry.bucket, TokenEntry.delta, TokenEntry.balance_after)
        .where(TokenEntry.kind == "use")
        .order_by(TokenEntry.seq)
    )
    return [(row.bucket, row.delta, row.balance_after) for row in rows]


def test_demo_tokens_go_first(session: Session, developer: Developer, copy: UserAutomation) -> None:
    left = developer.spend(copy.id, 3, "a")
    assert (left.remaining_demo_tokens, left.remaining_paid_tokens) == (2, 10)
    assert entries_of_use(session) == [("demo", -3, 2)]


def test_a_use_may_take_from_both_in_two_linked_entries(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    left = developer.spend(copy.id, 8, "a")
    assert (left.remaining_demo_tokens, left.remaining_paid_tokens) == (0, 7)
    assert entries_of_use(session) == [("demo", -5, 0), ("paid", -3, 7)]
    session.refresh(copy)
    assert (copy.paid_spent, copy.demo_expired, copy.is_demo_active) == (3, True, False)


def test_a_repetition_gets_the_first_answer(session: Session, developer: Developer, copy: UserAutomation) -> None:
    first = developer.spend(copy.id, 3, "a")
    developer.spend(copy.id, 3, "b")
    assert developer.spend(copy.id, 3, "a") == first
    assert len(entries_of_use(session)) == 3  # "b" drew from both buckets


def test_a_repetition_is_answered_even_when_nothing_is_left(developer: Developer, copy: UserAutomation) -> None:
    first = developer.spend(copy.id, 15, "all")
    assert developer.spend(copy.id, 15, "all") == first


REFUSED = {
    "more than there is": (InsufficientTokens, 16, "new", "message"),
    "the same key, other units": (IdempotencyConflict, 2, "used", "message"),
    "the same key, another type": (IdempotencyConflict, 1, "used", "session"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_keeps_nothing(session: Session, developer: Developer, copy: UserAutomation, case: str) -> None:
    error, units, key, usage_type = REFUSED[case]
    developer.spend(copy.id, 1, "used")
    with pytest.raises(error):
        developer.spend(copy.id, units, key, usage_type)
    session.refresh(copy)
    assert (copy.demo_tokens, copy.tokens_remaining) == (4, 10)
    assert session.scalar(select(func.count()).select_from(UsageEvent)) == 1


def test_the_daily_cap_counts_only_its_day(session: Session, developer: Developer, copy: UserAutomation) -> None:
    session.execute(update(UserAutomation).values(daily_spend_cap=4))
    developer.spend(copy.id, 4, "a")
    with pytest.raises(DailyCapReached) as refused:
        developer.spend(copy.id, 1, "b")
    assert refused.value.data == {"cap": 4, "spent_today": 4}
    session.execute(update(UserAutomation).values(spent_on=func.current_date() - 2))
    assert developer.spend(copy.id, 1, "b").remaining_demo_tokens == 0


def test_an_expired_demo_is_neither_spent_nor_counted(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    session.execute(update(UserAutomation).values(demo_expires_at=clock.now()))
    left = developer.spend(copy.id, 3, "a")
    assert (left.remaining_demo_tokens, left.remaining_paid_tokens) == (0, 7)
    assert entries_of_use(session) == [("paid", -3, 7)]


def test_another_automations_token_finds_no_such_copy(
    session: Session, database: RolledBackDatabase, copy: UserAutomation
) -> None:
    stranger = Developer(session, database, make_automation(session))
    with pytest.raises(UserAutomationNotFound):
        stranger.spend(copy.id, 1, "a")


@pytest.mark.parametrize("token", [{"token_id": 999_999, "token_hash": b"x"}, {"token_id": 1, "token_hash": b""}])
def test_an_unknown_token_is_refused_before_anything_else(
    database: RolledBackDatabase, copy: UserAutomation, token: dict[str, object]
) -> None:
    with pytest.raises(ServiceTokenInvalid):
        ledger.consume(database.atomic(), Use(copy.id, 1, "message", "a"), **token)  # type: ignore[arg-type]
