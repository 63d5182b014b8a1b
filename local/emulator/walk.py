"""Every function at work on a running platform, as a test and as a measurement.

A customer's purchase and what the automation makes of it, a purchase whose customer never comes back, and then one
ordinary request after the other to each function that answers requests.
"""

from collections.abc import Callable

import httpx

from local.crashes import Room, TabClosed
from local.demo import Story
from local.record import Record
from local.shopper import Shopper

REQUESTS = 50  # after which resident memory is looked at
BACKGROUND_EVENTS = 10
MANAGER = "manager"


def walk(running: Record, browser: httpx.Client) -> None:
    """All of it. Raises StepFailed with the first promise that was not kept."""
    Story(running, browser).walk()
    TabClosed(running, browser).walk()
    customer, manager = signed_in(running, browser, "customer", "user"), signed_in(running, browser, MANAGER, "admin")
    repeat(REQUESTS, lambda: customer.api("GET", "/api/auth/me"))
    repeat(REQUESTS, lambda: customer.api("GET", "/api/automations/available"))
    repeat(REQUESTS, lambda: customer.api("GET", "/api/payments"))
    repeat(REQUESTS, lambda: customer.api("GET", "/api/notifications"))
    repeat(REQUESTS, lambda: manager.api("GET", "/api/admin/dashboard/stats"))
    room = Room(running.api_url, browser)
    repeat(BACKGROUND_EVENTS, lambda: room.pull("sweep"))
    repeat(BACKGROUND_EVENTS, lambda: room.pull("queue/deliver-twice"))


def signed_in(running: Record, browser: httpx.Client, role: str, panel: str) -> Shopper:
    """The seed's person with this role."""
    account = next(account for account in running.accounts if account.role == role)
    shopper = Shopper(running.api_url, browser)
    shopper.sign_in(account.email, account.password, panel=panel)
    return shopper


def repeat(times: int, act: Callable[[], object]) -> None:
    for _ in range(times):
        act()
