"""Customers' copies as the staff sees them, and the one switch it has."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from functions.admin.schemas.names import PersonName
from functions.admin.schemas.user_automations import CopyRow, CopyStatusChange, LedgerLine
from functions.admin.service.reading import Read, reading
from zimmer import audit, clock
from zimmer.auth.acting import Staff
from zimmer.db import ReadSession, Session
from zimmer.errors import UserAutomationInactive, UserAutomationNotFound
from zimmer.models import Automation, TokenEntry, User, UserAutomation, UserAutomationStatus
from zimmer.pagination import LARGEST_BIGINT, Page, key_of, page_of


@dataclass(frozen=True)
class Sought:
    """Which copies are looked for."""

    user_id: int | None = None
    automation_id: int | None = None
    status: UserAutomationStatus | None = None


def copies(session: ReadSession, sought: Sought, *, limit: int, cursor: str | None) -> Page[CopyRow]:
    """All of them, newest first, also those that their owners removed."""
    query = _rows().order_by(UserAutomation.id.desc()).limit(limit + 1)
    if sought.user_id is not None:
        query = query.where(UserAutomation.user_id == sought.user_id)
    if sought.automation_id is not None:
        query = query.where(UserAutomation.automation_id == sought.automation_id)
    if sought.status is not None:
        query = query.where(UserAutomation.status == sought.status)
    if cursor:
        query = query.where(UserAutomation.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[_row(row) for row in rows], next_cursor=next_cursor)


def copy(read: Read, user_automation_id: int) -> CopyRow:
    """One copy. Raises UserAutomationNotFound."""
    [found] = read(_rows().where(UserAutomation.id == user_automation_id))
    if not found:
        raise UserAutomationNotFound
    return _row(found[0])


def ledger(session: ReadSession, user_automation_id: int, *, limit: int, cursor: str | None) -> Page[LedgerLine]:
    """What moved on a copy, newest first. Raises UserAutomationNotFound."""
    query = (
        select(*(getattr(TokenEntry, column) for column in LedgerLine.model_fields))
        .where(TokenEntry.user_automation_id == user_automation_id)
        .order_by(TokenEntry.seq.desc())
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(TokenEntry.seq < key_of(cursor, largest=LARGEST_BIGINT))
    owner, found = session.together(_rows().where(UserAutomation.id == user_automation_id), query)
    if not owner:
        raise UserAutomationNotFound
    rows, next_cursor = page_of(found, limit=limit, key=lambda row: row.seq)
    return Page(items=[LedgerLine(**row._mapping) for row in rows], next_cursor=next_cursor)


def change_status(session: Session, staff: Staff, user_automation_id: int, change: CopyStatusChange) -> CopyRow:
    """Let a copy spend, or stop it for now.

    Raises UserAutomationNotFound, UserAutomationInactive (its owner has removed it).
    """
    found = session.get(UserAutomation, user_automation_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise UserAutomationNotFound
    if found.status is UserAutomationStatus.REMOVED:
        raise UserAutomationInactive
    if found.status is not change.status:
        before = audit.facts(found, "status")
        found.status = change.status
        session.flush()
        audit.done(session, staff.act, before=before, after={"status": change.status.value})
    return copy(reading(session), user_automation_id)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            UserAutomation.id,
            UserAutomation.user_id,
            User.name.label("user_name"),
            UserAutomation.automation_id,
            Automation.name.label("automation_name"),
            UserAutomation.status,
            UserAutomation.integration_status,
            UserAutomation.tokens_remaining,
            UserAutomation.demo_tokens,
            UserAutomation.spent_on,
            UserAutomation.spent_today,
            UserAutomation.daily_spend_cap,
            UserAutomation.created_at,
        )
        .join(User, User.id == UserAutomation.user_id)
        .join(Automation, Automation.id == UserAutomation.automation_id)
    )


def _row(row: Row[Any]) -> CopyRow:
    return CopyRow(
        user_automation_id=row.id,
        user=PersonName(id=row.user_id, name=row.user_name),
        automation=PersonName(id=row.automation_id, name=row.automation_name),
        status=row.status,
        integration_status=row.integration_status,
        tokens_remaining=row.tokens_remaining,
        demo_tokens=row.demo_tokens,
        spent_today=row.spent_today if row.spent_on == clock.business_day() else 0,
        daily_spend_cap=row.daily_spend_cap,
        created_at=row.created_at,
    )
