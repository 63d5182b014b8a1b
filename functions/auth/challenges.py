"""The second step of a sign-in. The password was right, and that alone opens nothing: a code is owed, or a member
of the staff has to set up a second factor first.

What stands between the steps is a challenge: a text that only this browser has, good for a few minutes and for one
sign-in. It carries the version of the account it was made for, so that it dies with the password that earned it.
"""

from sqlalchemy.dialects.postgresql import insert

from functions.auth import codes, twofa
from functions.auth.entering import Entered, entered
from functions.auth.schemas import AuthenticatorSetup, CodeOwed, Enrolled, EnrolmentOwed
from zimmer import clock, crypto
from zimmer.auth import one_time, sign_ins
from zimmer.auth.roles import is_staff, may_enter
from zimmer.auth.sign_ins import Device, NewSignIn
from zimmer.db import AtomicSession, ReadSession, Session, committed
from zimmer.errors import LinkInvalid, TwofaOn
from zimmer.models import Audience, OneTimeToken, Purpose, User
from zimmer.observability import logger
from zimmer.settings import get_settings


def owed(writer: AtomicSession, user: User, audience: Audience) -> CodeOwed | EnrolmentOwed | None:
    """What somebody with the right password owes before they are let in, with a challenge for it; None for nothing."""
    if user.twofa_enabled:
        return CodeOwed(challenge_token=_issue(writer, user, audience, Purpose.CHALLENGE))
    if is_staff(user.role) and get_settings().staff_twofa_required:
        return EnrolmentOwed(challenge_token=_issue(writer, user, audience, Purpose.ENROLMENT))
    return None


def verify(reader: ReadSession, writer: AtomicSession, challenge: str, code: str, device: Device) -> Entered:
    """Finish a sign-in with a code of the authenticator or a recovery code.

    Raises LinkInvalid for a challenge that is used, too old or of an account that changed meanwhile, CodeInvalid,
    and TooManyRequests after five codes. A wrong code leaves the challenge as it is.
    """
    found = one_time.look_up(reader, challenge, Purpose.CHALLENGE)
    user_id = _owner(found)
    codes.count_attempt(writer, user_id)
    with committed() as session:
        user = codes.locked(session, user_id)
        if not user.twofa_enabled:
            raise LinkInvalid
        left = codes.spend(session, user, code)
        if left is not None:
            twofa.tell(session, user, change="recovery-used", left=left)
        outcome = _let_in(session, user, challenge, found, device, has_shown_a_phone=left is None)
    logger().info("login.accepted", user_id=user_id, audience=found.audience, ip=device.ip, recovery=left is not None)
    return outcome


def begin_enrolment(challenge: str) -> AuthenticatorSetup:
    """A fresh secret for a member of the staff who has none. Raises LinkInvalid, TwofaOn."""
    with committed() as session:
        found = one_time.look_up(session, challenge, Purpose.ENROLMENT)
        user = codes.locked(session, _owner(found))
        if user.twofa_enabled:
            raise TwofaOn
        return twofa.begin(session, user)


def finish_enrolment(
    reader: ReadSession, writer: AtomicSession, challenge: str, code: str, device: Device
) -> tuple[Enrolled, Entered]:
    """Put the second factor in force and sign in.

    Raises LinkInvalid, TwofaOn, TwofaOff, CodeInvalid, TooManyRequests.
    """
    found = one_time.look_up(reader, challenge, Purpose.ENROLMENT)
    user_id = _owner(found)
    codes.count_attempt(writer, user_id)
    with committed() as session:
        user = codes.locked(session, user_id)
        if user.twofa_enabled:
            raise TwofaOn
        recovery_codes = twofa.switch_on(session, user, code)
        outcome = _let_in(session, user, challenge, found, device, has_shown_a_phone=True)
    logger().info("twofa.enrolled", user_id=user_id, audience=found.audience, ip=device.ip)
    return Enrolled(**dict(outcome.answer), recovery_codes=recovery_codes), outcome


def _issue(writer: AtomicSession, user: User, audience: Audience, purpose: Purpose) -> str:
    """A new challenge, in one statement: there may be one per device, so no earlier one is taken back."""
    now = clock.now()
    text = f"{crypto.random_token()}.{user.token_version}"
    new = insert(OneTimeToken).values(
        purpose=purpose,
        token_hash=crypto.token_hash(text),
        user_id=user.id,
        audience=audience,
        created_at=now,
        expires_at=now + one_time.LIVES[purpose],
    )
    writer.run(new.on_conflict_do_nothing(index_elements=["token_hash"]).returning(OneTimeToken.id), {})
    logger().info("login.challenged", user_id=user.id, audience=audience, purpose=purpose)
    return text


def _let_in(
    session: Session, user: User, challenge: str, found: OneTimeToken, device: Device, *, has_shown_a_phone: bool
) -> Entered:
    """Use the challenge up and open the sign-in it was for. Raises LinkInvalid."""
    one_time.use(session, challenge, found.purpose)
    audience = found.audience or Audience.USER
    if challenge.rpartition(".")[2] != str(user.token_version) or not may_enter(user.role, audience):
        raise LinkInvalid
    here = NewSignIn.of(user, audience, device)
    here = here.just_proven() if has_shown_a_phone else here
    if not session.execute(sign_ins.OPEN, here.parameters).all():
        raise LinkInvalid  # the account was switched off meanwhile
    return entered(user, here.claims, here.refresh)


def _owner(challenge: OneTimeToken) -> int:
    if challenge.user_id is None:  # the table forbids it
        raise LinkInvalid
    return challenge.user_id
