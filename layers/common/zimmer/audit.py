"""Who on the staff did what to whom: one entry per act, in the transaction of the act itself.

The table takes no UPDATE and no DELETE. What was refused is written too, in a commit of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, null

from zimmer import clock
from zimmer.db import Session, committed
from zimmer.models import AuditEntry, Base, Json, Role


@dataclass(frozen=True)
class Act:
    """What a member of the staff is about to do. `action` is `entity.verb`, `user.deactivate`."""

    action: str
    actor_id: int
    actor_role: Role
    entity_id: str | None = None
    request_id: str | None = None
    ip: str | None = None

    @property
    def entity(self) -> str:
        return self.action.partition(".")[0]


def done(
    session: Session,
    act: Act,
    *,
    before: Json | None,
    after: Json | None,
    entity_id: int | str | None = None,
    reason: str | None = None,
) -> None:
    """Write that it was done, with what changed. `before` and `after` hold no secrets: see `facts`.

    `entity_id` is given where the address does not name it: something new.
    """
    session.flush()
    _write(session, _columns(act, before=before, after=after, entity_id=entity_id, reason=reason))


def refused(act: Act, *, code: str) -> None:
    """Write that it was tried and refused, committed at once: the refusal undoes everything else."""
    with committed() as session:
        _write(session, _columns(act, refused=code))


def facts(row: Base, *columns: str) -> Json:
    """Some columns of a row as the trail keeps them."""
    return {column: plain(getattr(row, column)) for column in columns}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Json, Json]:
    """Of two states the part in which they differ."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def plain(value: Any) -> Any:
    """A column's value as JSON."""
    return value.isoformat() if isinstance(value, datetime) else value


def _write(session: Session, columns: Mapping[str, Any]) -> None:
    """One entry, whose number nobody waits for."""
    session.execute(insert(AuditEntry).values(**columns).inline())


def _columns(
    act: Act,
    *,
    before: Json | None = None,
    after: Json | None = None,
    entity_id: int | str | None = None,
    reason: str | None = None,
    refused: str | None = None,
) -> dict[str, Any]:
    found = act.entity_id if entity_id is None else str(entity_id)
    return {
        "at": clock.now(),
        "actor_id": act.actor_id,
        "actor_role": act.actor_role.value,
        "action": act.action,
        "entity": act.entity,
        "entity_id": found[:50] if found else None,
        "before": null() if before is None else before,
        "after": null() if after is None else after,
        "reason": reason,
        "request_id": act.request_id,
        "ip": act.ip,
        "refused": refused,
    }
