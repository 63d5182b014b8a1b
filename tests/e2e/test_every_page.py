"""What must be true of every page, in every size and both themes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from local.browsers import DESKTOP, PHONE, SMALL_PHONE, Viewport
from local.entering import settle
from local.record import Record
from local.tour import STOPS, Stop, places
from tests.e2e import checks
from tests.e2e.checks import Fault
from tests.e2e.conftest import Visit
from tests.e2e.people import Customer
from tests.e2e.watch import Watch
from zimmer.db import Database

# The page's own ground, below all that lies on it.
IS_DARK = """
getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).every((part) => part < 100)
"""
NOT_FOUND = "the server responded with a status of 404"


@pytest.fixture(scope="session")
def found(_connection: Database) -> dict[str, str]:
    """What the names in the paths stand for."""
    return places(_connection.read())


@pytest.fixture
def opened(
    visit: Visit, seeded: Callable[..., Customer], platform: Record, found: dict[str, str], stop: Stop
) -> tuple[Page, Watch]:
    """The page as whoever it is for, and what it has done so far. A service worker's requests would not be counted."""
    who = seeded(stop.who, panel=stop.panel) if stop.who else None
    page = visit(who, service_workers="block")
    watch = Watch.over(page)
    page.goto(platform.panel(stop.panel) + stop.path.format_map(found))
    settle(page)
    return page, watch


def faults_in_the_dark(page: Page) -> list[Fault]:
    page.emulate_media(color_scheme="dark")
    page.reload()
    settle(page)
    assert page.evaluate(IS_DARK), "the page does not follow the system's theme"
    return checks.in_the_dark(page)


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_a_page(opened: tuple[Page, Watch], script_sizes: dict[str, int], stop: Stop, is_full: bool) -> None:
    """One load, looked at on a phone, on a small one and on a desktop; then once more in the dark."""
    page, watch = opened
    script_sizes[stop.name] = sum(watch.script_sizes().values())
    if stop.asks_for_nothing:
        watch.console = [line for line in watch.console if NOT_FOUND not in line]
    faults = [*checks.behaviour(watch), *checks.script_weight(watch)]
    faults += [fault for check in checks.LOOKS for fault in check(page)]
    resize(page, SMALL_PHONE)
    faults += [*checks.overflow(page), *checks.clipped_text(page)]
    resize(page, DESKTOP)
    faults += [fault for check in checks.LOOKS for fault in check(page)]
    if is_full:
        faults += faults_in_the_dark(page)
    resize(page, PHONE)
    faults += faults_in_the_dark(page)
    assert not faults, checks.report(faults)


def resize(page: Page, viewport: Viewport) -> None:
    page.set_viewport_size({"width": viewport.width, "height": viewport.height})
    settle(page)
