"""What the staff does to an automation's service token: a new one beside the old, which ends a little later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, or_, select, update

from zimmer import audit, clock, crypto
from zimmer.auth.acting import Staff, acting_with_code
from zimmer.auth.dependencies import SessionDep
from zimmer.auth.roles import Right
from zimmer.db import Session
from zimmer.errors import AutomationNotFound, StepUpRequired
from zimmer.models import Automation, Role, ServiceToken
from zimmer.notifications import Kind, Notice, ids_of_staff, notify_many
from zimmer.web import PathId, StrictBody, problems, routes

router = routes("/api/admin", tags=["staff automations"])

Rotating = Annotated[Staff, Depends(acting_with_code(Right.KEYS_WRITE, "service-token.rotate"))]


class Rotation(StrictBody):
    """How long the tokens of before go on working, so that a developer can change over without a gap."""

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class NewServiceToken(BaseModel):
    """The new token. It is told this once and cannot be read again."""

    id: int
    token: str
    previous_expires_at: datetime


@router.post(
    "/automations/{automation_id}/service-token/rotate",
    status_code=201,
    responses=problems(AutomationNotFound, StepUpRequired),
)
async def rotate_service_token(
    automation_id: PathId, body: Rotation, staff: Rotating, session: SessionDep
) -> NewServiceToken:
    """Give an automation a new service token; those of before end after the overlap."""
    return rotate(session, staff, automation_id, timedelta(hours=body.overlap_hours))


def rotate(session: Session, staff: Staff, automation_id: int, overlap: timedelta) -> NewServiceToken:
    """A new token, and an end for those of before; none lives longer by it. Raises AutomationNotFound."""
    lock = select(Automation).where(Automation.id == automation_id).with_for_update(key_share=True)
    automations = session.scalars(lock)
    living = session.scalars(select(ServiceToken.id).where(*_living(automation_id)).order_by(ServiceToken.id))
    readers = session.scalars(ids_of_staff(Role.MANAGER, Role.TECHNICAL))
    automation, ending = automations.first(), list(living)
    if automation is None:
        raise AutomationNotFound
    ends_at = clock.now() + overlap
    _end_others(session, automation_id, ends_at)
    secret = crypto.random_token()
    token = ServiceToken(automation_id=automation_id, token_hash=crypto.token_hash(secret), created_at=clock.now())
    session.add(token)
    session.flush()
    audit.done(
        session,
        staff.act,
        before={"service_token_ids": ending},
        after={"service_token_id": token.id, "previous_expires_at": audit.plain(ends_at)},
    )
    _tell(session, staff, automation, token.id, readers.all())
    return NewServiceToken(id=token.id, token=f"zs_{token.id}_{secret}", previous_expires_at=ends_at)


def _living(automation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        ServiceToken.automation_id == automation_id,
        ServiceToken.revoked_at.is_(None),
        or_(ServiceToken.expires_at.is_(None), ServiceToken.expires_at > clock.now()),
    )


def _end_others(session: Session, automation_id: int, ends_at: datetime) -> None:
    later = or_(ServiceToken.expires_at.is_(None), ServiceToken.expires_at > ends_at)
    session.execute(
        update(ServiceToken).where(*_living(automation_id), later).values(expires_at=ends_at),
        execution_options={"synchronize_session": False},
    )


def _tell(session: Session, staff: Staff, automation: Automation, token_id: int, readers: Sequence[int]) -> None:
    """Whoever can write keys hears that one was made, also when it was not they who should have."""
    data = {"automation_id": automation.id, "automation": automation.name, "by": staff.person.name}
    link = f"/automations/?id={automation.id}"
    notify_many(
        session,
        [
            Notice(one, Kind.SERVICE_TOKEN_ROTATED, f"{token_id}:{one}", data, link)
            for one in readers
            if one != staff.id
        ],
    )
