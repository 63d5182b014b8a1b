"""Holds as an automation asks for them. What they move is tested with the ledger."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from functions.automations import upkeep
from tests.api import Api
from tests.factories import make_automation, make_service_token
from tests.functions.automations.conftest import Meter
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Hold, HoldState, Rollup, ScheduleRun

OWN = "/api/user/automations"


def test_a_hold_says_until_when_and_what_is_left_beside_it(meter: Meter) -> None:
    meter.holds(demo=5, paid=10)
    answer = meter.hold(8)
    assert answer.status == 201, answer.body
    until = datetime.fromisoformat(answer.json["expires_at"]) - clock.now()
    assert timedelta(minutes=4, seconds=50) < until <= timedelta(minutes=5)
    assert answer.json["hold_id"] > 0
    assert {name: answer.json[name] for name in ("units", "remaining_demo_tokens", "remaining_paid_tokens")} == {
        "units": 8,
        "remaining_demo_tokens": 0,
        "remaining_paid_tokens": 7,
    }


def test_a_commit_spends_what_was_used_and_returns_the_rest(meter: Meter) -> None:
    meter.holds(demo=5, paid=10)
    hold_id = meter.hold(8).json["hold_id"]
    answer = meter.commit(hold_id, 6)
    assert answer.json == {
        "hold_id": hold_id,
        "state": "committed",
        "units": 8,
        "used": 6,
        "returned": 2,
        "remaining_demo_tokens": 0,
        "remaining_paid_tokens": 9,
    }
    again = meter.commit(hold_id, 6)
    assert (again.status, again.json) == (200, answer.json)


def test_a_release_returns_everything(meter: Meter) -> None:
    meter.holds(demo=5, paid=10)
    hold_id = meter.hold(8).json["hold_id"]
    answer = meter.release(hold_id)
    assert (answer.status, answer.json["state"], answer.json["returned"]) == (200, "released", 8)
    assert meter.release(hold_id).json == answer.json
    assert meter.books()[:2] == (5, 10)


def test_tokens_are_counted_as_used_when_they_are(meter: Meter, session: Session) -> None:
    meter.holds(paid=10)
    hold_id = meter.hold(8).json["hold_id"]
    assert session.scalars(select(Rollup.tokens_used)).all() == []
    meter.commit(hold_id, 3)
    assert session.scalars(select(Rollup.tokens_used)).all() == [3]


@pytest.mark.parametrize(
    "changes",
    [
        {"units": 0},
        {"units": "4"},
        {"ttl_seconds": 0},
        {"ttl_seconds": 3601},
        {"idempotency_key": "hold 5"},  # the shape of a key that only a hold's own use has
        {"more": 1},
    ],
)
def test_what_no_hold_can_be_is_refused(changes: dict[str, Any], meter: Meter) -> None:
    meter.holds(paid=10)
    before = meter.books()
    answer = meter.hold(**changes) if "idempotency_key" not in changes else meter.hold(4, changes["idempotency_key"])
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert meter.books() == before


def test_refusals_say_why(meter: Meter) -> None:
    meter.holds(paid=10, daily_spend_cap=9)
    few, capped = meter.hold(11), meter.hold(10)
    assert (few.status, few.code, few.json["available"]) == (402, "insufficient-tokens", 10)
    assert (capped.status, capped.code) == (409, "daily-cap-reached")
    hold_id = meter.hold(4).json["hold_id"]
    other_body = meter.hold(5)
    assert (other_body.status, other_body.code) == (409, "idempotency-conflict")
    more = meter.commit(hold_id, 5)
    assert (more.status, more.code, more.json["held"]) == (422, "hold-exceeded", 4)
    meter.release(hold_id)
    ended = meter.commit(hold_id, 4)
    assert (ended.status, ended.code, ended.json["state"]) == (409, "hold-ended", "released")
    for nobodys in (hold_id + 1, 2**63 - 1):
        missing = meter.release(nobodys)
        assert (missing.status, missing.code) == (404, "hold-not-found")


@pytest.mark.parametrize("hold_id", ["0", str(2**63), "x"])
def test_what_is_no_holds_number_is_refused(hold_id: str, meter: Meter) -> None:
    answer = meter.api.post(f"/api/automation-usage/holds/{hold_id}/release", headers=meter.headers())
    assert answer.status == 422


def test_another_automations_token_finds_no_hold(meter: Meter, session: Session) -> None:
    meter.holds(paid=10)
    hold_id = meter.hold(4).json["hold_id"]
    stranger = make_service_token(session, make_automation(session).id)
    path = f"/api/automation-usage/holds/{hold_id}/release"
    answer = meter.api.post(path, headers=meter.headers(stranger))
    assert (answer.status, answer.code) == (404, "hold-not-found")


def test_upkeep_returns_what_nobody_came_back_for(meter: Meter, session: Session) -> None:
    meter.holds(demo=5, paid=10)
    meter.hold(8, "forgotten", ttl_seconds=60)
    meter.hold(2, "running", ttl_seconds=3600)
    clock.travel(timedelta(seconds=61))
    assert upkeep.handler({}, None) == {"expired": 1, "failed": 0}
    assert sum(meter.books()[:2]) == 13
    states = {hold.idempotency_key: hold.state for hold in session.scalars(select(Hold))}
    assert states == {"forgotten": HoldState.EXPIRED, "running": HoldState.OPEN}
    assert upkeep.handler({}, None) == {"expired": 0, "failed": 0}
    noted = session.scalars(select(ScheduleRun)).one()
    assert (noted.name, noted.ok) == ("automations-upkeep", True)


def test_upkeep_begins_nothing_when_its_time_is_used(meter: Meter) -> None:
    meter.holds(paid=10)
    meter.hold(8, ttl_seconds=1)
    clock.travel(timedelta(seconds=2))
    assert upkeep.return_what_is_overdue(seconds=0)["expired"] == 0
    assert upkeep.return_what_is_overdue()["expired"] == 1


def test_a_late_commit_is_told_that_the_tokens_went_back(meter: Meter) -> None:
    meter.holds(paid=10)
    hold_id = meter.hold(8, ttl_seconds=60).json["hold_id"]
    clock.travel(timedelta(seconds=60))
    answer = meter.commit(hold_id, 8)
    assert (answer.status, answer.code, answer.json["state"]) == (409, "hold-ended", "expired")
    assert meter.consume(8, "run-1").status == 200  # the run is charged all the same, under its own key


def test_the_balance_shows_what_is_held_apart(meter: Meter) -> None:
    copy = meter.holds(demo=5, paid=10, daily_spend_cap=100)
    meter.hold(8)
    shown = meter.balance().json
    resets = datetime.fromisoformat(shown.pop("cap_resets_at"))
    assert timedelta(0) < resets - clock.now() <= timedelta(days=1)
    assert (resets.hour, resets.minute) == (20, 30)  # midnight in Tehran
    assert shown == {
        "user_automation_id": copy.id,
        "status": "active",
        "remaining_demo_tokens": 0,
        "remaining_paid_tokens": 7,
        "held_tokens": 8,
        "spent_today": 8,
        "daily_spend_cap": 100,
    }


def test_asking_for_the_balance_returns_what_is_overdue(meter: Meter) -> None:
    meter.holds(paid=10)
    meter.hold(8, ttl_seconds=60)
    clock.travel(timedelta(seconds=61))
    answer = meter.balance().json
    assert (answer["remaining_paid_tokens"], answer["held_tokens"]) == (10, 0)


def test_a_balance_is_shown_to_its_own_automation_only(meter: Meter, session: Session) -> None:
    copy = meter.holds(demo=5, paid=10)
    path = f"/api/automation-usage/balance/{copy.id}"
    stranger = make_service_token(session, make_automation(session).id)
    foreign = meter.api.get(path, headers=meter.headers(stranger))
    assert (foreign.status, foreign.code) == (404, "user-automation-not-found")
    unknown = meter.api.get(path, headers=meter.headers("zs_1_unknown"))
    assert (unknown.status, unknown.code) == (401, "service-token-invalid")


def test_the_customer_sees_what_is_held(customer: Api, meter: Meter) -> None:
    meter.holds(demo=5, paid=10)
    meter.hold(8)
    shown = customer.get(f"{OWN}/{meter.automation.id}").json
    assert (shown["held_tokens"], shown["tokens_remaining"], shown["spent_today"]) == (8, 7, 8)
