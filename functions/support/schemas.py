"""What crosses the border of the support routes."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from zimmer.models import Importance, Level, Priority, TicketStatus
from zimmer.pagination import LARGEST_BIGINT
from zimmer.web import RowId, StrictBody
from zimmer.web.texts import Line, Prose


class NewTicket(StrictBody):
    """A question, perhaps about one purchase or one automation of the customer's own."""

    title: Line
    description: Prose
    priority: Priority = Priority.MEDIUM
    importance: Importance = Importance.NORMAL
    transaction_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    automation_id: RowId | None = None

    @model_validator(mode="after")
    def about_one_thing(self) -> "NewTicket":
        if self.transaction_id and self.automation_id:
            raise ValueError("a ticket is about a payment or an automation, not both")
        return self


class NewMessage(StrictBody):
    body: Prose


class LinkedAutomation(BaseModel):
    id: int
    name: str


class Linked(BaseModel):
    """What a ticket is about; one of the two."""

    payment: str | None = None  # its transaction id
    automation: LinkedAutomation | None = None


class TicketLine(BaseModel):
    """One ticket in the customer's list. `unread`: the support has written since the customer last looked."""

    id: int
    title: str
    status: TicketStatus
    priority: Priority
    importance: Importance
    created_at: datetime
    last_message_at: datetime
    unread: bool
    linked: Linked | None


class TicketMessage(BaseModel):
    """One message as the customer sees it: their own, or the support's, who signs as one."""

    id: int
    from_me: bool
    author: str
    body: str
    created_at: datetime


class TicketDetail(TicketLine):
    """One ticket with its conversation, oldest first."""

    description: str | None
    messages: list[TicketMessage]


class NoticeText(BaseModel):
    title: str
    body: str


class Notice(BaseModel):
    """One thing that happened, in the reader's language. `link` is a path of the reader's panel."""

    id: int
    kind: str
    level: Level
    text: NoticeText
    link: str | None
    is_read: bool
    created_at: datetime


class Unread(BaseModel):
    unread: int


class SeenNotices(StrictBody):
    """Which notices were read. Those of others, or none at all, are passed over."""

    ids: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST_BIGINT)]], Field(min_length=1, max_length=100)]
