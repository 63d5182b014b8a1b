"""`./zimmer screenshots`: the panels' pages as pictures, each on a phone and on a desktop, light and dark.

They are taken of a platform of their own with the seed's history, so that two runs on one day show the same.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from local import browsers, screen, totp
from local.browsers import DESKTOP, PHONE, THEMES, Viewport
from local.entering import enter, settle
from local.environment import DATA, adopt, local_keys
from local.errors import StepFailed
from local.record import Record
from local.shopper import Shopper
from local.tour import STOPS, Stop, places
from local.trial import trial
from zimmer.db import Database

PICTURES = DATA / "screenshots"
SHOWN = DATA / "shown"


def main(arguments: Sequence[str]) -> int:
    """Take the pictures of all pages, or of those whose names begin so. 1 when there is no browser or no page."""
    parser = argparse.ArgumentParser(prog="./zimmer screenshots", description="The panels' pages as pictures.")
    parser.add_argument("names", nargs="*", metavar="PAGE", help=f"some of: {', '.join(map(str, STOPS))}")
    wanted = tuple(parser.parse_args(arguments).names)
    stops = [stop for stop in STOPS if not wanted or stop.name.startswith(wanted)]
    if not stops:
        print(f"no such page; there are: {', '.join(map(str, STOPS))}", file=sys.stderr)
        return 1
    if (browser := browsers.find()) is None:
        print(f"no browser: {browsers.HOW_TO_GET_ONE}", file=sys.stderr)
        return 1
    try:
        take(stops, browser)
    except StepFailed as error:
        screen.show_failure(error)
        return 1
    screen.show(f"\n{len(stops) * 4} pictures in {PICTURES}")
    return 0


def take(stops: Sequence[Stop], browser: Path) -> None:
    """All of these pages, one timed line each. Raises StepFailed."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    screen.show("  starting a platform for them …")
    with trial(SHOWN) as running, launched(browser) as chromium:
        found = looked_up(running)
        for stop in stops:
            with screen.step(stop.name):
                for viewport in (PHONE, DESKTOP):
                    picture(chromium, running, stop, viewport, path=stop.path.format_map(found))


def picture(chromium: Browser, running: Record, stop: Stop, viewport: Viewport, *, path: str) -> None:
    """One page at one size, in both themes."""
    with window(chromium, running, stop, viewport) as page:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": viewport.width, "height": viewport.height})
            page.goto("about:blank")  # an address that differs behind its # alone would not be loaded anew
            page.goto(running.panel(stop.panel) + path)
            settle(page)
            stretch(page, viewport)
            page.screenshot(path=PICTURES / f"{stop.name}-{viewport}-{theme}.png", full_page=True)


def stretch(page: Page, viewport: Viewport) -> None:
    """Make the window as high as its page, so that what sticks to its edges stands at those of the picture."""
    height = page.evaluate("document.scrollingElement.scrollHeight")
    page.set_viewport_size({"width": viewport.width, "height": max(height, viewport.height)})
    settle(page)


@contextmanager
def launched(browser: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**browsers.launch_options(browser))
        yield chromium
        chromium.close()


@contextmanager
def window(chromium: Browser, running: Record, stop: Stop, viewport: Viewport) -> Iterator[Page]:
    """A page of whoever looks."""
    context: BrowserContext = chromium.new_context(**browsers.context_options(viewport), service_workers="block")
    with httpx.Client(timeout=40, trust_env=False) as client:
        if stop.who:
            shopper = Shopper(running.api_url, client)
            code = partial(totp.fresh, running, stop.who)
            shopper.sign_in(stop.who, running.password_of(stop.who), panel=stop.panel, code=code)
            enter(context, shopper)
        yield context.new_page()
    context.close()


def looked_up(running: Record) -> dict[str, str]:
    adopt(local_keys(SHOWN / "secrets.json"))  # receipts have their codes by them
    database = Database(running.database_url)
    try:
        return places(database.read())
    finally:
        database.close()
