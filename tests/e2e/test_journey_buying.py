"""Buying inside Telegram: away to the bank, back in another browser, and every way in which that goes wrong."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import select, update

from functions.payments.breaker import WELL
from tests.e2e.conftest import Arrange, Visit, on_both
from tests.e2e.controls import Bank, Room
from tests.e2e.people import Customer
from zimmer.models import AutomationPackage, GatewayHealth, Payment, User

AUTOMATION = 1
INIT = "**/api/payments/zarinpal/init"
PAY = re.compile("^پرداخت .* تومان$")


@pytest.fixture
def shop(customer_page: Page, customer: Customer) -> Page:
    """The page where tokens are bought, its first price known."""
    customer.api.add(AUTOMATION)
    customer_page.goto(f"/automations/{AUTOMATION}/tokens/")
    expect(pay_button(customer_page)).to_be_enabled()
    return customer_page


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name=PAY)


def at_the_bank(page: Page, bank: Bank) -> str:
    """Press the button and come to the bank's page; the bank's name for the purchase."""
    pay_button(page).click()
    page.wait_for_url(f"{bank.url}/**")
    return bank.authority_of(page.url)


def purchases(arrange: Arrange, customer: Customer) -> list[Payment]:
    with arrange() as session:
        owner = select(User.id).where(User.email == customer.email).scalar_subquery()
        found = list(session.scalars(select(Payment).where(Payment.user_id == owner).order_by(Payment.id)))
        session.expunge_all()
        return found


@on_both
def test_paid_in_the_bank_app_and_back_in_another_signed_out_browser(
    shop: Page, visit: Visit, bank: Bank, customer: Customer
) -> None:
    expect(shop.get_by_text("فیلترشکن (VPN) را خاموش کنید")).to_be_visible()
    shop.get_by_role("radio", name="۵۰ توکن").click()
    expect(pay_button(shop)).to_have_text("پرداخت ۲۴٬۰۰۰ تومان")
    authority = at_the_bank(shop, bank)
    callback = bank.pay(authority)
    assert callback is not None

    elsewhere = visit()
    elsewhere.goto(callback)
    expect(elsewhere.get_by_role("heading", name="توکن‌ها افزوده شد")).to_be_visible(timeout=20_000)
    expect(elsewhere.get_by_text("۵۰ توکن به «دستیار فروش اینستاگرام» افزوده شد.")).to_be_visible()
    expect(elsewhere.get_by_text("کد رهگیری", exact=True)).to_be_visible()
    expect(elsewhere.get_by_role("link", name="ورود به حساب")).to_be_visible()
    assert urlsplit(elsewhere.url).path == "/payment/return/"
    assert customer.api.own(AUTOMATION)["tokens_remaining"] == 50

    shop.goto(elsewhere.url)
    expect(shop.get_by_text("موجودی اکنون ۵۰ توکن است.")).to_be_visible()
    expect(shop.get_by_role("link", name="برگشت به اتوماسیون")).to_be_visible()


def test_a_second_tap_opens_one_purchase(shop: Page, bank: Bank, customer: Customer, arrange: Arrange) -> None:
    pay_button(shop).dblclick()
    shop.wait_for_url(f"{bank.url}/**")
    assert len(purchases(arrange, customer)) == 1


def test_back_from_the_bank_and_on_again_is_the_same_purchase(
    shop: Page, bank: Bank, customer: Customer, arrange: Arrange
) -> None:
    first = at_the_bank(shop, bank)
    shop.go_back()
    expect(pay_button(shop)).to_be_enabled()
    assert at_the_bank(shop, bank) == first
    assert len(purchases(arrange, customer)) == 1


def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    shop: Page, bank: Bank, customer: Customer, arrange: Arrange
) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # the API has done it
        route.abort("connectionreset")

    shop.route(INIT, lose, times=1)
    pay_button(shop).click()
    expect(shop.get_by_text("پاسخ درگاه به ما نرسید.")).to_be_visible()
    assert len(purchases(arrange, customer)) == 1
    at_the_bank(shop, bank)
    assert len(purchases(arrange, customer)) == 1


def test_the_key_survives_a_reload(shop: Page, bank: Bank, customer: Customer, arrange: Arrange) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    shop.route(INIT, lose, times=1)
    pay_button(shop).click()
    expect(shop.get_by_text("پاسخ درگاه به ما نرسید.")).to_be_visible()
    shop.reload()
    expect(pay_button(shop)).to_be_enabled()
    at_the_bank(shop, bank)
    assert len(purchases(arrange, customer)) == 1


def test_the_key_dies_when_the_outcome_is_known(
    shop: Page, bank: Bank, room: Room, customer: Customer, arrange: Arrange
) -> None:
    back = bank.cancel(at_the_bank(shop, bank))
    assert back is not None
    shop.goto(back)
    room.move_clock(timedelta(minutes=4))  # a NOK is believed when the bank itself says so
    room.sweep()
    expect(shop.get_by_role("heading", name="پرداخت انجام نشد")).to_be_visible(timeout=20_000)
    shop.get_by_role("link", name="تلاش دوباره برای خرید").click()
    at_the_bank(shop, bank)
    assert len(purchases(arrange, customer)) == 2


def test_an_ended_price_is_renewed_in_place(shop: Page, bank: Bank, room: Room) -> None:
    room.move_clock(timedelta(minutes=16))
    pay_button(shop).click()
    expect(shop.get_by_text("مهلت قیمت پیشین تمام شد و همان قیمت دوباره برای شما نگه داشته شد.")).to_be_visible()
    at_the_bank(shop, bank)


def test_a_price_that_changed_meanwhile_is_shown_beside_the_old_one(
    shop: Page, bank: Bank, room: Room, arrange: Arrange
) -> None:
    package = (AutomationPackage.automation_id == AUTOMATION) & (AutomationPackage.tokens == 200)
    with arrange() as session:
        session.execute(update(AutomationPackage).where(package).values(amount=950_000))
    try:
        room.move_clock(timedelta(minutes=16))
        pay_button(shop).click()
        expect(shop.get_by_text("مبلغ از ۹۰٬۰۰۰ تومان به ۹۵٬۰۰۰ تومان تغییر کرد")).to_be_visible()
        expect(pay_button(shop)).to_have_text("پرداخت ۹۵٬۰۰۰ تومان")
        at_the_bank(shop, bank)
    finally:
        with arrange() as session:
            session.execute(update(AutomationPackage).where(package).values(amount=900_000))


def test_a_bank_that_is_away_takes_nothing_and_says_so(shop: Page, bank: Bank) -> None:
    bank.fail_next("request", "http_500", times=5)
    pay_button(shop).click()
    expect(shop.get_by_role("main").get_by_role("alert")).to_contain_text("درگاه زرین‌پال پاسخ نداد. مبلغی")
    bank.drop_faults()
    at_the_bank(shop, bank)


def test_while_purchases_rest_the_page_closes_and_opens_again(shop: Page, bank: Bank, arrange: Arrange) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    resting = {"resting_since": tomorrow, "next_try_at": tomorrow}
    with arrange() as session:
        session.execute(
            update(GatewayHealth).values(failed_for=["user:1"], failed_at=tomorrow, reason="timeout", **resting)
        )
    try:
        pay_button(shop).click()
        expect(shop.get_by_text("همین که درگاه برقرار شود، خرید دوباره باز می‌شود.")).to_be_visible()
        expect(pay_button(shop)).to_be_hidden()
    finally:
        with arrange() as session:
            session.execute(update(GatewayHealth).values(WELL))
    shop.reload()
    at_the_bank(shop, bank)


@pytest.mark.parametrize("typed", ["۱۲۰", "١٢٠", "120", "۱۲۰ "])
def test_any_digits_make_a_number_of_tokens(shop: Page, typed: str) -> None:
    shop.get_by_role("radio", name="مقدار دلخواه").click()
    shop.get_by_label("شمار توکن‌ها").press_sequentially(typed)
    expect(shop.get_by_label("شمار توکن‌ها")).to_have_value("۱۲۰")
    expect(pay_button(shop)).to_have_text("پرداخت ۶۰٬۰۰۰ تومان")


def test_too_few_tokens_are_refused_with_the_least_that_can_be_bought(shop: Page) -> None:
    shop.get_by_role("radio", name="مقدار دلخواه").click()
    shop.get_by_label("شمار توکن‌ها").fill("۱")
    expect(shop.get_by_text("کمترین خرید ۲ توکن است.")).to_be_visible()


def test_the_whole_purchase_works_by_keyboard(shop: Page, bank: Bank) -> None:
    shop.get_by_role("radio", name="۲۰۰ توکن").focus()
    shop.keyboard.press("ArrowDown", delay=50)  # Radix chooses while the key is down
    expect(shop.get_by_role("radio", name="۵۰۰ توکن")).to_be_checked()
    expect(pay_button(shop)).to_have_text("پرداخت ۲۰۰٬۰۰۰ تومان")
    pay_button(shop).focus()
    shop.keyboard.press("Enter")
    shop.wait_for_url(f"{bank.url}/**")


def test_a_stranger_sees_the_outcome_and_nothing_personal(
    shop: Page, visit: Visit, bank: Bank, new_customer: object
) -> None:
    callback = bank.pay(at_the_bank(shop, bank))
    assert callback is not None
    stranger = visit(new_customer())  # type: ignore[operator]
    stranger.goto(callback)
    expect(stranger.get_by_role("heading", name="توکن‌ها افزوده شد")).to_be_visible(timeout=20_000)
    expect(stranger.get_by_text("کارت", exact=True)).to_have_count(0)
    expect(stranger.get_by_text("موجودی اکنون")).to_have_count(0)
