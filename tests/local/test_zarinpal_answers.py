"""Answers that are late, lost, broken or untrue, and whether the call was carried out."""

import json
import time

import httpx
import pytest

from local.zarinpal.running import Zarinpal
from tests.local.purchases import (
    error_code,
    inquire,
    open_payment,
    order,
    reverse,
    status_of,
    unverified,
    verify,
)

SOON = 0.2


@pytest.fixture
def paid(shop: httpx.Client, zarinpal: Zarinpal) -> str:
    """The authority of a payment that waits for its verify."""
    authority = open_payment(shop)
    zarinpal.pay(authority)
    return authority


def test_a_delay_comes_after_the_deed(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "delay", seconds=SOON)
    began = time.monotonic()
    assert verify(shop, paid).json()["data"]["code"] == 100
    assert time.monotonic() - began >= SOON


@pytest.mark.parametrize("status", [500, 502, 503, 504, 522, 599])
def test_a_server_error_is_a_page(shop: httpx.Client, zarinpal: Zarinpal, paid: str, status: int) -> None:
    zarinpal.fail_next("verify", "http", status=status)
    response = verify(shop, paid)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert status_of(shop, paid) == "PAID"


@pytest.mark.parametrize(("status", "code"), [(401, -10), (422, -9), (429, -12)])
def test_a_client_error_carries_zarinpals_json(
    shop: httpx.Client, zarinpal: Zarinpal, paid: str, status: int, code: int
) -> None:
    zarinpal.fail_next("verify", "http", status=status)
    response = verify(shop, paid)
    assert (response.status_code, error_code(response)) == (status, code)
    assert status_of(shop, paid) == "PAID"


def test_even_a_server_error_may_carry_a_code(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "http", status=503, code=-51)
    response = verify(shop, paid)
    assert (response.status_code, error_code(response)) == (503, -51)


@pytest.mark.parametrize("status", [500, 502, 599])
def test_a_verify_can_be_applied_and_answered_by_a_server_error(
    shop: httpx.Client, zarinpal: Zarinpal, paid: str, status: int
) -> None:
    zarinpal.fail_next("verify", "apply_then_5xx", status=status)
    assert verify(shop, paid).status_code == status
    assert verify(shop, paid).json()["data"]["code"] == 101


def test_a_request_can_be_applied_and_answered_by_a_server_error(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.fail_next("request", "apply_then_5xx")
    assert shop.post("request.json", json=order()).status_code == 502
    [lost] = zarinpal.calls("request")
    assert (lost.code, lost.http_status) == (None, 502)
    assert status_of(shop, str(lost.authority)) == "IN_BANK"


def test_truncated_json_is_of_a_call_that_was_carried_out(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "truncated_json")
    response = verify(shop, paid)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert verify(shop, paid).json()["data"]["code"] == 101


def test_data_as_list_says_nothing_of_what_was_done(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "data_as_list")
    assert verify(shop, paid).json() == {"data": [], "errors": []}
    assert verify(shop, paid).json()["data"]["code"] == 101


def test_data_as_list_leaves_a_refusal_as_it_is(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.fail_next("verify", "data_as_list")
    assert error_code(verify(shop, authority)) == -51
    assert [call.code for call in zarinpal.calls("verify")] == [-51]


def test_codes_may_be_text(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "string_code", times=2)
    assert verify(shop, paid).json()["data"]["code"] == "100"
    assert verify(shop, open_payment(shop)).json()["errors"]["code"] == "-51"


def test_errors_may_be_an_object_a_list_or_a_map_of_fields(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    for shape in ("object", "list", "fieldmap"):
        zarinpal.fail_next("verify", f"errors_as_{shape}", code=-54)
    errors = [verify(shop, paid).json()["errors"] for _ in range(3)]
    assert errors == [
        {"code": -54, "message": "Invalid authority.", "validations": []},
        [{"code": -54, "message": "Invalid authority."}],
        {"authority": ["Invalid authority.", "-54"]},
    ]
    assert status_of(shop, paid) == "PAID"


def test_a_map_of_fields_names_a_field_that_was_sent(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.fail_next("request", "errors_as_fieldmap")
    assert list(shop.post("request.json", json=order()).json()["errors"]) == ["merchant_id"]


def test_a_rate_limit_lasts_as_many_calls_as_asked(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "rate_limit", times=2)
    assert [error_code(verify(shop, paid)) for _ in range(2)] == [-12, -12]
    assert verify(shop, paid).json()["data"]["code"] == 100


def test_a_wrong_amount_verifies_nothing(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.plan("wrong_amount", authority=paid)
    assert error_code(verify(shop, paid)) == -50
    assert status_of(shop, paid) == "PAID"


def test_already_verified_answers_101_at_once(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.plan("already_verified", authority=paid)
    first, second = (verify(shop, paid).json()["data"] for _ in range(2))
    assert (first["code"], second["code"]) == (101, 101)
    assert first["ref_id"] == second["ref_id"]


def test_already_verified_does_not_pay_what_is_not_paid(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.plan("already_verified")
    assert error_code(verify(shop, open_payment(shop))) == -51


def test_an_overflow_pushes_the_shops_own_payments_out_of_the_list(
    shop: httpx.Client, zarinpal: Zarinpal, paid: str
) -> None:
    zarinpal.plan("unverified_overflow", n=150)
    listed = [row["authority"] for row in unverified(shop).json()["data"]["authorities"]]
    assert len(listed) == 100
    assert paid not in listed
    assert status_of(shop, paid) == "PAID"


def test_reversed_money_is_gone_for_good(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.plan("reversed", authority=paid)
    assert [status_of(shop, paid) for _ in range(2)] == ["REVERSED", "REVERSED"]
    assert (error_code(verify(shop, paid)), error_code(reverse(shop, paid))) == (-51, -61)


def test_money_can_be_reversed_just_before_the_verify(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.fail_next("verify", "reversed")
    assert error_code(verify(shop, paid)) == -51
    assert status_of(shop, paid) == "REVERSED"


def test_a_verified_payment_can_be_reversed_too(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    verify(shop, paid)
    zarinpal.plan("reversed")
    assert status_of(shop, paid) == "REVERSED"


def test_what_was_never_paid_cannot_be_reversed(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.plan("reversed", times=2)
    assert status_of(shop, open_payment(shop)) == "IN_BANK"
    assert error_code(inquire(shop, "S" + "0" * 35)) == -54


def test_a_term_and_an_answer_can_go_wrong_together(shop: httpx.Client, zarinpal: Zarinpal, paid: str) -> None:
    zarinpal.plan("auto_verify", authority=paid)
    zarinpal.fail_next("verify", "http_500")
    assert verify(shop, paid).status_code == 500
    assert [call.fault for call in zarinpal.calls("verify")] == ["auto_verify+http_500"]
    assert status_of(shop, paid) == "VERIFIED"
