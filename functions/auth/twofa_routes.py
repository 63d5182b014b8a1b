"""The second factor over HTTP: its own settings, the second step of a sign-in, step-up, and joining the staff."""

from fastapi import Response

from functions.auth import challenges, cookies, invitations, step_up, twofa
from functions.auth.entering import Entered
from functions.auth.routes import NEEDS_SIGN_IN, DeviceDep, LoginAnswer, given
from functions.auth.schemas import (
    AcceptInvitation,
    ActivateAuthenticator,
    AuthenticatorSetup,
    DisableSecondFactor,
    Enrol,
    Enrolled,
    ProvenCode,
    RecoveryCodes,
    SetUpAuthenticator,
    SignedIn,
    SteppedUp,
    StepUp,
    VerifyCode,
)
from zimmer.auth.dependencies import AtomicSessionDep, CurrentUser, ReadSessionDep
from zimmer.errors import (
    CodeInvalid,
    EmailTaken,
    LinkInvalid,
    PasswordWrong,
    TooManyRequests,
    TwofaMandatory,
    TwofaOff,
    TwofaOn,
    ValidationFailed,
)
from zimmer.web import problems, routes

router = routes("/api/auth", tags=["auth"])

CODE = problems(CodeInvalid, TooManyRequests, ValidationFailed)
CHALLENGE = problems(LinkInvalid, CodeInvalid, TooManyRequests, ValidationFailed)


@router.post("/2fa/verify", responses=CHALLENGE)
async def verify_code(
    body: VerifyCode, reader: ReadSessionDep, writer: AtomicSessionDep, device: DeviceDep, response: Response
) -> SignedIn:
    """Finish a sign-in with a code of the authenticator or a recovery code. Sets the panel's refresh cookie."""
    entered = challenges.verify(reader, writer, body.challenge_token, body.code, device)
    return _signed_in(response, entered)


@router.post("/2fa/enrol", responses=problems(TwofaOn, TwofaOff) | CHALLENGE)
async def enrol(
    body: Enrol, reader: ReadSessionDep, writer: AtomicSessionDep, device: DeviceDep, response: Response
) -> AuthenticatorSetup | Enrolled:
    """Set up the second factor that the staff needs, in two calls: without `code` a secret, with it the way in."""
    if body.code is None:
        return challenges.begin_enrolment(body.challenge_token)
    answer, entered = challenges.finish_enrolment(reader, writer, body.challenge_token, body.code, device)
    cookies.give(response, entered.audience, entered.refresh)
    return answer


@router.post("/2fa/setup", responses=NEEDS_SIGN_IN | problems(TwofaOn, PasswordWrong) | CODE)
async def set_up_authenticator(
    body: SetUpAuthenticator, person: CurrentUser, writer: AtomicSessionDep
) -> AuthenticatorSetup:
    """A secret for an authenticator, as a QR code and for typing. It counts once `activate` has seen a code of it."""
    return twofa.set_up(writer, person, password=body.password, code=body.code)


@router.post("/2fa/activate", responses=NEEDS_SIGN_IN | problems(TwofaOff) | CODE)
async def activate_authenticator(
    body: ActivateAuthenticator, person: CurrentUser, writer: AtomicSessionDep
) -> RecoveryCodes:
    """Switch the second factor on, or to another phone. Shows ten recovery codes, once; other sign-ins end."""
    return twofa.activate(writer, person, body.code)


@router.post(
    "/2fa/disable", status_code=204, responses=NEEDS_SIGN_IN | problems(TwofaOff, TwofaMandatory, PasswordWrong) | CODE
)
async def disable_second_factor(body: DisableSecondFactor, person: CurrentUser, writer: AtomicSessionDep) -> None:
    """Switch the second factor off, which customers may. Other sign-ins end."""
    twofa.disable(writer, person, password=body.password, code=body.code)


@router.post("/2fa/recovery-codes", responses=NEEDS_SIGN_IN | problems(TwofaOff) | CODE)
async def new_recovery_codes(body: ProvenCode, person: CurrentUser, writer: AtomicSessionDep) -> RecoveryCodes:
    """Ten fresh recovery codes, shown once, in place of the old ones."""
    return twofa.recovery_codes(writer, person, body.code)


@router.post("/step-up", responses=NEEDS_SIGN_IN | problems(TwofaOff) | CODE)
async def step_up_session(body: StepUp, person: CurrentUser, writer: AtomicSessionDep) -> SteppedUp:
    """Cover the next five minutes of this sign-in with a code of the authenticator."""
    return step_up.step_up(writer, person, body.code)


@router.post(
    "/invitations/accept",
    status_code=201,
    responses=problems(LinkInvalid, EmailTaken, TooManyRequests, ValidationFailed),
)
async def accept_invitation(
    body: AcceptInvitation, reader: ReadSessionDep, writer: AtomicSessionDep, device: DeviceDep, response: Response
) -> LoginAnswer:
    """Join the staff by the link of an invitation. What follows is the second factor, see `2fa/enrol`."""
    return given(response, invitations.accept(reader, writer, body, device))


def _signed_in(response: Response, entered: Entered) -> SignedIn:
    cookies.give(response, entered.audience, entered.refresh)
    return entered.answer
