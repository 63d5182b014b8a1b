"""Purchases rest by themselves while the gateway fails, and go on by themselves."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from functions.payments import settlement, sweep
from functions.payments.breaker import REST
from functions.payments.gateways.base import Gateway
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_automation, make_copy, make_user, token_for
from tests.functions.payments.purchases import (
    INIT,
    ask_to_buy,
    buy,
    credit_message,
    deliver,
    follow,
    purchase_at,
    quote_for,
    stored,
)
from tests.gateways import ask_instead
from zimmer import clock
from zimmer.db import Session
from zimmer.models import (
    ZARINPAL,
    BusinessSettings,
    DiscountCode,
    GatewayHealth,
    Payment,
    PaymentStatus,
    UserAutomation,
)

pytestmark = pytest.mark.usefixtures("gateway")

S = PaymentStatus
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Town:
    """A shop with one automation, and as many customers as come."""

    def __init__(self, session: Session, bank: Zarinpal, gateway: Gateway) -> None:
        self.session, self.bank, self.gateway = session, bank, gateway
        self.automation = make_automation(session)
        self._keys = count(1)

    def customer(self) -> Callable[..., Answer]:
        """Somebody new, with a copy; called, they try to buy, each time anew."""
        user = make_user(self.session)
        copy, panel = make_copy(self.session, user, self.automation), Api(token_for(self.session, user))

        def order(*, tokens: int = 100) -> Answer:
            return ask_to_buy(panel, copy, tokens=tokens, key=f"purchase-{next(self._keys):04}")

        return order

    def fails(self, fault: str = "http_500", operation: str | None = "request", **parameters: int) -> None:
        """The bank fails from now on."""
        self.bank.plan(fault, operation, chance=1.0, seed=1, **parameters)

    def answers(self) -> None:
        """The bank is well again."""
        self.bank.drop_faults()

    def rests(self) -> None:
        """Three customers have met a failure."""
        self.fails()
        assert [self.customer()().status for _ in range(3)] == [503] * 3

    def sweep(self, *, after: timedelta = MINUTE) -> None:
        clock.travel(after)
        sweep.sweep(self.gateway)

    def orders(self) -> int:
        """How often the bank was asked for a purchase."""
        return len(self.bank.calls("request"))

    def health(self) -> GatewayHealth:
        return self.session.get_one(GatewayHealth, ZARINPAL, populate_existing=True)

    def can_buy(self) -> tuple[bool, str | None]:
        """What the marketplace says."""
        shown = Api().get(f"/api/automations/{self.automation.id}").json
        [card] = Api().get("/api/automations/available").json["items"]
        assert card["can_buy_reason"] == shown["can_buy_reason"]
        return shown["can_buy"], shown["can_buy_reason"]


@pytest.fixture
def town(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> Town:
    return Town(session, zarinpal, gateway)


def is_paused(answer: Answer) -> bool:
    """Whether nobody asked the bank; every other refusal is a test's mistake."""
    assert (answer.status, answer.code) == (503, "gateway-unavailable"), answer.body
    return bool(answer.json["is_paused"])


# it rests


@pytest.mark.parametrize(
    ("fault", "parameters"),
    [
        ("http_500", {}),
        ("html", {}),
        ("truncated_json", {}),
        ("hang", {"seconds": 1}),
        ("refuse", {"code": -10}),
        ("refuse", {"code": -11}),
    ],
)
def test_after_three_customers_met_a_failure_the_bank_is_not_asked(
    town: Town, fault: str, parameters: dict[str, int]
) -> None:
    town.fails(fault, "request", **parameters)
    for _ in range(3):
        assert town.customer()().status == 503
    refused = town.customer()()
    assert is_paused(refused)
    assert (refused.headers["retry-after"], town.orders()) == ("90", 3)


def test_a_failure_that_stops_nobody_else_says_so(town: Town) -> None:
    town.fails()
    assert not is_paused(town.customer()())


def test_an_order_that_rests_leaves_no_purchase(town: Town) -> None:
    town.rests()
    town.customer()()
    assert town.session.scalar(select(func.count()).select_from(Payment)) == 3


def test_the_marketplace_says_that_nothing_can_be_bought(town: Town) -> None:
    assert town.can_buy() == (True, None)
    town.rests()
    assert town.can_buy() == (False, "gateway-paused")


def test_nothing_is_quoted_meanwhile(town: Town, customer: Api, copy: UserAutomation) -> None:
    town.rests()
    assert is_paused(quote_for(customer, copy))


def test_questions_that_fail_about_three_customers_count_as_their_orders_would(town: Town) -> None:
    for _ in range(3):
        purchase_at(town.bank, town.session)
    town.fails(operation="inquiry")
    town.sweep()
    assert is_paused(town.customer()())


# what does not count


@pytest.mark.parametrize("code", [-9, -41, -12, -52])
def test_what_is_wrong_with_an_order_itself_stops_nobody(town: Town, code: int) -> None:
    town.fails("refuse", code=code)
    for _ in range(5):
        town.customer()()
    town.answers()
    assert town.customer()().status == 201


def test_one_customer_whom_the_bank_cannot_serve_stops_nobody(town: Town) -> None:
    town.fails()
    unlucky = town.customer()
    for _ in range(5):
        unlucky()
    town.answers()
    assert town.customer()().status == 201


def test_one_customer_who_checks_again_and_again_stops_nobody(
    town: Town, customer: Api, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    bought = buy(customer, copy)
    town.fails(operation="verify")
    for _ in range(5):
        clock.travel(11 * SECOND)
        assert customer.post(f"/api/payments/{bought.transaction_id}/check").status == 200
    assert len(zarinpal.calls("verify")) == 5
    assert town.customer()().status == 201


def test_the_sweeps_own_questions_confirm_what_one_customer_met(town: Town) -> None:
    """In a quiet hour nobody else comes, and the next customer should not be the one who finds out."""
    town.fails(operation=None)
    town.customer()()
    for _ in range(2):
        town.sweep()
    assert is_paused(town.customer()())


def test_two_sweeps_in_one_minute_are_one_witness(town: Town) -> None:
    town.fails(operation=None)
    town.customer()()
    for _ in range(3):
        town.sweep(after=timedelta(0))
    assert not is_paused(town.customer()())


def test_the_sweep_asks_nothing_of_its_own_accord_while_all_is_well(town: Town) -> None:
    town.customer()()
    town.sweep()
    assert town.bank.calls("unVerified") == []


def test_failures_far_apart_are_no_outage(town: Town) -> None:
    town.fails()
    for _ in range(5):
        assert not is_paused(town.customer()())
        assert town.health().resting_since is None
        clock.travel(5 * MINUTE + SECOND)


def test_an_order_that_was_taken_ends_the_count(town: Town) -> None:
    for _ in range(3):
        town.bank.fail_next("request", "http_500", times=2)
        assert [town.customer()().status for _ in range(3)] == [503, 503, 201]


def test_answers_about_old_purchases_do_not_hide_that_new_ones_are_refused(town: Town) -> None:
    town.fails("refuse", code=-11)
    for _ in range(3):
        purchase_at(town.bank, town.session)
        assert town.customer()().code == "gateway-refused"
        town.sweep(after=SECOND)
    assert len(town.bank.calls("inquiry")) == 3
    assert town.health().resting_since is not None


# what goes on meanwhile


def test_who_is_at_the_bank_can_pay_and_is_credited(town: Town, customer: Api, copy: UserAutomation) -> None:
    bought = buy(customer, copy)
    town.rests()
    assert follow(customer, town.bank.pay(bought.authority)).status == 303
    payment = stored(town.session, bought.transaction_id)
    assert payment.status is S.VERIFIED
    assert deliver(credit_message(payment)) == set()


def test_an_order_that_was_taken_before_is_answered_as_before(town: Town, customer: Api, copy: UserAutomation) -> None:
    first = ask_to_buy(customer, copy)
    town.rests()
    assert ask_to_buy(customer, copy).json == first.json


def test_the_sweep_keeps_asking(town: Town) -> None:
    waiting = purchase_at(town.bank, town.session)
    town.bank.pay(str(waiting.authority))
    town.rests()
    town.sweep()
    town.session.refresh(waiting)
    assert waiting.status is S.VERIFIED


# it goes on


def test_the_first_sweep_that_is_answered_lets_the_next_customer_through(town: Town) -> None:
    town.rests()
    town.answers()
    assert is_paused(town.customer()())
    town.sweep()
    assert town.can_buy() == (True, None)
    assert [town.customer()().status for _ in range(3)] == [201] * 3
    assert (town.health().resting_since, town.health().failed_for, town.health().reason) == (None, [], None)


def test_a_sweep_that_is_not_answered_keeps_customers_from_trying(town: Town) -> None:
    town.rests()
    town.fails(operation="unVerified")
    for _ in range(3):
        town.sweep()
        assert is_paused(town.customer()())
    assert town.orders() == 3


def test_without_the_sweep_one_customer_tries_when_the_rest_is_over(town: Town) -> None:
    town.rests()
    clock.travel(REST)
    assert town.can_buy() == (True, None)
    assert not is_paused(town.customer()())
    assert is_paused(town.customer()())  # one failure is enough now
    town.answers()
    clock.travel(REST)
    assert [town.customer()().status for _ in range(2)] == [201, 201]


class Dying:
    """The process dies while the gateway is asked."""

    def start(self, order: object) -> Any:
        raise RuntimeError("the process died")


def test_while_one_tries_the_others_wait_and_one_who_died_is_followed_by_another(town: Town) -> None:
    town.rests()
    town.answers()
    clock.travel(REST)
    ask_instead(Dying())
    assert town.customer()().status == 500
    ask_instead(town.gateway)
    waiting = town.customer()()
    assert (is_paused(waiting), waiting.headers["retry-after"]) == (True, "20")
    clock.travel(20 * SECOND)
    assert town.customer()().status == 201


@pytest.mark.parametrize("tokens", [0, 1, 200_001])
def test_an_order_that_we_refuse_ourselves_does_not_use_the_try(town: Town, tokens: int) -> None:
    town.rests()
    town.answers()
    clock.travel(REST)
    assert town.customer()(tokens=tokens).status == 422
    assert town.customer()().status == 201


def test_a_failure_about_one_old_purchase_does_not_keep_everybody_waiting(town: Town) -> None:
    town.rests()
    poisoned = purchase_at(town.bank, town.session)
    town.answers()
    town.bank.fail_next("inquiry", "http_500", str(poisoned.authority))
    town.sweep()
    assert len(town.bank.calls("inquiry")) == 1
    assert town.customer()().status == 201


def test_while_orders_are_refused_each_answered_sweep_lets_one_try(town: Town) -> None:
    town.fails("refuse", code=-11)
    for _ in range(3):
        town.customer()()
    for minute in range(1, 4):
        town.sweep()
        assert town.customer()().code == "gateway-refused"
        assert is_paused(town.customer()())
        assert town.orders() == 3 + minute


# the managers' pause


def test_a_managers_pause_is_not_lifted_by_an_answer(town: Town) -> None:
    town.rests()
    settings = town.session.scalars(select(BusinessSettings)).one()
    settings.gateway_paused, settings.gateway_message = True, "تا ظهر"
    town.session.flush()
    town.answers()
    town.sweep()
    refused = town.customer()()
    assert (is_paused(refused), refused.json["detail"]) == (True, "تا ظهر")
    assert town.can_buy() == (False, "gateway-paused")
    settings.gateway_paused = False
    town.session.flush()
    assert town.customer()().status == 201


def test_lifting_the_managers_pause_does_not_end_the_rest(town: Town) -> None:
    town.rests()
    settings = town.session.scalars(select(BusinessSettings)).one()
    settings.gateway_paused = True
    town.session.flush()
    settings.gateway_paused = False
    town.session.flush()
    assert is_paused(town.customer()())


# others who ask


def test_an_answer_to_whoever_asks_ends_the_rest(town: Town) -> None:
    town.rests()
    payment = purchase_at(town.bank, town.session, due=False)
    settlement.confirm(payment.id, town.gateway, actor="staff:1")
    town.answers()
    assert town.customer()().status == 201


def test_a_purchase_that_needs_no_bank_does_not_use_the_try(town: Town, customer: Api, copy: UserAutomation) -> None:
    town.session.add(DiscountCode(code="FREE", percent=Decimal(100), created_at=clock.now()))
    town.rests()
    town.answers()
    clock.travel(REST)
    body = {"automation_id": copy.automation_id, "tokens": 100, "discount_code": "FREE"}
    given = customer.post(INIT, body, headers={"idempotency-key": "purchase-free"})
    assert (given.status, given.json["amount"]) == (201, 0)
    assert town.customer()().status == 201
