"""A customer's window: entering it signed in, and waiting until a page shows what it has to show."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

from local.errors import StepFailed
from local.gateway import COMES_FROM
from local.shopper import Shopper, any_address

REFRESH_PATH = "/api/auth"
SETTLED_MS = 15_000
# Playwright's own "networkidle" never comes when a page leaves the body of an answer unread.
AT_REST = """
() => new Promise((done) => {
  const isBusy = () =>
    document.readyState !== "complete" ||
    document.fonts.status === "loading" ||
    document.querySelector("[aria-busy=true], [data-skeleton]") ||
    document.getAnimations().some((one) => one.playState === "running" && isFinite(one.effect.getTiming().iterations))
  let quietSince = performance.now(), asked = 0
  new MutationObserver(() => { quietSince = performance.now() })
    .observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
  const look = () => {
    const now = performance.now(), soFar = performance.getEntriesByType("resource").length
    if (isBusy() || soFar !== asked) quietSince = now
    asked = soFar
    if (now - quietSince > QUIET_MS || now - began > PATIENCE_MS) done(now - began <= PATIENCE_MS)
    else setTimeout(look, 50)
  }
  const began = quietSince
  look()
})
"""
QUIET_MS = 400


def enter(context: BrowserContext, shopper: Shopper) -> None:
    """Be this signed-in customer in this window. One window only: a refresh token is good for one use."""
    name, value = shopper.refresh_cookie
    token = cookie(name, value, path=REFRESH_PATH)
    context.add_cookies([cookie(COMES_FROM, shopper.address), token | {"httpOnly": True}])


def enter_as_visitor(context: BrowserContext) -> None:
    """Be nobody, with an address of one's own: registrations and attempts are counted by address."""
    context.add_cookies([cookie(COMES_FROM, any_address())])


def cookie(name: str, value: str, *, path: str = "/") -> Any:
    """A cookie of every port of this machine, since cookies ignore ports."""
    return {"name": name, "value": value, "domain": "localhost", "path": path, "sameSite": "Lax"}


def settle(page: Page) -> None:
    """Wait until the page shows what it has to show: data, fonts, and nothing that still moves. Raises StepFailed."""
    came_to_rest = page.evaluate(AT_REST.replace("QUIET_MS", str(QUIET_MS)).replace("PATIENCE_MS", str(SETTLED_MS)))
    if not came_to_rest:
        raise StepFailed(f"{page.url} is still busy after {SETTLED_MS // 1000} s")
