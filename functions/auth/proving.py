"""Asking for the password again before something that a borrowed phone must not do.

The guess is counted and the password compared with no transaction open; what is then changed is changed under
the lock of the account, if it still is the account whose password was given.
"""

from datetime import timedelta

from sqlalchemy import select

from zimmer import throttle
from zimmer.auth import passwords
from zimmer.auth.dependencies import Person
from zimmer.db import AtomicSession, ReadSession, Session
from zimmer.errors import NotSignedIn, PasswordWrong
from zimmer.models import User
from zimmer.observability import logger
from zimmer.throttle import Limit

# Not the counter of the door: whoever holds a stolen session must not lock its owner out.
GUESSES = Limit("password-again", times=5, per=timedelta(minutes=15), longest=timedelta(hours=1))


def by_password(reader: ReadSession, writer: AtomicSession, person: Person, password: str) -> str:
    """The stored hash that `password` matches. Raises PasswordWrong, TooManyRequests."""
    guesses = GUESSES.of(str(person.id))
    throttle.hit(writer, guesses)
    row = reader.first(select(User.password_hash).where(User.id == person.id))
    if row is None or not passwords.matches(row.password_hash, password):
        logger().warning("password.refused", user_id=person.id, session_id=str(person.session_id))
        raise PasswordWrong
    throttle.clear(writer, guesses)
    return str(row.password_hash)


def locked(session: Session, person: Person, *, proven: str | None = None) -> User:
    """The person's account, locked until the transaction ends.

    Raises NotSignedIn when it was switched off meanwhile, and PasswordWrong when the `proven` hash is no
    longer its own.
    """
    user = session.get_one(User, person.id, with_for_update={"key_share": True}, populate_existing=True)
    if not user.is_active:
        raise NotSignedIn("This account is switched off")
    if proven is not None and user.password_hash != proven:
        raise PasswordWrong
    return user
