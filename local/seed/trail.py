"""What the staff did in the past, as the audit room shows it: its answers to tickets and what it asked for."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from local.seed.moments import at
from zimmer import audit
from zimmer.audit import Act
from zimmer.db import Session
from zimmer.models import Json, Message, Role, TokenAdjustment, User


class Done(NamedTuple):
    """One act of one person, with what it brought about."""

    when: datetime
    act: Act
    after: Json


def write(session: Session) -> None:
    """One entry for each act, in the order in which they were done."""
    for done in sorted([*_answers(session), *_requests(session)], key=lambda done: done.when):
        with at(done.when):
            audit.done(session, done.act, before=None, after=done.after)


def _answers(session: Session) -> Iterator[Done]:
    said = select(Message, User.role).join(User, User.id == Message.author_id).where(User.role != Role.CUSTOMER)
    for message, role in session.execute(said):
        action = "ticket.note" if message.is_internal else "ticket.reply"
        act = Act(action, message.author_id, role, entity_id=str(message.ticket_id))
        yield Done(message.created_at, act, {"message_id": message.id})


def _requests(session: Session) -> Iterator[Done]:
    asked = select(TokenAdjustment, User.role).join(User, User.id == TokenAdjustment.requested_by)
    for wish, role in session.execute(asked):
        act = Act("adjustment.request", wish.requested_by, role, entity_id=str(wish.id))
        yield Done(wish.created_at, act, audit.facts(wish, "user_automation_id", "bucket", "delta"))
