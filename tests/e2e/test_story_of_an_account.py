"""What people do with their account: by the links of mails, and on its page."""

import re
import secrets
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from local.record import Record
from local.shopper import Shopper
from tests.e2e.conftest import Visit
from tests.e2e.people import MANAGER, Customer
from tests.e2e.post import link_in, mail_about, mails_to

NEW = "بارانِ تازه بر بامِ خانه"
WITHOUT_TOKEN = re.compile(r"^[^#?]+$")


@pytest.fixture
def manager(seeded: Callable[..., Customer]) -> Shopper:
    """Who sends the mail sooner than the schedule would."""
    return seeded(MANAGER, panel="admin").api


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("ایمیل").fill(email)
    page.get_by_label("گذرواژه", exact=True).fill(password)
    page.get_by_role("button", name="ورود به حساب").click()


def test_an_address_is_confirmed_by_its_link(
    customer_page: Page, customer: Customer, manager: Shopper, platform: Record
) -> None:
    page = customer_page
    page.goto("/")
    expect(page.get_by_text("نشانی ایمیل شما هنوز تأیید نشده است")).to_be_visible()
    page.get_by_role("button", name="فرستادن دوبارهٔ پیوند").click()
    expect(page.get_by_text("پیوند تازه تا یکی دو دقیقهٔ دیگر می‌رسد")).to_be_visible()

    mail = mail_about(platform, manager, customer.email, "ایمیل خود را تأیید کنید", number=2)
    page.goto(link_in(mail))
    expect(page.get_by_text("ایمیل شما تأیید شد")).to_be_visible()
    expect(page).to_have_url(WITHOUT_TOKEN)
    page.get_by_role("link", name="رفتن به پیشخوان").click()
    expect(page.get_by_text("هنوز اتوماسیونی ندارید")).to_be_visible()
    expect(page.get_by_text("هنوز تأیید نشده است")).to_have_count(0)


def test_a_forgotten_password(
    visitor_page: Page, customer: Customer, manager: Shopper, platform: Record, visit: Visit
) -> None:
    page = visitor_page
    page.goto("/login/")
    page.get_by_role("link", name="گذرواژه را فراموش کرده‌اید؟").click()
    page.wait_for_url("**/forgot-password/")
    page.get_by_label("ایمیل").fill(customer.email)
    page.get_by_role("button", name="فرستادن پیوند").click()
    expect(page.get_by_text("اگر با این ایمیل حسابی باشد")).to_be_visible()

    link = link_in(mail_about(platform, manager, customer.email, "گذرواژهٔ تازه"))
    page.goto(link)
    expect(page).to_have_url(WITHOUT_TOKEN)
    for weak, sentence in (("password1234", "بسیاری به کار می‌برند"), (customer.email, "نام یا ایمیل شماست")):
        page.get_by_label("گذرواژهٔ تازه").fill(weak)
        page.get_by_role("button", name="ذخیرهٔ گذرواژه").click()
        expect(page.get_by_text(sentence)).to_be_visible()
    page.get_by_label("گذرواژهٔ تازه").fill(NEW)
    page.get_by_role("button", name="ذخیرهٔ گذرواژه").click()
    expect(page.get_by_text("گذرواژه عوض شد", exact=True)).to_be_visible()
    assert "گذرواژهٔ شما تغییر کرد" in mail_about(platform, manager, customer.email, "تغییر کرد")["subject"]

    sign_in(page, customer.email, NEW.translate(str.maketrans("یک", "يك")))  # another keyboard
    expect(page.get_by_role("heading", name="سلام")).to_be_visible()

    second = visit()
    second.goto(link)
    second.get_by_label("گذرواژهٔ تازه").fill("یک گذرواژهٔ دیگر")
    second.get_by_role("button", name="ذخیرهٔ گذرواژه").click()
    expect(second.get_by_text("این پیوند کار نمی‌کند")).to_be_visible()


def test_name_and_number_and_password(customer_page: Page, customer: Customer, visit: Visit) -> None:
    page = customer_page
    page.goto("/")
    page.get_by_role("button", name="من: حساب شما").click()
    page.get_by_role("menuitem", name="تنظیمات حساب").click()
    page.wait_for_url("**/settings/")
    page.get_by_label("نام و نام خانوادگی").fill("نازنین کریمی")
    page.get_by_label("شمارهٔ همراه").fill("۰۹۱۲ ۳۴۵ ۶۷۸۹")
    page.get_by_label("گذرواژهٔ کنونی").first.fill("not the password")
    page.get_by_role("button", name="ذخیره", exact=True).click()
    expect(page.get_by_text("گذرواژه درست نیست.")).to_be_visible()
    page.get_by_label("گذرواژهٔ کنونی").first.fill(customer.password)
    page.get_by_role("button", name="ذخیره", exact=True).click()
    expect(page.get_by_text("مشخصات ذخیره شد.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("شمارهٔ همراه")).to_have_value("09123456789")

    elsewhere = visit()
    sign_in(elsewhere, customer.email, customer.password)
    expect(elsewhere.get_by_role("heading", name="سلام")).to_be_visible()
    page.reload()
    expect(page.get_by_text("همین دستگاه", exact=True)).to_be_visible()
    page.get_by_label("گذرواژهٔ کنونی").fill(customer.password)
    page.get_by_label("گذرواژهٔ تازه").fill(NEW)
    page.get_by_role("button", name="تغییر گذرواژه").click()
    expect(page.get_by_text("گذرواژه عوض شد و ورودهای دیگر بسته شد.")).to_be_visible()
    expect(page.get_by_text("فقط در همین دستگاه وارد شده‌اید.")).to_be_visible()
    elsewhere.goto("/payments/")
    elsewhere.wait_for_url("**/login/**")
    page.reload()
    expect(page.get_by_text("همین دستگاه", exact=True)).to_be_visible()


def test_another_address(customer_page: Page, customer: Customer, manager: Shopper, platform: Record) -> None:
    page, other = customer_page, f"other-{secrets.token_hex(4)}@example.com"
    page.goto("/settings/")
    page.get_by_role("button", name="تغییر ایمیل").click()
    page.get_by_label("ایمیل تازه").fill(other)
    page.get_by_label("گذرواژهٔ کنونی").first.fill(customer.password)
    page.get_by_role("button", name="فرستادن پیوند", exact=True).click()
    expect(page.get_by_text(f"پیوند تأیید را به {other} فرستادیم")).to_be_visible()
    assert other in mail_about(platform, manager, customer.email, "درخواست تغییر ایمیل")["text"]

    page.goto(link_in(mail_about(platform, manager, other, "ایمیل تازهٔ حساب")))
    expect(page.get_by_text("ایمیل حساب عوض شد")).to_be_visible()
    assert mail_about(platform, manager, customer.email, "ایمیل حساب شما تغییر کرد")
    page.goto("/settings/")
    expect(page.get_by_text(other, exact=True)).to_be_visible()


def test_leaving_with_tokens_left(customer_page: Page, customer: Customer, manager: Shopper, platform: Record) -> None:
    customer.api.add(1)
    page = customer_page
    page.goto("/settings/")
    page.get_by_role("button", name="حذف حساب").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("گذرواژهٔ کنونی").fill(customer.password)
    dialog.get_by_role("button", name="حذف حساب").click()
    expect(dialog.get_by_text("۵ توکن از دست می‌رود")).to_be_visible()
    dialog.get_by_role("button", name="حذف حساب و ۵ توکن").click()
    page.wait_for_url("**/login/**")
    sign_in(page, customer.email, customer.password)
    expect(page.get_by_text("ایمیل یا گذرواژه درست نیست.")).to_be_visible()
    assert "۵ توکن" in mail_about(platform, manager, customer.email, "حذف شد")["text"]
    assert mails_to(platform, customer.email)


def test_a_second_factor_is_switched_on_used_and_switched_off(
    customer_page: Page, customer: Customer, visit: Visit
) -> None:
    page = customer_page
    page.goto("/settings/")
    page.get_by_role("button", name="روشن کردن").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("گذرواژهٔ کنونی").fill(customer.password)
    dialog.get_by_role("button", name="ادامه").click()
    expect(dialog.get_by_role("img", name="نقش QR برای برنامهٔ رمزساز")).to_be_visible()
    link = dialog.get_by_role("link", name="باز کردن در برنامه‌ای روی همین دستگاه").get_attribute("href")
    totp = pyotp.parse_uri(link or "")
    assert isinstance(totp, pyotp.TOTP)
    dialog.get_by_label("سپس شش رقمی را که نشان می‌دهد بنویسید").fill(totp.now())
    dialog.get_by_role("button", name="روشن کردن").click()
    kept = dialog.get_by_role("list", name="کدهای بازیابی").get_by_role("listitem")
    expect(kept).to_have_count(10)
    codes = kept.all_inner_texts()
    assert len(set(codes)) == 10
    dialog.get_by_role("button", name="نگه داشتم").click()
    expect(page.get_by_text("روشن", exact=True)).to_be_visible()

    elsewhere = visit()
    sign_in(elsewhere, customer.email, customer.password)
    elsewhere.get_by_role("button", name="گوشی همراهم نیست").click()
    elsewhere.get_by_label("کد بازیابی").fill(codes[0])
    elsewhere.get_by_role("button", name="ورود به حساب").click()
    expect(elsewhere.get_by_role("heading", name="سلام")).to_be_visible()

    page.get_by_role("button", name="خاموش کردن").click()
    dialog.get_by_label("گذرواژهٔ کنونی").fill(customer.password)
    dialog.get_by_label("کد گوشی کنونی یا کد بازیابی").fill(codes[1])
    dialog.get_by_role("button", name="خاموش کردن").click()
    expect(page.get_by_text("خاموش", exact=True)).to_be_visible()
