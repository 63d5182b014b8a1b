"""What customers set on their copies: the daily cap, the line of the warning, a name of their own."""

from typing import Any

import pytest
from sqlalchemy import select, update

from tests.api import Api
from tests.factories import make_copy, make_user
from tests.functions.automations.conftest import Meter
from zimmer import ledger
from zimmer.db import Session
from zimmer.models import (
    Bucket,
    BusinessSettings,
    Delivery,
    EntryKind,
    Notification,
    OutboxMessage,
    UserAutomationStatus,
)

OWN = "/api/user/automations"


def change(customer: Api, automation_id: int, **fields: Any) -> Any:
    return customer.send("PATCH", f"{OWN}/{automation_id}", fields)


def test_what_is_sent_changes_and_the_rest_stays(customer: Api, meter: Meter) -> None:
    meter.holds(paid=10)
    first = change(customer, meter.automation.id, daily_spend_cap=7, low_balance_at=3, display_name="فروشگاه من")
    assert (first.json["daily_spend_cap"], first.json["low_balance_at"]) == (7, 3)
    assert first.json["display_name"] == "فروشگاه من"
    assert first.json["cap_resets_at"].endswith("20:30:00Z")
    second = change(customer, meter.automation.id, daily_spend_cap=None)
    assert (second.json["daily_spend_cap"], second.json["cap_resets_at"]) == (None, None)
    assert (second.json["low_balance_at"], second.json["display_name"]) == (3, "فروشگاه من")
    assert customer.get(f"{OWN}/{meter.automation.id}").json == second.json


def test_the_cap_holds_from_the_next_use_on(customer: Api, meter: Meter) -> None:
    meter.holds(paid=10)
    meter.consume(5, "a")
    change(customer, meter.automation.id, daily_spend_cap=6)
    assert meter.consume(2, "b").code == "daily-cap-reached"
    assert meter.consume(1, "c").status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"daily_spend_cap": 0},
        {"daily_spend_cap": "7"},
        {"low_balance_at": -1},
        {"low_balance_at": 2**63},
        {"display_name": ""},
        {"display_name": "x" * 256},
        {"tokens_remaining": 1000},
    ],
)
def test_what_cannot_be_set_is_refused(fields: dict[str, Any], customer: Api, meter: Meter) -> None:
    meter.holds(paid=10)
    answer = change(customer, meter.automation.id, **fields)
    assert (answer.status, answer.code) == (422, "validation-failed")


def test_only_an_own_copy_can_be_changed(customer: Api, session: Session, meter: Meter) -> None:
    foreign = make_copy(session, make_user(session))
    removed = make_copy(session, meter.user, status=UserAutomationStatus.REMOVED)
    for automation_id in (foreign.automation_id, removed.automation_id):
        answer = change(customer, automation_id, daily_spend_cap=7)
        assert (answer.status, answer.code) == (404, "user-automation-not-found")


def warnings(session: Session) -> list[tuple[int, int]]:
    rows = session.scalars(select(Notification).where(Notification.kind == "low-balance").order_by(Notification.id))
    return [(notice.data["left"], notice.data["line"]) for notice in rows]


def test_a_customer_is_warned_once_for_each_time_the_line_is_crossed(
    customer: Api, meter: Meter, session: Session
) -> None:
    copy = meter.holds(demo=2, paid=10, low_balance_at=6)
    meter.consume(6, "a")
    assert warnings(session) == []
    meter.consume(1, "b")
    meter.consume(1, "c")
    meter.consume(1, "b")
    assert warnings(session) == [(5, 6)]
    session.expire_all()

    ledger.credit(
        session, copy, tokens=5, bucket=Bucket.PAID, kind=EntryKind.ADJUSTMENT, reference="adjust:x", actor="test"
    )
    meter.consume(4, "d")
    assert warnings(session) == [(5, 6), (5, 6)]


def test_the_warning_goes_out_by_mail(meter: Meter, session: Session) -> None:
    meter.holds(paid=10, low_balance_at=6)
    meter.consume(5, "a")
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.kind, delivery.address) == ("low-balance", meter.user.email)
    assert delivery.data["automation"] == meter.automation.name
    assert session.scalars(select(OutboxMessage.payload)).one() == {"delivery_id": delivery.id, "v": 1}


def test_without_a_line_of_their_own_the_platforms_counts(meter: Meter, session: Session) -> None:
    session.execute(update(BusinessSettings).values(low_balance_default=9))
    meter.holds(paid=10)
    meter.consume(2, "a")
    assert warnings(session) == [(8, 9)]


def test_zero_is_no_warning(meter: Meter, session: Session) -> None:
    meter.holds(paid=10, low_balance_at=0)
    meter.consume(10, "a")
    assert warnings(session) == []


def test_a_hold_warns_when_it_is_used_and_not_before(meter: Meter, session: Session) -> None:
    """Other open holds count as there: their tokens may come back."""
    meter.holds(paid=30, low_balance_at=15)
    first, second = (meter.hold(10, key).json["hold_id"] for key in ("a", "b"))
    meter.release(first)
    assert warnings(session) == []
    meter.commit(second, 10)
    assert warnings(session) == []
    meter.commit(meter.hold(10, "c").json["hold_id"], 6)
    assert warnings(session) == [(14, 15)]


def test_a_batch_warns_once(meter: Meter, session: Session) -> None:
    copy = meter.holds(paid=10, low_balance_at=6)
    uses = [
        {"user_automation_id": copy.id, "units": 2, "usage_type": "message", "idempotency_key": key} for key in "abcd"
    ]
    meter.api.post("/api/automation-usage/batch", {"uses": uses}, headers=meter.headers())
    assert warnings(session) == [(2, 6)]
