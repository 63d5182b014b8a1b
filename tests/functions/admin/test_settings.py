from datetime import timedelta

import pytest

from tests.api import Api
from tests.factories import make_automation, make_user, token_for
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import clock
from zimmer.db import Session

SETTINGS = "/settings"


def test_a_change_of_the_demo_reaches_the_next_customer_and_stands_in_the_trail(
    manager: Desk, session: Session, api: Api
) -> None:
    automation = make_automation(session)

    def demo_of_a_new_customer() -> int:
        customer = api.signed_in(token_for(session, make_user(session)))
        demo: int = customer.post(f"/api/user/automations/{automation.id}").json["demo_tokens"]
        return demo

    assert demo_of_a_new_customer() == 5
    answer = manager.patch(SETTINGS, {"demo_tokens": 7})
    assert (answer.status, answer.json["demo_tokens"]) == (200, 7)
    assert demo_of_a_new_customer() == 7
    [entry] = trail(session)
    assert (entry.action, entry.before, entry.after) == ("settings.edit", {"demo_tokens": 5}, {"demo_tokens": 7})


def test_the_answer_names_who_changed_it_and_when(manager: Desk) -> None:
    shown = manager.patch(SETTINGS, {"gateway_paused": True, "gateway_message": "درگاه در تعمیر است"}).json
    assert shown["updated_by"] == {"id": manager.user.id, "name": manager.user.name}
    assert (shown["gateway_paused"], shown["gateway_message"]) == (True, "درگاه در تعمیر است")
    assert manager.get(SETTINGS).json == shown


def test_only_what_became_another_stands_in_the_trail(manager: Desk, session: Session) -> None:
    manager.patch(SETTINGS, {"demo_tokens": 5, "demo_days": 14, "maintenance": False})
    [entry] = trail(session)
    assert (entry.before, entry.after) == ({"demo_days": 30}, {"demo_days": 14})


@pytest.mark.parametrize("body", [{}, {"demo_tokens": 5}])
def test_a_change_that_changes_nothing_leaves_no_trace(body: dict[str, int], manager: Desk, session: Session) -> None:
    before = manager.get(SETTINGS).json
    clock.travel(timedelta(minutes=1))
    assert manager.patch(SETTINGS, body).json == before
    assert trail(session) == []


def test_a_message_can_be_taken_away(manager: Desk) -> None:
    manager.patch(SETTINGS, {"maintenance_message": "به‌زودی برمی‌گردیم"})
    assert manager.patch(SETTINGS, {"maintenance_message": None}).json["maintenance_message"] is None


def test_a_message_does_not_turn_the_page_around(manager: Desk) -> None:
    shown = manager.patch(SETTINGS, {"maintenance_message": "\u202eبرمی‌گردیم"}).json
    assert shown["maintenance_message"] == "برمی‌گردیم"


@pytest.mark.parametrize(
    "body",
    [
        {"demo_tokens": -1},
        {"demo_tokens": 1001},
        {"demo_tokens": None},
        {"demo_days": 0},
        {"minimum_amount": 0},
        {"max_open_payments": 0},
        {"approval_threshold": -1},
        {"gateway_message": ""},
        {"gateway_message": "a\0b"},
        {"maintenance_message": "\u200b"},
        {"gateway_paused": None},
        {"id": 2},
        {"updated_by": 1},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(body: dict[str, object], manager: Desk) -> None:
    before = manager.get(SETTINGS).json
    assert refusal(manager.patch(SETTINGS, body)) == (422, "validation-failed")
    assert manager.get(SETTINGS).json == before


@pytest.mark.parametrize(
    "body",
    [
        {"minimum_amount": 2_000_000_000},
        {"maximum_amount": 9_999},
        {"minimum_amount": 50_000, "maximum_amount": 40_000},
    ],
    ids=str,
)
def test_the_smallest_purchase_is_never_larger_than_the_largest(
    body: dict[str, int], manager: Desk, session: Session
) -> None:
    answer = manager.patch(SETTINGS, body)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"] == ["body", "minimum_amount"]
    assert manager.get(SETTINGS).json["minimum_amount"] == 10_000
    assert [(entry.action, entry.refused) for entry in trail(session)] == [("settings.edit", "validation-failed")]


def test_technical_staff_reads_the_settings_and_changes_none(technical: Desk, support: Desk, session: Session) -> None:
    assert technical.get(SETTINGS).status == 200
    assert refusal(support.get(SETTINGS)) == (403, "not-allowed")
    assert refusal(technical.patch(SETTINGS, {"demo_tokens": 9})) == (403, "not-allowed")
    assert [(entry.actor_id, entry.refused) for entry in trail(session)] == [(technical.user.id, "not-allowed")]
