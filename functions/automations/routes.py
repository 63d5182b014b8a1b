"""The catalogue and the customer's own automations."""

import hashlib
from typing import Annotated

from fastapi import Header, Query, Response

from functions.automations import service
from functions.automations.schemas import AutomationCard, AutomationDetail, ChangeOwnAutomation, OwnAutomation
from zimmer import cache
from zimmer.auth.dependencies import Customer, ReadSessionDep, SessionDep
from zimmer.errors import AutomationNotFound, AutomationUnavailable, UserAutomationNotFound
from zimmer.pagination import Page, PageLimit
from zimmer.web import AS_BEFORE, PathId, problems, routes

catalogue = routes("/api/automations", tags=["automations"])
mine = routes("/api/user/automations", tags=["own automations"])

SHORTLY = "public, max-age=30"


@catalogue.get("/available", response_model=Page[AutomationCard], responses=AS_BEFORE)
async def available(
    session: ReadSessionDep,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The marketplace, open to visitors. Answers 304 to an ETag that still holds.

    Its first page may be CACHE_SECONDS old. The others are not kept: anyone could have any number of them made.
    """

    def page() -> bytes:
        return service.available(session, limit=limit, cursor=cursor).model_dump_json().encode()

    body = page() if cursor else cache.kept(f"zimmer:catalogue:{limit}", page)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": SHORTLY}
    if etag in _tags(if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _tags(if_none_match: str | None) -> list[str]:
    """The tags of If-None-Match, compared weakly: a proxy that compresses writes W/ before ours."""
    return [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]


@catalogue.get("/{automation_id}", responses=problems(AutomationNotFound))
async def one(automation_id: PathId, session: ReadSessionDep, response: Response) -> AutomationDetail:
    """One automation, open to visitors."""
    response.headers["cache-control"] = SHORTLY
    return service.listed(session, automation_id)


@mine.post(
    "/{automation_id}",
    status_code=201,
    responses={200: {"model": OwnAutomation}, **problems(AutomationNotFound, AutomationUnavailable)},
)
async def add(automation_id: PathId, customer: Customer, session: SessionDep, response: Response) -> OwnAutomation:
    """Add an automation to the account: 201 with demo tokens, 200 when it is there already."""
    copy, is_new = service.add(session, customer, automation_id)
    response.status_code = 201 if is_new else 200
    return copy


@mine.get("")
async def own_automations(
    customer: Customer,
    session: ReadSessionDep,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[OwnAutomation]:
    """The customer's automations and what is left on each."""
    return service.mine(session, customer, limit=limit, cursor=cursor)


@mine.get("/{automation_id}", responses=problems(UserAutomationNotFound))
async def own_automation(automation_id: PathId, customer: Customer, session: ReadSessionDep) -> OwnAutomation:
    """One of the customer's automations."""
    return service.own(session, customer, automation_id)


@mine.patch("/{automation_id}", responses=problems(UserAutomationNotFound))
async def change_own_automation(
    automation_id: PathId, body: ChangeOwnAutomation, customer: Customer, session: SessionDep
) -> OwnAutomation:
    """Set the daily cap, the line below which to warn, or the name shown. What is not sent stays."""
    return service.change(session, customer, automation_id, body.model_dump(exclude_unset=True))
