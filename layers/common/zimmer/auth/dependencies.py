"""What a route may ask for in its signature.

All of these are `async` and call the database directly: a container serves one request at a time, so a
thread would only add a hop (and FastAPI sends plain functions to threads).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import ColumnElement, bindparam, false, func, select

from zimmer import clock, crypto
from zimmer.auth import tokens
from zimmer.auth.roles import Right, audience_of, may
from zimmer.db import AtomicSession, Prepared, ReadSession, Session, database, replica
from zimmer.errors import NotAllowed, NotSignedIn, ServiceTokenInvalid
from zimmer.lasting import hold
from zimmer.models import Audience, AuditEntry, Role, SignIn, User
from zimmer.observability import logger
from zimmer.settings import get_settings

JUST_NOW = timedelta(seconds=10)  # a replica is behind by less than one, unless something is wrong


@dataclass(frozen=True)
class Person:
    """The signed-in caller, as the one query that proved the sign-in read them."""

    id: int
    name: str
    email: str
    phone_number: str | None
    role: Role
    email_verified_at: datetime | None
    twofa_enabled: bool
    created_at: datetime
    session_id: UUID
    audience: Audience
    has_just_acted: bool = False  # on the staff, within JUST_NOW; known only where there is a replica to be behind
    stepped_up_until: datetime | None = None  # a code of the authenticator was given in this sign-in


def _proof(has_just_acted: ColumnElement[bool]) -> Prepared:
    return Prepared(
        select(
            User.id,
            User.name,
            User.email,
            User.phone_number,
            User.role,
            User.email_verified_at,
            User.twofa_enabled,
            User.created_at,
            SignIn.id.label("session_id"),
            SignIn.audience,
            has_just_acted.label("has_just_acted"),
            SignIn.stepped_up_until,
        )
        .join(SignIn, SignIn.user_id == User.id)
        .where(
            SignIn.id == bindparam("session_id"),
            SignIn.audience == bindparam("audience"),
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > bindparam("now"),
            User.id == bindparam("user_id"),
            User.token_version == bindparam("token_version"),
            User.is_active,
        )
    )


# Every act of the staff is in the audit, on the primary, whichever container it went through.
_LAST_ACT = select(AuditEntry.at).where(AuditEntry.actor_id == User.id).order_by(AuditEntry.id.desc()).limit(1)

# Built once: putting a query together takes longer than asking it.
PROVEN = _proof(false())
PROVEN_BESIDE_A_REPLICA = _proof(func.coalesce(_LAST_ACT.scalar_subquery() > bindparam("just_now"), false()))


@dataclass(frozen=True)
class ServiceCaller:
    """A running automation, as far as its token's form says. The consume statement proves the rest."""

    token_id: int
    token_hash: bytes


async def get_session(request: Request) -> Session:
    """One transaction per request, committed before the answer leaves."""
    return hold(request, database().transaction())


async def get_read_session() -> ReadSession:
    return database().read()


async def get_atomic_session() -> AtomicSession:
    return database().atomic()


SessionDep = Annotated[Session, Depends(get_session)]
ReadSessionDep = Annotated[ReadSession, Depends(get_read_session)]
AtomicSessionDep = Annotated[AtomicSession, Depends(get_atomic_session)]


async def signed_in(request: Request) -> Person:
    """The person behind the Bearer token. Sign-in and account are read in one query, so a logout,
    a deactivation or a change of role acts on the very next request.
    """
    token = bearer_of(request.headers.get("authorization"))
    if token is None:
        raise NotSignedIn
    claims = tokens.read(token)
    proof = PROVEN_BESIDE_A_REPLICA if get_settings().replica else PROVEN
    said = {
        "session_id": claims.session_id,
        "audience": claims.audience,
        "now": clock.now(),
        "just_now": clock.now() - JUST_NOW,
        "user_id": claims.user_id,
        "token_version": claims.token_version,
    }
    row = database().read().first(proof, said)
    if row is None:
        raise NotSignedIn("This session has ended")
    return Person(**row._mapping)


CurrentUser = Annotated[Person, Depends(signed_in)]


async def get_replica_session(person: CurrentUser) -> ReadSession:
    """For lists and figures, which may be seconds old. Who has just changed something reads where it is changed."""
    return database().read() if person.has_just_acted else replica()


ReplicaSessionDep = Annotated[ReadSession, Depends(get_replica_session)]


def require(right: Right) -> Callable[[Person], Coroutine[Any, Any, Person]]:
    """A dependency that lets through whoever has `right`, signed in to the panel it belongs to."""

    async def allowed(person: CurrentUser) -> Person:
        audience = audience_of(right)
        if not may(person.role, right) or (audience is not None and person.audience is not audience):
            raise refused(person, right)
        return person

    return allowed


def refused(person: Person, right: Right) -> NotAllowed:
    """The refusal of a right, and a line in the log: somebody tries doors that no panel shows them."""
    logger().warning(
        "right.refused",
        user_id=person.id,
        role=person.role,
        audience=person.audience,
        session_id=str(person.session_id),
        right=right,
    )
    return NotAllowed()


Customer = Annotated[Person, Depends(require(Right.OWN_AUTOMATIONS))]
Buyer = Annotated[Person, Depends(require(Right.OWN_PAYMENTS))]


async def service_caller(request: Request) -> ServiceCaller:
    """The caller's token, `zs_<id>_<secret>`. Raises ServiceTokenInvalid when it cannot be one of ours."""
    match request.headers.get("x-zimmer-service-token", "").split("_", 2):
        case ["zs", number, secret] if number.isascii() and number.isdigit() and len(number) < 10 and secret:
            return ServiceCaller(token_id=int(number), token_hash=crypto.token_hash(secret))
        case _:
            raise ServiceTokenInvalid


ServiceCallerDep = Annotated[ServiceCaller, Depends(service_caller)]


def bearer_of(authorization: str | None) -> str | None:
    """The text that came as Bearer, whether or not it is good for anything."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
