"""What the customer meets at the pretend bank."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.zarinpal.bank import SessionClosed
from local.zarinpal.pages import toman
from local.zarinpal.running import Zarinpal
from tests.local.purchases import CALLBACK, inquire, open_payment


def test_the_page_says_what_is_paid_to_whom(shop: httpx.Client, browser: httpx.Client) -> None:
    authority = open_payment(shop)
    response = browser.get(f"/pg/StartPay/{authority}")
    assert response.status_code == 200
    assert '<html lang="fa" dir="rtl">' in response.text
    for shown in ("۱۱٬۰۰۰ تومان", "۱۱۰٬۰۰۰ ریال", "localhost:8000", "خرید ۱۰۰ توکن", "هیچ پولی جابه‌جا نمی‌شود"):
        assert shown in response.text
    assert f'<bdi dir="ltr" class="code">{authority}</bdi>' in response.text
    assert "<script" not in response.text


@pytest.mark.parametrize(
    ("rials", "shown"), [(10_000, "۱٬۰۰۰"), (1_000_000_000, "۱۰۰٬۰۰۰٬۰۰۰"), (10_005, "۱٬۰۰۰٫۵"), (12_340, "۱٬۲۳۴")]
)
def test_toman_is_a_tenth_in_persian_digits(rials: int, shown: str) -> None:
    assert toman(rials) == shown


def test_the_page_shows_a_description_as_text(shop: httpx.Client, browser: httpx.Client) -> None:
    authority = open_payment(shop, description="<img src=x onerror=alert(1)> $title")
    assert "&lt;img src=x onerror=alert(1)&gt; $title" in browser.get(f"/pg/StartPay/{authority}").text


@pytest.mark.parametrize(
    ("button", "word", "status"),
    [("pay", "OK", "PAID"), ("cancel", "NOK", "FAILED")],
)
def test_a_button_sends_the_browser_back(
    shop: httpx.Client, browser: httpx.Client, button: str, word: str, status: str
) -> None:
    authority = open_payment(shop)
    response = browser.post(f"/pg/StartPay/{authority}/{button}")
    assert response.status_code == 303
    assert response.headers["location"] == f"{CALLBACK}?Authority={authority}&Status={word}"
    assert inquire(shop, authority).json()["data"]["status"] == status


def test_the_callbacks_own_query_is_kept(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop, callback_url=f"{CALLBACK}?shop=7&next=%2Fa%20b#top")
    back = urlsplit(zarinpal.pay(authority))
    assert back.query == f"shop=7&next=%2Fa%20b&Authority={authority}&Status=OK"
    assert parse_qs(back.query)["next"] == ["/a b"]
    assert back.fragment == "top"


def test_the_same_button_twice_redirects_twice(shop: httpx.Client, browser: httpx.Client) -> None:
    for button in ("pay", "cancel"):
        authority = open_payment(shop)
        first, second = (browser.post(f"/pg/StartPay/{authority}/{button}") for _ in range(2))
        assert second.status_code == 303
        assert first.headers["location"] == second.headers["location"]


def test_paying_after_a_cancel_meets_a_closed_session(shop: httpx.Client, browser: httpx.Client) -> None:
    authority = open_payment(shop)
    browser.post(f"/pg/StartPay/{authority}/cancel")
    response = browser.post(f"/pg/StartPay/{authority}/pay")
    assert response.status_code == 410
    assert "نشست پرداخت بسته شده است" in response.text
    assert inquire(shop, authority).json()["data"]["status"] == "FAILED"


def test_a_paid_session_cannot_be_canceled(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    zarinpal.pay(authority)
    with pytest.raises(SessionClosed):
        zarinpal.cancel(authority)


def test_coming_back_after_paying_shows_the_way_to_the_shop(
    shop: httpx.Client, browser: httpx.Client, zarinpal: Zarinpal
) -> None:
    authority = open_payment(shop)
    back = zarinpal.pay(authority).replace("&", "&amp;")
    assert f'href="{back}"' in browser.get(f"/pg/StartPay/{authority}").text


def test_an_unknown_payment_has_a_persian_404(browser: httpx.Client) -> None:
    for response in (browser.get("/pg/StartPay/S000"), browser.post("/pg/StartPay/S000/pay")):
        assert response.status_code == 404
        assert "پرداخت پیدا نشد" in response.text
