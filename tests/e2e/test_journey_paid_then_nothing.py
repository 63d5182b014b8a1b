"""Paid, and the tab closed: the page that is open elsewhere tells it when the sweep has healed it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.controls import Bank, Room
from tests.e2e.people import Customer

AUTOMATION = 1
TOKENS = 200
HEALED = "پرداختی که ناتمام مانده بود تأیید شد و ۲۰۰ توکن به موجودی شما افزوده شد."


@pytest.fixture
def paid(customer: Customer, bank: Bank) -> str:
    """A purchase that was paid at the bank, and whose customer never came back; its number."""
    customer.api.add(AUTOMATION)
    started = customer.api.start_purchase(AUTOMATION, TOKENS)
    bank.pay(bank.authority_of(started["redirect_url"]))
    return str(started["transaction_id"])


def heal(room: Room) -> None:
    room.move_clock(timedelta(minutes=4))
    room.sweep()


def test_the_open_dashboard_tells_that_it_came_right(customer_page: Page, paid: str, room: Room) -> None:
    customer_page.goto("/")
    expect(customer_page.get_by_text("یک پرداخت منتظر شماست")).to_be_visible()
    heal(room)
    expect(customer_page.get_by_text(HEALED)).to_have_count(1, timeout=30_000)
    expect(customer_page.get_by_text("یک پرداخت منتظر شماست")).to_have_count(0)
    expect(customer_page.get_by_text("۲۰۰", exact=True).first).to_be_visible()


def test_the_open_list_of_payments_tells_it_too(customer_page: Page, paid: str, room: Room) -> None:
    customer_page.goto("/payments/")
    expect(customer_page.get_by_text("در انتظار پرداخت")).to_be_visible()
    heal(room)
    expect(customer_page.get_by_text(HEALED)).to_be_visible(timeout=30_000)
    expect(customer_page.get_by_text("انجام شد")).to_be_visible()


def test_the_open_return_page_reaches_success(visit: Visit, paid: str, room: Room) -> None:
    page = visit()
    page.goto(f"/payment/return/?payment={paid}")
    expect(page.get_by_role("heading", name="منتظر پرداخت شما در بانک هستیم")).to_be_visible()
    expect(page.get_by_role("button", name="بررسی دوباره")).to_be_visible()
    heal(room)
    expect(page.get_by_role("heading", name="توکن‌ها افزوده شد")).to_be_visible(timeout=30_000)


def test_the_owner_may_have_the_bank_asked_now(customer_page: Page, paid: str, room: Room) -> None:
    room.move_clock(timedelta(seconds=15))  # the bank is asked about one purchase at most every ten
    customer_page.goto(f"/payment/return/?payment={paid}")
    customer_page.get_by_role("button", name="بررسی دوباره").click()
    expect(customer_page.get_by_role("heading", name="توکن‌ها افزوده شد")).to_be_visible(timeout=20_000)


def test_while_it_is_checked_there_is_no_way_to_pay_again(
    customer_page: Page, customer: Customer, bank: Bank, room: Room
) -> None:
    customer.api.add(AUTOMATION)
    started = customer.api.start_purchase(AUTOMATION, TOKENS)
    bank.fail_next("verify", "http_500", times=20)
    callback = bank.pay(bank.authority_of(started["redirect_url"]))
    assert callback is not None
    customer_page.goto(callback)
    expect(customer_page.get_by_role("heading", name="پرداخت شما در حال بررسی است")).to_be_visible(timeout=20_000)
    expect(customer_page.get_by_role("link", name="تلاش دوباره برای خرید")).to_have_count(0)
    expect(customer_page.get_by_text("پرداخت انجام نشد")).to_have_count(0)
    bank.drop_faults()
    heal(room)
    expect(customer_page.get_by_role("heading", name="توکن‌ها افزوده شد")).to_be_visible(timeout=30_000)


def test_a_purchase_that_is_given_up_says_what_that_means(customer_page: Page, customer: Customer) -> None:
    customer.api.add(AUTOMATION)
    number = customer.api.start_purchase(AUTOMATION, TOKENS)["transaction_id"]
    customer_page.goto(f"/payment/return/?payment={number}")
    customer_page.get_by_role("button", name="لغو این خرید").click()
    expect(customer_page.get_by_role("alertdialog")).to_contain_text("توکن‌ها باز هم به شما می‌رسد")
    customer_page.get_by_role("button", name="لغو خرید").click()
    expect(customer_page.get_by_role("heading", name="پرداخت انجام نشد")).to_be_visible()
    expect(customer_page.get_by_text("حداکثر تا ۷۲ ساعت")).to_be_visible()
