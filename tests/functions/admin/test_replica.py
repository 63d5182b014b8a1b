"""Where a read replica is configured: which pages it makes, and that nobody misses what they have just done."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from benchmarks.rt_proxy import counting
from local import ports
from tests.api import Api
from tests.factories import make_automation, make_copy, make_user, token_for
from tests.logs import ReadLog
from zimmer import clock, db, settings
from zimmer.auth.dependencies import JUST_NOW
from zimmer.db import Database
from zimmer.db.replicas import LEFT_ALONE
from zimmer.models import Audience, Role
from zimmer.observability import logger

USERS = "/api/admin/users"
LISTS = [
    USERS,
    "/api/admin/dashboard/stats",
    "/api/admin/payments",
    "/api/admin/audit",
    "/api/admin/tickets",
    "/api/admin/automations",
    "/api/admin/user-automations",
    "/api/admin/user-automations/{copy}/ledger",
    "/api/admin/tokens/adjustments",
    "/api/admin/reconciliation/runs",
]
Start = Callable[[str], None]


@dataclass(frozen=True)
class Shop:
    manager: Api
    colleague: Api
    customer: Api
    customer_id: int
    copy_id: int

    def names(self, who: Api) -> set[str]:
        return {item["name"] for item in who.get(USERS).json["items"]}

    def rename_customer(self, name: str) -> None:
        assert self.manager.send("PATCH", f"{USERS}/{self.customer_id}", {"name": name}).status == 200


def filled(url: str, customer: str) -> Shop:
    """The same people in the same order, so that they have the same ids; the customer's name tells databases apart."""
    with closing(Database(url)) as database, database.transaction() as session:
        staff = [make_user(session, role=Role.MANAGER, name=name) for name in ("مدیر", "همکار")]
        user = make_user(session, name=customer)
        copy = make_copy(session, user, make_automation(session), demo=5, paid=100)
        manager, colleague = (Api(token_for(session, person, audience=Audience.ADMIN)) for person in staff)
        return Shop(manager, colleague, Api(token_for(session, user)), user.id, copy.id)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, own_database: str) -> Iterator[Start]:
    """Starts the container anew with this replica."""
    monkeypatch.setenv("DATABASE_URL", own_database)

    def started(replica: str) -> None:
        monkeypatch.setenv("DATABASE_READ_URL", replica)
        db.forget()
        settings.forget()

    yield started
    db.forget()
    monkeypatch.undo()
    settings.forget()


@pytest.fixture
def shop(own_database: str) -> Shop:
    return filled(own_database, "در اصل")


@pytest.fixture
def copy(new_database: Callable[[], str]) -> str:
    """A replica that is far behind: another name stands in it."""
    url = new_database()
    filled(url, "در نسخه")
    return url


def test_a_list_is_made_by_the_replica(shop: Shop, copy: str, start: Start) -> None:
    start(copy)
    assert shop.names(shop.manager) == {"مدیر", "همکار", "در نسخه"}


@pytest.mark.parametrize("path", LISTS)
def test_every_list_takes_its_sign_in_from_the_primary_and_the_rest_from_the_replica(
    path: str, shop: Shop, copy: str, start: Start, own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path.format(copy=shop.copy_id)
    with counting(own_database) as (primary_url, primary), counting(copy) as (replica_url, replica):
        monkeypatch.setenv("DATABASE_URL", primary_url)
        start(replica_url)
        assert shop.manager.get(path).status == 200
        primary.reset()
        replica.reset()
        assert shop.manager.get(path).status == 200
        assert primary.trips == 1
        assert replica.trips >= 1
        db.forget()


def test_who_decides_and_who_spends_never_reads_the_replica(shop: Shop, copy: str, start: Start) -> None:
    with counting(copy) as (url, asked):
        start(url)
        for who, path in (
            (shop.customer, "/api/auth/me"),
            (shop.customer, "/api/user/automations"),
            (shop.customer, "/api/payments"),
            (shop.manager, f"{USERS}/{shop.customer_id}"),
            (shop.manager, f"/api/admin/user-automations/{shop.copy_id}"),
            (shop.manager, "/api/admin/settings"),
        ):
            assert who.get(path).status == 200, path
        assert shop.customer.post("/api/payments/quote", {"automation_id": 1, "tokens": 100}).status < 500
        assert asked.trips == 0
        db.forget()


def test_who_has_just_acted_sees_it_and_the_others_a_little_later(shop: Shop, copy: str, start: Start) -> None:
    start(copy)
    shop.rename_customer("نام تازه")
    assert "نام تازه" in shop.names(shop.manager)
    assert "در نسخه" in shop.names(shop.colleague)
    clock.travel(JUST_NOW + timedelta(seconds=1))
    assert "در نسخه" in shop.names(shop.manager)


def test_without_a_replica_all_is_read_where_it_is_written(shop: Shop, start: Start) -> None:
    start("")
    assert "در اصل" in shop.names(shop.manager)


@pytest.fixture
def spoken(log: ReadLog) -> Iterator[ReadLog]:
    logger().setLevel("INFO")
    yield log
    logger().setLevel("ERROR")


def said(spoken: ReadLog) -> list[str]:
    return [line["message"] for line in spoken() if line["message"].startswith("database.")]


def test_a_replica_that_is_away_is_not_missed_and_spoken_of_once(shop: Shop, start: Start, spoken: ReadLog) -> None:
    start(f"postgresql://zimmer@localhost:{ports.free_port()}/zimmer")
    for _ in range(3):
        assert "در اصل" in shop.names(shop.manager)
    clock.travel(LEFT_ALONE)
    assert "در اصل" in shop.names(shop.manager)
    assert said(spoken) == ["database.replica-away"]


def run_in(url: str, statement: str) -> None:
    with closing(Database(url)) as database, database.transaction() as session:
        session.execute(text(statement))


def test_a_replica_that_cannot_answer_is_left_alone_and_asked_again(
    shop: Shop, copy: str, start: Start, spoken: ReadLog
) -> None:
    start(copy)
    run_in(copy, "ALTER TABLE users RENAME TO nobody")
    assert "در اصل" in shop.names(shop.manager)
    run_in(copy, "ALTER TABLE nobody RENAME TO users")
    assert "در اصل" in shop.names(shop.manager)
    clock.travel(LEFT_ALONE)
    assert "در نسخه" in shop.names(shop.manager)
    assert said(spoken) == ["database.replica-away", "database.replica-back"]
