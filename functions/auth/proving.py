"""Asking for the password again before something that a borrowed phone must not do.

The guess is counted and the password compared with no transaction open; what is then changed is changed under
the lock of the account, if it still is the account whose password was given. The guesses are forgotten with the
change, or by themselves where something else stands against it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ScalarResult, select

from zimmer import throttle
from zimmer.auth import passwords
from zimmer.auth.dependencies import Person
from zimmer.db import AtomicSession, Session
from zimmer.errors import NotSignedIn, PasswordWrong, ZimmerError
from zimmer.models import User
from zimmer.observability import logger
from zimmer.throttle import Counter, Limit

# Not the counter of the door: whoever holds a stolen session must not lock its owner out.
GUESSES = Limit("password-again", times=5, per=timedelta(minutes=15), longest=timedelta(hours=1))


@dataclass(frozen=True)
class Proof:
    """That the password was given which this hash is of."""

    password_hash: str
    guesses: Counter


@contextmanager
def by_password(writer: AtomicSession, person: Person, password: str) -> Iterator[Proof]:
    """Around what needs the password; hand the proof to `locked`. Raises PasswordWrong, TooManyRequests."""
    guesses = GUESSES.of(str(person.id))
    rows = throttle.hit_asking(writer, select(User.password_hash).where(User.id == person.id), guesses)
    if not rows or not passwords.matches(rows[0].password_hash, password):
        logger().warning("password.refused", user_id=person.id, session_id=str(person.session_id))
        raise PasswordWrong
    try:
        yield Proof(rows[0].password_hash, guesses)
    except ZimmerError:
        throttle.clear(writer, guesses)  # the password was right
        raise


def lock(session: Session, person: Person) -> ScalarResult[User]:
    """Ask for the person's account under its lock, with whatever is asked next."""
    query = select(User).where(User.id == person.id).with_for_update(key_share=True)
    return session.scalars(query, execution_options={"populate_existing": True})


def locked(session: Session, person: Person, *, proven: Proof | None = None) -> User:
    """The person's account, locked until the transaction ends. Raises what `still_theirs` does."""
    return still_theirs(session, lock(session, person).one(), proven=proven)


def still_theirs(session: Session, user: User, *, proven: Proof | None) -> User:
    """The locked account, if it may be changed; what was guessed before it was proven is forgotten.

    Raises NotSignedIn when it was switched off meanwhile, and PasswordWrong when the `proven` hash is no
    longer its own.
    """
    if not user.is_active:
        raise NotSignedIn("This account is switched off")
    if proven is not None:
        if user.password_hash != proven.password_hash:
            raise PasswordWrong
        session.execute(throttle.forgetting(proven.guesses))
    return user
