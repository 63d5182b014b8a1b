"""The Zarinpal client: what it sends, and which of the few answers each reply of the gateway becomes.

Against the pretend bank where the bank can say it, else against a transport that says exactly these bytes.
"""

import json
import logging
import socket
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from functions.payments.gateways.base import (
    Gateway,
    Inquired,
    NotPaid,
    Order,
    Paid,
    Refused,
    Standing,
    Started,
    Suspicious,
    Unknown,
)
from functions.payments.gateways.zarinpal import Zarinpal as Client
from local import ports
from local.zarinpal.running import Zarinpal
from zimmer.money import Rial
from zimmer.observability import logger
from zimmer.settings import get_settings

AUTHORITY = "A" + "0" * 28 + "wwOGYpd"
AMOUNT = Rial(500_000)
ORDER = Order(
    amount=AMOUNT,
    description="خرید ۱۰۰ توکن",
    callback_url="http://localhost:8000/api/payments/zarinpal/callback/abc",
    order_id="abc",
    email="customer@example.com",
    mobile="09121234567",
)
PAID = {"code": 100, "message": "Paid", "ref_id": 201, "card_pan": "502229******5995", "card_hash": "1EBE", "fee": 0}

UNKNOWN_TO_A_VERIFY = (-9, -10, -11, -12, -13, -14, -15, -16, -17, -18, -19, -40, -41, -52, -60, -61, -62, -63, -99)
REFUSALS_OF_A_REQUEST = (-9, -10, -11, -13, -14, -15, -16, -17, -18, -19, -40, -41)
UNKNOWN_TO_A_REQUEST = (-12, -50, -51, -52, -53, -54, -60, -61, -62, -63, -99)

Handler = Callable[[httpx.Request], httpx.Response]


def client_of(handler: Handler) -> Client:
    client = httpx.Client(transport=httpx.MockTransport(handler), trust_env=False)
    return Client(client, base_url="https://gateway.test/pg/v4/payment/", merchant_id="merchant")


def answering(payload: object, status: int = 200) -> Client:
    return saying(json.dumps(payload).encode(), status)


def saying(content: bytes, status: int = 200) -> Client:
    return client_of(lambda request: httpx.Response(status, content=content))


def refusing(code: object, status: int = 200) -> Client:
    return answering({"data": [], "errors": {"code": code, "message": "No.", "validations": []}}, status)


# what is sent


def test_an_order_is_sent_in_rials_for_our_merchant(gateway: Gateway, zarinpal: Zarinpal) -> None:
    assert isinstance(gateway.start(ORDER), Started)
    [call] = zarinpal.calls("request")
    assert call.sent == {
        "merchant_id": get_settings().zarrinpal_merchant_id,
        "amount": 500_000,
        "currency": "IRR",
        "description": ORDER.description,
        "callback_url": ORDER.callback_url,
        "metadata": {
            "order_id": "abc",
            "email": "customer@example.com",
            "mobile": "09121234567",
            "auto_verify": False,
        },
    }


@pytest.mark.parametrize(
    "mobile", [None, "", "9121234567", "+989121234567", "0912123456", "091212345678", "۰۹۱۲۱۲۳۴۵۶۷", "09121234567\n"]
)
def test_a_number_that_is_no_mobile_is_left_out(gateway: Gateway, zarinpal: Zarinpal, mobile: str | None) -> None:
    assert isinstance(gateway.start(replace(ORDER, mobile=mobile)), Started)
    [call] = zarinpal.calls("request")
    assert call.sent["metadata"] == {"order_id": "abc", "email": "customer@example.com", "auto_verify": False}


def test_a_missing_email_is_left_out(gateway: Gateway, zarinpal: Zarinpal) -> None:
    assert isinstance(gateway.start(replace(ORDER, email=None, mobile=None)), Started)
    [call] = zarinpal.calls("request")
    assert call.sent["metadata"] == {"order_id": "abc", "auto_verify": False}


def test_a_long_description_is_cut_at_five_hundred_characters(gateway: Gateway, zarinpal: Zarinpal) -> None:
    assert isinstance(gateway.start(replace(ORDER, description="ژ" * 501)), Started)
    [call] = zarinpal.calls("request")
    assert call.sent["description"] == "ژ" * 500


def test_a_verify_names_the_merchant_the_authority_and_our_amount(gateway: Gateway, zarinpal: Zarinpal) -> None:
    gateway.verify(AUTHORITY, AMOUNT)
    [call] = zarinpal.calls("verify")
    assert call.sent == {
        "merchant_id": get_settings().zarrinpal_merchant_id,
        "authority": AUTHORITY,
        "amount": 500_000,
    }


def test_an_inquiry_names_the_merchant_and_the_authority(gateway: Gateway, zarinpal: Zarinpal) -> None:
    gateway.inquire(AUTHORITY)
    [call] = zarinpal.calls("inquiry")
    assert call.sent == {"merchant_id": get_settings().zarrinpal_merchant_id, "authority": AUTHORITY}


# request


def test_an_accepted_order_has_an_authority_and_a_fee(gateway: Gateway) -> None:
    started = gateway.start(ORDER)
    assert isinstance(started, Started)
    assert (len(started.authority), started.fee, started.report.code) == (36, 100, 100)


@pytest.mark.parametrize(
    "authority",
    [
        None,
        "",
        201,
        "B" + AUTHORITY[1:],
        AUTHORITY[:-1],
        AUTHORITY + "0",
        AUTHORITY + "\n",
        "A" * 35 + "/",
        "A" * 35 + "ا",
        [AUTHORITY],
    ],
)
def test_an_authority_of_the_wrong_form_is_no_start(authority: object) -> None:
    answer = answering({"data": {"code": 100, "authority": authority, "fee": 0}, "errors": []}).start(ORDER)
    assert isinstance(answer, Unknown)


@pytest.mark.parametrize("code", REFUSALS_OF_A_REQUEST)
def test_an_order_is_refused_when_it_or_the_terminal_is_wrong(code: int) -> None:
    answer = refusing(code).start(ORDER)
    assert isinstance(answer, Refused)
    assert answer.report.code == code


@pytest.mark.parametrize("code", UNKNOWN_TO_A_REQUEST)
def test_any_other_code_leaves_the_fate_of_an_order_unknown(code: int) -> None:
    assert isinstance(refusing(code).start(ORDER), Unknown)


@pytest.mark.parametrize(("code", "status"), [(-9, 422), (-10, 401)])
def test_the_json_of_a_4xx_is_read(gateway: Gateway, zarinpal: Zarinpal, code: int, status: int) -> None:
    zarinpal.fail_next("request", "refuse", code=code)
    answer = gateway.start(ORDER)
    assert isinstance(answer, Refused)
    assert (answer.report.code, answer.report.http_status) == (code, status)


# verify


def test_the_first_verify_says_100_and_the_next_101_and_both_are_paid(gateway: Gateway, zarinpal: Zarinpal) -> None:
    started = gateway.start(ORDER)
    assert isinstance(started, Started)
    zarinpal.pay(started.authority)
    first, second = (gateway.verify(started.authority, AMOUNT) for _ in range(2))
    assert isinstance(first, Paid)
    assert isinstance(second, Paid)
    assert (first.already, second.already) == (False, True)
    assert first.ref_id == second.ref_id


def test_a_paid_answer_brings_the_receipt(gateway: Gateway, zarinpal: Zarinpal) -> None:
    started = gateway.start(ORDER)
    assert isinstance(started, Started)
    zarinpal.pay(started.authority)
    paid = gateway.verify(started.authority, AMOUNT)
    assert isinstance(paid, Paid)
    ref_id = zarinpal.gateway.bank.find(started.authority).ref_id
    assert (paid.ref_id, paid.card_pan, paid.fee) == (str(ref_id), "502229******5995", 0)


def test_a_code_may_be_text() -> None:
    assert isinstance(answering({"data": {**PAID, "code": "100"}, "errors": []}).verify(AUTHORITY, AMOUNT), Paid)


def test_a_receipt_without_a_tracking_code_has_none() -> None:
    paid = answering({"data": {**PAID, "ref_id": None}, "errors": []}).verify(AUTHORITY, AMOUNT)
    assert isinstance(paid, Paid)
    assert paid.ref_id is None


@pytest.mark.parametrize(
    ("field", "said", "kept"),
    [
        ("ref_id", "9" * 300, "9" * 255),
        ("ref_id", 201, "201"),
        ("ref_id", "20\x001", "201"),
        ("ref_id", "", None),
        ("ref_id", {"id": 201}, None),
        ("card_pan", "5" * 31, "5" * 30),
        ("card_pan", "502229\ud800******5995", "502229******5995"),
        ("card_hash", "E" * 129, "E" * 128),
        ("card_hash", None, None),
    ],
)
def test_a_receipt_keeps_what_its_row_can_hold(field: str, said: object, kept: str | None) -> None:
    paid = answering({"data": {**PAID, field: said}, "errors": []}).verify(AUTHORITY, AMOUNT)
    assert isinstance(paid, Paid)
    assert getattr(paid, field) == kept


@pytest.mark.parametrize("fee", [None, "0", 1.5, True, -1, 2**63, {}])
def test_a_fee_that_is_no_amount_is_left_out(fee: object) -> None:
    paid = answering({"data": {**PAID, "fee": fee}, "errors": []}).verify(AUTHORITY, AMOUNT)
    assert isinstance(paid, Paid)
    assert paid.fee is None


def test_minus_51_is_not_paid() -> None:
    assert isinstance(refusing(-51).verify(AUTHORITY, AMOUNT), NotPaid)


@pytest.mark.parametrize("code", [-50, -53, -54])
def test_another_amount_or_authority_is_suspicious(code: int) -> None:
    assert isinstance(refusing(code).verify(AUTHORITY, AMOUNT), Suspicious)


@pytest.mark.parametrize("code", UNKNOWN_TO_A_VERIFY)
def test_no_other_code_says_anything_about_the_money(code: int) -> None:
    assert isinstance(refusing(code).verify(AUTHORITY, AMOUNT), Unknown)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_a_refusal_of_a_verify_is_read_whatever_4xx_carries_it(status: int) -> None:
    assert isinstance(refusing(-51, status).verify(AUTHORITY, AMOUNT), NotPaid)


# the shapes in which a code arrives


@pytest.mark.parametrize(
    "errors",
    [
        {"code": -54, "message": "Invalid authority.", "validations": []},
        {"code": "-54", "message": "Invalid authority.", "validations": []},
        {"authority": ["The authority is not valid.", "-54"]},
        {"authority": ["The authority is not valid.", -54]},
        {"authority": "-54"},
        [{"code": -54, "message": "Invalid authority."}],
        [-54],
        ["-54"],
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("data", [[], {}, None, "", 0], ids=json.dumps)
def test_a_refusal_is_found_in_every_shape_of_errors(data: object, errors: object) -> None:
    answer = answering({"data": data, "errors": errors}).verify(AUTHORITY, AMOUNT)
    assert isinstance(answer, Suspicious)
    assert answer.report.code == -54


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"data": [], "errors": []},
        {"data": {}, "errors": {}},
        {"data": {"message": "Paid"}, "errors": []},
        {"data": {"code": True}, "errors": []},
        {"data": {"code": 100.0}, "errors": []},
        {"data": {"code": "one hundred"}, "errors": []},
        {"data": {"code": "100 "}, "errors": []},
        {"data": {"code": [100]}, "errors": []},
        {"data": {"code": 10**12}, "errors": []},
        {"data": [PAID], "errors": []},
        {"code": 100, "ref_id": 201},
        {"data": [], "errors": {"code": 100}},
        {"data": [], "errors": {"amount": ["must be at least", "100"]}},
        {"data": [], "errors": [100]},
    ],
    ids=json.dumps,
)
def test_only_a_100_or_101_in_the_data_is_paid(payload: object) -> None:
    assert isinstance(answering(payload).verify(AUTHORITY, AMOUNT), Unknown)


@pytest.mark.parametrize("number", [100.0, True, 10**12, -(10**12), "99999999999"])
def test_a_code_that_is_no_code_is_not_reported(number: object) -> None:
    answer = answering({"data": {"code": number}, "errors": []}).verify(AUTHORITY, AMOUNT)
    assert answer.report.code is None


# answers that say nothing

SILENT: dict[str, Client] = {
    "http 500 html": saying(b"<h1>Internal Server Error</h1>", 500),
    "http 500 json that says paid": answering({"data": PAID, "errors": []}, 500),
    "http 502 html": saying(b"<html><title>502 Bad Gateway</title></html>", 502),
    "http 504 empty": saying(b"", 504),
    "a page": saying(b"<!doctype html><h1>We will be back soon</h1>"),
    "a redirect": client_of(lambda request: httpx.Response(302, headers={"location": "https://gateway.test/"})),
    "truncated json": saying(json.dumps({"data": PAID, "errors": []}).encode()[:-3]),
    "empty": saying(b""),
    "bytes that are no text": saying(b"\xff\xfe\xfa{}"),
    "a list": answering([PAID]),
    "a number": answering(100),
    "a text": answering("100"),
    "null": saying(b"null"),
    "json without end": saying(b"[" * 200_000),
    "a number without end": saying(b'{"data":{"code":' + b"1" * 10_000 + b"}}"),
}


@pytest.mark.parametrize("name", SILENT)
def test_an_answer_that_cannot_be_read_leaves_a_request_unknown(name: str) -> None:
    assert isinstance(SILENT[name].start(ORDER), Unknown)


@pytest.mark.parametrize("name", SILENT)
def test_an_answer_that_cannot_be_read_leaves_a_verify_unknown(name: str) -> None:
    assert isinstance(SILENT[name].verify(AUTHORITY, AMOUNT), Unknown)


@pytest.mark.parametrize("name", SILENT)
def test_an_answer_that_cannot_be_read_leaves_an_inquiry_unknown(name: str) -> None:
    assert isinstance(SILENT[name].inquire(AUTHORITY), Unknown)


@pytest.mark.parametrize(("fault", "reason"), [("hang", "timeout"), ("http_500", "not-json"), ("html", "not-json")])
def test_a_bad_day_of_the_bank_is_unknown_and_says_why(
    gateway: Gateway, zarinpal: Zarinpal, fault: str, reason: str
) -> None:
    zarinpal.fail_next("verify", fault, seconds=1)
    answer = gateway.verify(AUTHORITY, AMOUNT)
    assert isinstance(answer, Unknown)
    assert answer.report.reason == reason


def test_a_refused_connection_is_unknown() -> None:
    with httpx.Client(trust_env=False, verify=False) as client:
        nobody = Client(client, base_url=f"http://localhost:{ports.free_port()}/", merchant_id="merchant")
        answer = nobody.verify(AUTHORITY, AMOUNT)
    assert isinstance(answer, Unknown)
    assert answer.report.reason == "no-connection"


def test_a_connection_that_is_never_answered_is_unknown() -> None:
    with (
        socket.create_server(("localhost", 0)) as silent,
        httpx.Client(timeout=0.1, trust_env=False, verify=False) as client,
    ):
        deaf = Client(client, base_url=f"http://localhost:{silent.getsockname()[1]}/", merchant_id="merchant")
        answer = deaf.start(ORDER)
    assert isinstance(answer, Unknown)
    assert answer.report.reason == "timeout"


def test_a_silent_gateway_is_asked_once(gateway: Gateway, zarinpal: Zarinpal) -> None:
    zarinpal.fail_next("request", "hang", seconds=1, times=3)
    gateway.start(ORDER)
    assert len(zarinpal.calls("request")) == 1


# inquiry


@pytest.mark.parametrize("standing", Standing)
def test_an_inquiry_reports_where_a_payment_stands(standing: Standing) -> None:
    answer = answering({"data": {"status": standing.value, "code": 100}, "errors": []}).inquire(AUTHORITY)
    assert isinstance(answer, Inquired)
    assert answer.standing is standing


@pytest.mark.parametrize("status", [None, "", "paid", "NEW", 100, ["PAID"]])
def test_a_standing_that_we_do_not_know_is_unknown(status: object) -> None:
    assert isinstance(answering({"data": {"status": status, "code": 100}, "errors": []}).inquire(AUTHORITY), Unknown)


@pytest.mark.parametrize("code", [-9, -10, -12, -51, -54])
def test_a_refused_inquiry_is_unknown(code: int) -> None:
    answer = refusing(code).inquire(AUTHORITY)
    assert isinstance(answer, Unknown)
    assert answer.report.code == code


# the log


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger=logger().name)
    return caplog


def everything(log: pytest.LogCaptureFixture) -> str:
    return "\n".join(f"{record.getMessage()} {record.__dict__}" for record in log.records)


def test_a_call_is_one_line_with_its_code(log: pytest.LogCaptureFixture) -> None:
    answering({"data": PAID, "errors": []}).verify(AUTHORITY, AMOUNT)
    [line] = [record.__dict__ for record in log.records if record.name == logger().name]
    assert (line["msg"], line["operation"], line["code"]) == ("gateway.answered", "verify", 100)


def test_no_line_carries_a_card_or_an_authority_or_a_merchant(log: pytest.LogCaptureFixture) -> None:
    answering({"data": PAID, "errors": []}).verify(AUTHORITY, AMOUNT)
    text = everything(log)
    assert not [
        secret
        for secret in ("*5995", "502229", str(PAID["card_hash"]), AUTHORITY, "'merchant'", "ref_id")
        if secret in text
    ]


def test_no_line_carries_a_customers_address(log: pytest.LogCaptureFixture) -> None:
    refusing(-9, 422).start(ORDER)
    text = everything(log)
    assert not [secret for secret in ("customer@example.com", "09121234567", "توکن") if secret in text]


@pytest.mark.parametrize("code", [-10, -11, -13, -19])
def test_a_terminal_that_is_set_up_wrongly_is_an_error(log: pytest.LogCaptureFixture, code: int) -> None:
    refusing(code).start(ORDER)
    assert [record.levelname for record in log.records if record.name == logger().name] == ["ERROR"]
