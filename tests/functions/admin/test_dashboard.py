"""The first page: every figure beside the one before, and each of them exact."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from functions.admin.days import Span, begins, ends, jalali_month, last_days, month_before
from tests.api import Api, Json
from tests.databases import RolledBackDatabase
from tests.factories import make_automation, make_copy, make_service_token, make_user, purchase_in
from tests.functions.admin.conftest import Desk
from zimmer import clock, crypto, ledger
from zimmer.db import Session
from zimmer.ledger import Use
from zimmer.models import Automation, PaymentStatus, Role, Ticket, TicketStatus, UserAutomation
from zimmer.settings import get_settings

STATS = "/dashboard/stats"
Arriving = Callable[[], Desk]


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    """What happens inside happened then."""
    clock.travel(-timedelta(days=days))
    yield
    clock.travel(timedelta(days=days))


def stats(desk: Desk, chosen: str = "7d") -> Json:
    answer = desk.get(STATS, range=chosen)
    assert answer.status == 200, answer.body
    return answer.json


def figure(value: int, previous: int) -> dict[str, int]:
    return {"value": value, "previous": previous}


class Business:
    """Customers who buy and use tokens of one automation on the days a test sets."""

    def __init__(self, session: Session, database: RolledBackDatabase, automation: Automation) -> None:
        self.session, self.database, self.automation = session, database, automation
        _, token_id, secret = make_service_token(session, automation.id).split("_", 2)
        self._token = {"token_id": int(token_id), "token_hash": crypto.token_hash(secret)}
        self._uses = 0

    def customer(self, *, days: int = 0) -> UserAutomation:
        with days_ago(days):
            return make_copy(self.session, make_user(self.session), self.automation, paid=1000)

    def uses(self, copy: UserAutomation, tokens: int, *, days: int = 0) -> None:
        self._uses += 1
        use = Use(copy.id, tokens, "message", f"use-{self._uses}")
        with days_ago(days):
            ledger.consume(self.database.atomic(), use, **self._token)  # type: ignore[arg-type]

    def buys(self, copy: UserAutomation, tokens: int, *, days: int = 0) -> None:
        with days_ago(days):
            payment = purchase_in(self.session, PaymentStatus.VERIFIED, copy, tokens=tokens)
            ledger.credit_purchases(self.session, [payment.id], actor="test")


@pytest.fixture
def business(session: Session, database: RolledBackDatabase) -> Business:
    return Business(session, database, make_automation(session, name="دستیار"))


# the figures


def test_customers_are_counted_by_the_days_they_came(manager: Desk, business: Business) -> None:
    for days in (0, 1, 6, 7, 13, 14):
        business.customer(days=days)
    week, today = stats(manager), stats(manager, "today")
    assert (week["total_users"], week["new_users"]) == (figure(6, 3), figure(3, 2))
    assert (today["total_users"], today["new_users"]) == (figure(6, 5), figure(1, 1))


def test_staff_are_no_customers(manager: Desk, session: Session) -> None:
    make_user(session, role=Role.SUPPORT)
    assert stats(manager)["total_users"] == figure(0, 0)


def test_a_customer_who_used_tokens_on_many_days_is_one_active_customer(manager: Desk, business: Business) -> None:
    often, once, earlier = (business.customer(days=20) for _ in range(3))
    for days in (13, 8, 6, 3, 0):
        business.uses(often, 1, days=days)
    business.uses(earlier, 1, days=7)
    business.uses(once, 1, days=1)
    assert stats(manager)["active_customers"] == figure(2, 2)
    assert stats(manager, "today")["active_customers"] == figure(1, 1)
    assert stats(manager, "30d")["active_customers"] == figure(3, 0)


def test_tokens_used_and_sold_are_summed_over_the_range(manager: Desk, business: Business) -> None:
    copy = business.customer(days=20)
    for days, used, sold in ((13, 1, 10), (7, 2, 20), (6, 4, 40), (0, 8, 80)):
        business.buys(copy, sold, days=days)
        business.uses(copy, used, days=days)
    week = stats(manager)
    assert (week["tokens_used"], week["tokens_sold"]) == (figure(12, 3), figure(120, 30))
    assert stats(manager, "today")["tokens_used"] == figure(8, 0)


def test_each_day_of_the_range_has_its_place_also_an_empty_one(manager: Desk, business: Business) -> None:
    copy = business.customer(days=20)
    business.buys(copy, 10, days=6)
    business.uses(copy, 3, days=1)
    week, today = stats(manager), clock.business_day()
    days = [str(today - timedelta(days=days)) for days in range(6, -1, -1)]
    assert [day["day"] for day in week["revenue_by_day"]] == days
    assert [day["amount"] for day in week["revenue_by_day"]] == [50_000, 0, 0, 0, 0, 0, 0]
    assert [(day["used"], day["sold"]) for day in week["tokens_by_day"]] == [(0, 10), *[(0, 0)] * 4, (3, 0), (0, 0)]
    assert [len(stats(manager, chosen)["tokens_by_day"]) for chosen in ("today", "30d")] == [1, 30]


def test_the_five_automations_of_which_most_was_used_stand_first(
    manager: Desk, session: Session, database: RolledBackDatabase
) -> None:
    shops = [Business(session, database, make_automation(session, name=f"automation {n}")) for n in range(7)]
    for number, shop in enumerate(shops):
        copy = shop.customer(days=20)
        if number:
            shop.uses(copy, number, days=2)
    shops[6].buys(shops[6].customer(), 10)
    top = stats(manager)["top_automations"]
    assert [(one["name"], one["tokens_used"], one["revenue"]) for one in top] == [
        ("automation 6", 6, 50_000),
        ("automation 5", 5, 0),
        ("automation 4", 4, 0),
        ("automation 3", 3, 0),
        ("automation 2", 2, 0),
    ]


def test_tickets_are_counted_as_they_stand_and_as_they_stood(manager: Desk, session: Session) -> None:
    tickets = [ticket(session, days=days) for days in (20, 20, 9, 2)]
    settled(session, tickets[0], TicketStatus.RESOLVED, days=3)
    settled(session, tickets[1], TicketStatus.WAITING, days=3)
    settled(session, tickets[3], TicketStatus.IN_PROGRESS, days=1)
    week = stats(manager)
    assert week["active_tickets"] == figure(3, 3)
    assert week["attention"]["tickets_waiting"] == 2


def ticket(session: Session, *, days: int) -> Ticket:
    with days_ago(days):
        now = clock.now()
    made = Ticket(user_id=make_user(session).id, title="?", created_at=now, updated_at=now, last_message_at=now)
    session.add(made)
    session.flush()
    return made


def settled(session: Session, ticket: Ticket, status: TicketStatus, *, days: int) -> None:
    with days_ago(days):
        ticket.status, ticket.updated_at = status, clock.now()
    session.flush()


def test_what_waits_for_somebody_is_counted(manager: Desk, session: Session) -> None:
    for status in (PaymentStatus.REVIEW, PaymentStatus.REVIEW, PaymentStatus.VERIFY_UNKNOWN, PaymentStatus.PENDING):
        purchase_in(session, status)
    late, fresh = (purchase_in(session, PaymentStatus.VERIFIED) for _ in range(2))
    late.verified_at = clock.now() - timedelta(minutes=10, seconds=1)
    fresh.verified_at = clock.now() - timedelta(minutes=9)
    session.flush()
    attention = stats(manager)["attention"]
    assert (attention["review"], attention["verify_unknown"], attention["verified_uncredited"]) == (2, 1, 1)
    ledger.credit_purchases(session, [late.id, fresh.id], actor="test")


# months and days


def at(moment: datetime) -> None:
    clock.travel(moment - clock.now())


def test_a_months_revenue_is_that_of_the_jalali_month_beside_the_whole_one_before(
    manager_at: Arriving, session: Session, business: Business
) -> None:
    at(datetime(2026, 6, 1, 12, tzinfo=UTC))  # 11 Khordad 1405, which began on 22 May
    copy = business.customer(days=90)
    for day, tokens in ((date(2026, 4, 20), 1), (date(2026, 4, 21), 2), (date(2026, 5, 21), 4), (date(2026, 5, 22), 8)):
        business.buys(copy, tokens, days=(date(2026, 6, 1) - day).days)
    assert stats(manager_at())["monthly_revenue"] == figure(8 * 5_000, 6 * 5_000)


@pytest.fixture
def manager_at(api: Api, session: Session) -> Arriving:
    """A manager who signs in when the clock already stands where a test wants it."""
    return lambda: Desk(api, session, Role.MANAGER)


@pytest.mark.parametrize(
    ("moment", "used"), [("2026-03-20T20:29:00+00:00", figure(1, 0)), ("2026-03-20T20:31:00+00:00", figure(0, 1))]
)
def test_today_begins_at_midnight_in_tehran(
    moment: str, used: dict[str, int], manager_at: Arriving, business: Business
) -> None:
    at(datetime(2026, 3, 20, 20, 28, tzinfo=UTC))
    business.uses(business.customer(), 1)
    at(datetime.fromisoformat(moment))
    assert stats(manager_at(), "today")["tokens_used"] == used


@pytest.mark.parametrize(
    ("day", "month", "before"),
    [
        (date(2026, 3, 20), (date(2026, 2, 20), date(2026, 3, 20)), (date(2026, 1, 21), date(2026, 2, 19))),
        (date(2026, 3, 21), (date(2026, 3, 21), date(2026, 3, 21)), (date(2026, 2, 20), date(2026, 3, 20))),
        (date(2026, 9, 22), (date(2026, 8, 23), date(2026, 9, 22)), (date(2026, 7, 23), date(2026, 8, 22))),
        (date(2025, 3, 20), (date(2025, 2, 19), date(2025, 3, 20)), (date(2025, 1, 20), date(2025, 2, 18))),
    ],
    ids=["29 Esfand", "1 Farvardin", "31 Shahrivar", "30 Esfand of a leap year"],
)
def test_a_month_begins_on_its_first_jalali_day(day: date, month: tuple[date, date], before: tuple[date, date]) -> None:
    assert (jalali_month(day), month_before(day)) == (Span(*month), Span(*before))


def test_a_range_and_the_one_before_touch_and_do_not_overlap() -> None:
    week = last_days(7, today=date(2026, 3, 21))
    assert (week, week.before) == (
        Span(date(2026, 3, 15), date(2026, 3, 21)),
        Span(date(2026, 3, 8), date(2026, 3, 14)),
    )


def test_a_business_day_ends_where_the_next_begins() -> None:
    assert begins(date(2026, 3, 21)) == datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
    assert ends(date(2026, 3, 21)) == begins(date(2026, 3, 22))


# who sees what


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL])
def test_only_managers_see_money(role: Role, api: Api, session: Session, business: Business) -> None:
    copy = business.customer()
    business.buys(copy, 10)
    business.uses(copy, 3)
    seen = stats(Desk(api, session, role))
    assert [seen[name] for name in ("tokens_sold", "monthly_revenue", "revenue_by_day")] == [None] * 3
    assert {day["sold"] for day in seen["tokens_by_day"]} == {None}
    assert [one["revenue"] for one in seen["top_automations"]] == [None]
    assert (seen["tokens_used"], seen["total_users"]) == (figure(3, 0), figure(1, 0))


def test_a_range_that_nobody_knows_is_refused(manager: Desk) -> None:
    assert manager.get(STATS, range="90d").status == 422


# without the queue


@pytest.fixture
def queue_is_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Queues that nobody answers for."""
    for name in ("CREDIT", "DELIVERY"):
        monkeypatch.setenv(f"{name}_QUEUE_URL", "http://localhost:9/queue")
        monkeypatch.setenv(f"{name}_DEAD_LETTERS_URL", "http://localhost:9/dead")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def test_dead_letters_are_counted(manager: Desk) -> None:
    assert isinstance(stats(manager)["attention"]["dead_letters"], int)


@pytest.mark.usefixtures("queue_is_away")
def test_the_page_is_there_while_the_queue_is_away(manager: Desk) -> None:
    assert stats(manager)["attention"]["dead_letters"] is None


def test_what_the_platform_stands_on_answers(support: Desk) -> None:
    assert support.get("/health/deep").json == {"database": True, "queue": True}


@pytest.mark.usefixtures("queue_is_away")
def test_a_queue_that_is_away_is_told(support: Desk) -> None:
    assert support.get("/health/deep").json == {"database": True, "queue": False}
