"""How often each hot path speaks to Postgres. Exact: on RDS each trip is a millisecond of somebody's waiting."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from benchmarks.every_route import AT_MOST, ELSEWHERE, MORE, REQUESTS, trips_of
from benchmarks.rt_proxy import Counter, counting
from functions.payments import worker
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.factories import make_automation, make_copy, make_service_token, make_user, purchase_in, token_for
from tests.routes import served
from zimmer import cache, settings
from zimmer.db import Database, using
from zimmer.models import Audience, PaymentStatus, Role, UserAutomation

Count = Callable[[Callable[[], object]], int]


class Shop:
    """A customer with a copy, the automation's service token, and ten payments to credit."""

    def __init__(self, database: Database) -> None:
        with database.transaction() as session:
            automation = make_automation(session)
            user = make_user(session)
            self.copy: UserAutomation = make_copy(session, user, automation, demo=5, paid=100)
            self.customer = Api(token_for(session, user))
            manager = make_user(session, role=Role.MANAGER)
            self.manager = Api(token_for(session, manager, audience=Audience.ADMIN))
            self.service = {"x-zimmer-service-token": make_service_token(session, automation.id)}
            self.payment_ids = [purchase_in(session, PaymentStatus.VERIFIED, self.copy).id for _ in range(20)]

    def consume(self, key: str) -> None:
        body = {"user_automation_id": self.copy.id, "units": 1, "usage_type": "message", "idempotency_key": key}
        answer = Api().post("/api/automation-usage/consume", body, headers=self.service)
        assert answer.status == 200, answer.body

    def use(self, key: str) -> dict[str, Any]:
        return {"user_automation_id": self.copy.id, "units": 1, "usage_type": "message", "idempotency_key": key}

    def ask(self, what: str, body: Any) -> Any:
        answer = Api().post(f"/api/automation-usage/{what}", body, headers=self.service)
        assert answer.status in {200, 201}, answer.body
        return answer.json

    def credit(self, payment_ids: list[int]) -> None:
        records = [{"messageId": str(n), "body": f'{{"payment_id": {n}, "v": 1}}'} for n in payment_ids]
        assert worker.handler({"Records": records}, None) == {"batchItemFailures": []}


@pytest.fixture
def shop(own_database: str) -> Shop:
    with closing(Database(own_database)) as database:
        return Shop(database)


@pytest.fixture
def trips(own_database: str) -> Iterator[Counter]:
    """Counts what the code under test says over one connection through the proxy."""
    with counting(own_database) as (url, counter), closing(Database(url)) as database, using(database):
        yield counter


def get(api: Api, path: str) -> None:
    assert api.get(path).status == 200


def test_the_catalogue_takes_one_round_trip(shop: Shop, trips: Counter) -> None:
    get(Api(), "/api/automations/available")  # connects and prepares
    trips.reset()
    get(Api(), "/api/automations/available")
    assert trips.trips == 1


def test_the_catalogue_takes_none_while_its_first_page_is_kept(
    shop: Shop, trips: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_SECONDS", "10")
    settings.forget()
    get(Api(), "/api/automations/available")
    trips.reset()
    get(Api(), "/api/automations/available")
    assert trips.trips == 0
    monkeypatch.undo()
    settings.forget()
    cache.forget()


def test_me_takes_one_round_trip_with_its_check_of_the_session(shop: Shop, trips: Counter) -> None:
    get(shop.customer, "/api/auth/me")
    trips.reset()
    get(shop.customer, "/api/auth/me")
    assert trips.trips == 1


def test_other_reads_of_a_signed_in_customer_take_two(shop: Shop, trips: Counter) -> None:
    for path in ("/api/user/automations", f"/api/user/automations/{shop.copy.automation_id}", "/api/payments"):
        get(shop.customer, path)
        trips.reset()
        get(shop.customer, path)
        assert trips.trips == 2, path


@pytest.mark.parametrize("chosen", ["today", "7d", "30d"])
def test_the_whole_dashboard_takes_one_besides_the_check_of_the_session(
    chosen: str, shop: Shop, trips: Counter
) -> None:
    path = "/api/admin/dashboard/stats"
    assert shop.manager.get(path, params={"range": chosen}).status == 200
    trips.reset()
    assert shop.manager.get(path, params={"range": chosen}).status == 200
    assert trips.trips == 2


def test_consume_takes_one_round_trip_with_its_check_of_the_caller(shop: Shop, trips: Counter) -> None:
    shop.consume("first")
    trips.reset()
    shop.consume("second")
    assert trips.trips == 1


def test_a_hold_and_its_end_take_one_round_trip_each(shop: Shop, trips: Counter) -> None:
    for key in ("first", "second"):
        trips.reset()
        held = shop.ask("holds", {**shop.use(key), "units": 2})
        shop.ask(f"holds/{held['hold_id']}/commit", {"units": 1})
        released = shop.ask("holds", {**shop.use(f"{key}-released"), "units": 2})
        shop.ask(f"holds/{released['hold_id']}/release", None)
    assert trips.trips == 4


def test_a_hundred_uses_take_one_round_trip(shop: Shop, trips: Counter) -> None:
    shop.ask("batch", {"uses": [shop.use("first")]})
    trips.reset()
    shop.ask("batch", {"uses": [shop.use(f"second-{n}") for n in range(100)]})
    assert trips.trips == 1


def test_a_balance_takes_one_round_trip_with_its_check_of_the_caller(shop: Shop, trips: Counter) -> None:
    path = f"/api/automation-usage/balance/{shop.copy.id}"
    for _ in range(2):
        trips.reset()
        assert Api().get(path, headers=shop.service).status == 200
    assert trips.trips == 1


def test_crediting_ten_payments_takes_one(shop: Shop, trips: Counter) -> None:
    shop.credit(shop.payment_ids[:10])
    trips.reset()
    shop.credit(shop.payment_ids[10:])
    assert trips.trips == 1


def test_every_route_stands_here() -> None:
    assert served().keys() - ELSEWHERE == REQUESTS.keys()


def test_what_may_take_more_is_served() -> None:
    assert MORE.keys() <= REQUESTS.keys()


@pytest.mark.usefixtures("gateway")
def test_no_route_takes_more_than_it_may(new_database: Callable[[], str], zarinpal: Zarinpal) -> None:
    url = new_database()
    with (
        counting(url) as (counted, counter),
        closing(Database(counted)) as database,
        closing(Database(url)) as direct,
        using(database),
    ):
        found = {route: trips_of(ask, direct, zarinpal, counter) for route, ask in REQUESTS.items()}
    assert {route: n for route, n in found.items() if n > MORE.get(route, (AT_MOST, ""))[0]} == {}


def test_plain_pg8000_takes_more(shop: Shop, own_database: str) -> None:
    """What the prepared statements are for; and a proof that the counter counts."""
    with counting(own_database) as (url, counter), closing(Database(url, prepared=False)) as plain, using(plain):
        shop.consume("first")
        counter.reset()
        shop.consume("second")
    assert counter.trips >= 3  # its Bind may or may not overtake the answer to its Describe
