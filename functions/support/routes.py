"""`/api/support/*` and `/api/notifications/*`: HTTP in, HTTP out."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Query, Response

from functions.support import notices, tickets
from functions.support.schemas import NewMessage, NewTicket, Notice, SeenNotices, TicketDetail, TicketLine, Unread
from zimmer import throttle
from zimmer.auth.dependencies import AtomicSessionDep, Person, ReadSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import PaymentNotFound, TicketClosed, TicketNotFound, TooManyRequests, UserAutomationNotFound
from zimmer.models import TicketStatus
from zimmer.notifications import Kind
from zimmer.pagination import Page, PageLimit
from zimmer.web import AS_BEFORE, PathId, problems, routes
from zimmer.web.texts import Sought

support = routes("/api/support/tickets", tags=["tickets"])
notifications = routes("/api/notifications", tags=["notifications"])

Asker = Annotated[Person, Depends(require(Right.OWN_TICKETS))]
Reader = Annotated[Person, Depends(require(Right.OWN_PROFILE))]


async def count_question(customer: Asker, writer: AtomicSessionDep) -> None:
    """Nobody has ten questions an hour."""
    throttle.hit(writer, tickets.QUESTIONS.of(str(customer.id)))


async def count_message(customer: Asker, writer: AtomicSessionDep) -> None:
    throttle.hit(writer, tickets.MESSAGES.of(str(customer.id)))


@support.get("")
async def own_tickets(
    customer: Asker,
    session: ReadSessionDep,
    status: TicketStatus | None = None,
    q: Sought | None = None,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[TicketLine]:
    """The customer's tickets, newest first."""
    return tickets.own_tickets(session, customer, status=status, q=q, limit=limit, cursor=cursor)


@support.post(
    "",
    status_code=201,
    dependencies=[Depends(count_question)],
    responses=problems(PaymentNotFound, UserAutomationNotFound, TooManyRequests),
)
async def open_ticket(body: NewTicket, customer: Asker, session: SessionDep) -> TicketDetail:
    """Ask the support something, perhaps about one payment or one automation."""
    return tickets.ask(session, customer, body)


@support.get("/{ticket_id}", responses=problems(TicketNotFound))
async def own_ticket(ticket_id: PathId, customer: Asker, session: ReadSessionDep) -> TicketDetail:
    """One ticket with its conversation."""
    return tickets.own_ticket(session, customer, ticket_id)


@support.post(
    "/{ticket_id}/messages",
    status_code=201,
    dependencies=[Depends(count_message)],
    responses=problems(TicketNotFound, TicketClosed, TooManyRequests),
)
async def write_in_ticket(ticket_id: PathId, body: NewMessage, customer: Asker, session: SessionDep) -> TicketDetail:
    """Write in a ticket that is not closed."""
    return tickets.reply(session, customer, ticket_id, body.body)


@support.post("/{ticket_id}/read", responses=problems(TicketNotFound))
async def read_ticket(ticket_id: PathId, customer: Asker, session: SessionDep) -> TicketDetail:
    """Everything so far has been seen."""
    return tickets.mark_read(session, customer, ticket_id)


@support.post("/{ticket_id}/close", responses=problems(TicketNotFound))
async def close_ticket(ticket_id: PathId, customer: Asker, session: SessionDep) -> TicketDetail:
    """Nothing more is needed."""
    return tickets.close(session, customer, ticket_id)


@support.post("/{ticket_id}/reopen", responses=problems(TicketNotFound))
async def reopen_ticket(ticket_id: PathId, customer: Asker, session: SessionDep) -> TicketDetail:
    """It was not over after all."""
    return tickets.reopen(session, customer, ticket_id)


@notifications.get("")
async def own_notices(
    person: Reader,
    session: ReadSessionDep,
    kind: Kind | None = None,
    unread: bool | None = None,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[Notice]:
    """What the person was told, newest first, in the language of their panel."""
    return notices.own_notices(session, person, kind=kind, unread=unread, limit=limit, cursor=cursor)


@notifications.get("/unread-count", response_model=Unread, responses=AS_BEFORE)
async def unread_count(
    person: Reader, session: ReadSessionDep, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """How many are unread; 304 to an ETag that still holds, since panels ask often."""
    body = notices.unread_count(session, person).model_dump_json().encode()
    etag = f'"{hashlib.sha256(f"{person.id}|".encode() + body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in tags:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@notifications.post("/read")
async def read_notices(body: SeenNotices, person: Reader, session: SessionDep) -> Unread:
    """These have been read."""
    return notices.mark_read(session, person, body.ids)


@notifications.post("/read-all")
async def read_all_notices(person: Reader, session: SessionDep) -> Unread:
    """All have been read."""
    return notices.mark_all_read(session, person)
