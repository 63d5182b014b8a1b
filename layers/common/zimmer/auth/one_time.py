"""Secrets that open something once: the links of mails, invitations, and challenges between two steps of a sign-in.

The text leaves this module once, towards its owner; the table has only its hash. Using one is a conditional
UPDATE, so that of two uses at the same moment one is refused. A token that must stay burnt although the request
is refused is used in a commit of its own.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, ScalarResult, delete, insert, select, update

from zimmer import clock, crypto
from zimmer.db import ReadSession, Session
from zimmer.errors import LinkInvalid
from zimmer.models import Audience, OneTimeToken, Purpose, Role

LIVES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(minutes=30),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.CHALLENGE: timedelta(minutes=5),
    Purpose.ENROLMENT: timedelta(minutes=15),
}
# What was begun with a password, or would get around a new one: a change of address that somebody else began
# could take the account over after its owner had chosen a new password.
UNDONE_BY_A_NEW_PASSWORD = (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL, Purpose.CHALLENGE, Purpose.ENROLMENT)
UNSEEN = {"synchronize_session": False}  # no session holds these rows, so none has to ask which ones were met
KEPT_AFTERWARDS = timedelta(days=7)  # so that a second click on an old link can still be told what it was


@dataclass(frozen=True)
class Bearer:
    """Whom a token is for: an account, or for an invitation an address and a role without one."""

    user_id: int | None = None
    email: str | None = None
    role: Role | None = None
    audience: Audience | None = None
    created_by: int | None = None


def issue(session: Session, purpose: Purpose, bearer: Bearer) -> str:
    """A new token of this purpose. Earlier ones for the same person (or invited address) open nothing any more."""
    now = clock.now()
    retire(session, purpose, bearer)
    _sweep(session)
    text = crypto.random_token()
    session.execute(
        insert(OneTimeToken)
        .values(
            purpose=purpose,
            token_hash=crypto.token_hash(text),
            user_id=bearer.user_id,
            email=bearer.email,
            role=bearer.role,
            audience=bearer.audience,
            created_by=bearer.created_by,
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
        .inline()  # nobody waits for its number
    )
    return text


def retire(session: Session, purpose: Purpose, bearer: Bearer) -> None:
    """Take back the unused tokens of this purpose. A person may have several challenges: one per device."""
    if purpose in {Purpose.CHALLENGE, Purpose.ENROLMENT}:
        return
    whose = OneTimeToken.email == bearer.email if bearer.user_id is None else OneTimeToken.user_id == bearer.user_id
    session.execute(
        update(OneTimeToken)
        .where(OneTimeToken.purpose == purpose, OneTimeToken.used_at.is_(None), whose)
        .values(used_at=clock.now()),
        execution_options=UNSEEN,
    )


def retire_for_new_password(session: Session, user_id: int) -> None:
    """Take back what was begun with the password there was: links, changes of address, half-done sign-ins."""
    session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.user_id == user_id,
            OneTimeToken.purpose.in_(UNDONE_BY_A_NEW_PASSWORD),
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=clock.now()),
        execution_options=UNSEEN,
    )


def look_up(session: ReadSession | Session, text: str, purpose: Purpose) -> OneTimeToken:
    """The living token this text stands for, without using it. Raises LinkInvalid."""
    query = select(OneTimeToken).where(*living(text, purpose))
    found = session.entity(query) if isinstance(session, ReadSession) else session.scalars(query).first()
    if found is None:
        raise LinkInvalid
    return found


def use(session: Session, text: str, purpose: Purpose) -> OneTimeToken:
    """Use the token up. Raises LinkInvalid when it is unknown, used, too old or of another purpose, all alike."""
    return used(using(session, text, purpose))


def using(session: Session, text: str, purpose: Purpose) -> ScalarResult[OneTimeToken]:
    """Use the token up with whatever is asked next; `used` then says what it stood for."""
    use = update(OneTimeToken).where(*living(text, purpose)).values(used_at=clock.now()).returning(OneTimeToken)
    return session.scalars(use)


def used(token: ScalarResult[OneTimeToken]) -> OneTimeToken:
    """The token that was used up. Raises LinkInvalid when there was none."""
    found = token.first()
    if found is None:
        raise LinkInvalid
    return found


def living(text: str, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a row is the living token that this text stands for."""
    return (
        OneTimeToken.token_hash == crypto.token_hash(text),
        OneTimeToken.purpose == purpose,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > clock.now(),
    )


def _sweep(session: Session) -> None:
    """Forget a few that are long over, whoever they belonged to."""
    over = (
        select(OneTimeToken.id)
        .where(OneTimeToken.expires_at < clock.now() - KEPT_AFTERWARDS)
        .order_by(OneTimeToken.expires_at)
        .limit(20)
        .with_for_update(skip_locked=True)
        .cte("over")
        .prefix_with("MATERIALIZED")
    )
    session.execute(delete(OneTimeToken).where(OneTimeToken.id.in_(select(over.c.id))), execution_options=UNSEEN)
