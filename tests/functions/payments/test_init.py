"""Opening a purchase: what is asked of the gateway, once per key, and every way in which it is refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from functions.payments import sweep
from functions.payments.gateways.base import Gateway
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.factories import make_automation, make_copy, make_user, purchase_in, token_for
from tests.functions.payments.purchases import INIT, ask_to_buy, buy, causes, shown, stored
from tests.gateways import ask_instead
from zimmer import clock
from zimmer.db import Session
from zimmer.models import (
    Audience,
    Automation,
    AutomationPackage,
    BusinessSettings,
    Health,
    Payment,
    PaymentStatus,
    Role,
    User,
    UserAutomation,
    UserAutomationStatus,
)
from zimmer.money import Rial

pytestmark = pytest.mark.usefixtures("gateway")

S = PaymentStatus
KEY = {"idempotency-key": "purchase-0001"}


class ProcessDied(Exception):
    """Stands for the end of the process: nothing after it runs."""


class DeadlyGateway:
    """The process dies while the gateway is asked."""

    def start(self, order: object) -> Any:
        raise ProcessDied

    verify = inquire = start


@pytest.fixture
def dying(gateway: Gateway) -> Callable[[], None]:
    """From now on, processes die while they ask the gateway; `ask_instead` brings it back."""

    def die() -> None:
        ask_instead(DeadlyGateway())

    return die


def revive(gateway: Gateway) -> None:
    ask_instead(gateway)


def settings(session: Session, **columns: object) -> None:
    row = session.scalars(select(BusinessSettings)).one()
    for column, value in columns.items():
        setattr(row, column, value)
    session.flush()


def automation_of(session: Session, copy: UserAutomation) -> Automation:
    return session.get_one(Automation, copy.automation_id)


def payments(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Payment)) or 0


# a purchase that opens


def test_a_purchase_is_answered_with_where_to_pay(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    answer = ask_to_buy(customer, copy, tokens=100)
    assert answer.status == 201
    payment = session.scalars(select(Payment)).one()
    assert answer.json == {
        "payment_id": payment.id,
        "transaction_id": payment.transaction_id,
        "redirect_url": zarinpal.bank_page(str(payment.authority)),
        "amount": 500_000,
        "currency": "IRR",
    }


def test_a_transaction_id_cannot_be_guessed(customer: Api, copy: UserAutomation) -> None:
    ids = {buy(customer, copy, key=f"purchase-{n:04}").transaction_id for n in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", transaction_id) for transaction_id in ids)


def test_the_gateway_is_told_to_send_the_customer_to_this_purchases_callback(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    bought = buy(customer, copy)
    [call] = zarinpal.calls("request")
    assert call.sent["callback_url"] == (
        f"http://localhost:8000/api/payments/zarinpal/callback/{bought.transaction_id}"
    )


def test_the_gateway_is_asked_for_the_price_in_rials(customer: Api, copy: UserAutomation, zarinpal: Zarinpal) -> None:
    buy(customer, copy, tokens=7)
    [call] = zarinpal.calls("request")
    assert call.amount == 35_000


def test_a_package_costs_its_own_amount(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    session.add(AutomationPackage(automation_id=copy.automation_id, tokens=100, amount=Rial(400_000)))
    session.flush()
    assert ask_to_buy(customer, copy, tokens=100).json["amount"] == 400_000
    [call] = zarinpal.calls("request")
    assert call.amount == 400_000


def test_a_purchase_keeps_the_price_it_was_opened_at(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    zarinpal.fail_next("request", "refuse", code=-12)
    ask_to_buy(customer, copy, tokens=100)
    automation_of(session, copy).price_per_token = Rial(9_000)
    session.flush()
    assert ask_to_buy(customer, copy, tokens=100).json["amount"] == 500_000


def test_a_new_purchase_waits_at_the_bank(customer: Api, copy: UserAutomation) -> None:
    assert shown(customer, buy(customer, copy).transaction_id) == ("pending", "at_bank")


def test_a_paused_copy_can_be_refilled(customer: Api, session: Session, copy: UserAutomation) -> None:
    copy.status = UserAutomationStatus.PAUSED
    session.flush()
    assert ask_to_buy(customer, copy).status == 201


# the key


def test_without_a_key_nothing_is_opened(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    answer = customer.post(INIT, {"automation_id": copy.automation_id, "tokens": 100})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert (payments(session), zarinpal.calls()) == (0, [])


@pytest.mark.parametrize("key", ["", "short", "k" * 201, "with space", "nul-\x00-byte", "کلید-فارسی"])
def test_a_key_of_the_wrong_form_is_refused(customer: Api, session: Session, copy: UserAutomation, key: str) -> None:
    assert ask_to_buy(customer, copy, key=key).code == "validation-failed"
    assert payments(session) == 0


def test_the_same_key_gets_the_same_answer(customer: Api, copy: UserAutomation) -> None:
    first, second = ask_to_buy(customer, copy), ask_to_buy(customer, copy)
    assert (second.status, second.json) == (201, first.json)


def test_the_same_key_asks_the_gateway_once(customer: Api, copy: UserAutomation, zarinpal: Zarinpal) -> None:
    ask_to_buy(customer, copy)
    ask_to_buy(customer, copy)
    assert len(zarinpal.calls("request")) == 1


def test_the_same_key_with_another_body_is_a_conflict(customer: Api, session: Session, copy: UserAutomation) -> None:
    ask_to_buy(customer, copy, tokens=100)
    answer = ask_to_buy(customer, copy, tokens=101)
    assert (answer.status, answer.code) == (409, "idempotency-conflict")
    assert payments(session) == 1


def test_two_customers_may_use_the_same_key(customer: Api, session: Session, copy: UserAutomation) -> None:
    other = make_copy(session)
    neighbour = customer.signed_in(token_for(session, session.get_one(User, other.user_id)))
    assert buy(customer, copy).transaction_id != buy(neighbour, other).transaction_id


def test_a_request_that_repeats_one_in_progress_is_told_to_wait(
    customer: Api, copy: UserAutomation, dying: Callable[[], None]
) -> None:
    dying()
    ask_to_buy(customer, copy)
    answer = ask_to_buy(customer, copy)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (409, "in-progress", "20")
    assert answer.json["retry_after_s"] == 20


def test_a_repeated_request_in_progress_does_not_ask_the_gateway(
    customer: Api, copy: UserAutomation, gateway: Gateway, zarinpal: Zarinpal, dying: Callable[[], None]
) -> None:
    dying()
    ask_to_buy(customer, copy)
    revive(gateway)
    ask_to_buy(customer, copy)
    assert zarinpal.calls("request") == []


def test_after_the_lease_the_same_key_goes_on_with_the_purchase_of_a_process_that_died(
    customer: Api, session: Session, copy: UserAutomation, gateway: Gateway, dying: Callable[[], None]
) -> None:
    dying()
    assert ask_to_buy(customer, copy).status == 500
    revive(gateway)
    clock.travel(timedelta(seconds=21))
    assert ask_to_buy(customer, copy).status == 201
    payment = session.scalars(select(Payment)).one()
    assert causes(session, payment) == ["opened", "asked-again", "gateway-accepted"]


def test_the_sweep_gives_up_on_a_process_that_died_and_the_same_key_starts_again(
    customer: Api, session: Session, copy: UserAutomation, gateway: Gateway, dying: Callable[[], None]
) -> None:
    dying()
    ask_to_buy(customer, copy)
    revive(gateway)
    clock.travel(timedelta(seconds=21))
    sweep.sweep(gateway)
    assert session.scalars(select(Payment.status)).one() is S.INIT_UNKNOWN
    assert ask_to_buy(customer, copy).status == 201


def test_a_silent_gateway_is_unavailable_and_the_purchase_is_kept(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    zarinpal.fail_next("request", "hang", seconds=1)
    answer = ask_to_buy(customer, copy)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "gateway-unavailable", "5")
    assert session.scalars(select(Payment.status)).one() is S.INIT_UNKNOWN


@pytest.mark.parametrize("code", [-9, -10, -11, -19, -41])
def test_a_gateway_that_says_no_is_refused_and_the_purchase_is_kept(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, code: int
) -> None:
    zarinpal.fail_next("request", "refuse", code=code)
    answer = ask_to_buy(customer, copy)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "gateway-refused", "60")
    assert session.scalars(select(Payment.status)).one() is S.REJECTED


@pytest.mark.parametrize(("fault", "wire"), [("hang", ("pending", "starting")), ("refuse", ("failed", "refused"))])
def test_the_history_shows_a_purchase_that_did_not_start(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal, fault: str, wire: tuple[str, str]
) -> None:
    zarinpal.fail_next("request", fault, seconds=1, code=-10)
    ask_to_buy(customer, copy)
    [line] = customer.get("/api/payments").json["items"]
    assert (line["status"], line["phase"]) == wire


@pytest.mark.parametrize("fault", ["hang", "apply_then_timeout", "http_500", "html", "refuse"])
def test_after_a_gateway_that_failed_the_same_key_starts_again(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, fault: str
) -> None:
    zarinpal.fail_next("request", fault, seconds=1, code=-10)
    assert ask_to_buy(customer, copy).status == 503
    assert ask_to_buy(customer, copy).status == 201
    assert payments(session) == 1


def test_a_purchase_that_starts_late_has_its_whole_time_to_be_paid(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    zarinpal.fail_next("request", "http_500")
    ask_to_buy(customer, copy)
    clock.travel(timedelta(minutes=31))
    bought = buy(customer, copy)
    clock.travel(timedelta(minutes=10))
    sweep.sweep(gateway)
    assert shown(customer, bought.transaction_id) == ("pending", "at_bank")


def test_a_purchase_that_starts_days_late_is_watched_like_any_other(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    zarinpal.fail_next("request", "http_500")
    ask_to_buy(customer, copy)
    clock.travel(timedelta(days=4))
    someone = customer.signed_in(token_for(session, session.get_one(User, copy.user_id)))
    bought = buy(someone, copy)
    for wait in (2, 4, 8):
        clock.travel(timedelta(minutes=wait, seconds=1))
        sweep.sweep(gateway)
    assert len(zarinpal.calls("inquiry")) == 3
    assert stored(session, bought.transaction_id).status is S.PENDING


# what may be ordered


@pytest.mark.parametrize(
    "tokens", [0, -1, -100, 10_000_001, 2**63, 10**30, True, False, "100", 100.0, 1.5, None, [100], {}, "", "صد"]
)
def test_a_number_of_tokens_that_is_none_is_refused(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, tokens: object
) -> None:
    answer = ask_to_buy(customer, copy, tokens=tokens)
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"] == ["body", "tokens"]
    assert (payments(session), zarinpal.calls()) == (0, [])


@pytest.mark.parametrize("content", [b'{"automation_id": 1, "tokens": NaN}', b'{"automation_id": 1, "tokens": 1e2}'])
def test_a_number_that_json_or_we_do_not_know_is_refused(customer: Api, session: Session, content: bytes) -> None:
    answer = customer.post(INIT, content=content, headers=KEY)
    assert answer.status in {400, 422}
    assert payments(session) == 0


@pytest.mark.parametrize(
    "field",
    [
        "amount",
        "status",
        "unit_price",
        "price_per_token",
        "user_id",
        "user_automation_id",
        "currency",
        "callback_url",
        "transaction_id",
        "authority",
        "discount_percent",
    ],
)
def test_the_customer_cannot_send_what_is_the_servers_to_say(
    customer: Api, session: Session, copy: UserAutomation, field: str
) -> None:
    body = {"automation_id": copy.automation_id, "tokens": 100, field: 10}
    answer = customer.post(INIT, body, headers=KEY)
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"] == [
        {"loc": ["body", field], "code": "extra-forbidden", "message": answer.json["errors"][0]["message"]}
    ]
    assert payments(session) == 0


@pytest.mark.parametrize("query", ["amount", "price_per_token", "tokens"])
def test_a_price_in_the_query_is_not_read(customer: Api, copy: UserAutomation, query: str) -> None:
    answer = customer.send(
        "POST", INIT, {"automation_id": copy.automation_id, "tokens": 100}, params={query: 10}, headers=KEY
    )
    assert answer.json["amount"] == 500_000


def test_below_the_minimum_the_customer_hears_the_smallest_purchase(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    answer = ask_to_buy(customer, copy, tokens=1)
    assert (answer.status, answer.code) == (422, "below-minimum")
    assert (answer.json["amount"], answer.json["minimum"], answer.json["min_tokens"]) == (5_000, 10_000, 2)
    assert (payments(session), zarinpal.calls()) == (0, [])


def test_above_the_maximum_the_customer_hears_the_largest_purchase(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    answer = ask_to_buy(customer, copy, tokens=200_001)
    assert (answer.status, answer.code) == (422, "above-maximum")
    assert (answer.json["maximum"], answer.json["max_tokens"]) == (1_000_000_000, 200_000)
    assert (payments(session), zarinpal.calls()) == (0, [])


@pytest.mark.parametrize("tokens", [2, 200_000])
def test_the_smallest_and_the_largest_purchase_are_taken(customer: Api, copy: UserAutomation, tokens: int) -> None:
    assert ask_to_buy(customer, copy, tokens=tokens).status == 201


def test_a_manager_can_move_the_limits(customer: Api, session: Session, copy: UserAutomation) -> None:
    settings(session, minimum_amount=Rial(1_000_000))
    assert ask_to_buy(customer, copy, tokens=100).json["min_tokens"] == 200


# what is for sale, and to whom


def test_an_automation_that_does_not_exist_is_not_found(customer: Api, session: Session) -> None:
    answer = customer.post(INIT, {"automation_id": 2**31 - 1, "tokens": 100}, headers=KEY)
    assert (answer.status, answer.code) == (404, "automation-not-found")


@pytest.mark.parametrize("automation_id", [0, -1, 2**31, 10**30])
def test_an_id_that_cannot_exist_is_refused(customer: Api, automation_id: int) -> None:
    answer = customer.post(INIT, {"automation_id": automation_id, "tokens": 100}, headers=KEY)
    assert (answer.status, answer.code) == (422, "validation-failed")


@pytest.mark.parametrize(
    "columns", [{"is_listed": False}, {"status": False}, {"health_status": Health.UNHEALTHY}], ids=str
)
def test_what_is_not_for_sale_cannot_be_bought_by_those_who_have_it(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, columns: dict[str, object]
) -> None:
    for column, value in columns.items():
        setattr(automation_of(session, copy), column, value)
    session.flush()
    answer = ask_to_buy(customer, copy)
    assert (answer.status, answer.code) == (409, "automation-unavailable")
    assert (payments(session), zarinpal.calls()) == (0, [])


@pytest.mark.parametrize("health", [Health.DEGRADED, Health.UNKNOWN])
def test_an_automation_that_is_not_known_to_be_ill_can_be_bought(
    customer: Api, session: Session, copy: UserAutomation, health: Health
) -> None:
    automation_of(session, copy).health_status = health
    session.flush()
    assert ask_to_buy(customer, copy).status == 201


def test_an_unlisted_automation_does_not_exist_for_those_who_do_not_have_it(customer: Api, session: Session) -> None:
    hidden = make_automation(session, is_listed=False)
    answer = customer.post(INIT, {"automation_id": hidden.id, "tokens": 100}, headers=KEY)
    assert (answer.status, answer.code) == (404, "automation-not-found")


def test_an_automation_must_be_added_before_tokens_are_bought(customer: Api, session: Session) -> None:
    automation = make_automation(session)
    answer = customer.post(INIT, {"automation_id": automation.id, "tokens": 100}, headers=KEY)
    assert (answer.status, answer.code) == (409, "automation-not-added")


def test_a_removed_automation_is_not_added(customer: Api, session: Session, copy: UserAutomation) -> None:
    copy.status = UserAutomationStatus.REMOVED
    session.flush()
    assert ask_to_buy(customer, copy).code == "automation-not-added"


def test_another_customers_copy_is_not_ones_own(customer: Api, session: Session) -> None:
    theirs = make_copy(session)
    answer = ask_to_buy(customer, theirs)
    assert (answer.status, answer.code) == (409, "automation-not-added")
    assert payments(session) == 0


def test_the_tokens_go_to_the_buyers_copy_of_an_automation_that_others_have_too(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    make_copy(session, automation=automation_of(session, copy))
    payment = stored(session, buy(customer, copy).transaction_id)
    assert payment.user_automation_id == copy.id


def test_without_a_sign_in_nothing_is_sold(api: Api, session: Session, copy: UserAutomation) -> None:
    answer = ask_to_buy(api, copy)
    assert (answer.status, answer.code) == (401, "not-signed-in")


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL, Role.MANAGER])
@pytest.mark.parametrize("audience", Audience)
def test_staff_cannot_buy(api: Api, session: Session, copy: UserAutomation, role: Role, audience: Audience) -> None:
    staff = api.signed_in(token_for(session, make_user(session, role=role), audience=audience))
    answer = ask_to_buy(staff, copy)
    assert (answer.status, answer.code) == (403, "not-allowed")


# how many at once


@pytest.mark.parametrize("status", [S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN])
def test_a_sixth_open_purchase_is_refused_with_the_five(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, status: PaymentStatus
) -> None:
    open_ones = {purchase_in(session, status, copy).transaction_id for _ in range(5)}
    answer = ask_to_buy(customer, copy)
    assert (answer.status, answer.code) == (409, "too-many-open-payments")
    assert set(answer.json["transaction_ids"]) == open_ones
    assert zarinpal.calls() == []


@pytest.mark.parametrize("status", [S.NOT_PAID, S.EXPIRED, S.REJECTED, S.INIT_UNKNOWN, S.REVIEW, S.VERIFIED])
def test_a_purchase_that_is_not_open_does_not_count(
    customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus
) -> None:
    for _ in range(5):
        purchase_in(session, status, copy)
    assert ask_to_buy(customer, copy).status == 201


def test_other_peoples_open_purchases_do_not_count(customer: Api, session: Session, copy: UserAutomation) -> None:
    for _ in range(5):
        purchase_in(session, S.PENDING)
    assert ask_to_buy(customer, copy).status == 201


def test_the_key_of_an_open_purchase_is_answered_also_at_the_limit(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    first = ask_to_buy(customer, copy)
    for _ in range(4):
        purchase_in(session, S.PENDING, copy)
    assert ask_to_buy(customer, copy).json == first.json


# the pause


def test_a_paused_gateway_sells_nothing_and_says_why(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    settings(session, gateway_paused=True, gateway_message="بانک تا ظهر در دسترس نیست")
    answer = ask_to_buy(customer, copy)
    assert (answer.status, answer.code) == (503, "gateway-unavailable")
    assert answer.json["detail"] == "بانک تا ظهر در دسترس نیست"
    assert (payments(session), zarinpal.calls()) == (0, [])


def test_a_paused_gateway_is_not_asked_again_either(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    zarinpal.fail_next("request", "http_500")
    ask_to_buy(customer, copy)
    settings(session, gateway_paused=True)
    assert ask_to_buy(customer, copy).code == "gateway-unavailable"
    assert len(zarinpal.calls("request")) == 1


def test_a_purchase_at_the_bank_can_still_be_found_while_the_gateway_is_paused(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    first = ask_to_buy(customer, copy)
    settings(session, gateway_paused=True)
    assert ask_to_buy(customer, copy).json == first.json


def test_the_gateway_is_told_the_number_as_people_dial_it(
    customer: Api, copy: UserAutomation, session: Session, zarinpal: Zarinpal
) -> None:
    session.get_one(User, copy.user_id).phone_number = "+989121234567"
    session.flush()
    buy(customer, copy)
    [call] = zarinpal.calls("request")
    metadata = call.sent["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["mobile"] == "09121234567"
