"""A purchase tells its customer once in the panel and once by e-mail."""

import time
from collections.abc import Callable

import httpx

from local.record import Record
from tests.e2e.controls import Bank
from tests.e2e.people import MANAGER, Customer

AUTOMATION = 1
PATIENCE = 20.0  # s
QUIET = 3.0  # s in which a second mail would come


def mails_to(platform: Record, address: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = httpx.get(f"{platform.mailbox_url}/_mails", params={"to": address}).json()["mails"]
    return found


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)


def test_a_purchase_makes_one_notice_and_one_mail(
    platform: Record, customer: Customer, bank: Bank, seeded: Callable[..., Customer]
) -> None:
    customer.api.add(AUTOMATION)
    started = customer.api.start_purchase(AUTOMATION, 50)
    callback = bank.pay(bank.authority_of(started["redirect_url"]))
    assert callback is not None
    customer.api.come_back(callback, started["transaction_id"])
    wait_for(lambda: customer.api.payment(started["transaction_id"])["phase"] == "done")

    manager = seeded(MANAGER, panel="admin").api
    manager.api("POST", "/api/admin/sweep")  # sooner than the schedule would
    wait_for(lambda: bool(mails_to(platform, customer.email)))
    manager.api("POST", "/api/admin/sweep")
    time.sleep(QUIET)

    [mail] = mails_to(platform, customer.email)
    assert "توکن" in mail["subject"]
    [notice] = customer.api.api("GET", "/api/notifications")["items"]
    assert (notice["kind"], notice["is_read"]) == ("tokens-credited", False)
    assert notice["text"]["title"] in mail["html"]
    assert customer.api.api("GET", "/api/notifications/unread-count") == {"unread": 1}
