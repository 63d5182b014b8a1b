"""A customer's tickets: asking, answering, closing and opening again. The staff's side is in `functions/admin`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Result, Row, Select, Table, and_, insert, or_, select

from functions.support.schemas import Linked, LinkedAutomation, NewTicket, TicketDetail, TicketLine, TicketMessage
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.db import ReadSession, Session, together
from zimmer.errors import PaymentNotFound, TicketClosed, TicketNotFound, UserAutomationNotFound
from zimmer.models import Automation, Message, Payment, Ticket, TicketStatus, UserAutomation
from zimmer.notifications import Kind, Notice, notify
from zimmer.pagination import Page, key_of, page_of
from zimmer.throttle import Limit

QUESTIONS = Limit("ticket", times=10, per=timedelta(hours=1))
MESSAGES = Limit("ticket-message", times=60, per=timedelta(hours=1))
SUPPORT = "پشتیبانی زیمر"  # to customers the staff signs as one

_MESSAGES = cast("Table", Message.__table__)

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
    return Page(items=[TicketLine(**_line(row)) for row in rows], next_cursor=next_cursor)


def own_ticket(session: ReadSession, customer: Person, ticket_id: int) -> TicketDetail:
    """One ticket with what both have said. Raises TicketNotFound, also for somebody else's."""
    found, said = session.together(_own(customer.id).where(Ticket.id == ticket_id), _said(ticket_id))
    if not found:
        raise TicketNotFound
    return _detail(found[0], said, customer)


def ask(session: Session, customer: Person, new: NewTicket) -> TicketDetail:
    """Open a ticket. Raises PaymentNotFound or UserAutomationNotFound for a link to what is not the customer's."""
    now = clock.now()
    ticket = Ticket(
        user_id=customer.id,
        title=new.title,
        description=new.description,
        priority=new.priority,
        importance=new.importance,
        payment_id=_own_payment(session, customer, new.transaction_id),
        user_automation_id=_own_copy(session, customer, new.automation_id),
        created_at=now,
        updated_at=now,
        last_message_at=now,
        customer_read_at=now,
    )
    session.add(ticket)
    session.flush()
    _say(session, ticket.id, customer, new.description, at=now)
    return _shown(session, customer, ticket.id)


def reply(session: Session, customer: Person, ticket_id: int, body: str) -> TicketDetail:
    """Add a message; a ticket that waited for the customer goes back to the staff.

    Raises TicketNotFound, TicketClosed.
    """
    ticket = _locked(session, customer, ticket_id)
    if ticket.status is TicketStatus.CLOSED:
        raise TicketClosed
    now = clock.now()
    ticket.last_message_at = ticket.updated_at = ticket.customer_read_at = now
    if ticket.status in WAITS_FOR_STAFF:
        ticket.status = TicketStatus.IN_PROGRESS if ticket.assigned_to else TicketStatus.OPEN
    said = _say(session, ticket.id, customer, body, at=now)
    shown = _shown(session, customer, ticket_id)
    if ticket.assigned_to:
        data = {"ticket_id": ticket.id, "title": ticket.title}
        link = f"/tickets/?id={ticket.id}"
        notify(session, Notice(ticket.assigned_to, Kind.TICKET_REPLY, str(said.scalar_one()), data, link))
    return shown


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


def _locked(session: Session, customer: Person, ticket_id: int) -> Ticket:
    own = select(Ticket).where(Ticket.id == ticket_id, Ticket.user_id == customer.id)
    ticket = session.scalars(own.with_for_update(key_share=True)).first()
    if ticket is None:
        raise TicketNotFound
    return ticket


def _say(session: Session, ticket_id: int, customer: Person, body: str, *, at: datetime) -> Result[int]:
    """Write a message; its number comes with the next question, so ask for it after that."""
    session.flush()
    message = {"ticket_id": ticket_id, "author_id": customer.id, "body": body, "created_at": at}
    return session.execute(insert(_MESSAGES).values(**message).returning(_MESSAGES.c.id))


def _own_payment(session: Session, customer: Person, transaction_id: str | None) -> int | None:
    if transaction_id is None:
        return None
    own = select(Payment.id).where(Payment.transaction_id == transaction_id, Payment.user_id == customer.id)
    found = session.scalar(own)
    if found is None:
        raise PaymentNotFound
    return found


def _own_copy(session: Session, customer: Person, automation_id: int | None) -> int | None:
    if automation_id is None:
        return None
    own = select(UserAutomation.id).where(
        UserAutomation.automation_id == automation_id, UserAutomation.user_id == customer.id
    )
    found = session.scalar(own)
    if found is None:
        raise UserAutomationNotFound
    return found


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


def _said(ticket_id: int) -> Select[*tuple[Any, ...]]:
    said = select(Message.__table__).where(Message.ticket_id == ticket_id, Message.is_internal.is_(False))
    return said.order_by(Message.id)


def _shown(session: Session, customer: Person, ticket_id: int) -> TicketDetail:
    [row], said = together(session, _own(customer.id).where(Ticket.id == ticket_id), _said(ticket_id))
    return _detail(row, said, customer)


def _detail(row: Row[Any], messages: Sequence[Row[Any]], customer: Person) -> TicketDetail:
    return TicketDetail(
        **_line(row),
        description=row.description,
        messages=[
            TicketMessage(
                id=message.id,
                from_me=message.author_id == customer.id,
                author=customer.name if message.author_id == customer.id else SUPPORT,
                body=message.body,
                created_at=message.created_at,
            )
            for message in messages
        ],
    )


def _line(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "priority": row.priority,
        "importance": row.importance,
        "created_at": row.created_at,
        "last_message_at": row.last_message_at,
        "unread": row.unread,
        "linked": _linked(row),
    }


def _linked(row: Row[Any]) -> Linked | None:
    if row.transaction_id:
        return Linked(payment=row.transaction_id)
    if row.automation_id:
        return Linked(automation=LinkedAutomation(id=row.automation_id, name=row.automation_name))
    return None
