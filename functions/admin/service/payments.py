"""Purchases as the staff sees them. What is done to them stands in `functions/payments`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select

from functions.admin import days
from functions.admin.schemas.names import PersonName
from functions.admin.schemas.payments import (
    PaymentRow,
)
from zimmer import clock
from zimmer.db import ReadSession
from zimmer.models import (
    Automation,
    Payment,
    PaymentStatus,
    User,
)
from zimmer.pagination import Page, key_of, page_of
from zimmer.wire import on_the_wire


@dataclass(frozen=True)
class Sought:
    """Which purchases are looked for. The days are business days, both included."""

    text: str | None = None
    status: PaymentStatus | None = None
    user_id: int | None = None
    automation_id: int | None = None
    first: date | None = None
    last: date | None = None


def payments(session: ReadSession, sought: Sought, *, limit: int, cursor: str | None) -> Page[PaymentRow]:
    """Purchases, newest first."""
    query = rows().where(*_filters(sought)).order_by(Payment.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(Payment.id < key_of(cursor))
    found, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[PaymentRow(**line(row)) for row in found], next_cursor=next_cursor)


def _filters(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.status:
        yield Payment.status == sought.status
    if sought.user_id:
        yield Payment.user_id == sought.user_id
    if sought.automation_id:
        yield Payment.automation_id == sought.automation_id
    if sought.first:
        yield Payment.created_at >= days.begins(sought.first)
    if sought.last:
        yield Payment.created_at < days.ends(sought.last)
    if sought.text:
        whole = (Payment.transaction_id, Payment.ref_id, Payment.authority)
        of_a_person = select(User.id).where(User.email == sought.text.lower()).scalar_subquery()
        yield or_(*(column == sought.text for column in whole), Payment.user_id == of_a_person)


def rows() -> Select[*tuple[Any, ...]]:
    """The query of a purchase with the names around it."""
    return (
        select(
            Payment.__table__,
            Payment.tokens_purchased.label("tokens"),
            Payment.ref_id.label("tracking_code"),
            User.name.label("user_name"),
            Automation.name.label("automation_name"),
        )
        .join(User, User.id == Payment.user_id)
        .join(Automation, Automation.id == Payment.automation_id)
    )


def line(row: Row[Any]) -> dict[str, Any]:
    """The fields of a PaymentRow."""
    wire_status, phase = on_the_wire(row, clock.now())
    made = {
        "user": PersonName(id=row.user_id, name=row.user_name),
        "automation": PersonName(id=row.automation_id, name=row.automation_name),
        "wire_status": wire_status,
        "phase": phase,
    }
    return {**{name: getattr(row, name) for name in PaymentRow.model_fields if name not in made}, **made}
