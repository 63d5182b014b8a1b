"""Whom and what a line is about, by the name that stands on the page."""

from pydantic import BaseModel


class PersonName(BaseModel):
    id: int
    name: str


class AllowedAction(BaseModel):
    """Something that may be done here, or the code of the problem that stands against it."""

    action: str
    allowed: bool
    reason: str | None
