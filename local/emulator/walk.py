"""Every function at work on a running platform, as a test and as a measurement.

A customer's purchase and what the automation makes of it, a purchase whose customer never comes back, and then one
ordinary request after the other to each function that answers requests.
"""

import time
from collections.abc import Callable
from functools import partial

import httpx

from local import totp
from local.crashes import Room, TabClosed
from local.demo import Story
from local.emulator import reports
from local.record import Record
from local.shopper import PatientShopper, Shopper, expect
from local.template import ROOT, load_template, schedules

REQUESTS = 50  # after which resident memory is looked at
BACKGROUND_EVENTS = 10
MANAGER = "manager"
A_DAY = 24 * 3600.0  # s
WALK_TAKES = 120.0  # s at most: fifty requests in a row may meet API Gateway's throttle
NIGHT_TAKES = 60.0  # s at most, a cold start included


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
    let_a_night_pass(running, room)


def let_a_night_pass(running: Record, room: Room) -> None:
    """The clock goes on by a day, and every function that works at night does."""
    room.pull("clock/move", seconds=A_DAY)
    at_night = [schedule.function for schedule in schedules(load_template()) if schedule.at]
    deadline = time.monotonic() + NIGHT_TAKES
    while waiting := [name for name in at_night if not reports.read(ROOT / running.logs / f"{name}.log").memory]:
        expect(time.monotonic() < deadline, f"nothing was heard of {', '.join(waiting)} at night")
        time.sleep(0.5)


def signed_in(running: Record, browser: httpx.Client, role: str, panel: str) -> Shopper:
    """The seed's person with this role."""
    account = next(account for account in running.accounts if account.role == role)
    shopper = PatientShopper(running.api_url, browser, time.monotonic() + WALK_TAKES)
    shopper.sign_in(account.email, account.password, panel=panel, code=partial(totp.fresh, running, account.email))
    return shopper


def repeat(times: int, act: Callable[[], object]) -> None:
    for _ in range(times):
        act()
