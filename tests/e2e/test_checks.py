"""Each check catches the fault it is for, and lets pass what looks like one and is none."""

import random
import string
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from local import browsers
from local.browsers import SMALL_PHONE
from tests.e2e import checks
from tests.e2e.checks import Check
from tests.e2e.watch import Watch

HTML = """<!doctype html><html lang="fa" dir="rtl"><head><title>آزمون</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 0; font: 16px/1.8 sans-serif; background: #fff; color: #111 }}</style></head>
<body><main><h1>آزمون</h1>{body}</main></body></html>"""
LONG = "نوشته‌ای که از جای خود بسیار درازتر است و تمام نمی‌شود"
BIG = "display:inline-block;min-width:44px;min-height:44px"


# The platform is not needed here.
@pytest.fixture(scope="session", autouse=True)
def _environment() -> None: ...


@pytest.fixture(autouse=True)
def _agreement() -> None: ...


@pytest.fixture(scope="session")
def base_url() -> None: ...


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(**browsers.context_options(SMALL_PHONE)).new_page()


CAUGHT: list[tuple[str, Check, str]] = [
    ("a wide box", checks.overflow, '<div style="width:500px">جعبه</div>'),
    (
        "a wide box in a body that hides it",
        checks.overflow,
        '<style>body { overflow-x: hidden }</style><div style="width:500px;text-align:left">جعبه</div>',
    ),
    ("text off the page", checks.overflow, '<p style="position:absolute;left:-80px;white-space:nowrap">نوشته</p>'),
    (
        "an ellipsis",
        checks.clipped_text,
        f'<p style="width:120px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">{LONG}</p>',
    ),
    (
        "text in a box that is too narrow",
        checks.clipped_text,
        f'<div style="width:120px;overflow:hidden"><span style="white-space:nowrap">{LONG}</span></div>',
    ),
    (
        "text in a box that is too low",
        checks.clipped_text,
        f'<div style="height:30px;overflow:hidden"><p>{LONG * 3}</p></div>',
    ),
    ("an ASCII digit", checks.language, "<p>موجودی: 12 توکن</p>"),
    ("an ASCII digit in a placeholder", checks.language, '<input aria-label="تعداد" placeholder="100">'),
    ("an ASCII digit in the title", checks.language, '<script>document.title = "خرید 3"</script>'),
    ("a Latin sentence", checks.language, "<p>Something went wrong</p>"),
    ("a low button", checks.hit_areas, '<button style="width:120px;height:30px">خرید</button>'),
    ("a small link outside of text", checks.hit_areas, '<nav><a href="/a">بازار</a></nav>'),
    ("a small tab", checks.hit_areas, '<div role="tab" tabindex="0" style="width:30px;height:44px">روز</div>'),
    ("a radio whose label is small, too", checks.hit_areas, '<label><input type="radio" name="a"> ده</label>'),
    ("a small button in a paragraph", checks.hit_areas, f"<p>{LONG} <button>خرید</button></p>"),
    ("grey on white", checks.accessibility, '<p style="color:#aaa">نوشتهٔ کم‌رنگ</p>'),
    ("a field without a label", checks.accessibility, '<input type="text">'),
    ("a button without a name", checks.accessibility, f'<button style="{BIG}"></button>'),
]

PASSED: list[tuple[str, Check, str]] = [
    (
        "a row that can be swiped",
        checks.overflow,
        '<div style="overflow-x:auto"><div style="width:900px">جعبه</div></div>',
    ),
    (
        "text for screen readers",
        checks.overflow,
        (
            '<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);'
            f'white-space:nowrap">{LONG}</span>'
        ),
    ),
    (
        "an ellipsis that may be",
        checks.clipped_text,
        f'<p data-may-clip style="width:120px;overflow:hidden;white-space:nowrap">{LONG}</p>',
    ),
    (
        "two lines of many",
        checks.clipped_text,
        (
            '<p style="width:120px;overflow:hidden;display:-webkit-box;-webkit-line-clamp:2;'
            f'-webkit-box-orient:vertical">{LONG}</p>'
        ),
    ),
    (
        "text in a frame with room",
        checks.clipped_text,
        f'<div style="overflow:hidden;border-radius:8px"><p>{LONG}</p></div>',
    ),
    (
        "a row that can be swiped, in a frame",
        checks.clipped_text,
        f'<div style="overflow:hidden"><div style="overflow-x:auto;white-space:nowrap">{LONG * 3}</div></div>',
    ),
    (
        "text for screen readers is not clipped",
        checks.clipped_text,
        f'<span style="position:absolute;width:1px;height:1px;overflow:hidden;white-space:nowrap">{LONG}</span>',
    ),
    ("Persian digits", checks.language, "<p>موجودی: ۱۲ توکن، ۱۲٬۵۰۰ تومان</p>"),
    ("a brand", checks.language, "<p>فیلترشکن (VPN) را خاموش کنید و به Telegram بروید</p>"),
    (
        "codes in their place",
        checks.language,
        '<p>کد <bdi>AB-12 cd ef</bdi> و <span dir="ltr">sara@example.com 0912</span> و <code>pip install x1</code></p>',
    ),
    ("digits in a field", checks.language, '<input aria-label="تعداد" value="100" dir="ltr" placeholder="100">'),
    ("a link in running text", checks.hit_areas, f'<p>{LONG} <a href="/a">اینجا</a></p>'),
    ("a large button", checks.hit_areas, f'<button style="{BIG}">خرید</button>'),
    (
        "a small radio in a large label",
        checks.hit_areas,
        f'<label style="{BIG}"><input type="radio" name="a"> ده توکن</label>',
    ),
    (
        "a small button that reaches farther",
        checks.hit_areas,
        (
            "<style>.far { position: relative; width: 24px; height: 24px; margin: 30px } "
            ".far::after { content: ''; position: absolute; inset: -12px }</style>"
            '<button class="far" aria-label="کپی"></button>'
        ),
    ),
    (
        "a card that is one link",
        checks.hit_areas,
        (
            '<style>.card::after { content: ""; position: absolute; inset: 0 }</style>'
            '<article style="position:relative;height:120px"><h2><a class="card" href="/a">دستیار</a></h2></article>'
        ),
    ),
    (
        "a link to the content, shown when it has the focus",
        checks.hit_areas,
        '<a href="#x" style="position:absolute;width:1px;padding:12px;overflow:hidden;clip-path:inset(50%)">محتوا</a>',
    ),
    ("what nobody can press", checks.hit_areas, '<button aria-hidden="true" tabindex="-1">x</button>'),
    ("black on white", checks.accessibility, "<p>نوشته</p>"),
]


@pytest.mark.parametrize(("check", "body"), [pytest.param(*case[1:], id=case[0]) for case in CAUGHT])
def test_a_fault_is_caught(page: Page, check: Check, body: str) -> None:
    page.set_content(HTML.format(body=body))
    faults = check(page)
    assert faults
    assert all(fault.element and fault.detail for fault in faults)


@pytest.mark.parametrize(("check", "body"), [pytest.param(*case[1:], id=case[0]) for case in PASSED])
def test_what_is_no_fault_passes(page: Page, check: Check, body: str) -> None:
    page.set_content(HTML.format(body=body))
    assert not check(page)


def test_a_fault_names_its_element_and_its_words(page: Page) -> None:
    page.set_content(HTML.format(body='<section id="buy"><p>یک</p><p>قیمت: 500</p></section>'))
    (fault,) = checks.language(page)
    assert str(fault) == "language: section#buy > p:nth-of-type(2) «قیمت: 500»: ASCII digits: 500"


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ('<img src="http://elsewhere.invalid/x.png" alt="">', "foreign host"),
        ("<script>throw new Error('broken')</script>", "uncaught"),
        ("<script>console.error('a warning of React')</script>", "console"),
    ],
)
def test_what_a_page_does_unseen_is_noticed(page: Page, body: str, check: str) -> None:
    watch = Watch.over(page)
    page.set_content(HTML.format(body=body))
    assert check in [fault.check for fault in checks.behaviour(watch)]


def test_a_script_that_the_policy_forbids_is_noticed(page: Page) -> None:
    policy = "<meta http-equiv='content-security-policy' content=\"script-src 'self'\">"
    watch = Watch.over(page)
    page.set_content(HTML.replace("<meta", policy + "<meta", 1).format(body="<script>document.title = 'x'</script>"))
    assert watch.violations
    assert checks.behaviour(watch)


@pytest.mark.parametrize(("kilobytes", "is_too_heavy"), [(170, False), (190, True)])
def test_the_weight_of_scripts_is_what_travels(page: Page, kilobytes: int, is_too_heavy: bool) -> None:
    signs = string.ascii_letters + string.digits + "+-"  # 64 of them, so that three quarters are left when zipped
    letters = "".join(random.Random(7).choices(signs, k=kilobytes * 1024 * 4 // 3))
    page.route("**/app.js", lambda route: route.fulfill(body=f"/*{letters}*/", content_type="text/javascript"))
    page.route("**/", lambda route: route.fulfill(body='<script src="/app.js"></script>', content_type="text/html"))
    watch = Watch.over(page)
    page.goto("http://localhost:1/")
    assert bool(checks.script_weight(watch)) is is_too_heavy
