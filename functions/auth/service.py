"""Opening accounts and signing in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from functions.auth.schemas import Login, Me, Register, SignedIn, permissions_of
from zimmer import clock
from zimmer.auth import passwords, tokens
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import is_staff
from zimmer.auth.tokens import AccessClaims
from zimmer.db import UNIQUE_VIOLATION, Session, sqlstate
from zimmer.errors import EmailTaken, WrongCredentials
from zimmer.models import Audience, Role, SignIn, User

SIGN_IN_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Device:
    """Where a sign-in comes from, shown to its owner in the list of sessions."""

    ip: str | None
    user_agent: str


def register(session: Session, form: Register, device: Device) -> SignedIn:
    """Open a customer's account and sign it in. Raises EmailTaken."""
    user = User(
        name=form.name,
        email=form.email,
        phone_number=form.phone_number,
        password_hash=passwords.hashed(form.password),
        role=Role.CUSTOMER,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(user)
    except DBAPIError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise EmailTaken from error
    return sign_in(session, user, Audience.USER, device)


def login(session: Session, form: Login, device: Device) -> SignedIn:
    """Sign a person in to one panel.

    Raises WrongCredentials for an unknown address, a wrong password, a switched-off account and a
    customer at the staff's door alike, after the same work, so that it tells nobody which it was.
    """
    user = session.scalar(select(User).where(User.email == form.email))
    knows_password = passwords.matches(user.password_hash if user else None, form.password)
    if user is None or not knows_password or not _may_enter(user, form.audience):
        raise WrongCredentials
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(form.password)
    return sign_in(session, user, form.audience, device)


def sign_in(session: Session, user: User, audience: Audience, device: Device) -> SignedIn:
    """Record a new sign-in of `user` and give out its first access token."""
    now = clock.now()
    here = SignIn(
        id=uuid4(),
        user_id=user.id,
        audience=audience,
        created_at=now,
        last_used_at=now,
        expires_at=now + SIGN_IN_LASTS,
        ip=device.ip,
        user_agent=device.user_agent[:400] or None,
    )
    session.add(here)
    session.flush()
    token = tokens.issue(
        AccessClaims(user_id=user.id, session_id=here.id, audience=audience, token_version=user.token_version)
    )
    return SignedIn(access_token=token.text, expires_in=token.expires_in, user=me(user))


def me(person: User | Person) -> Me:
    """A person as they see themselves."""
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        email_verified_at=person.email_verified_at,
        phone_number=person.phone_number,
        role=person.role,
        permissions=permissions_of(person.role),
        twofa_enabled=person.twofa_enabled,
        created_at=person.created_at,
    )


def _may_enter(user: User, audience: Audience) -> bool:
    return user.is_active and (audience is Audience.USER or is_staff(user.role))
