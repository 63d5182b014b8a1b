"""`/api/auth/*`: HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, Header, Request, Response

from functions.auth import cookies, entering, service, sessions
from functions.auth.entering import Entered, Outcome
from functions.auth.schemas import CodeOwed, EnrolmentOwed, Login, Me, Register, SessionLine, SignedIn, WhichPanel
from zimmer.auth.dependencies import AtomicSessionDep, CurrentUser, ReadSessionDep, bearer_of
from zimmer.auth.sign_ins import Device
from zimmer.errors import (
    EmailTaken,
    NotSignedIn,
    OriginRefused,
    SessionNotFound,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
    TooManyRequests,
    ValidationFailed,
    WrongCredentials,
)
from zimmer.models import Audience
from zimmer.pagination import Page
from zimmer.web import GroupHealth, client_ip, problems, routes

router = routes("/api/auth", tags=["auth"])
platform = routes(tags=["platform"])


async def calling_device(request: Request) -> Device:
    """The caller's address and browser."""
    return Device(ip=client_ip(request), user_agent=request.headers.get("user-agent", "").replace("\0", ""))


DeviceDep = Annotated[Device, Depends(calling_device)]
PanelBody = Annotated[WhichPanel, Body(default_factory=WhichPanel)]
LoginAnswer = SignedIn | CodeOwed | EnrolmentOwed
NEEDS_SIGN_IN = problems(NotSignedIn, TokenExpired, TokenInvalid)


def given(response: Response, outcome: Outcome) -> LoginAnswer:
    """The answer, and the cookie where somebody is signed in."""
    if not isinstance(outcome, Entered):
        return outcome
    cookies.give(response, outcome.audience, outcome.refresh)
    return outcome.answer


# First, because routes are tried in their order and this one is asked most.
@router.get("/me", responses=NEEDS_SIGN_IN)
async def me(user: CurrentUser) -> Me:
    """The signed-in person and what they may do."""
    return entering.me(user)


@router.post("/register", status_code=201, responses=problems(EmailTaken, TooManyRequests, ValidationFailed))
async def register(body: Register, writer: AtomicSessionDep, device: DeviceDep, response: Response) -> SignedIn:
    """Open a customer's account. The answer signs it in at once and sets the refresh cookie."""
    entered = service.register(writer, body, device)
    cookies.give(response, Audience.USER, entered.refresh)
    return entered.answer


@router.post("/login", responses=problems(WrongCredentials, TooManyRequests, ValidationFailed))
async def login(
    body: Login, reader: ReadSessionDep, writer: AtomicSessionDep, device: DeviceDep, response: Response
) -> LoginAnswer:
    """Sign in to the user panel, or with `audience: admin` to the dashboard. Sets that panel's refresh cookie.

    Where a second factor is on, or has to be set up first, the answer is a challenge for it instead.
    """
    return given(response, service.login(reader, writer, body, device))


@router.post("/refresh", responses=problems(NotSignedIn, SessionRevoked, OriginRefused, ValidationFailed))
async def refresh(body: PanelBody, request: Request, device: DeviceDep, response: Response) -> SignedIn:
    """Exchange the panel's refresh cookie for its successor and a fresh access token."""
    entered = sessions.refresh(cookies.presented(request, body.audience), body.audience, device)
    cookies.give(response, body.audience, entered.refresh)
    return entered.answer


@router.post("/logout", status_code=204, responses=problems(OriginRefused, ValidationFailed))
async def logout(
    body: PanelBody,
    request: Request,
    writer: AtomicSessionDep,
    response: Response,
    authorization: Annotated[str | None, Header()] = None,
) -> None:
    """Sign out of the panel, by its cookie, its access token or both. Doing it again does nothing."""
    presented = cookies.presented(request, body.audience)
    sessions.logout(writer, body.audience, presented=presented, bearer=bearer_of(authorization))
    cookies.take_back(response, body.audience)


@router.post("/logout-all", status_code=204, responses=NEEDS_SIGN_IN)
async def logout_all(person: CurrentUser, writer: AtomicSessionDep, response: Response) -> None:
    """Sign this person out on every device, of both panels."""
    sessions.logout_everywhere(writer, person)
    for audience in Audience:
        cookies.take_back(response, audience)


@router.get("/sessions", responses=NEEDS_SIGN_IN)
async def own_sessions(person: CurrentUser, reader: ReadSessionDep) -> Page[SessionLine]:
    """Where this person is signed in, last used first."""
    return sessions.own_sessions(reader, person)


@router.delete("/sessions/{session_id}", status_code=204, responses=NEEDS_SIGN_IN | problems(SessionNotFound))
async def end_session(session_id: UUID, person: CurrentUser, writer: AtomicSessionDep, response: Response) -> None:
    """Sign this person out on one device."""
    sessions.end_own(writer, person, session_id)
    if session_id == person.session_id:
        cookies.take_back(response, person.audience)


@platform.get("/api/health")
async def platform_health() -> GroupHealth:
    """Whether the platform answers at all."""
    return GroupHealth(group="platform")
