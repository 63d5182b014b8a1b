"""No transaction is open while the gateway is asked: a slow bank must not hold our locks and our connection."""

from datetime import timedelta

import pytest

from functions.payments import sweep
from functions.payments.gateways.base import (
    Gateway,
    Inquired,
    NotPaid,
    Order,
    Paid,
    Refused,
    ReversalRefused,
    Reversed,
    Started,
    Suspicious,
    Unknown,
    Unverified,
)
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.functions.payments.purchases import ask_to_buy, buy, follow, paid_but_lost, purchase_at
from tests.gateways import ask_instead
from zimmer import clock
from zimmer.db import Session, committed, database
from zimmer.models import PaymentStatus, UserAutomation
from zimmer.money import Rial


class WatchedGateway:
    """Our gateway, and for each call whether a transaction was open."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.calls: list[tuple[str, bool]] = []

    def start(self, order: Order) -> Started | Refused | Unknown:
        self.calls.append(("start", database().in_transaction))
        return self._gateway.start(order)

    def verify(self, authority: str, amount: Rial) -> Paid | NotPaid | Suspicious | Unknown:
        self.calls.append(("verify", database().in_transaction))
        return self._gateway.verify(authority, amount)

    def inquire(self, authority: str) -> Inquired | Unknown:
        self.calls.append(("inquire", database().in_transaction))
        return self._gateway.inquire(authority)

    def unverified(self) -> Unverified | Unknown:
        self.calls.append(("unverified", database().in_transaction))
        return self._gateway.unverified()

    def reverse(self, authority: str) -> Reversed | ReversalRefused | Unknown:
        self.calls.append(("reverse", database().in_transaction))
        return self._gateway.reverse(authority)


@pytest.fixture
def watched(gateway: Gateway) -> WatchedGateway:
    watched = WatchedGateway(gateway)
    ask_instead(watched)
    return watched


def test_opening_a_purchase_asks_with_nothing_open(
    customer: Api, copy: UserAutomation, watched: WatchedGateway
) -> None:
    buy(customer, copy)
    assert watched.calls == [("start", False)]


def test_asking_again_under_the_same_key_asks_with_nothing_open(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal, watched: WatchedGateway
) -> None:
    zarinpal.fail_next("request", "http_500")
    ask_to_buy(customer, copy)
    buy(customer, copy)
    assert watched.calls == [("start", False)] * 2


def test_the_customers_return_asks_with_nothing_open(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal, watched: WatchedGateway
) -> None:
    follow(customer, zarinpal.pay(buy(customer, copy).authority))
    assert watched.calls == [("start", False), ("verify", False)]


def test_the_sweep_asks_with_nothing_open(
    session: Session, zarinpal: Zarinpal, copy: UserAutomation, watched: WatchedGateway
) -> None:
    zarinpal.pay(str(purchase_at(zarinpal, session, copy=copy).authority))
    purchase_at(zarinpal, session, PaymentStatus.EXPIRED, copy=copy)
    clock.travel(timedelta(seconds=1))
    sweep.sweep(watched)
    assert sorted(watched.calls) == [("inquire", False), ("inquire", False), ("verify", False)]


def test_the_customers_check_asks_with_nothing_open(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal, watched: WatchedGateway
) -> None:
    bought = buy(customer, copy)
    zarinpal.pay(bought.authority)
    clock.travel(timedelta(seconds=11))
    customer.post(f"/api/payments/{bought.transaction_id}/check")
    assert watched.calls == [("start", False), ("verify", False)]


def test_what_is_unverified_is_asked_and_verified_with_nothing_open(
    session: Session, zarinpal: Zarinpal, copy: UserAutomation, watched: WatchedGateway
) -> None:
    zarinpal.pay(str(purchase_at(zarinpal, session, copy=copy, due=False).authority))
    lost = paid_but_lost(zarinpal, session, copy)
    sweep.sweep_with_unverified(watched)
    session.refresh(lost)
    assert lost.status is PaymentStatus.VERIFIED
    assert watched.calls == [("unverified", False), ("verify", False), ("verify", False)]


@pytest.mark.usefixtures("database")
def test_the_watch_would_see_an_open_transaction(watched: WatchedGateway) -> None:
    with committed():
        watched.inquire("A" * 36)
    assert watched.calls == [("inquire", True)]
