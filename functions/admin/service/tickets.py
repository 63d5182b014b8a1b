"""The staff's side of a ticket: the inbox, answers, notes, and whose it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from functions.admin.schemas.names import AllowedAction, PersonName
from functions.admin.schemas.tickets import Assigned, Author, Order, StaffMessage, TicketRecord, TicketRow
from functions.admin.service.reading import Read
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, is_staff, may
from zimmer.db import ReadSession
from zimmer.errors import TicketClosed, TicketNotAssigned, TicketNotFound, ZimmerError
from zimmer.models import Message, Payment, Priority, Ticket, TicketStatus, User
from zimmer.pagination import LARGEST_ID, Page, key_of, page_of

FOR_THE_STAFF = (TicketStatus.OPEN, TicketStatus.IN_PROGRESS)

_CUSTOMER, _AGENT = aliased(User), aliased(User)


@dataclass(frozen=True)
class Sought:
    """Which tickets are looked for."""

    text: str | None = None
    status: TicketStatus | None = None
    assigned: Assigned | None = None
    priority: Priority | None = None
    user_id: int | None = None


def inbox(
    session: ReadSession, staff: Person, sought: Sought, *, order: Order, limit: int, cursor: str | None
) -> Page[TicketRow]:
    """Tickets, by default those that wait for the staff, the longest waiting first."""
    query = _rows().where(*_filters(staff, sought, order)).limit(limit + 1)
    if order is Order.NEWEST:
        query = query.order_by(Ticket.id.desc())
        query = query.where(Ticket.id < key_of(cursor)) if cursor else query
    else:
        query = query.order_by(Ticket.last_message_at, Ticket.id)
        query = query.where(_after(key_of(cursor))) if cursor else query
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[TicketRow(**_line(row)) for row in rows], next_cursor=next_cursor)


def record(read: Read, staff: Person, ticket_id: int) -> TicketRecord:
    """One ticket with its whole conversation. Raises TicketNotFound."""
    found, said = read(_rows(Ticket.description).where(Ticket.id == ticket_id), _said(ticket_id))
    if not found:
        raise TicketNotFound
    [row] = found
    messages = [_message(message) for message in said]
    return TicketRecord(
        **_line(row),
        description=row.description,
        messages=messages,
        newest_message_id=messages[-1].id if messages else None,
        allowed_actions=list(_actions(staff, row.status, row.assigned_to)),
    )


def against_writing(staff: Person, assigned_to: int | None) -> ZimmerError | None:
    """What stands against acting on a ticket: some roles may only on those that are theirs."""
    if may(staff.role, Right.TICKETS_WRITE) or assigned_to == staff.id:
        return None
    return TicketNotAssigned()


def _actions(staff: Person, status: TicketStatus, assigned_to: int | None) -> Iterator[AllowedAction]:
    against = against_writing(staff, assigned_to)
    against_words = against or (TicketClosed() if status is TicketStatus.CLOSED else None)
    for action, reason in (
        ("reply", against_words),
        ("note", against),
        ("assign", against),
        ("status", against),
    ):
        yield AllowedAction(action=action, allowed=reason is None, reason=reason.code if reason else None)


def _filters(staff: Person, sought: Sought, order: Order) -> Iterator[ColumnElement[bool]]:
    if sought.status:
        yield Ticket.status == sought.status
    elif order is Order.WAITING:
        yield Ticket.status.in_(FOR_THE_STAFF)
    if sought.assigned:
        yield Ticket.assigned_to == staff.id if sought.assigned is Assigned.ME else Ticket.assigned_to.is_(None)
    if sought.priority:
        yield Ticket.priority == sought.priority
    if sought.user_id:
        yield Ticket.user_id == sought.user_id
    if sought.text:
        yield or_(_names(sought.text), Ticket.title.icontains(sought.text, autoescape=True))


def _names(text: str) -> ColumnElement[bool]:
    """By the ticket's number, or by a part of the customer's name."""
    by_name = _CUSTOMER.name.icontains(text, autoescape=True)
    is_number = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
    return or_(by_name, Ticket.id == int(text)) if is_number else by_name


def _after(ticket_id: int) -> ColumnElement[bool]:
    """Below the ticket that ended the page before, wherever that one stands now."""
    last = aliased(Ticket)
    stands = select(last.last_message_at).where(last.id == ticket_id).scalar_subquery()
    return tuple_(Ticket.last_message_at, Ticket.id) > tuple_(stands, ticket_id)


def _rows(*more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Ticket.id,
            Ticket.title,
            Ticket.status,
            Ticket.priority,
            Ticket.importance,
            Ticket.user_id,
            _CUSTOMER.name.label("customer_name"),
            Ticket.assigned_to,
            _AGENT.name.label("agent_name"),
            Ticket.payment_id,
            Payment.transaction_id,
            Ticket.user_automation_id,
            Ticket.created_at,
            Ticket.last_message_at,
            (func.coalesce(Ticket.last_message_at > Ticket.staff_read_at, True)).label("unread"),
            *more,
        )
        .join(_CUSTOMER, _CUSTOMER.id == Ticket.user_id)
        .outerjoin(_AGENT, _AGENT.id == Ticket.assigned_to)
        .outerjoin(Payment, Payment.id == Ticket.payment_id)
    )


def _said(ticket_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Message.__table__, User.name, User.role)
        .join(User, User.id == Message.author_id)
        .where(Message.ticket_id == ticket_id)
        .order_by(Message.id)
    )


def _line(row: Row[Any]) -> dict[str, Any]:
    columns: Sequence[str] = [name for name in TicketRow.model_fields if name not in {"customer", "assigned_to"}]
    return {
        **{column: getattr(row, column) for column in columns},
        "customer": PersonName(id=row.user_id, name=row.customer_name),
        "assigned_to": PersonName(id=row.assigned_to, name=row.agent_name) if row.assigned_to else None,
    }


def _message(row: Row[Any]) -> StaffMessage:
    return StaffMessage(
        id=row.id,
        author=Author(id=row.author_id, name=row.name, is_staff=is_staff(row.role)),
        body=row.body,
        is_internal=row.is_internal,
        created_at=row.created_at,
    )
