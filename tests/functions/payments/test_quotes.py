"""A promised price: to whom, for how long, for one key, and in one spelling."""

import base64
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from functions.payments import quotes
from functions.payments.pricing import Discount, Price
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.factories import make_automation, make_copy, make_user, purchase_in, token_for
from tests.functions.payments.purchases import INIT, QUOTE, causes, init_with, quote_for, stored
from zimmer import clock, crypto
from zimmer.db import Session
from zimmer.errors import QuoteInvalid
from zimmer.models import (
    Automation,
    AutomationPackage,
    BusinessSettings,
    Payment,
    PaymentStatus,
    PricingType,
    Role,
    User,
    UserAutomation,
)
from zimmer.money import Rial

pytestmark = pytest.mark.usefixtures("gateway")

S = PaymentStatus
KEY = {"idempotency-key": "purchase-0001"}


def quoted(customer: Api, copy: UserAutomation, *, tokens: int = 100) -> str:
    answer = quote_for(customer, copy, tokens=tokens)
    assert answer.status == 200, answer.body
    return str(answer.json["quote"])


def payments(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Payment)) or 0


def neighbour_of(customer: Api, session: Session, copy: UserAutomation) -> Api:
    """Another customer with a copy of the same automation."""
    theirs = make_copy(session, automation=session.get_one(Automation, copy.automation_id))
    return customer.signed_in(token_for(session, session.get_one(User, theirs.user_id)))


def rewritten(quote: str, **fields: object) -> str:
    """A quote whose payload says something else, under the old signature."""
    version, payload, signature = quote.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert set(fields) <= set(said)
    forged = base64.urlsafe_b64encode(json.dumps({**said, **fields}).encode()).decode().rstrip("=")
    return f"{version}.{forged}.{signature}"


# the promise


def test_a_quote_says_the_price_and_until_when(customer: Api, copy: UserAutomation) -> None:
    answer = quote_for(customer, copy, tokens=100)
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("unit_price", "amount", "discount", "amount_before", "currency")} == {
        "unit_price": 5_000,
        "amount": 500_000,
        "discount": 0,
        "amount_before": 500_000,
        "currency": "IRR",
    }
    left = datetime.fromisoformat(answer.json["expires_at"]) - clock.now()
    assert timedelta(minutes=14, seconds=50) < left <= timedelta(minutes=15)
    assert answer.json["expires_in"] == 15 * 60


def test_a_quote_opens_nothing(customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal) -> None:
    quoted(customer, copy)
    assert (payments(session), zarinpal.calls()) == (0, [])


def test_two_quotes_of_the_same_are_two(customer: Api, copy: UserAutomation) -> None:
    assert quoted(customer, copy) != quoted(customer, copy)


def test_a_package_is_quoted_at_its_own_amount(customer: Api, session: Session, copy: UserAutomation) -> None:
    session.add(AutomationPackage(automation_id=copy.automation_id, tokens=100, amount=Rial(400_000)))
    session.flush()
    assert quote_for(customer, copy, tokens=100).json["amount"] == 400_000


def test_a_flat_fee_is_sold_in_packages_only(customer: Api, session: Session, copy: UserAutomation) -> None:
    session.get_one(Automation, copy.automation_id).pricing_type = PricingType.FLAT_FEE
    session.add(AutomationPackage(automation_id=copy.automation_id, tokens=30, amount=Rial(400_000)))
    session.flush()
    answer = quote_for(customer, copy, tokens=100)
    assert (answer.status, answer.code, answer.json["sizes"]) == (422, "package-only", [30])
    assert quote_for(customer, copy, tokens=30).json["amount"] == 400_000
    opened = customer.post(INIT, {"automation_id": copy.automation_id, "tokens": 31}, headers=KEY)
    assert opened.code == "package-only"


def test_what_may_not_be_bought_is_not_quoted(customer: Api, session: Session, copy: UserAutomation) -> None:
    assert quote_for(customer, copy, tokens=1).code == "below-minimum"
    assert quote_for(customer, copy, tokens=200_001).code == "above-maximum"
    body = {"automation_id": make_automation(session).id, "tokens": 100}
    assert customer.post(QUOTE, body).code == "automation-not-added"
    session.get_one(Automation, copy.automation_id).is_listed = False
    session.flush()
    assert quote_for(customer, copy).code == "automation-unavailable"


def test_while_the_sales_are_stopped_nothing_is_quoted(customer: Api, session: Session, copy: UserAutomation) -> None:
    session.scalars(select(BusinessSettings)).one().gateway_paused = True
    session.flush()
    assert quote_for(customer, copy).code == "gateway-unavailable"


def test_many_open_purchases_do_not_keep_the_price_secret(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    for _ in range(5):
        purchase_in(session, S.PENDING, copy)
    quote = quoted(customer, copy)
    assert init_with(customer, quote).code == "too-many-open-payments"


@pytest.mark.parametrize("field", ["discount_percent", "amount", "unit_price", "user_id", "quote"])
def test_a_field_that_we_do_not_know_is_refused(customer: Api, copy: UserAutomation, field: str) -> None:
    answer = customer.post(QUOTE, {"automation_id": copy.automation_id, "tokens": 100, field: "x"})
    assert (answer.status, answer.json["errors"][0]["loc"]) == (422, ["body", field])


def test_only_customers_are_quoted_a_price(api: Api, session: Session, copy: UserAutomation) -> None:
    staff = api.signed_in(token_for(session, make_user(session, role=Role.MANAGER)))
    assert (quote_for(api, copy).code, quote_for(staff, copy).code) == ("not-signed-in", "not-allowed")


# the purchase


def test_a_quote_opens_a_purchase_of_what_it_says(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    answer = init_with(customer, quoted(customer, copy, tokens=70))
    assert (answer.status, answer.json["amount"]) == (201, 350_000)
    payment = stored(session, answer.json["transaction_id"])
    assert (payment.tokens_purchased, payment.user_automation_id, payment.unit_price) == (70, copy.id, 5_000)
    assert zarinpal.calls("request")[0].amount == 350_000


def test_a_price_that_rises_meanwhile_is_still_the_promised_one(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    quote = quoted(customer, copy)
    session.get_one(Automation, copy.automation_id).price_per_token = Rial(9_000)
    session.scalars(select(BusinessSettings)).one().minimum_amount = Rial(600_000)
    session.flush()
    assert init_with(customer, quote).json["amount"] == 500_000


def test_what_is_no_longer_for_sale_is_not_sold_by_a_quote_either(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    quote = quoted(customer, copy)
    session.get_one(Automation, copy.automation_id).status = False
    session.flush()
    assert init_with(customer, quote).code == "automation-unavailable"


def test_the_same_key_and_quote_get_the_same_answer_also_after_its_end(customer: Api, copy: UserAutomation) -> None:
    quote = quoted(customer, copy)
    first = init_with(customer, quote)
    clock.travel(timedelta(minutes=20))
    assert (init_with(customer, quote).status, init_with(customer, quote).json) == (201, first.json)


def test_a_quote_serves_one_key(customer: Api, session: Session, copy: UserAutomation) -> None:
    quote = quoted(customer, copy)
    init_with(customer, quote)
    answer = init_with(customer, quote, key="purchase-0002")
    assert (answer.status, answer.code, payments(session)) == (409, "quote-used", 1)


def test_a_quote_with_spaces_around_it_is_the_same_quote(customer: Api, session: Session, copy: UserAutomation) -> None:
    quote = quoted(customer, copy)
    init_with(customer, quote)
    assert init_with(customer, f" {quote}\n", key="purchase-0002").code == "quote-used"


def test_one_key_does_not_serve_two_quotes(customer: Api, copy: UserAutomation) -> None:
    init_with(customer, quoted(customer, copy))
    assert init_with(customer, quoted(customer, copy)).code == "idempotency-conflict"


def test_a_key_of_a_plain_order_does_not_serve_a_quote(customer: Api, copy: UserAutomation) -> None:
    customer.post(INIT, {"automation_id": copy.automation_id, "tokens": 100}, headers=KEY)
    assert init_with(customer, quoted(customer, copy)).code == "idempotency-conflict"


def test_after_a_quarter_of_an_hour_a_quote_has_ended(customer: Api, session: Session, copy: UserAutomation) -> None:
    quote = quoted(customer, copy)
    clock.travel(timedelta(minutes=15))
    answer = init_with(customer, quote)
    assert (answer.status, answer.code, payments(session)) == (409, "quote-expired", 0)


def test_just_before_its_end_a_quote_is_good(customer: Api, copy: UserAutomation) -> None:
    quote = quoted(customer, copy)
    clock.travel(timedelta(minutes=14, seconds=50))
    assert init_with(customer, quote).status == 201


def test_a_refused_quote_can_be_used_when_the_reason_is_gone(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    quote, limits = quoted(customer, copy), session.scalars(select(BusinessSettings)).one()
    limits.gateway_paused = True
    session.flush()
    assert init_with(customer, quote).status == 503
    limits.gateway_paused = False
    session.flush()
    assert init_with(customer, quote, key="purchase-0002").status == 201


@pytest.mark.parametrize("fault", ["apply_then_timeout", "http_500", "refuse"])
def test_after_a_gateway_that_failed_the_same_key_goes_on_at_the_promised_price(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal, fault: str
) -> None:
    quote = quoted(customer, copy)
    zarinpal.fail_next("request", fault, seconds=1, code=-10)
    assert init_with(customer, quote).status == 503
    assert init_with(customer, quote, key="purchase-0002").code == "quote-used"
    session.get_one(Automation, copy.automation_id).price_per_token = Rial(9_000)
    session.flush()
    clock.travel(timedelta(minutes=20))
    assert init_with(customer, quote).json["amount"] == 500_000
    assert "asked-again" in causes(session, session.scalars(select(Payment)).one())


def test_a_quoted_price_is_not_raised_behind_the_customers_back(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    quote = quoted(customer, copy)
    zarinpal.fail_next("request", "http_500")
    init_with(customer, quote)
    clock.travel(timedelta(minutes=31))
    assert init_with(customer, quote).code == "quote-expired"
    assert len(zarinpal.calls("request")) == 1


# kept by the customer


@given(
    code=st.none() | st.from_regex(r"[A-Z0-9_-]{1,50}", fullmatch=True),
    percent=st.decimals("0.01", 100, places=2),
    tokens=st.integers(1, 10**9),
)
def test_a_quote_is_read_as_it_was_written(code: str | None, percent: Decimal, tokens: int) -> None:
    price = Price(Rial(10), Rial(30), Rial(20), Discount(code, percent) if code else None)
    promised = quotes.promise(1, 2, tokens, price)
    text = quotes.written(promised)
    kept = quotes.read(text, user_id=1)
    assert (kept, kept.price, len(promised.number)) == (promised, price, 16)
    # As short as can be, for it travels in requests: no padding, no spaces.
    _, payload, _ = text.split(".")
    assert "=" not in text
    assert b" " not in base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


# forged


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tokens", 1_000_000),
        ("amount", 10_000),
        ("amount_before", 10_000),
        ("unit_price", 10),
        ("automation_id", 1),
        ("user_id", 1),
        ("ends_at", 4_000_000_000),
        ("number", "another"),
    ],
)
def test_a_quote_that_was_changed_is_invalid(
    customer: Api, session: Session, copy: UserAutomation, field: str, value: object
) -> None:
    answer = init_with(customer, rewritten(quoted(customer, copy), **{field: value}))
    assert (answer.status, answer.code, payments(session)) == (422, "quote-invalid", 0)


def test_no_letter_of_a_quote_can_be_another(customer: Api, copy: UserAutomation) -> None:
    quote = quoted(customer, copy)
    user_id = copy.user_id
    for at in range(len(quote)):
        changed = quote[:at] + ("A" if quote[at] != "A" else "B") + quote[at + 1 :]
        with pytest.raises(QuoteInvalid):
            quotes.read(changed, user_id=user_id)


@pytest.mark.parametrize(
    "text", ["x", ".", "..", "v1..", "v1.e30.", "سلام", "v1.سلام.😀", "a.b.c.d", "v1." + "A" * 900, "\x00"]
)
def test_what_was_never_a_quote_is_invalid(customer: Api, text: str) -> None:
    assert init_with(customer, text).code == "quote-invalid"


def test_a_signature_for_something_else_is_worth_nothing(customer: Api, copy: UserAutomation) -> None:
    signed = quoted(customer, copy).rpartition(".")[0]
    assert init_with(customer, f"{signed}.{crypto.signature(signed, purpose='another')}").code == "quote-invalid"


def test_a_quote_of_another_version_is_invalid(copy: UserAutomation) -> None:
    quote = quotes.promise(copy.user_id, copy.automation_id, 100, Price(Rial(5_000), Rial(500_000), Rial(500_000)))
    _, payload, _ = quotes.written(quote).split(".")
    signed = f"v2.{payload}"
    with pytest.raises(QuoteInvalid):
        quotes.read(f"{signed}.{crypto.signature(signed, purpose=quotes.PURPOSE)}", user_id=copy.user_id)


def test_somebody_elses_quote_answers_like_a_forged_one(customer: Api, session: Session, copy: UserAutomation) -> None:
    neighbour = neighbour_of(customer, session, copy)
    theirs = init_with(customer, quoted(neighbour, copy)).json
    forged = init_with(customer, "v1.e30.AAAA").json
    del theirs["request_id"], forged["request_id"]
    assert (theirs, theirs["code"], payments(session)) == (forged, "quote-invalid", 0)


# exactly one form


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({"quote": "x", "automation_id": 1, "tokens": 100}, "automation_id"),
        ({"quote": "x", "tokens": 100}, "tokens"),
        ({"quote": "x", "discount_code": "NOROOZ"}, "discount_code"),
        ({"quote": None}, "quote"),
        ({"quote": ""}, "quote"),
        ({"quote": 7}, "quote"),
        ({"quote": "x" * 1_001}, "quote"),
        ({"quote": None, "automation_id": 1, "tokens": 100}, "quote"),
        ({"automation_id": 1}, "tokens"),
        ({"tokens": 100}, "automation_id"),
        ({}, "automation_id"),
    ],
    ids=ascii,
)
def test_an_order_comes_in_exactly_one_form(
    customer: Api, session: Session, body: dict[str, Any], location: str
) -> None:
    answer = customer.post(INIT, body, headers=KEY)
    assert (answer.status, answer.code, payments(session)) == (422, "validation-failed", 0)
    assert ["body", location] in [error["loc"] for error in answer.json["errors"]]


@pytest.mark.parametrize("body", [[], "quote", 7, None])
def test_a_body_that_is_no_object_is_refused(customer: Api, body: object) -> None:
    assert customer.post(INIT, body, headers=KEY).status in {400, 422}
