"""What crosses the border of the staff's ticket routes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from functions.admin.schemas.names import AllowedAction, PersonName
from zimmer.models import Importance, Priority, TicketStatus
from zimmer.pagination import LARGEST_BIGINT
from zimmer.web import RowId, StrictBody
from zimmer.web.texts import Prose


class Order(StrEnum):
    WAITING = "waiting"  # whoever has waited longest for the staff comes first
    NEWEST = "newest"


class Assigned(StrEnum):
    ME = "me"
    NOBODY = "nobody"


class TicketRow(BaseModel):
    """One ticket in the inbox. `unread`: something was written since anybody of the staff last read it."""

    id: int
    title: str
    status: TicketStatus
    priority: Priority
    importance: Importance
    customer: PersonName
    assigned_to: PersonName | None
    payment_id: int | None
    transaction_id: str | None
    user_automation_id: int | None
    unread: bool
    created_at: datetime
    last_message_at: datetime


class Author(PersonName):
    is_staff: bool


class StaffMessage(BaseModel):
    """One message as the staff sees it, internal notes included."""

    id: int
    author: Author
    body: str
    is_internal: bool
    created_at: datetime


class TicketRecord(TicketRow):
    """One ticket with its whole conversation. `newest_message_id` goes back with a reply."""

    description: str | None
    messages: list[StaffMessage]
    newest_message_id: int | None
    allowed_actions: list[AllowedAction]


class Assignment(StrictBody):
    """Whose the ticket is from now on; null is nobody's."""

    user_id: RowId | None


class Reply(StrictBody):
    """An answer to the customer. With `last_seen_message_id` it is refused when somebody has written since."""

    body: Prose
    last_seen_message_id: Annotated[int, Field(ge=0, le=LARGEST_BIGINT)] | None = None


class Note(StrictBody):
    """Something for the staff alone."""

    body: Prose


class StatusChange(StrictBody):
    status: TicketStatus
