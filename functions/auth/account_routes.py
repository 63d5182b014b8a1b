"""`/api/auth/*`, as far as people look after their own account: HTTP in, HTTP out."""

from fastapi import Response

from functions.auth import cookies, leaving, profile, recovery, verification
from functions.auth.account_schemas import (
    Forgotten,
    Leaving,
    Link,
    NewPasswordByLink,
    PasswordChange,
    ProfileChange,
    ProfileChanged,
    Verified,
)
from functions.auth.routes import NEEDS_SIGN_IN, DeviceDep
from functions.auth.schemas import SignedIn
from zimmer.auth.dependencies import AtomicSessionDep, CurrentUser, Customer
from zimmer.errors import (
    EmailTaken,
    EmailVerified,
    LinkInvalid,
    NotAllowed,
    PasswordWrong,
    TokensWouldBeLost,
    TooManyRequests,
    ValidationFailed,
)
from zimmer.models import Audience
from zimmer.web import problems, routes

router = routes("/api/auth", tags=["auth"])


@router.post("/email/verification", status_code=204, responses=NEEDS_SIGN_IN | problems(EmailVerified, TooManyRequests))
async def send_verification(person: CurrentUser, writer: AtomicSessionDep) -> None:
    """Send the link that confirms this person's address once more."""
    verification.send_again(writer, person)


@router.post("/email/verify", responses=problems(LinkInvalid, EmailTaken, TooManyRequests, ValidationFailed))
async def verify_email(body: Link, writer: AtomicSessionDep, device: DeviceDep) -> Verified:
    """Confirm an address by the link that was sent to it: the one an account has, or the one it is to have."""
    return verification.verify(writer, body.token, device)


@router.post("/password/forgot", status_code=204, responses=problems(TooManyRequests, ValidationFailed))
async def forgot_password(body: Forgotten, writer: AtomicSessionDep, device: DeviceDep) -> None:
    """Send a link for a new password, if an account has this address. The answer does not say whether."""
    recovery.forgot(writer, body.email, device)


@router.post("/password/reset", status_code=204, responses=problems(LinkInvalid, TooManyRequests, ValidationFailed))
async def reset_password(body: NewPasswordByLink, writer: AtomicSessionDep, device: DeviceDep) -> None:
    """Set a new password by a link. It signs nobody in, and every sign-in of the account ends."""
    recovery.reset(writer, body, device)


@router.post("/password", responses=NEEDS_SIGN_IN | problems(PasswordWrong, TooManyRequests, ValidationFailed))
async def change_password(
    body: PasswordChange, person: CurrentUser, writer: AtomicSessionDep, device: DeviceDep
) -> SignedIn:
    """Set another password. Every other sign-in ends; this one goes on with the access token of the answer."""
    return profile.change_password(writer, person, body, device)


@router.patch("/me", responses=NEEDS_SIGN_IN | problems(PasswordWrong, TooManyRequests, ValidationFailed))
async def change_profile(body: ProfileChange, person: CurrentUser, writer: AtomicSessionDep) -> ProfileChanged:
    """Change name, number or address. A new address counts once the link that was sent to it is opened."""
    return profile.change(writer, person, body)


@router.delete(
    "/me",
    status_code=204,
    responses=NEEDS_SIGN_IN | problems(NotAllowed, PasswordWrong, TokensWouldBeLost, TooManyRequests, ValidationFailed),
)
async def delete_account(body: Leaving, person: Customer, writer: AtomicSessionDep, response: Response) -> None:
    """Delete a customer's account for good. Accounts of the staff are switched off by a manager instead."""
    leaving.delete_account(writer, person, body)
    cookies.take_back(response, Audience.USER)
