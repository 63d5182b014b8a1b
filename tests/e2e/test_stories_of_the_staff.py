"""The staff at its desks: a ticket answered with its payment's trace at hand, a correction that two people make, a
setting that takes effect; and both panels in one browser."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from local import browsers
from local.browsers import DESKTOP
from local.entering import enter
from local.record import Record
from tests.e2e.conftest import Arrange
from tests.e2e.controls import Bank
from tests.e2e.people import MANAGER, SARA, Customer
from tests.e2e.post import wait_for
from zimmer.models import Payment, PaymentStatus, User, UserAutomation

AUTOMATION = 1


def toast(page: Page, words: str) -> Locator:
    return page.get_by_role("region", name="Messages").get_by_text(words)


@pytest.fixture
def in_review(arrange: Arrange) -> str:
    """The transaction of Sara's that two managers have to decide about."""
    with arrange() as session:
        wanted = select(Payment.transaction_id).where(Payment.status == PaymentStatus.REVIEW)
        return session.scalars(wanted.join(User, User.id == Payment.user_id).where(User.email == SARA)).first() or ""


@pytest.fixture
def sara(seeded: Callable[..., Customer]) -> Customer:
    return seeded(SARA)


def test_support_answers_a_ticket_and_reads_its_payments_trace(
    support_page: Page, sara: Customer, in_review: str
) -> None:
    asked = {"title": f"پول کم شد {uuid4().hex[:6]}", "description": "توکن نیامد.", "transaction_id": in_review}
    ticket = sara.api.api("POST", "/api/support/tickets", asked, expected=201)

    support_page.get_by_role("link", name="Tickets", exact=True).click()
    support_page.get_by_role("link", name=asked["title"]).click()
    expect(support_page.get_by_role("heading", name=asked["title"])).to_be_visible()
    expect(support_page.get_by_role("list", name="Conversation")).to_contain_text("توکن نیامد.")

    support_page.get_by_role("link", name=in_review).click()
    main = support_page.get_by_role("main")
    expect(main.get_by_text("Two managers decide.")).to_be_visible()
    expect(main.get_by_text("Started the purchase")).to_be_visible()
    expect(main.get_by_role("button", name="Accept the payment")).to_be_disabled()
    expect(main.get_by_role("link", name=asked["title"])).to_be_visible()

    support_page.go_back()
    support_page.get_by_label("Your answer").fill("پرداخت شما در حال بررسی است؛ تا فردا خبر می‌دهیم.")
    support_page.get_by_role("button", name="Send the answer").click()
    expect(toast(support_page, "The answer is sent.")).to_be_visible()
    expect(support_page.get_by_label("Your answer")).to_have_value("")
    expect(support_page.get_by_text("Waiting for the customer").first).to_be_visible()

    messages = sara.api.api("GET", f"/api/support/tickets/{ticket['id']}")["messages"]
    assert messages[-1]["body"] == "پرداخت شما در حال بررسی است؛ تا فردا خبر می‌دهیم."
    assert messages[-1]["author"] == "پشتیبانی زیمر"


def test_an_answer_that_crossed_a_new_message_is_kept_and_sent_again(support_page: Page, sara: Customer) -> None:
    asked = {"title": f"پرسش {uuid4().hex[:6]}", "description": "یک"}
    ticket = sara.api.api("POST", "/api/support/tickets", asked, expected=201)
    support_page.goto(f"/tickets/?id={ticket['id']}")
    support_page.get_by_label("Your answer").fill("دو")
    sara.api.api("POST", f"/api/support/tickets/{ticket['id']}/messages", {"body": "یک و نیم"}, expected=201)
    support_page.get_by_role("button", name="Send the answer").click()
    expect(support_page.get_by_role("alert").get_by_text("Somebody has written")).to_be_visible()
    expect(support_page.get_by_role("list", name="Conversation")).to_contain_text("یک و نیم")
    expect(support_page.get_by_label("Your answer")).to_have_value("دو")
    support_page.get_by_role("button", name="Send the answer").click()
    expect(toast(support_page, "The answer is sent.")).to_be_visible()


def test_a_manager_approves_the_correction_that_support_asked_for(
    support_page: Page, manager_page: Page, customer: Customer, arrange: Arrange
) -> None:
    customer.api.add(AUTOMATION)
    with arrange() as session:
        owner = select(User.id).where(User.email == customer.email).scalar_subquery()
        copy = session.scalars(select(UserAutomation.id).where(UserAutomation.user_id == owner)).one()

    support_page.goto(f"/tokens/adjustments/?new={copy}")
    asking = support_page.get_by_role("dialog")
    asking.get_by_label("Tokens", exact=True).fill("120")
    asking.get_by_label("Reason").fill("پرداخت دوبار کم شد")
    asking.get_by_role("button", name="Send the request").dblclick()
    expect(toast(support_page, "The request is sent")).to_be_visible()
    asked = support_page.get_by_role("table").get_by_role("row").filter(has_text=re.compile(r"\+120(?!\d)"))
    asked.get_by_role("link").click()
    expect(support_page.get_by_role("button", name="Approve")).to_be_disabled()

    manager_page.goto(support_page.url)
    manager_page.get_by_role("button", name="Approve").click()
    confirm = manager_page.get_by_role("alertdialog")
    expect(confirm).to_contain_text("120 tokens are added to the balance")
    confirm.get_by_role("button", name="Approve").click()
    expect(toast(manager_page, "The correction is approved.")).to_be_visible()
    expect(manager_page.get_by_text("This request is over.")).to_be_visible()
    assert customer.api.own(AUTOMATION)["tokens_remaining"] == 120


@pytest.mark.usefixtures("settings_as_they_were")
def test_a_manager_gives_seven_trial_tokens_and_the_next_customer_gets_them(
    manager_page: Page, new_customer: Callable[[], Customer]
) -> None:
    assert new_customer().api.add(AUTOMATION)["demo_tokens"] == 5
    manager_page.get_by_role("link", name="Settings", exact=True).click()
    manager_page.get_by_role("textbox", name="Trial tokens").fill("7")
    manager_page.get_by_role("button", name="Save the changes").click()
    confirm = manager_page.get_by_role("alertdialog")
    expect(confirm).to_contain_text("5 → 7")
    confirm.get_by_role("button", name="Save").click()
    expect(toast(manager_page, "The settings are saved.")).to_be_visible()
    assert new_customer().api.add(AUTOMATION)["demo_tokens"] == 7

    manager_page.get_by_role("link", name="Audit", exact=True).click()
    newest = manager_page.get_by_role("table").get_by_role("row").nth(1)
    expect(newest).to_contain_text("Leila Moradi")
    expect(newest).to_contain_text("5 → 7")


def test_a_page_that_a_role_has_not_is_told_and_never_linked(support_page: Page) -> None:
    expect(support_page.get_by_role("link", name="Tickets", exact=True)).to_be_visible()
    expect(support_page.get_by_role("link", name="Settings", exact=True)).to_have_count(0)
    support_page.goto("/settings/")
    expect(support_page.get_by_role("heading", name="Not for your role")).to_be_visible()


# both panels in one browser


@pytest.fixture
def one_browser(browser: Browser, platform: Record, seeded: Callable[..., Customer]) -> Iterator[BrowserContext]:
    """A browser in which a customer and a manager are signed in, each to their own panel."""
    context = browser.new_context(**browsers.context_options(DESKTOP))
    enter(context, seeded(SARA).api)
    enter(context, seeded(MANAGER, panel="admin").api)
    yield context
    context.close()


@pytest.mark.parametrize("left", ["user", "admin"])
def test_signing_out_of_one_panel_leaves_the_other(one_browser: BrowserContext, platform: Record, left: str) -> None:
    panels = {name: one_browser.new_page() for name in ("user", "admin")}
    menus = {"user": "من: حساب شما", "admin": "Me: your account"}
    for name, page in panels.items():
        page.goto(platform.panel(name))
        expect(page.get_by_role("button", name=menus[name])).to_be_visible()

    leaving = panels.pop(left)
    leaving.get_by_role("button", name=menus[left]).click()
    leaving.get_by_role("menuitem", name={"user": "خروج از حساب", "admin": "Sign out"}[left]).click()
    expect(leaving.get_by_role("button", name=menus[left])).to_have_count(0)

    [(stays, page)] = panels.items()
    page.reload()
    expect(page.get_by_role("button", name=menus[stays])).to_be_visible()
    leaving.reload()
    expect(leaving.get_by_role("button", name=menus[left])).to_have_count(0)


def test_a_manager_opens_a_refund_and_notes_its_transfer(
    manager_page: Page, customer: Customer, bank: Bank, arrange: Arrange
) -> None:
    customer.api.add(AUTOMATION)
    started = customer.api.start_purchase(AUTOMATION, 50)
    callback = bank.pay(bank.authority_of(started["redirect_url"]))
    assert callback is not None
    customer.api.come_back(callback, started["transaction_id"])
    wait_for(lambda: customer.api.payment(started["transaction_id"])["phase"] == "done")
    with arrange() as session:
        number = select(Payment.id).where(Payment.transaction_id == started["transaction_id"])
        payment_id = session.scalars(number).one()

    manager_page.goto(f"/payments/?id={payment_id}")
    manager_page.get_by_role("button", name="Open a refund").click()
    asking = manager_page.get_by_role("dialog")
    asking.get_by_label("Reason").fill("Bought by mistake")
    asking.get_by_role("button", name="Open a refund").click()
    expect(toast(manager_page, "The refund is open")).to_be_visible()
    assert customer.api.own(AUTOMATION)["tokens_remaining"] == 0

    manager_page.get_by_role("button", name="Note that it was paid back").click()
    asking.get_by_label("Number of the transfer").fill("SATNA 1405-0931")
    asking.get_by_role("button", name="Note that it was paid back").click()
    expect(toast(manager_page, "It is noted")).to_be_visible()
    expect(manager_page.get_by_role("main").get_by_text("Paid back outside the gateway.")).to_be_visible()
