"""Customers who return twice, too early, in another order or never, and money that goes its own way."""

import threading
from datetime import timedelta

import httpx
import pytest

from local.zarinpal.browser import LOOPBACK_ONLY, Browser, is_on_this_machine
from local.zarinpal.clock import utc_now
from local.zarinpal.running import Zarinpal
from tests.local.purchases import Door, error_code, open_payment, order, reverse, status_of, unverified, verify

PATIENCE = 5


def test_a_callback_is_opened_several_times_at_once(shop: httpx.Client, zarinpal: Zarinpal, door: Door) -> None:
    all_inside = threading.Barrier(8)
    door.greet = lambda _: all_inside.wait(PATIENCE)  # nobody leaves before all eight are in
    authority = open_payment(shop, callback_url=door.url)
    zarinpal.plan("duplicate_callbacks", authority=authority, n=8)
    back = zarinpal.pay(authority)
    landings = zarinpal.callbacks()
    assert [(landing.url, landing.status) for landing in landings] == [(back, 303)] * 8
    assert door.visitors == [{"Authority": authority, "Status": "OK"}] * 8


def test_verifies_from_duplicate_callbacks_confirm_once(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal, door: Door
) -> None:
    door.greet = lambda query: verify(shop, query["Authority"])
    authority = open_payment(shop, callback_url=door.url)
    zarinpal.plan("duplicate_callbacks", authority=authority, n=5)
    assert browser.post(f"/pg/StartPay/{authority}/pay").status_code == 303
    zarinpal.callbacks()
    assert sorted(call.code or 0 for call in zarinpal.calls("verify")) == [100, 101, 101, 101, 101]


def test_a_cancel_can_be_duplicated_too(shop: httpx.Client, zarinpal: Zarinpal, door: Door) -> None:
    authority = open_payment(shop, callback_url=door.url)
    zarinpal.fail_next("cancel", "duplicate_callbacks", n=2)
    zarinpal.cancel(authority)
    zarinpal.callbacks()
    assert door.words == ["NOK", "NOK"]


def test_pressing_pay_again_duplicates_nothing_more(shop: httpx.Client, zarinpal: Zarinpal, door: Door) -> None:
    authority = open_payment(shop, callback_url=door.url)
    zarinpal.plan("duplicate_callbacks", times=2)
    assert zarinpal.pay(authority) == zarinpal.pay(authority)
    assert len(zarinpal.callbacks()) == 1


def test_the_customer_can_be_back_before_the_shop_knows_the_authority(
    shop: httpx.Client, zarinpal: Zarinpal, door: Door
) -> None:
    is_answered = threading.Event()
    seen: list[tuple[bool, str]] = []

    def greet(query: dict[str, str]) -> None:
        seen.append((is_answered.is_set(), status_of(shop, query["Authority"])))

    door.greet = greet
    zarinpal.plan("callback_before_init_answer")
    authority = open_payment(shop, callback_url=door.url)
    is_answered.set()
    assert seen == [(False, "PAID")]
    assert door.visitors == [{"Authority": authority, "Status": "OK"}]


def test_an_early_callback_keeps_the_answer_back_only_so_long(
    shop: httpx.Client, zarinpal: Zarinpal, door: Door
) -> None:
    may_leave = threading.Event()
    door.greet = lambda _: may_leave.wait(PATIENCE)
    zarinpal.plan("callback_before_init_answer", seconds=0.1)
    assert open_payment(shop, callback_url=door.url)
    assert zarinpal.callbacks(0) == []
    may_leave.set()
    assert [landing.status for landing in zarinpal.callbacks()] == [303]


def test_a_request_that_is_refused_brings_nobody_back(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.plan("callback_before_init_answer")
    assert error_code(shop.post("request.json", json=order(amount=1))) == -9
    assert zarinpal.callbacks() == []


def test_a_failed_card_is_heard_of_before_the_one_that_pays(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal, door: Door
) -> None:
    statuses: list[str] = []
    door.greet = lambda query: statuses.append(status_of(shop, query["Authority"]))
    authority = open_payment(shop, callback_url=door.url)
    zarinpal.plan("nok_then_ok", authority=authority)
    response = browser.post(f"/pg/StartPay/{authority}/pay")
    assert (door.words, statuses) == (["NOK"], ["FAILED"])
    assert response.headers["location"].endswith("&Status=OK")
    assert verify(shop, authority).json()["data"]["code"] == 100


def test_a_shop_that_never_hears_the_nok_does_not_stop_the_payment(
    shop: httpx.Client, zarinpal: Zarinpal, door: Door
) -> None:
    may_leave = threading.Event()
    door.greet = lambda _: may_leave.wait(PATIENCE)
    authority = open_payment(shop, callback_url=door.url)
    zarinpal.fail_next("pay", "nok_then_ok", seconds=0.1)
    assert zarinpal.pay(authority).endswith("&Status=OK")
    may_leave.set()
    zarinpal.callbacks()


def test_a_customer_who_never_returns_sees_that_it_is_paid(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal
) -> None:
    authority = open_payment(shop)
    zarinpal.plan("never_returns", authority=authority)
    response = browser.post(f"/pg/StartPay/{authority}/pay")
    assert response.status_code == 200
    assert "پرداخت انجام شد" in response.text
    assert "localhost:8000" not in response.text
    assert status_of(shop, authority) == "PAID"


def test_without_a_browser_too_nobody_returns(shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal) -> None:
    one, other = open_payment(shop), open_payment(shop)
    zarinpal.plan("never_returns", times=2)
    assert browser.post(f"/_control/payments/{one}/pay").json()["redirect"] is None
    assert zarinpal.pay(other) == ""


def test_an_auto_verified_payment_is_101_from_the_first_time(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.fail_next("pay", "auto_verify")
    zarinpal.pay(authority)
    assert status_of(shop, authority) == "VERIFIED"
    assert unverified(shop).json()["data"]["authorities"] == []
    assert verify(shop, authority).json()["data"]["code"] == 101


def test_auto_verify_reaches_a_payment_that_is_paid(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    zarinpal.plan("auto_verify", authority=authority)
    assert verify(shop, authority).json()["data"]["code"] == 101


def returning(shop: httpx.Client, zarinpal: Zarinpal, minutes: float) -> str:
    authority = open_payment(shop)
    zarinpal.plan("auto_return_after", authority=authority, minutes=minutes)
    zarinpal.pay(authority)
    return authority


def test_money_that_nobody_verifies_goes_back(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = returning(shop, zarinpal, 20)
    zarinpal.forward(timedelta(minutes=19))
    assert status_of(shop, authority) == "PAID"
    zarinpal.forward(timedelta(minutes=1))
    assert unverified(shop).json()["data"]["authorities"] == []
    assert status_of(shop, authority) == "REVERSED"
    assert (error_code(verify(shop, authority)), error_code(reverse(shop, authority))) == (-51, -61)


def test_a_clock_set_back_does_not_bring_the_money_back(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal
) -> None:
    authority = returning(shop, zarinpal, 20)
    zarinpal.forward(timedelta(hours=1))
    assert status_of(shop, authority) == "REVERSED"
    browser.delete("/_control/clock")
    assert status_of(shop, authority) == "REVERSED"


def test_verified_money_stays(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = returning(shop, zarinpal, 20)
    verify(shop, authority)
    zarinpal.forward(timedelta(days=1))
    assert status_of(shop, authority) == "VERIFIED"


def test_a_buyer_who_has_the_money_back_is_told_so(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal
) -> None:
    authority = returning(shop, zarinpal, 1)
    zarinpal.forward(timedelta(minutes=2))
    response = browser.get(f"/pg/StartPay/{authority}")
    assert response.status_code == 410
    assert "برگشته است" in response.text


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/callback",
        "http://localhost.example.com/",
        "http://localhost@example.com/",
        "http://127.0.0.1.nip.io/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http:///nowhere",
    ],
)
def test_the_bank_opens_nothing_outside_this_machine(url: str) -> None:
    landing = Browser(utc_now).open(url).result(PATIENCE)
    assert (landing.status, landing.error) == (None, LOOPBACK_ONLY)


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://127.0.0.1:1/", "http://127.9.9.9/", "http://[::1]:1/"])
def test_this_machine_has_several_names(url: str) -> None:
    assert is_on_this_machine(url)


@pytest.mark.parametrize("url", ["http://localhost:1/closed", "http://localhost:99999/", "http://localhost:1/\x00"])
def test_a_door_that_is_shut_is_recorded(url: str) -> None:
    landing = Browser(utc_now).open(url).result(PATIENCE)
    assert landing.status is None
    assert landing.error is not None


def test_the_log_shows_what_the_bank_opened_by_itself(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal, door: Door
) -> None:
    zarinpal.plan("duplicate_callbacks", n=1)
    back = zarinpal.pay(open_payment(shop, callback_url=door.url))
    zarinpal.callbacks()
    [row] = browser.get("/_control/log").json()["callbacks"]
    assert (row["url"], row["status"], row["error"]) == (back, 303, None)
