"""What a person is told inside the panel. The sentences are made here, in the language of the panel they read."""

from typing import Any

from sqlalchemy import func, select, update

from functions.support import words
from functions.support.schemas import Notice, NoticeText, Unread
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.db import ReadSession, Session
from zimmer.models import Audience, Notification
from zimmer.notifications import Kind
from zimmer.pagination import LARGEST_BIGINT, Page, key_of, page_of


def own_notices(
    session: ReadSession, person: Person, *, kind: Kind | None, unread: bool | None, limit: int, cursor: str | None
) -> Page[Notice]:
    """A person's notices, newest first."""
    query = select(Notification).where(Notification.user_id == person.id).order_by(Notification.id.desc())
    if kind:
        query = query.where(Notification.kind == kind)
    if unread is not None:
        query = query.where(Notification.read_at.is_(None) if unread else Notification.read_at.is_not(None))
    if cursor:
        query = query.where(Notification.id < key_of(cursor, largest=LARGEST_BIGINT))
    found, next_cursor = page_of(session.entities(query.limit(limit + 1)), limit=limit, key=lambda notice: notice.id)
    return Page(items=[_shown(notice, person.audience) for notice in found], next_cursor=next_cursor)


def unread_count(session: ReadSession, person: Person) -> Unread:
    """How many notices a person has not read."""
    unread = select(func.count()).where(Notification.user_id == person.id, Notification.read_at.is_(None))
    row = session.first(unread)
    return Unread(unread=row[0] if row else 0)


def mark_read(session: Session, person: Person, ids: list[int]) -> Unread:
    """These have been read. Ids of somebody else's notices are passed over, as are those read before."""
    return _read(session, person, Notification.id.in_(ids))


def mark_all_read(session: Session, person: Person) -> Unread:
    """All of them have been read."""
    return _read(session, person)


def _read(session: Session, person: Person, *which: Any) -> Unread:
    session.execute(
        update(Notification)
        .where(Notification.user_id == person.id, Notification.read_at.is_(None), *which)
        .values(read_at=clock.now())
    )
    left = select(func.count()).where(Notification.user_id == person.id, Notification.read_at.is_(None))
    return Unread(unread=session.scalar(left) or 0)


def _shown(notice: Notification, audience: Audience) -> Notice:
    text = words.of(notice.kind, notice.data, audience)
    return Notice(
        id=notice.id,
        kind=notice.kind,
        level=notice.level,
        text=NoticeText(title=text.title, body=text.body),
        link=notice.link,
        is_read=notice.read_at is not None,
        created_at=notice.created_at,
    )
