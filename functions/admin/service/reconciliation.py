"""Asking whether money and tokens agree, and keeping every answer."""

from time import monotonic
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.exc import DBAPIError

from functions.admin import invariants
from functions.admin.schemas.names import PersonName
from functions.admin.schemas.reconciliation import Run, RunAnswer, RunLine
from functions.admin.service.reading import Read, reading
from zimmer import audit, clock
from zimmer.auth.acting import Staff
from zimmer.db import ReadSession, committed
from zimmer.errors import RunNotFound
from zimmer.models import Json, ReconciliationRun, RunState, User
from zimmer.observability import logger
from zimmer.pagination import Page, key_of, page_of

PATIENCE_SECONDS = 20.0  # for all questions together; API Gateway hangs up at 30

Answers = list[Json]

_RUNS = select(ReconciliationRun.__table__, User.name.label("asker")).outerjoin(
    User, User.id == ReconciliationRun.requested_by
)


def run(staff: Staff, *, patience_seconds: float = PATIENCE_SECONDS) -> Run:
    """Ask every question and keep the answers.

    The run is committed before anything is asked, so that one which breaks off leaves a trace of itself.
    Questions that take too long fail the run; they do not fail money.
    """
    with committed() as session:
        began = ReconciliationRun(requested_by=staff.id, created_at=clock.now())
        session.add(began)
        session.flush()
        run_id = began.id
    state, answers = _ask(patience_seconds)
    with committed() as session:
        ended = session.get_one(ReconciliationRun, run_id)
        ended.state, ended.answers, ended.finished_at = state, answers, clock.now()
        broken = sum(1 for answer in answers if answer["broken"])
        audit.done(session, staff.act, before=None, after={"state": state, "broken": broken}, entity_id=run_id)
        return one(reading(session), run_id)


def runs(session: ReadSession, *, limit: int, cursor: str | None) -> Page[RunLine]:
    """Every run, newest first."""
    query = _RUNS.order_by(ReconciliationRun.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(ReconciliationRun.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[RunLine(**_line(row)) for row in rows], next_cursor=next_cursor)


def one(read: Read, run_id: int) -> Run:
    """One run with its answers. Raises RunNotFound."""
    found = read(_RUNS.where(ReconciliationRun.id == run_id))
    if not found:
        raise RunNotFound
    return Run(**_line(found[0]), answers=[RunAnswer(**answer) for answer in found[0].answers])


def _ask(patience_seconds: float) -> tuple[RunState, Answers]:
    """What became of the questions, and the answers that came in time."""
    answers: Answers = []
    until = monotonic() + patience_seconds
    try:
        with committed() as session:  # nothing is written; the limit ends with the transaction
            connection = session.connection()
            for question in invariants.QUESTIONS:
                left_ms = max(1, int((until - monotonic()) * 1000))
                connection.execute(text(f"SET LOCAL statement_timeout = {left_ms}"))
                answer = invariants.ask(connection, question)
                answers.append({"question": answer.question, "broken": list(answer.broken)})
    except DBAPIError:  # too slow, as a rule
        logger().exception("reconciliation.broke-off", answered=len(answers))
        return RunState.FAILED, answers
    holds = not any(answer["broken"] for answer in answers)
    return RunState.HOLDS if holds else RunState.BROKEN, answers


def _line(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "requested_by": PersonName(id=row.requested_by, name=row.asker) if row.requested_by else None,
        "state": row.state,
        "asked": len(row.answers),
        "broken": sum(1 for answer in row.answers if answer["broken"]),
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }
