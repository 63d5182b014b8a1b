"""A customer's tickets: asking, answering, closing and opening again. The staff's side is in `functions/admin`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from functions.support.schemas import Linked, LinkedAutomation, NewTicket, TicketDetail, TicketLine, TicketMessage
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.db import ReadSession, Session, next_number, together
from zimmer.errors import PaymentNotFound, TicketClosed, TicketNotFound, UserAutomationNotFound
from zimmer.models import Automation, Message, Payment, Ticket, TicketStatus, UserAutomation
from zimmer.notifications import Kind, Notice, notify
from zimmer.pagination import Page, key_of, page_of
from zimmer.throttle import Limit

QUESTIONS = Limit("ticket", times=10, per=timedelta(hours=1))
MESSAGES = Limit("ticket-message", times=60, per=timedelta(hours=1))
SUPPORT = "پشتیبانی زیمر"  # to customers the staff signs as one

# Once the customer has the word again, somebody has to look.
WAITS_FOR_STAFF = {TicketStatus.WAITING, TicketStatus.RESOLVED}

_FROM_STAFF = and_(Message.ticket_id == Ticket.id, Message.author_id != Ticket.user_id, Message.is_internal.is_(False))
_IS_UNREAD = (
    select(Message.id)
    .where(_FROM_STAFF, or_(Ticket.customer_read_at.is_(None), Message.created_at > Ticket.customer_read_at))
    .exists()
)


def own_tickets(
    session: ReadSession,
    customer: Person,
    *,
    status: TicketStatus | None,
    q: str | None,
    limit: int,
    cursor: str | None,
) -> Page[TicketLine]:
    """The customer's tickets, newest first; `q` is looked for in titles and questions."""
    query = _own(customer.id).order_by(Ticket.id.desc()).limit(limit + 1)
    if status:
        query = query.where(Ticket.status == status)
    if q:
        query = query.where(_mentions(q))
    if cursor:
        query = query.where(Ticket.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(
        items=[TicketLine(**_line(row, _linked(row), unread=row.unread)) for row in rows], next_cursor=next_cursor
    )


def own_ticket(session: ReadSession, customer: Person, ticket_id: int) -> TicketDetail:
    """One ticket with what both have said. Raises TicketNotFound, also for somebody else's."""
    found, said = session.together(*_page(customer, ticket_id))
    if not found:
        raise TicketNotFound
    return _detail(found[0], said, customer)


def ask(session: Session, customer: Person, new: NewTicket) -> TicketDetail:
    """Open a ticket. Raises PaymentNotFound or UserAutomationNotFound for a link to what is not the customer's."""
    [ticket_id], [message_id], payments, copies = together(
        session,
        next_number(Ticket),
        next_number(Message),
        _own_payment(customer, new.transaction_id),
        _own_copy(customer, new.automation_id),
    )
    if new.transaction_id is not None and not payments:
        raise PaymentNotFound
    if new.automation_id is not None and not copies:
        raise UserAutomationNotFound
    now = clock.now()
    ticket = Ticket(
        id=ticket_id[0],
        user_id=customer.id,
        title=new.title,
        description=new.description,
        status=TicketStatus.OPEN,
        priority=new.priority,
        importance=new.importance,
        payment_id=payments[0].id if payments else None,
        user_automation_id=copies[0].id if copies else None,
        created_at=now,
        updated_at=now,
        last_message_at=now,
        customer_read_at=now,
    )
    session.add(ticket)
    said = _say(session, message_id[0], ticket, customer, new.description)
    linked = Linked(payment=new.transaction_id) if payments else _linked_automation(copies[0]) if copies else None
    return TicketDetail(**_line(ticket, linked, unread=False), description=ticket.description, messages=[said])


def reply(session: Session, customer: Person, ticket_id: int, body: str) -> TicketDetail:
    """Add a message; a ticket that waited for the customer goes back to the staff.

    Raises TicketNotFound, TicketClosed.
    """
    tickets = session.scalars(_lock(customer, ticket_id))  # leaves first: what is read with it is read under the lock
    rows, messages, [message_id] = together(session, *_page(customer, ticket_id), next_number(Message))
    ticket = tickets.first()
    if ticket is None:
        raise TicketNotFound
    if ticket.status is TicketStatus.CLOSED:
        raise TicketClosed
    now = clock.now()
    ticket.last_message_at = ticket.updated_at = ticket.customer_read_at = now
    if ticket.status in WAITS_FOR_STAFF:
        ticket.status = TicketStatus.IN_PROGRESS if ticket.assigned_to else TicketStatus.OPEN
    said = _say(session, message_id[0], ticket, customer, body)
    if ticket.assigned_to:
        data = {"ticket_id": ticket.id, "title": ticket.title}
        link = f"/tickets/?id={ticket.id}"
        notify(session, Notice(ticket.assigned_to, Kind.TICKET_REPLY, str(said.id), data, link))
    line = _line(ticket, _linked(rows[0]), unread=False)
    return TicketDetail(**line, description=ticket.description, messages=[*_said(messages, customer), said])


def mark_read(session: Session, customer: Person, ticket_id: int) -> TicketDetail:
    """The customer has seen everything so far. Raises TicketNotFound."""
    _locked(session, customer, ticket_id).customer_read_at = clock.now()
    session.flush()
    return _shown(session, customer, ticket_id)


def close(session: Session, customer: Person, ticket_id: int) -> TicketDetail:
    """The customer needs nothing more. Closing again changes nothing. Raises TicketNotFound."""
    return _become(session, customer, ticket_id, TicketStatus.CLOSED, unless={TicketStatus.CLOSED})


def reopen(session: Session, customer: Person, ticket_id: int) -> TicketDetail:
    """It was not over after all. A ticket that is open stays as it is. Raises TicketNotFound."""
    still_open = set(TicketStatus) - {TicketStatus.CLOSED, TicketStatus.RESOLVED}
    return _become(session, customer, ticket_id, TicketStatus.OPEN, unless=still_open)


def _become(
    session: Session, customer: Person, ticket_id: int, status: TicketStatus, *, unless: set[TicketStatus]
) -> TicketDetail:
    ticket = _locked(session, customer, ticket_id)
    if ticket.status not in unless:
        ticket.status, ticket.updated_at = status, clock.now()
        session.flush()
    return _shown(session, customer, ticket_id)


def _lock(customer: Person, ticket_id: int) -> Select[Ticket]:
    own = select(Ticket).where(Ticket.id == ticket_id, Ticket.user_id == customer.id)
    return own.with_for_update(key_share=True)


def _locked(session: Session, customer: Person, ticket_id: int) -> Ticket:
    ticket = session.scalars(_lock(customer, ticket_id)).first()
    if ticket is None:
        raise TicketNotFound
    return ticket


def _say(session: Session, message_id: int, ticket: Ticket, customer: Person, body: str) -> TicketMessage:
    """Write a message, the last one of its ticket. Nobody waits for it: what is shown of it is known."""
    session.flush()
    at = ticket.last_message_at
    session.add(Message(id=message_id, ticket_id=ticket.id, author_id=customer.id, body=body, created_at=at))
    return TicketMessage(id=message_id, from_me=True, author=customer.name, body=body, created_at=at)


def _own_payment(customer: Person, transaction_id: str | None) -> Select[int]:
    return select(Payment.id).where(Payment.transaction_id == transaction_id, Payment.user_id == customer.id)


def _own_copy(customer: Person, automation_id: int | None) -> Select[*tuple[Any, ...]]:
    return (
        select(UserAutomation.id, Automation.id.label("automation_id"), Automation.name.label("automation_name"))
        .join(Automation, Automation.id == UserAutomation.automation_id)
        .where(UserAutomation.automation_id == automation_id, UserAutomation.user_id == customer.id)
    )


def _own(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Ticket.id,
            Ticket.title,
            Ticket.description,
            Ticket.status,
            Ticket.priority,
            Ticket.importance,
            Ticket.created_at,
            Ticket.last_message_at,
            _IS_UNREAD.label("unread"),
            Payment.transaction_id,
            Automation.id.label("automation_id"),
            Automation.name.label("automation_name"),
        )
        .outerjoin(Payment, Payment.id == Ticket.payment_id)
        .outerjoin(UserAutomation, UserAutomation.id == Ticket.user_automation_id)
        .outerjoin(Automation, Automation.id == UserAutomation.automation_id)
        .where(Ticket.user_id == user_id)
    )


def _mentions(q: str) -> ColumnElement[bool]:
    return or_(Ticket.title.icontains(q, autoescape=True), Ticket.description.icontains(q, autoescape=True))


def _page(customer: Person, ticket_id: int) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """What is shown of a ticket: its line, and what has been said."""
    said = select(Message.__table__).where(Message.ticket_id == ticket_id, Message.is_internal.is_(False))
    return _own(customer.id).where(Ticket.id == ticket_id), said.order_by(Message.id)


def _shown(session: Session, customer: Person, ticket_id: int) -> TicketDetail:
    [row], said = together(session, *_page(customer, ticket_id))
    return _detail(row, said, customer)


def _detail(row: Row[Any], messages: Sequence[Row[Any]], customer: Person) -> TicketDetail:
    line = _line(row, _linked(row), unread=row.unread)
    return TicketDetail(**line, description=row.description, messages=_said(messages, customer))


def _said(messages: Sequence[Row[Any]], customer: Person) -> list[TicketMessage]:
    return [
        TicketMessage(
            id=message.id,
            from_me=message.author_id == customer.id,
            author=customer.name if message.author_id == customer.id else SUPPORT,
            body=message.body,
            created_at=message.created_at,
        )
        for message in messages
    ]


def _line(ticket: Row[Any] | Ticket, linked: Linked | None, *, unread: bool) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "title": ticket.title,
        "status": ticket.status,
        "priority": ticket.priority,
        "importance": ticket.importance,
        "created_at": ticket.created_at,
        "last_message_at": ticket.last_message_at,
        "unread": unread,
        "linked": linked,
    }


def _linked(row: Row[Any]) -> Linked | None:
    if row.transaction_id:
        return Linked(payment=row.transaction_id)
    return _linked_automation(row) if row.automation_id else None


def _linked_automation(row: Row[Any]) -> Linked:
    return Linked(automation=LinkedAutomation(id=row.automation_id, name=row.automation_name))
