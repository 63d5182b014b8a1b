"""What crosses the border of the routes by which people look after their own account."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from functions.auth.schemas import Email, Me, NewPassword, Password
from zimmer.web import StrictBody
from zimmer.web.texts import Name, PhoneNumber

LinkToken = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class Link(StrictBody):
    """The secret of a mail's link."""

    token: LinkToken


class Verified(BaseModel):
    """The address that a link has proven; `changed` when the account had another one until now."""

    email: str
    email_verified_at: AwareDatetime
    changed: bool


class Forgotten(StrictBody):
    email: Email


class NewPasswordByLink(StrictBody):
    token: LinkToken
    password: NewPassword


class PasswordChange(StrictBody):
    current: Password
    new: NewPassword


class ProfileChange(StrictBody):
    """What is given is changed; a number may be taken away by null. Number and address need the password."""

    name: Name = Field(default_factory=str)
    phone_number: PhoneNumber | None = None
    email: Email = Field(default_factory=str)
    password: Password | None = None


class ProfileChanged(BaseModel):
    """The person as they are now, and the address that still has to be confirmed by the link sent to it."""

    user: Me
    email_to_confirm: str | None


class Leaving(StrictBody):
    """`tokens_lost` is how many tokens its owner knows will be lost; it has to be right."""

    password: Password
    tokens_lost: Annotated[int, Field(ge=0)] = 0
