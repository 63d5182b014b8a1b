"""When a planned fault happens, what is refused, and starting and stopping."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pydantic import ValidationError

from local.zarinpal.planned import FAULTS
from local.zarinpal.running import Zarinpal, running
from local.zarinpal.serving import loopback_sockets
from tests.local.purchases import error_code, inquire, open_payment, order, verify

SOON = 0.2


def test_a_verify_can_be_applied_and_its_answer_lost(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    zarinpal.fail_next("verify", "apply_then_timeout")
    shop.timeout = httpx.Timeout(SOON)
    with pytest.raises(httpx.ReadTimeout):
        verify(shop, authority)
    assert inquire(shop, authority).json()["data"]["status"] == "VERIFIED"
    assert verify(shop, authority).json()["data"]["code"] == 101
    lost, repeated = zarinpal.calls("verify")
    assert (lost.code, lost.fault, repeated.code, repeated.fault) == (None, "apply_then_timeout", 101, None)


def test_a_request_can_be_accepted_and_its_answer_lost(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.fail_next("request", "apply_then_timeout")
    with pytest.raises(httpx.ReadTimeout):
        shop.post("request.json", json=order(), timeout=SOON)
    [lost] = zarinpal.calls("request")
    assert lost.authority is not None
    assert inquire(shop, lost.authority).json()["data"]["status"] == "IN_BANK"


def test_a_hang_changes_nothing_and_holds_nobody_else_up(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    zarinpal.fail_next("verify", "hang")
    with pytest.raises(httpx.ReadTimeout):
        shop.post("verify.json", json={**order(), "authority": authority}, timeout=SOON)
    began = time.monotonic()
    assert inquire(shop, authority).json()["data"]["status"] == "PAID"
    assert time.monotonic() - began < 1


def test_a_hang_ends_after_its_seconds(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.fail_next("verify", "hang", seconds=SOON)
    began = time.monotonic()
    response = verify(shop, "S" + "0" * 35)
    assert response.status_code == 504
    assert time.monotonic() - began >= SOON


@pytest.mark.parametrize(("fault", "status"), [("http_500", 500), ("html", 200)])
def test_an_answer_can_be_a_page(shop: httpx.Client, zarinpal: Zarinpal, fault: str, status: int) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    zarinpal.fail_next("verify", fault)
    response = verify(shop, authority)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert inquire(shop, authority).json()["data"]["status"] == "PAID"


def test_a_refusal_carries_the_code_that_was_asked_for(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.fail_next("request", "refuse")
    zarinpal.fail_next("request", "refuse", code=-10)
    first, second = (shop.post("request.json", json=order()) for _ in range(2))
    assert (first.status_code, error_code(first)) == (200, -12)
    assert (second.status_code, error_code(second)) == (401, -10)


def test_a_fault_waits_for_its_own_authority(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    spared, struck = open_payment(shop), open_payment(shop)
    zarinpal.fail_next("inquiry", "http_500", authority=struck)
    assert [inquire(shop, authority).status_code for authority in (spared, struck, struck)] == [200, 500, 200]


def test_a_fault_happens_as_often_as_asked_even_to_calls_at_once(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.fail_next("inquiry", "http_500", times=3)
    with ThreadPoolExecutor(8) as at_once:
        statuses = list(at_once.map(lambda _: inquire(shop, authority).status_code, range(16)))
    assert statuses.count(500) == 3


def test_verifies_at_once_confirm_only_once(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    with ThreadPoolExecutor(8) as at_once:
        answers = list(at_once.map(lambda _: verify(shop, authority).json()["data"], range(16)))
    assert sorted(answer["code"] for answer in answers) == [100] + [101] * 15
    assert len({answer["ref_id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": "verify", "fault": "earthquake"},
        {"operation": "refund", "fault": "hang"},
        {"operation": "pay", "fault": "hang"},
        {"operation": "inquiry", "fault": "wrong_amount"},
        {"operation": "verify", "fault": "nok_then_ok"},
        {"operation": "cancel", "fault": "never_returns"},
        {"operation": "request", "fault": "hang", "authority": "S000"},
        {"operation": "unVerified", "fault": "hang", "authority": "S000"},
        {"operation": "verify", "fault": "hang", "authority": ""},
        {"operation": "verify", "fault": "hang", "times": 0},
        {"operation": "verify", "fault": "hang", "times": "2"},
        {"operation": "verify", "fault": "hang", "times": True},
        {"fault": "callback_before_init_answer", "authority": "S000"},
    ],
)
def test_a_fault_that_could_never_happen_is_refused(
    zarinpal: Zarinpal, browser: httpx.Client, wrong: dict[str, object]
) -> None:
    assert browser.post("/_control/faults", json=wrong).status_code == 422
    assert zarinpal.gateway.faults.planned() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "hang", "seconds": -1},
        {"fault": "hang", "seconds": 601},
        {"fault": "hang", "seconds": "5"},
        {"fault": "hang", "minutes": 1},
        {"fault": "hang", "status": 500},
        {"fault": "html", "seconds": 1},
        {"fault": "http", "status": 200},
        {"fault": "http", "status": 404},
        {"fault": "http", "status": 600},
        {"fault": "http", "status": "503"},
        {"fault": "http", "status": 503.0},
        {"fault": "http", "code": 100},
        {"fault": "apply_then_5xx", "status": 429},
        {"fault": "refuse", "code": 0},
        {"fault": "refuse", "code": "-12"},
        {"fault": "rate_limit", "code": -12},
        {"fault": "duplicate_callbacks", "n": 0},
        {"fault": "duplicate_callbacks", "n": 51},
        {"fault": "unverified_overflow", "n": 100},
        {"fault": "auto_return_after", "minutes": 0},
        {"fault": "auto_return_after", "n": 30},
        {"fault": "hang", "chance": 1.5},
        {"fault": "hang", "chance": -0.1},
        {"fault": "hang", "chance": "0.5"},
        {"fault": "hang", "seed": 1},
        {"fault": "hang", "chance": 0.5, "seed": "a"},
    ],
)
def test_a_wrong_parameter_is_refused(zarinpal: Zarinpal, browser: httpx.Client, wrong: dict[str, object]) -> None:
    assert browser.post("/_control/faults", json=wrong).status_code == 422
    assert zarinpal.gateway.faults.planned() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"fault": 1}', b'{"fault": "hang", "seconds": NaN}', b"\xff"])
def test_a_plan_that_is_no_plan_is_refused(browser: httpx.Client, body: bytes) -> None:
    assert browser.post("/_control/faults", content=body).status_code == 422


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_can_be_planned_by_its_name_alone(zarinpal: Zarinpal, browser: httpx.Client, fault: str) -> None:
    [planned] = browser.post("/_control/faults", json={"fault": fault}).json()["planned"]
    assert (planned["fault"], planned["times"], planned["chance"]) == (fault, 1, None)


def test_a_misspelt_fault_fails_the_test_that_plans_it(zarinpal: Zarinpal) -> None:
    with pytest.raises(ValidationError):
        zarinpal.fail_next("verify", "hangs", seconds=1)


def test_one_test_can_go_through_several_faults_with_the_same_numbers(zarinpal: Zarinpal) -> None:
    for fault in ("hang", "html", "refuse"):
        zarinpal.fail_next("verify", fault, seconds=1, code=-10)
    with pytest.raises(ValidationError):
        zarinpal.fail_next("verify", "html", status=500)


def test_faults_are_planned_and_dropped_over_http(shop: httpx.Client, browser: httpx.Client) -> None:
    authority = open_payment(shop)
    fault = {"fault": "refuse", "authority": None, "operation": "inquiry", "times": 2, "code": -52}
    planned = browser.post("/_control/faults", json=fault)
    assert planned.status_code == 201
    assert planned.json()["planned"] == [{**fault, "chance": None, "seed": None}]
    assert error_code(inquire(shop, authority)) == -52
    assert browser.get("/_control/faults").json()["planned"] == [{**fault, "times": 1, "chance": None, "seed": None}]
    assert browser.delete("/_control/faults").status_code == 204
    assert inquire(shop, authority).json()["data"]["code"] == 100
    rows = browser.get("/_control/log").json()["calls"]
    assert [(row["operation"], row["code"], row["fault"]) for row in rows] == [
        ("request", 100, None),
        ("inquiry", -52, "refuse"),
        ("inquiry", 100, None),
    ]


def test_a_fault_without_an_operation_takes_the_first_call(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    spared, struck = open_payment(shop), open_payment(shop)
    zarinpal.plan("http_500", authority=struck)
    assert [inquire(shop, spared).status_code, verify(shop, struck).status_code] == [200, 500]
    assert inquire(shop, struck).status_code == 200


def test_ok_lets_calls_pass_before_the_next_fault(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.fail_next("inquiry", "ok", times=2)
    zarinpal.fail_next("inquiry", "http_500")
    assert [inquire(shop, authority).status_code for _ in range(4)] == [200, 200, 500, 200]


def struck_by_chance(shop: httpx.Client, zarinpal: Zarinpal, authority: str, *, seed: int) -> list[bool]:
    zarinpal.chance("http_500", 0.3, seed=seed, operation="inquiry")
    statuses = [inquire(shop, authority).status_code for _ in range(60)]
    zarinpal.drop_faults()
    return [status == 500 for status in statuses]


def test_a_chance_strikes_its_share_and_the_same_calls_for_the_same_seed(
    shop: httpx.Client, zarinpal: Zarinpal
) -> None:
    authority = open_payment(shop)
    first, again, other = (struck_by_chance(shop, zarinpal, authority, seed=seed) for seed in (7, 7, 8))
    assert first == again != other
    assert 9 <= sum(first) <= 27


def test_a_chance_can_be_certain_never_and_counted(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.chance("http_500", 0)
    zarinpal.chance("rate_limit", 1, times=2, operation="inquiry")
    assert [error_code(inquire(shop, authority)) for _ in range(2)] == [-12, -12]
    assert inquire(shop, authority).status_code == 200


def test_a_customer_pays_without_a_browser(shop: httpx.Client, browser: httpx.Client) -> None:
    authority, other = open_payment(shop), open_payment(shop)
    paid = browser.post(f"/_control/payments/{authority}/pay").json()
    assert (paid["status"], paid["redirect"][-10:]) == ("PAID", "&Status=OK")
    canceled = browser.post(f"/_control/payments/{other}/cancel").json()
    assert (canceled["status"], canceled["redirect"][-11:]) == ("FAILED", "&Status=NOK")
    assert browser.post(f"/_control/payments/{other}/pay").status_code == 409
    assert browser.post("/_control/payments/S000/pay").status_code == 404
    listed = browser.get("/_control/payments").json()["payments"]
    assert [(row["authority"], row["status"]) for row in listed] == [(other, "FAILED"), (authority, "PAID")]


def test_the_gateway_starts_at_once_and_stops_at_once_while_a_caller_hangs() -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(1) as caller, httpx.Client(timeout=20, trust_env=False) as shop:
        with running() as zarinpal:
            started = time.monotonic()
            zarinpal.fail_next("request", "hang", seconds=60)
            answer = caller.submit(shop.post, f"{zarinpal.base_url}request.json", json=order())
            wait_for_a_call(zarinpal)
            leaving = time.monotonic()
        stopped = time.monotonic()
    assert started - began < 1
    assert stopped - leaving < 1.5
    assert answer.result().status_code == 504


def wait_for_a_call(zarinpal: Zarinpal) -> None:
    deadline = time.monotonic() + 5
    while not zarinpal.calls() and time.monotonic() < deadline:
        time.sleep(0.005)


def test_only_loopback_is_ever_bound() -> None:
    with pytest.raises(ValueError, match="not loopback"):
        loopback_sockets("0.0.0.0", 0)


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "local.zarinpal", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            base_url = process.stdout.readline().split()[2]
            answer = httpx.post(f"{base_url}request.json", json=order(), trust_env=False).json()
            process.terminate()
            process.wait(timeout=10)
        finally:
            process.kill()
    assert answer["data"]["code"] == 100
