"""What crosses the border of the auth routes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, EmailStr, Field, StringConstraints

from zimmer.auth.passwords import MAX_LENGTH, MIN_LENGTH
from zimmer.auth.roles import RIGHTS, Right
from zimmer.models import Audience, Role
from zimmer.web import StrictBody
from zimmer.web.texts import Name, PhoneNumber, latin_digits


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

AUTHENTICATOR_DIGITS = 6


def _letters_and_digits(code: object) -> object:
    """A code as it is typed: in any digits, in groups, with whatever a copy brought along."""
    text = latin_digits(code)
    return "".join(filter(str.isalnum, text)).lower() if isinstance(text, str) else text


Digits = Annotated[str, BeforeValidator(_letters_and_digits), StringConstraints(pattern=r"^[0-9]{6}$")]
Code = Annotated[str, BeforeValidator(_letters_and_digits), StringConstraints(pattern=r"^([0-9]{6}|[a-z0-9]{10})$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]  # of a link or a challenge


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


class CodeOwed(BaseModel):
    """The password was right; `2fa/verify` takes the challenge with a code, for five minutes."""

    otp_required: Literal[True] = True
    challenge_token: str


class EnrolmentOwed(BaseModel):
    """The password was right; `2fa/enrol` takes the challenge, for a quarter of an hour."""

    enrolment_required: Literal[True] = True
    challenge_token: str


class VerifyCode(StrictBody):
    challenge_token: Secret
    code: Code


class Enrol(StrictBody):
    challenge_token: Secret
    code: Digits | None = None


class SetUpAuthenticator(StrictBody):
    """`code` is of the second factor that is to be replaced, or a recovery code."""

    password: Password
    code: Code | None = None


class ActivateAuthenticator(StrictBody):
    code: Digits


class DisableSecondFactor(StrictBody):
    password: Password
    code: Code


class ProvenCode(StrictBody):
    code: Code


class StepUp(StrictBody):
    code: Digits


class AcceptInvitation(StrictBody):
    token: Secret
    name: Name
    password: NewPassword


class AuthenticatorSetup(BaseModel):
    """One secret three times: as a link for a phone, as a picture for another one's camera, and for typing."""

    otpauth_uri: str
    qr_svg: str
    secret: str


class RecoveryCodes(BaseModel):
    """Each opens the account once in place of the authenticator. They are not shown again."""

    recovery_codes: list[str]


class Enrolled(SignedIn, RecoveryCodes):
    """Signed in with a second factor that has just been set up."""


class SteppedUp(BaseModel):
    valid_until: datetime


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
