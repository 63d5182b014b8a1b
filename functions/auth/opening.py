"""Writing a new account."""

from sqlalchemy.exc import DBAPIError

from zimmer.db import UNIQUE_VIOLATION, Session, sqlstate
from zimmer.errors import EmailTaken
from zimmer.models import User


def open_account(session: Session, user: User) -> None:
    """Write a new account. Raises EmailTaken."""
    session.add(user)
    try:
        session.flush()
    except DBAPIError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise EmailTaken from error
