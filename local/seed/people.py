"""Who can sign in: two customers, one with a past and one without, and one person per staff role."""

from sqlalchemy import select

from local import totp
from zimmer import clock, crypto
from zimmer.auth import passwords
from zimmer.db import Session
from zimmer.models import Role, User

PASSWORD = "zimmer-local-demo"  # of every local account; there are none elsewhere

UNVERIFIED = "reza@example.com"  # has not opened the link that confirms an address

PEOPLE = (
    ("سارا محمدی", "sara@example.com", Role.CUSTOMER),
    ("رضا احمدی", "reza@example.com", Role.CUSTOMER),
    ("Mina Rahimi", "support@example.com", Role.SUPPORT),
    ("Babak Karimi", "technical@example.com", Role.TECHNICAL),
    ("Leila Moradi", "manager@example.com", Role.MANAGER),
)


def person(session: Session, name: str, email: str, role: Role) -> User:
    """The person with this address, written once. Staff sign in with the code that `./zimmer code ROLE` prints."""
    found = session.scalars(select(User).where(User.email == email)).first() or _new(session, name, email, role)
    if role is not Role.CUSTOMER and not found.twofa_enabled:
        found.twofa_secret = crypto.seal(totp.secret_of(role), place=f"users|twofa_secret|{found.id}")
        found.twofa_enabled = True
        session.flush()
    return found


def _new(session: Session, name: str, email: str, role: Role) -> User:
    now = clock.now()
    person = User(
        name=name,
        email=email,
        password_hash=passwords.hashed(PASSWORD),
        role=role,
        created_at=now,
        email_verified_at=None if email == UNVERIFIED else now,
    )
    session.add(person)
    session.flush()
    return person
