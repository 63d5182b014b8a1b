"""The breaker is one row for all containers: no failure is lost, and one order tries for everybody."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from functions.payments.breaker import REST
from functions.payments.gateways.base import Gateway
from functions.payments.schemas import InitPayment
from functions.payments.service import start_purchase
from functions.payments.sweep import sweep
from local.zarinpal.running import Zarinpal
from tests.concurrency.races import at_once
from tests.factories import make_automation, make_copy, person_of
from tests.functions.payments.purchases import purchase_at
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.db import Database, using
from zimmer.errors import GatewayUnavailable
from zimmer.models import BusinessSettings, GatewayHealth


@pytest.fixture
def shared(own_database: str) -> Iterator[Database]:
    with closing(Database(own_database)) as database:
        yield database


class Crowd:
    """Customers of one automation, each a process of its own."""

    def __init__(self, shared: Database, gateway: Gateway, *, people: int) -> None:
        self._gateway = gateway
        with shared.transaction() as session:
            automation = make_automation(session)
            self.people: list[Person] = [
                person_of(session, make_copy(session, automation=automation)) for _ in range(people)
            ]
            self._order = InitPayment(automation_id=automation.id, tokens=100)

    def buys(self, number: int, key: str = "purchase-0001") -> str:
        """What became of one customer's order."""
        person = self.people[number]
        try:
            start_purchase(person, self._order, client_key=key, gateway=self._gateway, trace_id="race")
        except GatewayUnavailable as refusal:
            return "paused" if refusal.data["is_paused"] else "failed"
        return "opened"


def health(shared: Database) -> GatewayHealth:
    found = shared.read().entity(select(GatewayHealth))
    assert found is not None
    return found


def test_three_who_meet_a_failure_at_once_are_three(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    crowd = Crowd(shared, gateway, people=3)
    zarinpal.chance("http_500", 1.0, operation="request")
    assert list(at_once(own_database, crowd.buys, threads=3)) == ["failed"] * 3
    assert (len(health(shared).failed_for), health(shared).resting_since is None) == (3, False)


def test_of_many_who_come_when_the_rest_is_over_one_tries(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    crowd = Crowd(shared, gateway, people=12)
    zarinpal.chance("http_500", 1.0, operation="request")
    at_once(own_database, crowd.buys, threads=3)
    clock.travel(REST)
    found = at_once(own_database, lambda number: crowd.buys(number, "purchase-0002"), threads=12)
    assert sorted(found) == ["failed"] + ["paused"] * 11
    assert len(zarinpal.calls("request")) == 4


def test_orders_and_sweeps_in_an_outage_deadlock_nobody(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    crowd = Crowd(shared, gateway, people=8)
    with shared.transaction() as session:
        session.execute(update(BusinessSettings).values(max_open_payments=100))
        for _ in range(20):
            purchase_at(zarinpal, session)
    zarinpal.chance("http_500", 0.5, seed=7)

    def either(number: int) -> None:
        for turn in range(6):
            if number % 2:
                sweep(gateway)
            else:
                crowd.buys(number, f"purchase-{turn:04}")

    at_once(own_database, either, threads=8)
    zarinpal.drop_faults()
    clock.travel(timedelta(minutes=1))
    with using(shared):
        sweep(gateway)
        clock.travel(REST)
        assert crowd.buys(1, "purchase-last") == "opened"
    assert health(shared).resting_since is None
