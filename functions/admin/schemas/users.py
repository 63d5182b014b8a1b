"""What crosses the border of the routes about people."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, EmailStr, Field

from functions.admin.schemas.names import AllowedAction
from zimmer.models import PaymentStatus, Role, TicketStatus, UserAutomationStatus
from zimmer.web import StrictBody
from zimmer.web.texts import Name, PhoneNumber
from zimmer.wire import Phase


class UserLine(BaseModel):
    """A person. Address and number are masked for roles that manage nobody."""

    id: int
    name: str
    email: str
    phone_number: str | None
    role: Role
    is_active: bool
    email_verified: bool
    created_at: datetime
    last_active_on: date | None


class HeldAutomation(BaseModel):
    user_automation_id: int
    automation_id: int
    name: str
    status: UserAutomationStatus
    tokens_remaining: int
    demo_tokens: int


class RecentPayment(BaseModel):
    id: int
    transaction_id: str
    status: PaymentStatus
    phase: Phase
    amount: int
    tokens: int
    created_at: datetime


class RecentTicket(BaseModel):
    id: int
    title: str
    status: TicketStatus
    last_message_at: datetime


class UserDetail(UserLine):
    """A person with what they have. `sessions` counts the living ones; `allowed_actions` holds what makes sense now."""

    twofa_enabled: bool
    is_locked: bool
    is_masked: bool
    sessions: int
    automations: list[HeldAutomation]
    payments: list[RecentPayment]
    tickets: list[RecentTicket]
    allowed_actions: list[AllowedAction]


class Contact(BaseModel):
    """A person's address and number in full."""

    email: str
    phone_number: str | None


class UserChange(StrictBody):
    """What is given is changed; a number may be taken away by null."""

    name: Name = Field(default_factory=str)
    phone_number: PhoneNumber | None = None


class RoleChange(StrictBody):
    role: Role


class Invitation(StrictBody):
    """Whom to invite, and as what."""

    email: Annotated[EmailStr, Field(max_length=255), AfterValidator(str.lower)]
    role: Literal[Role.SUPPORT, Role.TECHNICAL, Role.MANAGER]


class Invited(BaseModel):
    """The link is on its way to this address and nowhere else."""

    email: str
    role: Role
    expires_at: datetime
