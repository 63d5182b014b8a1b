"""A visitor's first minute: from a card in the marketplace to five trial tokens on that very card."""

import re
import secrets
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.e2e.conftest import Arrange, Visit, on_both
from tests.e2e.people import Customer
from zimmer.models import TokenEntry, User, UserAutomation

A_CARD = re.compile(r"/automations/\d+/$")
GIFT = "۵ توکن آزمایشی"
PASSWORD = "یک جملهٔ کوتاه"


def sign_up(page: Page, *, email: str, phone: str) -> None:
    page.get_by_label("نام و نام خانوادگی").fill("نازنین كريمي")
    page.get_by_label("ایمیل").fill(email)
    page.get_by_label("شمارهٔ همراه").fill(phone)
    page.get_by_label("گذرواژه", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ساختن حساب").click()


@on_both
def test_from_a_card_through_the_sign_up_back_onto_that_card(visitor_page: Page, arrange: Arrange) -> None:
    email = f"first-{secrets.token_hex(4)}@example.com"
    page = visitor_page
    page.goto("/automations/marketplace/")
    page.get_by_role("link", name="مربی زبان انگلیسی").click()
    page.wait_for_url(A_CARD)
    card = page.url
    page.get_by_role("button", name="افزودن و دریافت ۵ توکن آزمایشی").click()
    page.wait_for_url("**/signup/?next=*")
    sign_up(page, email=email, phone="۰۹۱۲ ۳۴۵ ۶۷۸۹")
    page.wait_for_url(card)
    expect(page.get_by_role("status")).to_contain_text(GIFT)
    expect(page.get_by_role("link", name="خرید توکن")).to_be_visible()

    page.goto("/")
    expect(page.get_by_text("نشانی ایمیل شما هنوز تأیید نشده است")).to_be_visible()
    expect(page.get_by_text(GIFT)).to_be_visible()
    with arrange() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        assert (user.phone_number, user.name) == ("+989123456789", "نازنین کریمی")
        copies = session.scalars(select(UserAutomation.demo_tokens).where(UserAutomation.user_id == user.id)).all()
        assert copies == [5]


def test_a_double_click_adds_once(customer_page: Page, customer: Customer, arrange: Arrange) -> None:
    customer_page.goto("/automations/1/")
    customer_page.get_by_role("button", name="افزودن و دریافت").dblclick()
    expect(customer_page.get_by_role("link", name="خرید توکن")).to_be_visible()
    with arrange() as session:
        owner = select(User.id).where(User.email == customer.email).scalar_subquery()
        copy = session.scalars(select(UserAutomation).where(UserAutomation.user_id == owner)).one()
        entries = select(func.count()).select_from(TokenEntry).where(TokenEntry.user_automation_id == copy.id)
        assert session.scalar(entries) == 1


def test_the_wish_to_add_is_fulfilled_once_and_only_here(visitor_page: Page, customer: Customer) -> None:
    page = visitor_page
    page.goto("/automations/2/")
    page.get_by_role("button", name="افزودن و دریافت").click()
    page.get_by_role("link", name="وارد شوید").click()
    sign_in(page, customer)
    expect(page.get_by_role("status")).to_contain_text(GIFT)
    page.goto("/automations/3/")
    expect(page.get_by_role("button", name="افزودن و دریافت")).to_be_visible()


@pytest.mark.parametrize(
    "next_path", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_a_sign_in_leads_to_no_foreign_page(visitor_page: Page, customer: Customer, next_path: str) -> None:
    visitor_page.goto(f"/login/?next={quote(next_path, safe='')}")
    home = visitor_page.url.split("/login")[0] + "/"
    sign_in(visitor_page, customer)
    visitor_page.wait_for_url(home)


def test_a_known_address_and_wrong_fields_are_told_beside_the_fields(visitor_page: Page, customer: Customer) -> None:
    visitor_page.goto("/signup/")
    sign_up(visitor_page, email="sara@", phone="۱۲۳")
    expect(visitor_page.get_by_label("ایمیل")).to_have_attribute("aria-invalid", "true")
    expect(visitor_page.get_by_label("شمارهٔ همراه")).to_have_attribute("aria-invalid", "true")
    sign_up(visitor_page, email=customer.email, phone="")
    expect(visitor_page.get_by_label("ایمیل")).to_have_accessible_description(
        "با این ایمیل پیش‌تر حساب ساخته‌اند. اگر حساب از شماست، وارد شوید."
    )


def test_a_wrong_password_says_so_and_keeps_the_address(visitor_page: Page, customer: Customer) -> None:
    visitor_page.goto("/login/")
    visitor_page.get_by_label("ایمیل").fill(customer.email)
    visitor_page.get_by_label("گذرواژه", exact=True).fill("این گذرواژه نیست")
    visitor_page.get_by_role("button", name="ورود به حساب").click()
    expect(visitor_page.get_by_role("main").get_by_role("alert")).to_contain_text("ایمیل یا گذرواژه درست نیست")
    expect(visitor_page.get_by_label("ایمیل")).to_have_value(customer.email)


def test_signing_out_of_one_tab_signs_out_of_the_other(visit: Visit, customer: Customer) -> None:
    page = visit(customer)
    page.goto("/payments/")
    expect(page.get_by_role("heading", name="پرداخت‌ها")).to_be_visible()
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="حساب شما").click()
    other.get_by_role("menuitem", name="خروج از حساب").click()
    page.wait_for_url("**/login/?next=*")
    other.wait_for_url("**/login/?next=*")


def sign_in(page: Page, customer: Customer) -> None:
    page.get_by_label("ایمیل").fill(customer.email)
    page.get_by_label("گذرواژه", exact=True).fill(customer.password)
    page.get_by_role("button", name="ورود به حساب").click()
