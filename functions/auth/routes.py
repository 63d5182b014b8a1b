"""`/api/auth/*`: HTTP in, HTTP out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from functions.auth import service
from functions.auth.schemas import Login, Me, Register, SignedIn
from functions.auth.service import Device
from zimmer.auth.dependencies import CurrentUser, SessionDep
from zimmer.errors import EmailTaken, NotSignedIn, TokenExpired, TokenInvalid, ValidationFailed, WrongCredentials
from zimmer.web import Health, client_ip, problems

router = APIRouter(prefix="/api/auth", tags=["auth"])
platform = APIRouter(tags=["platform"])


async def calling_device(request: Request) -> Device:
    """The caller's address and browser."""
    return Device(ip=client_ip(request), user_agent=request.headers.get("user-agent", "").replace("\0", ""))


DeviceDep = Annotated[Device, Depends(calling_device)]


@router.post("/register", status_code=201, responses=problems(EmailTaken, ValidationFailed))
async def register(body: Register, session: SessionDep, device: DeviceDep) -> SignedIn:
    """Open a customer's account. The answer signs it in at once."""
    return service.register(session, body, device)


@router.post("/login", responses=problems(WrongCredentials, ValidationFailed))
async def login(body: Login, session: SessionDep, device: DeviceDep) -> SignedIn:
    """Sign in to the user panel, or with `audience: admin` to the staff's dashboard."""
    return service.login(session, body, device)


@router.get("/me", responses=problems(NotSignedIn, TokenExpired, TokenInvalid))
async def me(user: CurrentUser) -> Me:
    """The signed-in person and what they may do."""
    return service.me(user)


@platform.get("/api/health")
async def platform_health() -> Health:
    """Whether the platform answers at all."""
    return Health(group="platform")
