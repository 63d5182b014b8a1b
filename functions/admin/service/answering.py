"""What the staff does in a ticket. Each act that changes something leaves one entry in the trail."""

from datetime import datetime
from typing import cast

from sqlalchemy import Result, Table, insert, select

from functions.admin.schemas.tickets import Reply, TicketRecord
from functions.admin.service.reading import reading
from functions.admin.service.tickets import against_writing, record
from zimmer import audit, clock
from zimmer.auth.acting import Staff
from zimmer.auth.roles import is_staff
from zimmer.db import Session
from zimmer.errors import TicketChanged, TicketClosed, TicketNotFound, UserNotFound
from zimmer.models import Message, Ticket, TicketStatus, User
from zimmer.notifications import Kind, Notice, notify

MESSAGES = cast("Table", Message.__table__)
OVER = {TicketStatus.RESOLVED, TicketStatus.CLOSED}


def read(session: Session, staff: Staff, ticket_id: int) -> TicketRecord:
    """Somebody of the staff has seen everything so far. Raises TicketNotFound."""
    ticket = _locked(session, ticket_id)
    before = audit.facts(ticket, "staff_read_at")
    ticket.staff_read_at = clock.now()
    audit.done(session, staff.act, before=before, after=audit.facts(ticket, "staff_read_at"))
    return record(reading(session), staff.person, ticket_id)


def assign(session: Session, staff: Staff, ticket_id: int, user_id: int | None) -> TicketRecord:
    """Make a ticket somebody's, or nobody's. Raises TicketNotFound, TicketNotAssigned, UserNotFound (no such staff)."""
    agents = session.scalars(select(User).where(User.id == user_id))
    ticket = _writable(session, staff, ticket_id)
    if ticket.assigned_to != user_id:
        before = audit.facts(ticket, "assigned_to")
        _give(session, ticket, None if user_id is None else _agent(agents.first()), staff)
        audit.done(session, staff.act, before=before, after=audit.facts(ticket, "assigned_to"))
    return record(reading(session), staff.person, ticket_id)


def reply(session: Session, staff: Staff, ticket_id: int, answer: Reply) -> TicketRecord:
    """Answer the customer, who has the word from then on. A ticket of nobody's becomes the answerer's.

    Raises TicketNotFound, TicketNotAssigned, TicketClosed, and TicketChanged when somebody else has written
    after what the answerer has read.
    """
    ticket = _writable(session, staff, ticket_id)
    if ticket.status is TicketStatus.CLOSED:
        raise TicketClosed
    _refuse_unread(session, staff, ticket_id, answer.last_seen_message_id)
    before = audit.facts(ticket, "status", "assigned_to")
    now = clock.now()
    ticket.status, ticket.assigned_to = TicketStatus.WAITING, ticket.assigned_to or staff.id
    ticket.last_message_at = ticket.updated_at = ticket.staff_read_at = now
    said = _say(session, ticket, staff, answer.body, at=now, is_internal=False)
    shown = record(reading(session), staff.person, ticket_id)
    message_id = said.scalar_one()
    _tell_customer(session, ticket, Kind.TICKET_ANSWERED, key=str(message_id))
    after = {**audit.facts(ticket, "status", "assigned_to"), "message_id": message_id}
    audit.done(session, staff.act, before=before, after=after)
    return shown


def note(session: Session, staff: Staff, ticket_id: int, body: str) -> TicketRecord:
    """Write something for the staff alone. Raises TicketNotFound, TicketNotAssigned."""
    ticket = _writable(session, staff, ticket_id)
    said = _say(session, ticket, staff, body, at=clock.now(), is_internal=True)
    shown = record(reading(session), staff.person, ticket_id)
    audit.done(session, staff.act, before=None, after={"message_id": said.scalar_one()})
    return shown


def change_status(session: Session, staff: Staff, ticket_id: int, status: TicketStatus) -> TicketRecord:
    """Say where a ticket stands; the customer hears of its end. Raises TicketNotFound, TicketNotAssigned."""
    ticket = _writable(session, staff, ticket_id)
    if ticket.status is not status:
        before = audit.facts(ticket, "status")
        ticket.status, ticket.updated_at = status, clock.now()
        if status in OVER:
            _tell_customer(session, ticket, Kind.TICKET_STATUS, key=f"{ticket_id}:{ticket.updated_at.isoformat()}")
        audit.done(session, staff.act, before=before, after=audit.facts(ticket, "status"))
    return record(reading(session), staff.person, ticket_id)


def _locked(session: Session, ticket_id: int) -> Ticket:
    ticket = session.get(Ticket, ticket_id, with_for_update={"key_share": True}, populate_existing=True)
    if ticket is None:
        raise TicketNotFound
    return ticket


def _writable(session: Session, staff: Staff, ticket_id: int) -> Ticket:
    ticket = _locked(session, ticket_id)
    if against := against_writing(staff.person, ticket.assigned_to):
        raise against
    return ticket


def _agent(found: User | None) -> User:
    if found is None or not is_staff(found.role) or not found.is_active or found.deleted_at:
        raise UserNotFound
    return found


def _give(session: Session, ticket: Ticket, agent: User | None, staff: Staff) -> None:
    ticket.assigned_to = agent.id if agent else None
    if agent and agent.id != staff.id:
        data = {"ticket_id": ticket.id, "title": ticket.title}
        key = f"{ticket.id}:{agent.id}:{clock.now().isoformat()}"
        notify(session, Notice(agent.id, Kind.TICKET_ASSIGNED, key, data, f"/tickets/?id={ticket.id}"))


def _refuse_unread(session: Session, staff: Staff, ticket_id: int, last_seen: int | None) -> None:
    if last_seen is None:
        return
    newer = select(Message.id).where(
        Message.ticket_id == ticket_id, Message.id > last_seen, Message.author_id != staff.id
    )
    newest = session.scalars(newer.order_by(Message.id.desc()).limit(1)).first()
    if newest is not None:
        raise TicketChanged(newest_message_id=newest)


def _say(session: Session, ticket: Ticket, staff: Staff, body: str, *, at: datetime, is_internal: bool) -> Result[int]:
    """Write a message; its number comes with the next question, so ask for it after that."""
    session.flush()
    message = {"ticket_id": ticket.id, "author_id": staff.id, "body": body, "is_internal": is_internal}
    return session.execute(insert(MESSAGES).values(**message, created_at=at).returning(MESSAGES.c.id))


def _tell_customer(session: Session, ticket: Ticket, kind: Kind, *, key: str) -> None:
    data = {"ticket_id": ticket.id, "title": ticket.title, "status": ticket.status.value}
    notify(session, Notice(ticket.user_id, kind, key, data, f"/support/?id={ticket.id}"))
