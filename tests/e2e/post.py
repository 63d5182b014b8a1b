"""The pretend mail service's box, as the people of a story read it."""

import re
import time
from collections.abc import Callable
from html import unescape

import httpx

from local.record import Record
from local.shopper import Shopper

PATIENCE = 20.0  # s


def mails_to(platform: Record, address: str) -> list[dict[str, str]]:
    """What has come to an address, newest first."""
    found: list[dict[str, str]] = httpx.get(f"{platform.mailbox_url}/_mails", params={"to": address}).json()["mails"]
    return found


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)


def mail_about(platform: Record, manager: Shopper, address: str, subject: str, *, number: int = 1) -> dict[str, str]:
    """The newest of so many mails with these words in their subject, sent sooner than the schedule would."""
    found: list[dict[str, str]] = []

    def has_come() -> bool:
        found[:] = [mail for mail in mails_to(platform, address) if subject in mail["subject"]]
        return len(found) >= number

    manager.api("POST", "/api/admin/sweep")
    wait_for(has_come)
    return found[0]


def link_in(mail: dict[str, str]) -> str:
    """Where the button of a mail leads."""
    button = re.search(r'<a href="([^"]+)"', mail["html"])
    assert button, mail["subject"]
    return unescape(button[1])
