"""The pretend gateway speaks Zarinpal's REST v4, shape for shape."""

import re
from datetime import timedelta

import httpx
import pytest

from local.zarinpal.running import Zarinpal
from tests.local.purchases import (
    CALLBACK,
    MERCHANT,
    OTHER_MERCHANT,
    error_code,
    inquire,
    open_payment,
    order,
    reverse,
    status_of,
    unverified,
    verify,
)


def test_a_request_answers_an_authority(shop: httpx.Client) -> None:
    response = shop.post("request.json", json=order())
    authority = response.json()["data"]["authority"]
    assert response.status_code == 200
    assert response.json() == {
        "data": {"code": 100, "message": "Success", "authority": authority, "fee_type": "Merchant", "fee": 100},
        "errors": [],
    }
    assert re.fullmatch(r"S[0-9a-zA-Z]{35}", authority)


def test_two_requests_are_two_payments(shop: httpx.Client) -> None:
    assert open_payment(shop) != open_payment(shop)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("merchant_id", "too-short"),
        ("amount", 9_999),
        ("amount", "110000"),
        ("amount", 110_000.5),
        ("amount", None),
        ("currency", "IRT"),
        ("description", None),
        ("description", ""),
        ("description", "ن" * 501),
        ("callback_url", None),
        ("callback_url", "javascript:alert(1)"),
    ],
)
def test_a_wrong_request_is_told_which_field_is_wrong(shop: httpx.Client, field: str, value: object) -> None:
    response = shop.post("request.json", json=order(**{field: value}))
    assert response.status_code == 422
    assert error_code(response) == -9
    assert [list(validation) for validation in response.json()["errors"]["validations"]] == [[field]]


def test_a_wrong_mobile_is_refused(shop: httpx.Client) -> None:
    response = shop.post("request.json", json=order(metadata={"mobile": "+989121234567"}))
    assert list(response.json()["errors"]["validations"][0]) == ["metadata.mobile"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(shop: httpx.Client, body: bytes) -> None:
    response = shop.post("request.json", content=body)
    assert (response.status_code, error_code(response)) == (422, -9)


@pytest.mark.parametrize("amount", [10_000, 1_000_000_000])
def test_the_limits_themselves_are_allowed(shop: httpx.Client, amount: int) -> None:
    assert shop.post("request.json", json=order(amount=amount)).json()["data"]["code"] == 100


def test_more_than_the_maximum_has_its_own_code(shop: httpx.Client) -> None:
    response = shop.post("request.json", json=order(amount=1_000_000_001))
    assert (response.status_code, error_code(response)) == (200, -41)


def test_a_merchant_id_that_is_no_uuid_is_unknown(shop: httpx.Client) -> None:
    response = shop.post("request.json", json=order(merchant_id="x" * 36))
    assert (response.status_code, error_code(response)) == (401, -10)


def test_verify_confirms_once_and_then_repeats_itself(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    first, second = (verify(shop, authority).json() for _ in range(2))
    assert first["errors"] == []
    assert set(first["data"]) == {"code", "message", "ref_id", "card_pan", "card_hash", "fee_type", "fee"}
    assert first["data"]["card_pan"] == "502229******5995"
    assert isinstance(first["data"]["ref_id"], int)
    assert (first["data"]["code"], second["data"]["code"]) == (100, 101)
    assert first["data"]["ref_id"] == second["data"]["ref_id"]


@pytest.mark.parametrize("wrong", [{"amount": "110000"}, {"amount": None}, {"authority": None}, {"merchant_id": None}])
def test_verify_wants_all_its_fields(shop: httpx.Client, wrong: dict[str, object]) -> None:
    fields = order(**{"authority": "S" + "0" * 35, **wrong})
    response = shop.post("verify.json", json=fields)
    assert (response.status_code, error_code(response)) == (422, -9)


def test_verify_refuses_what_nobody_paid(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    waiting, canceled = open_payment(shop), open_payment(shop)
    zarinpal.cancel(canceled)
    assert [error_code(verify(shop, authority)) for authority in (waiting, canceled)] == [-51, -51]


def test_verify_refuses_another_amount(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    assert error_code(verify(shop, authority, amount=11_000)) == -50
    assert verify(shop, authority).json()["data"]["code"] == 100


def test_another_merchants_payment_is_none_of_ours(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    assert error_code(verify(shop, authority, merchant_id=OTHER_MERCHANT)) == -53
    assert error_code(inquire(shop, authority, merchant_id=OTHER_MERCHANT)) == -53
    assert unverified(shop, OTHER_MERCHANT).json()["data"]["authorities"] == []


def test_an_authority_nobody_issued_is_invalid(shop: httpx.Client) -> None:
    assert error_code(verify(shop, "S" + "0" * 35)) == -54
    assert error_code(inquire(shop, "nonsense")) == -54


def test_inquiry_follows_a_payment_without_changing_it(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    paid, canceled = open_payment(shop), open_payment(shop)

    def status(authority: str) -> str:
        return str(inquire(shop, authority).json()["data"]["status"])

    assert status(paid) == "IN_BANK"
    zarinpal.pay(paid)
    assert [status(paid), status(paid)] == ["PAID", "PAID"]
    verify(shop, paid)
    assert status(paid) == "VERIFIED"
    zarinpal.cancel(canceled)
    assert status(canceled) == "FAILED"


def test_unverified_lists_what_is_paid_and_waits(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    verified, paid, _waiting = (open_payment(shop) for _ in range(3))
    for authority in (verified, paid):
        zarinpal.pay(authority)
    verify(shop, verified)
    data = unverified(shop).json()["data"]
    assert data["code"] == "100"  # text, here only
    [row] = data["authorities"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row.pop("date"))
    assert row == {
        "authority": paid,
        "amount": 110_000,
        "callback_url": CALLBACK,
        "referer": "http://localhost:8000/",
    }


def test_unverified_shows_only_the_newest_hundred(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authorities = [open_payment(shop) for _ in range(101)]
    for authority in authorities:
        zarinpal.pay(authority)
    listed = [row["authority"] for row in unverified(shop).json()["data"]["authorities"]]
    assert listed == authorities[:0:-1]


@pytest.mark.parametrize("is_verified", [True, False])
def test_reverse_gives_the_money_back_once(shop: httpx.Client, zarinpal: Zarinpal, is_verified: bool) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    if is_verified:
        verify(shop, authority)
    assert reverse(shop, authority).json() == {"data": {"code": 100, "message": "Reversed"}, "errors": []}
    assert status_of(shop, authority) == "REVERSED"
    assert (error_code(verify(shop, authority)), error_code(reverse(shop, authority))) == (-51, -61)


def test_reverse_refuses_what_has_no_money(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    waiting, canceled = open_payment(shop), open_payment(shop)
    zarinpal.cancel(canceled)
    assert [error_code(reverse(shop, authority)) for authority in (waiting, canceled)] == [-61, -61]


def test_reverse_refuses_strangers(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    assert error_code(reverse(shop, authority, merchant_id=OTHER_MERCHANT)) == -53
    assert error_code(reverse(shop, "S" + "0" * 35)) == -54
    assert error_code(shop.post("reverse.json", json={"merchant_id": MERCHANT})) == -9


@pytest.mark.parametrize(("minutes", "answered"), [(29, 100), (31, -63)])
def test_reverse_has_half_an_hour(shop: httpx.Client, zarinpal: Zarinpal, minutes: int, answered: int) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    zarinpal.forward(timedelta(minutes=minutes))
    reverse(shop, authority)
    assert [call.code for call in zarinpal.calls("reverse")] == [answered]


@pytest.mark.parametrize("code", [-60, -62])
def test_reverse_can_be_refused_by_the_bank_and_for_the_address(
    shop: httpx.Client, zarinpal: Zarinpal, code: int
) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    zarinpal.fail_next("reverse", "refuse", code=code)
    assert error_code(reverse(shop, authority)) == code
    assert status_of(shop, authority) == "PAID"


def test_a_merchant_may_ask_for_auto_verify(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop, metadata={"auto_verify": True})
    zarinpal.pay(authority)
    assert verify(shop, authority).json()["data"]["code"] == 101


def test_the_log_remembers_what_was_sent_and_answered(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    verify(shop, authority)
    [asked] = zarinpal.calls("request")
    assert (asked.authority, asked.amount, asked.code) == (authority, 110_000, 100)
    assert asked.sent == order()
    assert [(call.operation, call.code) for call in zarinpal.calls()] == [("request", 100), ("verify", -51)]


def test_reset_forgets_everything(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.fail_next("inquiry", "http_500")
    zarinpal.reset()
    assert zarinpal.calls() == []
    assert error_code(inquire(shop, authority)) == -54


def test_the_merchants_identifier_stays_out_of_the_control_api(shop: httpx.Client, browser: httpx.Client) -> None:
    open_payment(shop)
    assert MERCHANT not in browser.get("/_control/log").text + browser.get("/_control/payments").text
