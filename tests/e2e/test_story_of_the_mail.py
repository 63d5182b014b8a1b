"""A purchase tells its customer once in the panel and once by e-mail."""

import time
from collections.abc import Callable

from local.record import Record
from tests.e2e.controls import Bank
from tests.e2e.people import MANAGER, Customer
from tests.e2e.post import mails_to, wait_for

AUTOMATION = 1
QUIET = 3.0  # s in which a second mail would come


def about_tokens(platform: Record, address: str) -> list[dict[str, str]]:
    return [mail for mail in mails_to(platform, address) if "توکن" in mail["subject"]]


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
    wait_for(lambda: bool(about_tokens(platform, customer.email)))
    manager.api("POST", "/api/admin/sweep")
    time.sleep(QUIET)

    [mail] = about_tokens(platform, customer.email)
    [notice] = customer.api.api("GET", "/api/notifications")["items"]
    assert (notice["kind"], notice["is_read"]) == ("tokens-credited", False)
    assert notice["text"]["title"] in mail["html"]
    assert customer.api.api("GET", "/api/notifications/unread-count") == {"unread": 1}
