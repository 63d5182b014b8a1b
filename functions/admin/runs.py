"""Runs of the reconciliation as the staff reads them, whoever or whatever asked for them."""

from typing import Any

from sqlalchemy import Row, select

from functions.admin.schemas.names import PersonName
from functions.admin.schemas.reconciliation import Run, RunAnswer, RunLine
from functions.admin.service.reading import Read
from zimmer.db import ReadSession
from zimmer.errors import RunNotFound
from zimmer.models import ReconciliationRun, User
from zimmer.pagination import Page, key_of, page_of

_RUNS = select(ReconciliationRun.__table__, User.name.label("asker")).outerjoin(
    User, User.id == ReconciliationRun.requested_by
)


def newest(session: ReadSession, *, limit: int, cursor: str | None) -> Page[RunLine]:
    """Every run, newest first."""
    query = _RUNS.order_by(ReconciliationRun.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(ReconciliationRun.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[RunLine(**_line(row)) for row in rows], next_cursor=next_cursor)


def one(read: Read, run_id: int) -> Run:
    """One run with its answers. Raises RunNotFound."""
    [found] = read(_RUNS.where(ReconciliationRun.id == run_id))
    if not found:
        raise RunNotFound
    return Run(**_line(found[0]), answers=[RunAnswer(**answer) for answer in found[0].answers])


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
