"""The staff's inbox."""

from typing import Annotated

from fastapi import Depends, Query

from functions.admin.schemas.tickets import (
    Assigned,
    Assignment,
    Note,
    Order,
    Reply,
    StatusChange,
    TicketRecord,
    TicketRow,
)
from functions.admin.service import answering
from functions.admin.service import tickets as service
from zimmer.auth.acting import Staff, acting
from zimmer.auth.dependencies import Person, ReadSessionDep, ReplicaSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import TicketChanged, TicketClosed, TicketNotAssigned, TicketNotFound, UserNotFound
from zimmer.models import Priority, TicketStatus
from zimmer.pagination import LARGEST_ID, Page, PageLimit
from zimmer.web import PathId, problems, routes
from zimmer.web.texts import Sought

router = routes("/api/admin/tickets", tags=["admin", "staff tickets"])

# Everybody on the staff reads tickets; who may also write in this one, the ticket decides.
Looking = Annotated[Person, Depends(require(Right.TICKETS_READ))]
Reading = Annotated[Staff, Depends(acting(Right.TICKETS_READ, "ticket.read"))]
Assigning = Annotated[Staff, Depends(acting(Right.TICKETS_READ, "ticket.assign"))]
Replying = Annotated[Staff, Depends(acting(Right.TICKETS_READ, "ticket.reply"))]
Noting = Annotated[Staff, Depends(acting(Right.TICKETS_READ, "ticket.note"))]
Moving = Annotated[Staff, Depends(acting(Right.TICKETS_READ, "ticket.status"))]

WRITING = problems(TicketNotFound, TicketNotAssigned)


async def sought(
    q: Annotated[Sought | None, Query()] = None,
    status: TicketStatus | None = None,
    assigned: Assigned | None = None,
    priority: Priority | None = None,
    user_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> service.Sought:
    """The filters of the inbox."""
    return service.Sought(q, status, assigned, priority, user_id)


@router.get("")
async def staff_tickets(
    staff: Looking,
    session: ReplicaSessionDep,
    filters: Annotated[service.Sought, Depends(sought)],
    sort: Order = Order.WAITING,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[TicketRow]:
    """Who waits for an answer, the longest first; or all tickets, newest first."""
    return service.inbox(session, staff, filters, order=sort, limit=limit, cursor=cursor)


@router.get("/{ticket_id}", responses=problems(TicketNotFound))
async def staff_ticket(ticket_id: PathId, staff: Looking, session: ReadSessionDep) -> TicketRecord:
    """One ticket with its whole conversation, notes included."""
    return service.record(session.together, staff, ticket_id)


@router.post("/{ticket_id}/read", responses=problems(TicketNotFound))
async def staff_read_ticket(ticket_id: PathId, staff: Reading, session: SessionDep) -> TicketRecord:
    """Somebody has seen everything so far."""
    return answering.read(session, staff, ticket_id)


@router.post("/{ticket_id}/assign", responses=problems(TicketNotFound, TicketNotAssigned, UserNotFound))
async def assign_ticket(ticket_id: PathId, body: Assignment, staff: Assigning, session: SessionDep) -> TicketRecord:
    """Make it somebody's, or nobody's."""
    return answering.assign(session, staff, ticket_id, body.user_id)


@router.post("/{ticket_id}/reply", responses=problems(TicketNotFound, TicketNotAssigned, TicketClosed, TicketChanged))
async def reply_to_ticket(ticket_id: PathId, body: Reply, staff: Replying, session: SessionDep) -> TicketRecord:
    """Answer the customer."""
    return answering.reply(session, staff, ticket_id, body)


@router.post("/{ticket_id}/note", responses=WRITING)
async def note_in_ticket(ticket_id: PathId, body: Note, staff: Noting, session: SessionDep) -> TicketRecord:
    """Write something for the staff alone."""
    return answering.note(session, staff, ticket_id, body.body)


@router.post("/{ticket_id}/status", responses=WRITING)
async def change_ticket_status(
    ticket_id: PathId, body: StatusChange, staff: Moving, session: SessionDep
) -> TicketRecord:
    """Say where it stands."""
    return answering.change_status(session, staff, ticket_id, body.status)
