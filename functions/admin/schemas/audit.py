"""What crosses the border of the audit room."""

from datetime import datetime

from pydantic import BaseModel

from zimmer.models import Json


class Actor(BaseModel):
    """Who acted, with the role they had then. Null is the platform itself."""

    id: int | None
    name: str | None
    role: str


class AuditLine(BaseModel):
    """One act. `refused` is the problem's code when it was not done."""

    id: int
    at: datetime
    actor: Actor
    action: str
    entity: str
    entity_id: str | None
    before: Json | None
    after: Json | None
    reason: str | None
    refused: str | None
    request_id: str | None
    ip: str | None
