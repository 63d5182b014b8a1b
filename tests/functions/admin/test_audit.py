import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.api import Api
from tests.factories import make_user
from tests.functions.admin.conftest import Desk, refusal
from zimmer import clock
from zimmer.db import Database, Session
from zimmer.models import AuditEntry, Role, User
from zimmer.pagination import cursor_of

AUDIT = "/audit"


def wrote(session: Session, action: str, **columns: Any) -> AuditEntry:
    usual = {"at": clock.now(), "actor_role": Role.MANAGER, "entity": action.partition(".")[0]}
    entry = AuditEntry(**{**usual, "action": action, **columns})
    session.add(entry)
    session.flush()
    return entry


def shown(desk: Desk, **filters: object) -> list[str]:
    return [item["action"] for item in desk.get(AUDIT, **filters).json["items"]]


def test_an_act_is_shown_with_who_and_what_and_from_where(manager: Desk, session: Session) -> None:
    answer = manager.patch("/settings", {"demo_tokens": 7})
    [item] = manager.get(AUDIT).json["items"]
    assert item["actor"] == {"id": manager.user.id, "name": manager.user.name, "role": "manager"}
    assert (item["action"], item["entity"], item["entity_id"]) == ("settings.edit", "settings", None)
    assert (item["before"], item["after"], item["refused"]) == ({"demo_tokens": 5}, {"demo_tokens": 7}, None)
    assert (item["request_id"], item["ip"]) == (answer.headers["x-request-id"], "203.0.113.7")


def test_a_refused_act_is_shown_with_its_code(manager: Desk, technical: Desk) -> None:
    technical.patch("/settings", {"demo_tokens": 9})
    [item] = manager.get(AUDIT).json["items"]
    assert (item["action"], item["refused"], item["after"]) == ("settings.edit", "not-allowed", None)
    assert item["actor"]["role"] == "technical"


def test_what_cannot_be_written_down_is_not_done(committing: Database) -> None:
    with committing.transaction() as session:
        customer = make_user(session)
        manager = Desk(Api(), session, Role.MANAGER)
        session.execute(text("ALTER TABLE audit ADD CONSTRAINT full_up CHECK (action <> 'user.deactivate')"))
    assert manager.post(f"/users/{customer.id}/deactivate").status == 500
    [[is_active]] = committing.read().rows(select(User.is_active).where(User.id == customer.id))
    assert is_active


def test_what_was_refused_for_a_reason_of_the_act_names_the_one_it_was_about(manager: Desk, support: Desk) -> None:
    assert refusal(support.post(f"/users/{manager.user.id}/reveal")) == (403, "higher-role")
    [item] = manager.get(AUDIT).json["items"]
    assert (item["action"], item["entity_id"], item["refused"]) == ("user.reveal", str(manager.user.id), "higher-role")


def test_the_newest_stands_first_and_the_pages_show_each_once(manager: Desk, session: Session) -> None:
    for number in range(5):
        wrote(session, f"user.act-{number}")
    seen: list[str] = []
    cursor: dict[str, object] = {}
    while True:
        page = manager.get(AUDIT, limit=2, **cursor).json
        seen += [item["action"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [f"user.act-{number}" for number in (4, 3, 2, 1, 0)]


def test_each_filter_narrows_the_list(manager: Desk, technical: Desk, session: Session) -> None:
    wrote(session, "user.edit", actor_id=technical.user.id, entity_id="7")
    wrote(session, "user.role", actor_id=manager.user.id, entity_id="7")
    wrote(session, "ticket.note", actor_id=manager.user.id, entity_id="9")
    assert shown(manager, actor=technical.user.id) == ["user.edit"]
    assert shown(manager, action="user.role") == ["user.role"]
    assert shown(manager, entity="user") == ["user.role", "user.edit"]
    assert shown(manager, entity_id="7", actor=manager.user.id) == ["user.role"]


def test_days_are_those_of_the_business_and_both_are_included(manager: Desk, session: Session) -> None:
    for minute in (29, 31):  # midnight in Tehran is 20:30 UTC
        wrote(session, f"user.at-{minute}", at=datetime(2026, 3, 20, 20, minute, tzinfo=UTC))
    assert shown(manager, to="2026-03-20") == ["user.at-29"]
    assert shown(manager, **{"from": "2026-03-21"}) == ["user.at-31"]
    assert shown(manager, **{"from": "2026-03-20", "to": "2026-03-21"}) == ["user.at-31", "user.at-29"]


@pytest.mark.parametrize(
    "filters",
    [
        {"actor": 0},
        {"actor": 2**31},
        {"action": ""},
        {"action": "a\0b"},
        {"entity": "x" * 101},
        {"from": "9999-12-31"},
        {"to": "yesterday"},
        {"cursor": "x"},
        {"cursor": cursor_of(2**63)},
        {"limit": 101},
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_refused(filters: dict[str, object], manager: Desk) -> None:
    assert refusal(manager.get(AUDIT, **filters)) == (422, "validation-failed")


def test_technical_staff_sees_its_area_and_its_own_acts(technical: Desk, manager: Desk, session: Session) -> None:
    for action in ("service-token.rotate", "sweep.run", "user.role", "payment.review"):
        wrote(session, action, actor_id=manager.user.id)
    wrote(session, "user.edit", actor_id=technical.user.id)
    assert shown(technical) == ["user.edit", "sweep.run", "service-token.rotate"]
    assert shown(technical, actor=manager.user.id, action="user.role") == []
    assert len(shown(manager)) == 5


def test_support_does_not_enter_the_room(support: Desk) -> None:
    assert refusal(support.get(AUDIT)) == (403, "not-allowed")


def test_the_list_comes_as_a_file_with_the_same_filters(manager: Desk, session: Session) -> None:
    wrote(session, "user.edit", actor_id=manager.user.id, before={"name": "=1+1"}, reason="=cmd()")
    wrote(session, "ticket.note")
    answer = manager.file(AUDIT, entity="user")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, *lines = csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""))
    [line] = lines
    found = dict(zip(header, line, strict=True))
    assert (found["actor_id"], found["actor_name"]) == (str(manager.user.id), manager.user.name)
    assert (found["before"], found["reason"]) == ('{"name": "=1+1"}', "'=cmd()")


def test_a_file_of_more_than_ten_thousand_lines_is_refused(manager: Desk, session: Session) -> None:
    at = clock.now()
    session.add_all(AuditEntry(at=at, actor_role="manager", action="user.edit", entity="user") for _ in range(10_001))
    session.flush()
    assert refusal(manager.file(AUDIT)) == (422, "too-many-rows")
