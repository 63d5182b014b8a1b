"""Addresses that a static export has to be helped with, and pages that are not there."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrange
from tests.e2e.people import Customer
from zimmer import clock
from zimmer.models import Automation, Health, PricingType
from zimmer.money import Rial

NAME = "یادآور اقساط"


@pytest.fixture
def twelfth(arrange: Arrange, customer: Customer) -> int:
    """The automation with the id 12, without packages, in the customer's account."""
    with arrange() as session:
        if session.get(Automation, 12) is None:
            session.add(
                Automation(
                    id=12,
                    name=NAME,
                    tagline="سررسید را پیش از شما به یاد دارد",
                    category="مالی",
                    developer="گروه سپید",
                    pricing_type=PricingType.PER_MESSAGE,
                    price_per_token=Rial(10_000),
                    health_status=Health.HEALTHY,
                    health_checked_at=clock.now(),
                    is_listed=True,
                    examples=[],
                )
            )
    customer.api.add(12)
    return 12


def is_shop(page: Page) -> None:
    expect(page.get_by_role("heading", name="خرید توکن")).to_be_visible()
    expect(page.get_by_role("link", name=NAME)).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/automations/12/tokens/", "/automations/12/tokens", "/automations/12/tokens/?from=bot"]
)
def test_a_dynamic_address_loads_directly_and_again(customer_page: Page, twelfth: int, path: str) -> None:
    customer_page.goto(path)
    is_shop(customer_page)
    customer_page.reload()
    is_shop(customer_page)


def test_a_dynamic_address_is_reached_by_a_link(customer_page: Page, twelfth: int) -> None:
    customer_page.goto("/automations/marketplace/")
    customer_page.get_by_role("link", name=NAME).click()
    customer_page.get_by_role("link", name="خرید توکن").click()
    customer_page.wait_for_url("**/automations/12/tokens/")
    is_shop(customer_page)
    customer_page.go_back()
    expect(customer_page.get_by_role("heading", name=NAME)).to_be_visible()


def test_an_automation_without_packages_is_sold_by_number(customer_page: Page, twelfth: int) -> None:
    customer_page.goto("/automations/12/tokens/")
    expect(customer_page.get_by_role("radio", name="مقدار دلخواه")).to_be_checked()
    customer_page.get_by_label("شمار توکن‌ها").fill("۳۰")
    expect(customer_page.get_by_role("button", name="پرداخت ۳۰٬۰۰۰ تومان")).to_be_enabled()


@pytest.mark.parametrize("path", ["/automations/12abc/tokens/", "/no/such/page/", "/automations/0/"])
def test_what_is_not_there_says_so_with_a_way_home(customer_page: Page, path: str) -> None:
    customer_page.goto(path)
    expect(customer_page.get_by_role("heading", name="پیدا نشد")).to_be_visible()
    expect(customer_page.get_by_role("link", name="بازار").first).to_be_visible()


def test_a_visitor_is_sent_to_the_door_and_back(visitor_page: Page, customer: Customer, twelfth: int) -> None:
    visitor_page.goto("/automations/12/tokens/")
    visitor_page.wait_for_url("**/login/?next=*")
    visitor_page.get_by_label("ایمیل").fill(customer.email)
    visitor_page.get_by_label("گذرواژه", exact=True).fill(customer.password)
    visitor_page.get_by_role("button", name="ورود به حساب").click()
    visitor_page.wait_for_url("**/automations/12/tokens/")
    is_shop(visitor_page)
