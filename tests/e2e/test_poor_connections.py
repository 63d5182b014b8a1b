"""The API away, the network away, a session that grew old: said plainly, and healed without losing the place."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import on_both
from tests.e2e.controls import Room
from tests.e2e.people import Customer

API = "**/api/**"
AWAY = "به زیمر دسترسی نداریم"


def away(route: Route) -> None:
    route.abort("connectionrefused")


@on_both
def test_the_marketplace_without_the_api_says_so_and_comes_back(visitor_page: Page) -> None:
    visitor_page.route(API, away)
    visitor_page.goto("/automations/marketplace/")
    expect(visitor_page.get_by_role("main").get_by_role("alert")).to_contain_text(AWAY)
    visitor_page.unroute(API, away)
    visitor_page.get_by_role("button", name="تلاش دوباره").click()
    expect(visitor_page.get_by_role("heading", name="مربی زبان انگلیسی")).to_be_visible()


def test_a_members_page_without_the_api_signs_nobody_out(customer_page: Page) -> None:
    customer_page.route(API, away)
    customer_page.goto("/payments/")
    expect(customer_page.get_by_role("main").get_by_role("alert")).to_contain_text(AWAY)
    customer_page.unroute(API, away)
    customer_page.get_by_role("button", name="تلاش دوباره").click()
    expect(customer_page.get_by_text("هنوز پرداختی ندارید")).to_be_visible()


def test_a_failure_of_ours_shows_a_number_to_copy(customer_page: Page) -> None:
    customer_page.goto("/automations/marketplace/")
    customer_page.route("**/api/payments?*", lambda route: broken_for(route, customer_page))
    customer_page.get_by_role("link", name="پرداخت‌ها").first.click()
    expect(customer_page.get_by_role("main").get_by_role("alert")).to_contain_text("مشکل از سمت ماست", timeout=15_000)
    expect(customer_page.get_by_role("main").get_by_role("alert")).to_contain_text("3f1c9a2e-0000")


def broken_for(route: Route, page: Page) -> None:
    origin = page.url.split("/", 3)
    headers = {
        "access-control-allow-origin": "/".join(origin[:3]),
        "access-control-allow-credentials": "true",
        "content-type": "application/problem+json",
    }
    body = '{"code": "internal-error", "request_id": "3f1c9a2e-0000", "status": 500}'
    route.fulfill(status=500, body=body, headers=headers)


def test_a_page_seen_before_opens_offline_and_another_shows_the_offline_page(visitor_page: Page) -> None:
    visitor_page.goto("/automations/marketplace/")
    visitor_page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    visitor_page.reload()
    expect(visitor_page.get_by_role("heading", name="مربی زبان انگلیسی")).to_be_visible()
    visitor_page.context.set_offline(True)
    visitor_page.reload()
    expect(visitor_page.get_by_role("heading", name="بازار")).to_be_visible()
    visitor_page.goto("/signup/")
    expect(visitor_page.get_by_role("heading", name="به اینترنت وصل نیستید")).to_be_visible()


def test_nothing_private_is_kept_on_disk(customer_page: Page, customer: Customer) -> None:
    customer.api.add(1)
    number = customer.api.start_purchase(1, 200)["transaction_id"]
    customer_page.goto("/")
    customer_page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    customer_page.goto(f"/payment/return/?payment={number}")
    expect(customer_page.get_by_text("شمارهٔ خرید")).to_be_visible()
    kept = customer_page.evaluate(
        """async () => {
          const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
          const requests = (await Promise.all(stores.map((store) => store.keys()))).flat()
          const bodies = await Promise.all(requests.map(async (request) => (await caches.match(request)).text()))
          return JSON.stringify([requests.map(({ url }) => url), bodies, { ...localStorage }])
        }"""
    )
    assert "/payment/return/" in kept
    assert number not in kept
    assert customer.email not in kept
    assert not re.search(r"eyJ[\w-]{10,}\.eyJ", kept), "a signed token"


@pytest.fixture
def shop(customer_page: Page, customer: Customer) -> Page:
    """A page that asks the API as the customer at each click."""
    customer.api.add(1)
    customer_page.goto("/automations/1/tokens/")
    expect(customer_page.get_by_role("button", name="پرداخت ۹۰٬۰۰۰ تومان")).to_be_enabled()
    return customer_page


def test_an_old_access_token_is_renewed_without_a_word(shop: Page, room: Room) -> None:
    room.move_clock(timedelta(hours=2))
    with shop.expect_response("**/api/auth/refresh") as renewed:
        shop.get_by_role("radio", name="۵۰ توکن").first.click()
    assert renewed.value.status == 200
    expect(shop.get_by_role("button", name="پرداخت ۲۴٬۰۰۰ تومان")).to_be_enabled()


def test_a_session_that_has_ended_comes_back_to_the_same_place(shop: Page, customer: Customer) -> None:
    customer.api.sign_out_everywhere()
    shop.get_by_role("radio", name="۵۰ توکن").first.click()
    shop.wait_for_url("**/login/?next=*")
    expect(shop.get_by_text("نشست شما پایان یافت.")).to_be_visible()
    shop.get_by_label("ایمیل").fill(customer.email)
    shop.get_by_label("گذرواژه", exact=True).fill(customer.password)
    shop.get_by_role("button", name="ورود به حساب").click()
    shop.wait_for_url("**/automations/1/tokens/")
