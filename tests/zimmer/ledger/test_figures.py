"""What a use of tokens leaves in the dashboard's figures."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.databases import RolledBackDatabase
from tests.factories import make_automation, make_copy, make_service_token, make_user
from zimmer import clock, crypto, ledger
from zimmer.db import Session
from zimmer.errors import InsufficientTokens
from zimmer.ledger import Use
from zimmer.models import Activity, Automation, Rollup, User, UserAutomation


class Spender:
    """Spends from any copy of one automation."""

    def __init__(self, session: Session, database: RolledBackDatabase, automation: Automation) -> None:
        _, token_id, secret = make_service_token(session, automation.id).split("_", 2)
        self._token = {"token_id": int(token_id), "token_hash": crypto.token_hash(secret)}
        self._database = database
        self._used = 0

    def spend(self, copy: UserAutomation, units: int = 1, key: str | None = None) -> None:
        self._used += 1
        use = Use(copy.id, units, "message", key or f"use-{self._used}")
        ledger.consume(self._database.atomic(), use, **self._token)  # type: ignore[arg-type]


@pytest.fixture
def spender(session: Session, database: RolledBackDatabase, automation: Automation) -> Spender:
    return Spender(session, database, automation)


def tokens_used(session: Session, automation: Automation) -> dict[date, int]:
    used = func.sum(Rollup.tokens_used)
    query = select(Rollup.day, used).where(Rollup.automation_id == automation.id).group_by(Rollup.day)
    return {row.day: int(row[1]) for row in session.execute(query)}


def active(session: Session, since: date, until: date) -> int:
    """The customers who used tokens in a range of days: the moves that lead into it from before it."""
    into = select(func.coalesce(func.sum(Activity.customers), 0)).where(
        Activity.to_day.between(since, until), Activity.from_day < since
    )
    return int(session.scalar(into) or 0)


def test_each_use_counts_on_its_business_day(session: Session, automation: Automation, spender: Spender) -> None:
    copy = make_copy(session, automation=automation, paid=20)
    today = clock.business_day()
    spender.spend(copy, 2)
    spender.spend(copy, 3)
    clock.travel(timedelta(days=1))
    spender.spend(copy, 4)
    assert tokens_used(session, automation) == {today: 5, today + timedelta(days=1): 4}


def test_a_repeated_call_and_a_refused_one_count_nothing(
    session: Session, automation: Automation, spender: Spender
) -> None:
    copy = make_copy(session, automation=automation, paid=5)
    for _ in range(2):
        spender.spend(copy, 5, key="the-same")
    with pytest.raises(InsufficientTokens):
        spender.spend(copy, 1)
    assert tokens_used(session, automation) == {clock.business_day(): 5}
    assert active(session, clock.business_day(), clock.business_day()) == 1


def test_a_customer_with_two_automations_is_one_active_customer(
    session: Session, database: RolledBackDatabase, automation: Automation, spender: Spender
) -> None:
    person, other = make_user(session), make_automation(session)
    spender.spend(make_copy(session, person, automation, paid=5))
    Spender(session, database, other).spend(make_copy(session, person, other, paid=5))
    today = clock.business_day()
    assert active(session, today, today) == 1
    session.expire_all()
    assert session.get_one(User, person.id).last_active_on == today


def test_the_active_customers_of_any_range_are_counted_once_each(
    session: Session, automation: Automation, spender: Spender
) -> None:
    """Three people over nine days, against counting them one by one."""
    copies = [make_copy(session, automation=automation, paid=50) for _ in range(3)]
    habits = ({0, 1, 2, 8}, {4}, {0, 8})
    first = clock.business_day()
    for day in range(9):
        for copy, days in zip(copies, habits, strict=True):
            if day in days:
                spender.spend(copy)
        clock.travel(timedelta(days=1))
    for since in range(9):
        for until in range(since, 9):
            expected = sum(any(since <= day <= until for day in days) for days in habits)
            counted = active(session, first + timedelta(days=since), first + timedelta(days=until))
            assert counted == expected, (since, until)
