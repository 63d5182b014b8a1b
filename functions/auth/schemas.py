"""What crosses the border of the auth routes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, EmailStr, Field, StringConstraints

from zimmer.auth.passwords import MAX_LENGTH, MIN_LENGTH
from zimmer.auth.roles import RIGHTS, Right
from zimmer.models import Audience, Role
from zimmer.web import StrictBody
from zimmer.web.texts import Name, PhoneNumber


def _lower(email: str) -> str:
    return email.lower()


def _bare(email: object) -> object:
    """Refuse `Name <address>`, which EmailStr would take apart."""
    if isinstance(email, str) and ("<" in email or ">" in email):
        raise ValueError("only the address")
    return email


Email = Annotated[EmailStr, BeforeValidator(_bare), Field(max_length=255), AfterValidator(_lower)]
NewPassword = Annotated[str, StringConstraints(strip_whitespace=False, min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=MAX_LENGTH)]


class Register(StrictBody):
    name: Name
    email: Email
    password: NewPassword
    phone_number: PhoneNumber | None = None


class Login(StrictBody):
    email: Email
    password: Password
    audience: Audience = Audience.USER


class WhichPanel(StrictBody):
    """Whose cookie is meant."""

    audience: Audience = Audience.USER


class Me(BaseModel):
    """The signed-in person. Panels draw their menus from `permissions`."""

    id: int
    name: str
    email: str
    email_verified_at: AwareDatetime | None
    phone_number: str | None
    role: Role
    permissions: list[Right]
    twofa_enabled: bool
    created_at: datetime


class SignedIn(BaseModel):
    """A fresh access token, good for `expires_in` seconds, and whose it is."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105  the scheme, not a token
    expires_in: int
    user: Me


class SessionLine(BaseModel):
    """One sign-in of the person who asks; `current` is the one they ask from."""

    id: UUID
    audience: Audience
    created_at: datetime
    last_used_at: datetime
    ip: str | None
    user_agent: str | None
    current: bool


def permissions_of(role: Role) -> list[Right]:
    return sorted(RIGHTS[role])
