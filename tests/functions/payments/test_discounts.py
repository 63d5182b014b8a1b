"""Discount codes: what they take off, who may use them how often, and what becomes of a use."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from functions.payments.states import Because, move
from functions.payments.sweep import release_discounts
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_automation, make_copy, make_user, token_for
from tests.functions.payments.purchases import INIT, QUOTE, credit_message, deliver, init_with, stored, tokens_of
from zimmer import clock, money
from zimmer.db import Session
from zimmer.models import (
    Automation,
    DiscountCode,
    DiscountRedemption,
    PaymentStatus,
    RedemptionState,
    User,
    UserAutomation,
)
from zimmer.money import Rial

S, R = PaymentStatus, RedemptionState


@pytest.fixture(autouse=True)
def _bank(gateway: Zarinpal) -> None:
    """The pretend bank takes part."""


def make_code(session: Session, code: str = "NOROOZ", *, percent: str = "20", **columns: Any) -> DiscountCode:
    made = DiscountCode(code=code, percent=Decimal(percent), created_at=clock.now(), **columns)
    session.add(made)
    session.flush()
    return made


def quote(customer: Api, copy: UserAutomation, code: str = "NOROOZ", tokens: int = 100) -> Answer:
    return customer.post(QUOTE, {"automation_id": copy.automation_id, "tokens": tokens, "discount_code": code})


def buy(customer: Api, copy: UserAutomation, code: str = "NOROOZ", *, key: str = "purchase-0001") -> Answer:
    body = {"automation_id": copy.automation_id, "tokens": 100, "discount_code": code}
    return customer.post(INIT, body, headers={"idempotency-key": key})


def neighbour(customer: Api, session: Session, copy: UserAutomation) -> tuple[Api, UserAutomation]:
    theirs = make_copy(session, make_user(session), session.get_one(Automation, copy.automation_id))
    return customer.signed_in(token_for(session, session.get_one(User, theirs.user_id))), theirs


def uses(session: Session) -> list[RedemptionState]:
    query = select(DiscountRedemption.state).order_by(DiscountRedemption.id)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def reason(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.json["code"], answer.json["reason"]


# what it takes off


@given(st.integers(1, 100_000_000).map(lambda toman: Rial(toman * 10)), st.integers(1, 10_000))
def test_what_is_left_is_a_whole_toman_and_never_more_than_the_share(amount: Rial, hundredths: int) -> None:
    left = money.discounted(amount, Decimal(hundredths) / 100)
    exact = Decimal(amount) * (10_000 - hundredths) / 10_000
    assert left % 10 == 0
    assert exact - 10 < left <= exact + 1  # the discount itself is rounded down to a rial first


@given(st.integers(1, 10_000_000).map(lambda toman: Rial(toman * 10)), st.integers(1, 9_999))
def test_the_least_price_before_a_discount_is_the_least(amount: Rial, hundredths: int) -> None:
    percent = Decimal(hundredths) / 100
    price = money.least_before_discount(amount, percent)
    assert money.discounted(price, percent) >= amount
    assert money.discounted(Rial(price - 10), percent) < amount


def test_a_quote_says_what_the_code_takes_off(customer: Api, session: Session, copy: UserAutomation) -> None:
    make_code(session)
    answer = quote(customer, copy, " norooz ").json
    assert (answer["amount_before"], answer["discount"], answer["amount"]) == (500_000, 100_000, 400_000)
    assert (answer["discount_code"], answer["discount_percent"]) == ("NOROOZ", 20.0)
    assert uses(session) == []


def test_the_bank_is_asked_for_what_is_left(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    make_code(session)
    started = init_with(customer, quote(customer, copy).json["quote"])
    assert (started.status, started.json["amount"]) == (201, 400_000)
    payment = stored(session, started.json["transaction_id"])
    assert (payment.amount, payment.discount_code, payment.discount_percent) == (400_000, "NOROOZ", Decimal("20.00"))
    assert zarinpal.gateway.bank.find(payment.authority or "").amount == 400_000


def test_too_little_left_says_how_many_tokens_are_enough(customer: Api, session: Session, copy: UserAutomation) -> None:
    make_code(session, percent="99")
    answer = quote(customer, copy, tokens=100)  # 5,000 rials are left
    assert (answer.status, answer.json["code"], answer.json["min_tokens"]) == (422, "below-minimum", 200)
    assert quote(customer, copy, tokens=200).json["amount"] == 10_000


def test_nothing_left_needs_no_bank(customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal) -> None:
    make_code(session, percent="100")
    started = buy(customer, copy).json
    assert started["amount"] == 0
    assert started["redirect_url"].endswith(f"/payment/return/?payment={started['transaction_id']}")
    assert zarinpal.calls() == []
    payment = stored(session, started["transaction_id"])
    assert payment.status is S.VERIFIED
    assert deliver(credit_message(payment)) == set()
    assert (tokens_of(session, copy), uses(session)) == (100, [R.CONFIRMED])
    assert buy(customer, copy).json == started


# who may use it


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("unknown", {"is_active": False}),
        ("not-yet", {"starts_at": timedelta(hours=1)}),
        ("ended", {"ends_at": timedelta(seconds=-1)}),
    ],
)
def test_a_code_is_good_in_its_time_only(
    customer: Api, session: Session, copy: UserAutomation, why: str, columns: dict[str, Any]
) -> None:
    now = clock.now()
    moments: dict[str, Any] = {name: now + at if isinstance(at, timedelta) else at for name, at in columns.items()}
    make_code(session, **moments)
    for answer in (quote(customer, copy), buy(customer, copy)):
        assert reason(answer) == (422, "discount-refused", why)


def test_a_code_nobody_made_and_one_for_another_automation(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    make_code(session, automation_id=make_automation(session).id)
    assert reason(quote(customer, copy, "NOTHING"))[2] == "unknown"
    assert reason(quote(customer, copy))[2] == "other-automation"


def test_each_customer_uses_it_as_often_as_allowed(customer: Api, session: Session, copy: UserAutomation) -> None:
    make_code(session, max_uses_per_user=1)
    assert buy(customer, copy).status == 201
    assert reason(buy(customer, copy, key="purchase-0002"))[2] == "used-by-you"
    other, theirs = neighbour(customer, session, copy)
    assert buy(other, theirs).status == 201


def test_the_last_use_is_given_away_once_and_comes_back(customer: Api, session: Session, copy: UserAutomation) -> None:
    make_code(session, max_uses=1)
    first = stored(session, buy(customer, copy).json["transaction_id"])
    other, theirs = neighbour(customer, session, copy)
    assert reason(buy(other, theirs))[2] == "used-up"

    move(session, first, S.EXPIRED, Because("inquiry-failed", "test"), next_check_at=None)
    assert release_discounts() == 0  # its callback may still be on the way
    clock.travel(timedelta(minutes=40))
    assert release_discounts() == 1
    assert uses(session) == [R.RELEASED]
    assert buy(other, theirs, key="purchase-0002").status == 201


def test_whoever_gives_a_purchase_up_has_the_use_back_at_once(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    make_code(session, max_uses_per_user=1)
    first = buy(customer, copy).json["transaction_id"]
    assert customer.post(f"/api/payments/{first}/cancel").status == 200
    assert quote(customer, copy).status == 200
    assert buy(customer, copy, key="purchase-0002").status == 201
    assert uses(session) == [R.RELEASED, R.RESERVED]


def test_a_late_payment_keeps_its_price_although_the_use_was_released(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    make_code(session, max_uses=1)
    payment = stored(session, buy(customer, copy).json["transaction_id"])
    move(session, payment, S.EXPIRED, Because("inquiry-failed", "test"), next_check_at=None)
    clock.travel(timedelta(minutes=40))
    release_discounts()
    move(session, payment, S.VERIFYING, Because("claimed", "test"))
    move(session, payment, S.VERIFIED, Because("paid", "test"), verified_at=clock.now())
    deliver(credit_message(payment))
    assert (tokens_of(session, copy), uses(session)) == (100, [R.CONFIRMED])


def test_asking_again_under_the_same_key_does_not_use_it_twice(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    make_code(session, max_uses_per_user=1)
    zarinpal.fail_next("request", "http_500")
    assert buy(customer, copy).status == 503
    assert buy(customer, copy).status == 201
    assert uses(session) == [R.RESERVED]
