"""The control room: the log, the movable clock, forgetting everything, and the page for people."""

from datetime import datetime, timedelta

import httpx
import pytest

from local.zarinpal.running import Zarinpal
from tests.local.purchases import MERCHANT, inquire, open_payment, verify


def test_the_log_can_be_narrowed_down(shop: httpx.Client, browser: httpx.Client) -> None:
    one, other = open_payment(shop), open_payment(shop)
    for authority in (one, other):
        inquire(shop, authority)
    rows = browser.get("/_control/log", params={"operation": "inquiry", "authority": one}).json()["calls"]
    assert [(row["operation"], row["authority"], row["http_status"]) for row in rows] == [("inquiry", one, 200)]
    assert browser.get("/_control/log", params={"operation": "refund"}).status_code == 422


def test_the_clock_moves_forward_and_back_to_the_truth(browser: httpx.Client, zarinpal: Zarinpal) -> None:
    before = datetime.fromisoformat(browser.get("/_control/clock").json()["now"])
    browser.post("/_control/clock", json={"forward_s": 3_600})
    moved = browser.post("/_control/clock", json={"forward_s": 0.5}).json()
    assert moved["forward_s"] == 3_600.5
    assert timedelta(hours=1) < datetime.fromisoformat(moved["now"]) - before < timedelta(hours=1, minutes=1)
    assert browser.delete("/_control/clock").status_code == 204
    assert browser.get("/_control/clock").json()["forward_s"] == 0


def test_payments_and_calls_are_dated_by_the_clock(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal
) -> None:
    zarinpal.forward(timedelta(days=2))
    authority = open_payment(shop)
    [payment] = browser.get("/_control/payments").json()["payments"]
    [call] = zarinpal.calls()
    assert payment["authority"] == authority
    for told in (datetime.fromisoformat(payment["opened_at"]), call.at):
        assert zarinpal.now() - told < timedelta(minutes=1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"forward_s": -1}',
        b'{"forward_s": "60"}',
        b'{"forward_s": true}',
        b'{"forward_s": NaN}',
        b'{"forward_s": 1e12}',
        b'{"forward_s": 1, "hours": 1}',
    ],
)
def test_a_clock_is_moved_by_seconds_only(browser: httpx.Client, body: bytes) -> None:
    assert browser.post("/_control/clock", content=body).status_code == 422


def test_the_clock_has_an_end(browser: httpx.Client) -> None:
    nine_years = {"forward_s": 9 * 365 * 86_400}
    assert [browser.post("/_control/clock", json=nine_years).status_code for _ in range(2)] == [200, 422]


def test_reset_forgets_everything_over_http(shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal) -> None:
    zarinpal.plan("duplicate_callbacks")
    zarinpal.pay(open_payment(shop))
    zarinpal.plan("http_500")
    zarinpal.forward(timedelta(days=1))
    zarinpal.callbacks()
    assert browser.post("/_control/reset").status_code == 204
    assert browser.get("/_control/log").json() == {"calls": [], "callbacks": []}
    assert browser.get("/_control/payments").json() == {"payments": []}
    assert browser.get("/_control/faults").json() == {"planned": []}
    assert browser.get("/_control/clock").json()["forward_s"] == 0


def test_the_page_shows_payments_faults_and_calls(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal
) -> None:
    authority = open_payment(shop, description="<b>bold</b>")
    zarinpal.plan("hang", "verify", seconds=7)
    page = browser.get("/_control")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for shown in (authority, "110,000", "&lt;b&gt;bold&lt;/b&gt;", "IN_BANK", "<td>hang</td>", "seconds 7.0"):
        assert shown in page.text
    assert MERCHANT not in page.text
    assert "<script" not in page.text


def test_the_pages_buttons_do_what_they_say(shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal) -> None:
    paid, canceled = open_payment(shop), open_payment(shop)
    presses = [f"payments/{paid}/pay", f"payments/{canceled}/cancel", "clock/reset", "faults/drop"]
    answers = [browser.post(f"/_control/page/{press}") for press in presses]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, "/_control")] * 4
    assert [inquire(shop, one).json()["data"]["status"] for one in (paid, canceled)] == ["PAID", "FAILED"]
    assert browser.post(f"/_control/page/payments/{canceled}/pay").status_code == 409
    assert browser.post("/_control/page/payments/S000/pay").status_code == 404
    browser.post("/_control/page/reset")
    assert zarinpal.calls() == []


def test_the_page_plans_a_fault(shop: httpx.Client, browser: httpx.Client) -> None:
    authority = open_payment(shop)
    filled = {"fault": "http", "operation": "verify", "authority": authority, "status": "503", "times": "", "code": ""}
    assert browser.post("/_control/page/faults", data=filled).status_code == 303
    assert verify(shop, authority).status_code == 503
    filled |= {"status": "200"}
    refused = browser.post("/_control/page/faults", data=filled)
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)


@pytest.mark.parametrize(("minutes", "status"), [("30", 303), ("0.5", 303), ("-1", 422), ("inf", 422), ("", 422)])
def test_the_page_moves_the_clock(browser: httpx.Client, minutes: str, status: int) -> None:
    assert browser.post("/_control/page/clock", data={"minutes": minutes}).status_code == status
