"""The pool of OpenAI keys. Keys are sealed for their row; what can be read again is four characters."""

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from functions.admin.schemas.openai_keys import KeyChange, KeyRotation, KeyRow, NewKey
from zimmer import audit, clock, crypto
from zimmer.auth.acting import Staff
from zimmer.db import UNIQUE_VIOLATION, ReadSession, Session, heard, sqlstate
from zimmer.errors import KeyNameTaken, KeyNotFound
from zimmer.models import KeyStatus, OpenAIKey

MOST = 200  # nobody has so many
SHOWN = ("name", "priority", "status", "last4")


def keys(session: ReadSession) -> list[KeyRow]:
    """The whole pool, in the order in which it is used."""
    columns = (getattr(OpenAIKey, column) for column in KeyRow.model_fields)
    found = session.rows(select(*columns).order_by(OpenAIKey.priority, OpenAIKey.id).limit(MOST))
    return [KeyRow(**row._mapping) for row in found]


def create(session: Session, staff: Staff, wish: NewKey) -> KeyRow:
    """Put a key into the pool. Raises KeyNameTaken."""
    key = OpenAIKey(
        name=wish.name, priority=wish.priority, sealed_key="", last4="", created_by=staff.id, created_at=clock.now()
    )
    session.add(key)
    _flush(session)
    _seal(key, wish.key)  # the place of a secret is its row's, which has to be there first
    session.flush()
    audit.done(session, staff.act, before=None, after=audit.facts(key, *SHOWN), entity_id=key.id)
    return _row(key)


def edit(session: Session, staff: Staff, key_id: int, change: KeyChange) -> KeyRow:
    """Change a name or a priority. Raises KeyNotFound, KeyNameTaken."""
    key = _locked(session, key_id)
    wanted = change.model_dump(exclude_unset=True)
    before, after = audit.changed(audit.facts(key, *wanted), wanted)
    if after:
        for column, value in after.items():
            setattr(key, column, value)
        _flush(session)
        audit.done(session, staff.act, before=before, after=after)
    return _row(key)


def disable(session: Session, staff: Staff, key_id: int) -> KeyRow:
    """Use it no more. Raises KeyNotFound."""
    return _switch(session, staff, key_id, KeyStatus.DISABLED)


def enable(session: Session, staff: Staff, key_id: int) -> KeyRow:
    """Use it again, its failures forgotten. Raises KeyNotFound."""
    return _switch(session, staff, key_id, KeyStatus.ACTIVE)


def rotate(session: Session, staff: Staff, key_id: int, rotation: KeyRotation) -> KeyRow:
    """Put another key in its place. Raises KeyNotFound."""
    key = _locked(session, key_id)
    before = audit.facts(key, "last4", "status")
    _seal(key, rotation.key)
    key.status, key.failures, key.tested_at = KeyStatus.ACTIVE, 0, None
    session.flush()
    audit.done(session, staff.act, before=before, after=audit.facts(key, "last4", "status"))
    return _row(key)


def _switch(session: Session, staff: Staff, key_id: int, status: KeyStatus) -> KeyRow:
    key = _locked(session, key_id)
    if key.status is not status:
        before = audit.facts(key, "status")
        key.status, key.failures = status, 0
        session.flush()
        audit.done(session, staff.act, before=before, after=audit.facts(key, "status"))
    return _row(key)


def _seal(key: OpenAIKey, plain: SecretStr) -> None:
    text = plain.get_secret_value()
    key.sealed_key = crypto.seal(text, place=f"openai_keys|sealed_key|{key.id}")
    key.last4 = text[-4:]


def _locked(session: Session, key_id: int) -> OpenAIKey:
    key = session.get(OpenAIKey, key_id, with_for_update=True, populate_existing=True)
    if key is None:
        raise KeyNotFound
    return key


def _flush(session: Session) -> None:
    try:
        heard(session)
    except DBAPIError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise KeyNameTaken from error


def _row(key: OpenAIKey) -> KeyRow:
    return KeyRow(**{column: getattr(key, column) for column in KeyRow.model_fields})
