"""The audit room: who did what to whom, as far as a role may look."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select, true

from functions.admin.days import begins, ends
from functions.admin.schemas.audit import Actor, AuditLine
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, may
from zimmer.db import ReadSession
from zimmer.models import AuditEntry, User
from zimmer.pagination import LARGEST_BIGINT, Page, key_of, page_of

OWN_AREA = ("automation", "service-token", "user-automation", "openai-key", "system", "sweep", "dead-letters")


@dataclass(frozen=True)
class Sought:
    """Which acts are looked for. Days are business days, both included."""

    actor: int | None = None
    action: str | None = None
    entity: str | None = None
    entity_id: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        columns = (
            (AuditEntry.actor_id, self.actor),
            (AuditEntry.action, self.action),
            (AuditEntry.entity, self.entity),
            (AuditEntry.entity_id, self.entity_id),
        )
        found = [column == value for column, value in columns if value is not None]
        if self.first is not None:
            found.append(AuditEntry.at >= begins(self.first))
        if self.last is not None:
            found.append(AuditEntry.at < ends(self.last))
        return found


def entries(session: ReadSession, staff: Person, sought: Sought, *, limit: int, cursor: str | None) -> Page[AuditLine]:
    """The acts that a role may see, newest first."""
    query = (
        select(AuditEntry.__table__, User.name.label("actor_name"))
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(_may_be_seen_by(staff), *sought.conditions)
        .order_by(AuditEntry.id.desc())
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(AuditEntry.id < key_of(cursor, largest=LARGEST_BIGINT))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(
        items=[
            AuditLine(
                id=row.id,
                at=row.at,
                actor=Actor(id=row.actor_id, name=row.actor_name, role=row.actor_role),
                action=row.action,
                entity=row.entity,
                entity_id=row.entity_id,
                before=row.before,
                after=row.after,
                reason=row.reason,
                refused=row.refused,
                request_id=row.request_id,
                ip=row.ip,
            )
            for row in rows
        ],
        next_cursor=next_cursor,
    )


def _may_be_seen_by(staff: Person) -> ColumnElement[bool]:
    if may(staff.role, Right.AUDIT_READ):
        return true()
    return or_(AuditEntry.entity.in_(OWN_AREA), AuditEntry.actor_id == staff.id)
