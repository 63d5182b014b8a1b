"""What becomes of a sign-in: it is refreshed, listed, and ended."""

from uuid import UUID

from sqlalchemy import select

from functions.auth.entering import Entered, entered
from functions.auth.schemas import SessionLine
from zimmer import crypto
from zimmer.auth import refreshing, sign_ins, tokens
from zimmer.auth.dependencies import Person
from zimmer.auth.sign_ins import Device
from zimmer.auth.tokens import AccessClaims
from zimmer.db import AtomicSession, ReadSession
from zimmer.errors import NotSignedIn, SessionNotFound, Unauthenticated
from zimmer.models import Audience, RevokedBecause, SignIn
from zimmer.observability import logger
from zimmer.pagination import Page

SHOWN = 100  # the newest; nobody looks at more


def refresh(presented: str | None, audience: Audience, device: Device) -> Entered:
    """Exchange the cookie's token for its successor and a fresh access token. Raises NotSignedIn, SessionRevoked."""
    if presented is None:
        raise NotSignedIn
    refreshed = refreshing.refresh(presented, audience, device)
    return entered(refreshed.user, refreshed.claims, refreshed.refresh)


def logout(writer: AtomicSession, audience: Audience, *, presented: str | None, bearer: str | None) -> None:
    """End the sign-in that the cookie, the access token, or both stand for. Neither has to be good any more."""
    ended = writer.run(
        sign_ins.end_presented(
            audience,
            token_hash=crypto.token_hash(presented) if presented else None,
            claims=_claims(bearer),
            because=RevokedBecause.LOGOUT,
        ),
        {},
    )
    for row in ended:
        logger().info("session.logout", user_id=row.user_id, session_id=str(row.id))


def logout_everywhere(writer: AtomicSession, person: Person) -> None:
    """End all of a person's sign-ins, this one and those of the other panel too."""
    ended = writer.run(sign_ins.end_all(of=person.id, because=RevokedBecause.LOGOUT_ALL), {})
    logger().info("session.logout-all", user_id=person.id, sessions=len(ended))


def own_sessions(reader: ReadSession, person: Person) -> Page[SessionLine]:
    """The sign-ins that somebody could use in this person's name, last used first."""
    found = reader.entities(
        select(SignIn)
        .where(SignIn.user_id == person.id, sign_ins.living())
        .order_by(SignIn.last_used_at.desc(), SignIn.id)
        .limit(SHOWN)
    )
    return Page(items=[_line(sign_in, person) for sign_in in found])


def end_own(writer: AtomicSession, person: Person, session_id: UUID) -> None:
    """End one of a person's living sign-ins. Raises SessionNotFound."""
    if not writer.run(sign_ins.end_one(session_id, of=person.id, because=RevokedBecause.ENDED_BY_OWNER), {}):
        raise SessionNotFound
    logger().info("session.ended-by-owner", user_id=person.id, session_id=str(session_id))


def _line(sign_in: SignIn, person: Person) -> SessionLine:
    return SessionLine(
        id=sign_in.id,
        audience=sign_in.audience,
        created_at=sign_in.created_at,
        last_used_at=sign_in.last_used_at,
        ip=sign_in.ip,
        user_agent=sign_in.user_agent,
        current=sign_in.id == person.session_id,
    )


def _claims(bearer: str | None) -> AccessClaims | None:
    try:
        return tokens.read(bearer) if bearer else None
    except Unauthenticated:
        return None
