"""A customer with a discount code: it is tried, taken off, taken back, and one that leaves nothing needs no bank."""

from decimal import Decimal
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrange
from tests.e2e.people import Customer
from zimmer import clock
from zimmer.models import DiscountCode

AUTOMATION = 1


@pytest.fixture
def everything_off(arrange: Arrange) -> str:
    """A code of 100 %."""
    code = f"GIFT{uuid4().hex[:6].upper()}"
    with arrange() as session:
        session.add(DiscountCode(code=code, percent=Decimal(100), created_at=clock.now()))
    return code


def open_the_field(page: Page, customer: Customer) -> None:
    customer.api.add(AUTOMATION)
    page.goto(f"/automations/{AUTOMATION}/tokens/")
    page.get_by_role("button", name="کد تخفیف دارم").click()


def use(page: Page, code: str) -> None:
    page.get_by_label("کد تخفیف").fill(code)
    page.get_by_role("button", name="اعمال کد").click()


def test_a_code_is_taken_off_and_taken_back(customer_page: Page, customer: Customer) -> None:
    page = customer_page
    open_the_field(page, customer)
    use(page, "nothing-like-this")
    expect(page.get_by_text("چنین کد تخفیفی نداریم.")).to_be_visible()
    expect(page.get_by_role("button", name="پرداخت ۹۰٬۰۰۰ تومان")).to_be_visible()

    use(page, " norooz ")
    expect(page.get_by_text("−۱۸٬۰۰۰ تومان")).to_be_visible()
    expect(page.get_by_role("button", name="پرداخت ۷۲٬۰۰۰ تومان")).to_be_visible()
    page.get_by_role("button", name="برداشتن کد").click()
    expect(page.get_by_role("button", name="پرداخت ۹۰٬۰۰۰ تومان")).to_be_visible()


def test_with_nothing_left_to_pay_the_tokens_come_without_a_bank(
    customer_page: Page, customer: Customer, everything_off: str
) -> None:
    page = customer_page
    open_the_field(page, customer)
    use(page, everything_off)
    page.get_by_role("button", name="دریافت ۲۰۰ توکن").dblclick()
    page.wait_for_url("**/payment/return/?payment=*")
    expect(page.get_by_text("۲۰۰ توکن به «دستیار فروش اینستاگرام» افزوده شد.")).to_be_visible()
    assert customer.api.own(AUTOMATION)["tokens_remaining"] == 200
