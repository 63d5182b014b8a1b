from contextlib import closing

import pytest
from sqlalchemy import text

from functions.admin import invariants
from functions.admin.service import reconciliation
from tests.factories import make_copy, make_user
from tests.functions.admin.conftest import Desk, refusal, trail
from tests.functions.admin.test_users import acting
from zimmer.db import Database, Session
from zimmer.models import ReconciliationRun, Role

RUNS = "/reconciliation/runs"


def test_a_run_asks_every_question_and_keeps_the_answers(manager: Desk, session: Session) -> None:
    make_copy(session, demo=5, paid=7)
    answer = manager.post(RUNS)
    assert (answer.status, answer.json["state"], answer.json["broken"]) == (202, "holds", 0)
    assert [each["question"] for each in answer.json["answers"]] == list(invariants.QUESTIONS)
    assert answer.json["requested_by"] == {"id": manager.user.id, "name": manager.user.name}
    assert answer.json["finished_at"] >= answer.json["created_at"]
    assert manager.get(f"{RUNS}/{answer.json['id']}").json == answer.json
    [entry] = trail(session)
    assert (entry.action, entry.entity_id, entry.after) == (
        "reconciliation.run",
        str(answer.json["id"]),
        {"state": "holds", "broken": 0},
    )


def test_a_promise_that_is_not_kept_is_shown_with_its_rows(manager: Desk, session: Session) -> None:
    copy = make_copy(session, paid=7)
    session.execute(text("UPDATE user_automations SET tokens_remaining = 8 WHERE id = :id"), {"id": copy.id})
    run = manager.post(RUNS).json
    session.execute(text("UPDATE user_automations SET tokens_remaining = 7 WHERE id = :id"), {"id": copy.id})
    broken = [each for each in run["answers"] if each["broken"]]
    assert (run["state"], run["broken"], run["asked"]) == ("broken", 1, len(invariants.QUESTIONS))
    assert broken[0]["question"] == "the entries of each copy add up to its balances"
    assert f"'user_automation_id': {copy.id}" in broken[0]["broken"][0]


def test_the_newest_run_stands_first(support: Desk, manager: Desk) -> None:
    ids = [manager.post(RUNS).json["id"] for _ in range(3)]
    first = support.get(RUNS, limit=2).json
    second = support.get(RUNS, limit=2, cursor=first["next_cursor"]).json
    assert [run["id"] for run in first["items"] + second["items"]] == ids[::-1]
    assert "answers" not in first["items"][0]


def test_a_run_can_be_kept_as_a_file(support: Desk, manager: Desk) -> None:
    run = manager.post(RUNS).json
    answer = support.get(f"{RUNS}/{run['id']}/download")
    assert answer.headers["content-disposition"] == f'attachment; filename="reconciliation-{run["id"]}.json"'
    assert answer.json == run


@pytest.mark.parametrize("path", ["", "/download"])
def test_a_run_that_never_was_is_not_found(path: str, manager: Desk) -> None:
    assert refusal(manager.get(f"{RUNS}/{2**31 - 1}{path}")) == (404, "reconciliation-run-not-found")


def test_only_a_manager_asks(technical: Desk) -> None:
    assert refusal(technical.post(RUNS)) == (403, "not-allowed")


def test_a_question_that_takes_too_long_fails_the_run(committing: Database, own_database: str) -> None:
    with committing.transaction() as session:
        manager = make_user(session, role=Role.MANAGER)
    with closing(Database(own_database)) as other, other.transaction() as busy:
        busy.execute(text("LOCK TABLE payments IN ACCESS EXCLUSIVE MODE"))
        run = reconciliation.run(acting(manager), patience_seconds=0.5)
    assert (run.state, run.broken) == ("failed", 0)
    assert 0 < run.asked < len(invariants.QUESTIONS)
    with committing.transaction() as session:
        assert session.get_one(ReconciliationRun, run.id).finished_at is not None
        assert session.scalar(text("SHOW statement_timeout")) == "0"


def test_a_run_that_loses_the_database_is_a_failed_one(committing: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with committing.transaction() as session:
        manager = make_user(session, role=Role.MANAGER)
    monkeypatch.setitem(invariants.QUESTIONS, "are we there", "SELECT pg_terminate_backend(pg_backend_pid())")
    run = reconciliation.run(acting(manager))
    assert (run.state, run.asked) == ("failed", len(invariants.QUESTIONS) - 1)
