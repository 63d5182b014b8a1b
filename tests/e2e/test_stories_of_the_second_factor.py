"""Codes in a real browser: an invited colleague from the mail to the first page, a lost phone, a setting that asks for
a code, and a customer who signs in with one."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from local import moved_clock, totp
from local.browsers import DESKTOP, PHONE
from local.entering import settle
from local.environment import DATA
from local.record import Record
from tests.e2e import checks
from tests.e2e.conftest import Arrange, Visit
from tests.e2e.controls import Room
from tests.e2e.people import MANAGER, Customer
from zimmer.models import SignIn, User

PICTURES = DATA / "e2e" / "second-factor"
PASSWORD = "a whole new sentence"
PATIENCE = 20.0  # s
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def invitation_to(running: Record, address: str) -> str:
    """The link in the mail that this address got, which comes by the outbox and the queue."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = httpx.get(f"{running.mailbox_url}/_mails", params={"to": address}).json()["mails"]
        if found:
            return str(re.findall(r"http://\S*accept-invite\S*", found[0]["text"])[0])
        time.sleep(0.2)
    raise AssertionError("no invitation came")


def code_now(secret: str, running: Record) -> str:
    return totp.code(secret.replace(" ", ""), time.time() + moved_clock.ahead(running.clock))


def next_code(secret: str, running: Record, room: Room, *, before: str) -> str:
    """The phone's next code; nobody sleeps through tests, so the platform's clock goes on instead."""
    if (shown := code_now(secret, running)) != before:
        return shown
    room.move_clock(timedelta(seconds=totp.STEP_SECONDS))
    return code_now(secret, running)


def recovery_codes(page: Page) -> list[str]:
    """The ten codes that the page shows once."""
    shown = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(shown).to_have_count(10)
    return shown.all_inner_texts()


def looks_right(page: Page, name: str) -> None:
    """Nothing overflows and axe finds nothing serious, in a state that has no address of its own; with a picture."""
    settle(page)
    looks_right_meanwhile(page, name)


def looks_right_meanwhile(page: Page, name: str) -> None:
    """The same while something behind it is still waiting for an answer."""
    page.screenshot(path=PICTURES / f"{name}.png")
    faults = [*checks.overflow(page), *checks.accessibility(page)]
    assert not faults, checks.report(faults)


def test_an_invited_colleague_joins_loses_the_phone_and_takes_another(
    manager_page: Page, visit: Visit, platform: Record, room: Room, seeded: Callable[..., Customer]
) -> None:
    address = f"colleague-{uuid4().hex[:8]}@example.com"
    manager_page.goto("/users/")
    manager_page.get_by_role("button", name="Invite a colleague").click()
    manager_page.get_by_label("Their e-mail").fill(address)
    manager_page.get_by_label("They join as").select_option("technical")
    looks_right(manager_page, "invite-dialog")
    manager_page.get_by_role("button", name="Send the invitation").click()
    expect(manager_page.get_by_text(f"The invitation is on its way to {address}.")).to_be_visible()

    seeded(MANAGER, panel="admin").api.api("POST", "/api/admin/sweep")  # sooner than the schedule would
    page = visit(viewport=PHONE, base_url=platform.admin_url)
    page.goto(invitation_to(platform, address))
    expect(page.get_by_label("Your name")).to_be_visible()
    assert "token" not in page.url
    page.get_by_label("Your name").fill("Nader Karimi")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Join", exact=True).click()

    expect(page.get_by_role("heading", name="Set up your authenticator")).to_be_visible()
    expect(page.get_by_alt_text("A QR code for your authenticator app")).to_be_visible()
    looks_right(page, "enrol")
    secret = page.get_by_text(re.compile(r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$")).inner_text()
    code = code_now(secret, platform)
    page.get_by_label("Then write the six digits it shows").fill(code)
    page.get_by_role("button", name="Switch it on").click()
    codes = recovery_codes(page)
    looks_right(page, "recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r":\d+/$"))

    # the phone is gone: in with a code from paper, and another phone takes its place
    page = visit(viewport=DESKTOP, base_url=platform.admin_url)
    page.goto("/login/?next=/me/")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="I do not have my phone").click()
    page.get_by_label("Recovery code").fill(codes[0])
    looks_right(page, "login-recovery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_role("button", name="Take another phone").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code of the phone you have").fill(codes[1])
    page.get_by_role("button", name="Next").click()
    secret = page.get_by_text(re.compile(r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$")).inner_text()
    page.get_by_label("Then write the six digits it shows").fill(next_code(secret, platform, room, before=code))
    page.get_by_role("button", name="Switch it on").click()
    assert not set(recovery_codes(page)) & set(codes)
    looks_right(page, "recovery-codes-dialog")
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("list", name="Recovery codes")).to_have_count(0)

    page.get_by_role("button", name="Change the password").click()
    page.get_by_label("The password you have").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("password1234")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_text("Many people use this one")).to_be_visible()
    looks_right(page, "password-dialog")
    page.get_by_label("New password", exact=True).fill(f"another {PASSWORD}")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_text("The new password is saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_a_wrong_code_says_what_to_do_and_a_right_one_lets_in(visit: Visit, platform: Record) -> None:
    page = visit(viewport=DESKTOP, base_url=platform.admin_url)
    page.goto("/login/")
    page.get_by_label("E-mail").fill(MANAGER)
    page.get_by_label("Password", exact=True).fill(platform.password_of(MANAGER))
    page.get_by_role("button", name="Sign in").click()
    field = page.get_by_label("Code of your authenticator")
    expect(field).to_be_focused()
    field.fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("set the phone's clock to automatic")).to_be_visible()
    expect(field).to_be_focused()
    looks_right(page, "login-code-wrong")
    code = totp.fresh(platform, MANAGER)
    field.fill(f"{code[:3]} {code[3:]}")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r":\d+/$"))


@pytest.mark.usefixtures("settings_as_they_were")
def test_what_touches_settings_asks_for_a_code_and_goes_on(
    manager_page: Page, arrange: Arrange, platform: Record
) -> None:
    with arrange() as session:
        managers = select(User.id).where(User.email == MANAGER)
        session.execute(update(SignIn).where(SignIn.user_id.in_(managers)).values(stepped_up_until=None))
    manager_page.goto("/settings/")
    field = manager_page.get_by_role("textbox", name="Trial tokens")
    before = field.input_value()
    field.fill("6" if before != "6" else "5")
    manager_page.get_by_role("button", name="Save the changes").click()
    manager_page.get_by_role("alertdialog").get_by_role("button", name="Save the changes").click()
    question = manager_page.get_by_role("dialog", name="Confirm with a code")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Confirm").click()
    expect(question.get_by_text("The code has six digits.")).to_be_visible()
    looks_right_meanwhile(manager_page, "step-up")
    question.get_by_label("Code of your authenticator").fill(totp.fresh(platform, MANAGER))
    question.get_by_role("button", name="Confirm").click()
    expect(question).to_have_count(0)
    expect(manager_page.get_by_role("alertdialog")).to_have_count(0)
    manager_page.reload()
    expect(manager_page.get_by_role("textbox", name="Trial tokens")).not_to_have_value(before)


def test_a_customer_signs_in_with_persian_digits(
    new_customer: Callable[[], Customer], visit: Visit, platform: Record, room: Room
) -> None:
    customer = new_customer()
    secret = customer.api.api("POST", "/api/auth/2fa/setup", {"password": customer.password})["secret"]
    used = code_now(secret, platform)
    codes = customer.api.api("POST", "/api/auth/2fa/activate", {"code": used})["recovery_codes"]

    page = visit()
    page.goto("/login/?next=/payments/")
    page.get_by_label("ایمیل").fill(customer.email)
    page.get_by_label("گذرواژه", exact=True).fill(customer.password)
    page.get_by_role("button", name="ورود به حساب").click()
    page.get_by_label("کد برنامهٔ رمزساز").fill(used.translate(PERSIAN))
    page.get_by_role("button", name="ورود به حساب").click()
    expect(page.get_by_role("alert").get_by_text("این کد درست نیست یا زمان آن گذشته است")).to_be_visible()
    looks_right(page, "customer-code")
    page.get_by_label("کد برنامهٔ رمزساز").fill(next_code(secret, platform, room, before=used).translate(PERSIAN))
    page.get_by_role("button", name="ورود به حساب").click()
    expect(page).to_have_url(re.compile(r"/payments/$"))

    page = visit()
    page.goto("/login/")
    page.get_by_label("ایمیل").fill(customer.email)
    page.get_by_label("گذرواژه", exact=True).fill(customer.password)
    page.get_by_role("button", name="ورود به حساب").click()
    page.get_by_role("button", name="گوشی همراهم نیست").click()
    page.get_by_label("کد بازیابی").fill(codes[0])
    page.get_by_role("button", name="ورود به حساب").click()
    expect(page.get_by_role("heading", name=re.compile("سلام|پیشخوان")).first).to_be_visible()
