"""Customers' copies in the staff's hands: found, read to the last token, and stopped for a while."""

from datetime import timedelta

import pytest

from tests.factories import make_copy
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import clock
from zimmer.db import Session
from zimmer.models import UserAutomation, UserAutomationStatus

COPIES = "/user-automations"


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, demo=5, paid=20)


def found(desk: Desk, **filters: object) -> list[int]:
    return [item["user_automation_id"] for item in desk.get(COPIES, **filters).json["items"]]


def test_copies_are_found_by_whose_they_are_and_of_what(support: Desk, copy: UserAutomation, session: Session) -> None:
    other = make_copy(session, status=UserAutomationStatus.REMOVED)
    assert found(support) == [other.id, copy.id]
    assert found(support, user_id=copy.user_id) == found(support, automation_id=copy.automation_id) == [copy.id]
    assert found(support, status="removed") == [other.id]


@pytest.mark.parametrize("filters", [{"user_id": 0}, {"status": "asleep"}, {"cursor": "no"}])
def test_a_filter_that_makes_no_sense_is_refused(filters: dict[str, object], support: Desk) -> None:
    assert support.get(COPIES, **filters).status == 422


def test_one_is_shown_with_its_balances(support: Desk, copy: UserAutomation) -> None:
    shown = support.get(f"{COPIES}/{copy.id}").json
    assert (shown["demo_tokens"], shown["tokens_remaining"], shown["user"]["id"]) == (5, 20, copy.user_id)


def test_its_ledger_is_read_page_by_page(support: Desk, copy: UserAutomation) -> None:
    first = support.get(f"{COPIES}/{copy.id}/ledger", limit=1).json
    second = support.get(f"{COPIES}/{copy.id}/ledger", limit=1, cursor=first["next_cursor"]).json
    entries = [*first["items"], *second["items"]]
    assert [(entry["bucket"], entry["delta"], entry["balance_after"]) for entry in entries] == [
        ("paid", 20, 20),
        ("demo", 5, 5),
    ]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("path", ["/999", "/999/ledger"])
def test_what_does_not_exist_is_not_found(path: str, support: Desk) -> None:
    assert support.get(COPIES + path).json["code"] == "user-automation-not-found"


def test_a_copy_is_stopped_and_let_go_on(technical: Desk, session: Session, copy: UserAutomation) -> None:
    assert technical.post(f"{COPIES}/{copy.id}/status", {"status": "paused"}).json["status"] == "paused"
    assert technical.post(f"{COPIES}/{copy.id}/status", {"status": "paused"}).status == 200
    assert technical.post(f"{COPIES}/{copy.id}/status", {"status": "active"}).json["status"] == "active"
    stopped, resumed = trail(session)
    assert (stopped.action, stopped.before, stopped.after) == (
        "user-automation.status",
        {"status": "active"},
        {"status": "paused"},
    )
    assert (resumed.before, resumed.after) == ({"status": "paused"}, {"status": "active"})


def test_what_its_owner_removed_stays_removed(technical: Desk, session: Session) -> None:
    removed = make_copy(session, status=UserAutomationStatus.REMOVED)
    answer = technical.post(f"{COPIES}/{removed.id}/status", {"status": "active"})
    assert refusal(answer) == (409, "user-automation-inactive")


def test_removing_is_not_the_staffs_to_do(technical: Desk, copy: UserAutomation) -> None:
    assert technical.post(f"{COPIES}/{copy.id}/status", {"status": "removed"}).status == 422


def test_support_stops_nothing_and_its_try_is_written_down(
    support: Desk, copy: UserAutomation, session: Session
) -> None:
    assert refusal(support.post(f"{COPIES}/{copy.id}/status", {"status": "paused"})) == (403, "not-allowed")
    [entry] = trail(session)
    assert (entry.action, entry.entity_id, entry.refused) == ("user-automation.status", str(copy.id), "not-allowed")


def test_what_was_spent_yesterday_is_not_shown_as_todays(support: Desk, session: Session) -> None:
    today = make_copy(session, paid=20, spent_on=clock.business_day(), spent_today=7)
    earlier = make_copy(session, paid=20, spent_on=clock.business_day() - timedelta(days=1), spent_today=7)
    shown = {item["user_automation_id"]: item["spent_today"] for item in support.get(COPIES).json["items"]}
    assert shown == {today.id: 7, earlier.id: 0}
