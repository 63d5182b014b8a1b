"""A second factor of one's own: setting it up, switching it on and off, and the codes for the day the phone is gone.

A secret that is being set up stands beside the one in force and counts for nothing until a code of it was shown:
a set-up that is left half-way locks nobody out. Whatever changes here ends the person's other sign-ins and is
told to them.
"""

import io
from uuid import UUID, uuid4

from functions.auth import codes, proving
from functions.auth.schemas import AuthenticatorSetup, RecoveryCodes
from zimmer import crypto
from zimmer.auth import sign_ins
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import is_staff
from zimmer.db import AtomicSession, Session, committed
from zimmer.errors import CodeInvalid, TwofaMandatory, TwofaOff, TwofaOn
from zimmer.models import RevokedBecause, User
from zimmer.notifications import Kind, Notice, notify
from zimmer.observability import logger

ISSUER = "Zimmer"


def set_up(writer: AtomicSession, person: Person, *, password: str, code: str | None) -> AuthenticatorSetup:
    """A fresh secret to put into an authenticator; `activate` makes it count. Needs the password.

    Who has a second factor and takes another phone also gives a code of the old one, or a recovery code.
    Raises PasswordWrong, TwofaOn, CodeInvalid, TooManyRequests.
    """
    with proving.by_password(writer, person, password) as proven:
        if code is not None:
            codes.count_attempt(writer, person.id)
        with committed() as session:
            user = proving.locked(session, person, proven=proven)
            if user.twofa_enabled:
                if code is None:
                    raise TwofaOn
                _spend(session, user, code)
            return begin(session, user)


def begin(session: Session, user: User) -> AuthenticatorSetup:
    """Write a fresh secret beside the one in force, and show it this once."""
    import pyotp

    secret = pyotp.random_base32()
    user.twofa_pending = crypto.seal(secret, place=_pending_place(user.id))
    session.flush()
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return AuthenticatorSetup(otpauth_uri=uri, qr_svg=_qr(uri), secret=secret)


def activate(writer: AtomicSession, person: Person, code: str) -> RecoveryCodes:
    """Put the secret in force that was set up, proven by a code of it.

    Raises TwofaOff, CodeInvalid, TooManyRequests.
    """
    codes.count_attempt(writer, person.id)
    with committed() as session:
        recovery_codes = switch_on(session, codes.locked(session, person.id), code, kept=person.session_id)
    logger().info("twofa.on", user_id=person.id)
    return RecoveryCodes(recovery_codes=recovery_codes)


def switch_on(session: Session, user: User, code: str, *, kept: UUID | None = None) -> list[str]:
    """Let the pending secret of the locked person take the place of the old one, and end the sign-ins but `kept`.

    Raises TwofaOff when none was set up, CodeInvalid. Returns fresh recovery codes.
    """
    if user.twofa_pending is None:
        raise TwofaOff
    secret = crypto.unseal(user.twofa_pending, place=_pending_place(user.id))
    step = codes.matching_step(secret, code)
    if step is None:
        raise CodeInvalid
    user.twofa_secret, user.twofa_pending = crypto.seal(secret, place=codes.secret_place(user.id)), None
    user.twofa_enabled, user.twofa_last_step = True, step
    session.flush()
    codes.forget_attempts(session, user.id)
    _end_sign_ins(session, user, kept=kept)
    tell(session, user, change="on")
    return codes.new_recovery_codes(session, user)


def disable(writer: AtomicSession, person: Person, *, password: str, code: str) -> None:
    """Do without a second factor, which customers may.

    Raises TwofaMandatory, PasswordWrong, TwofaOff, CodeInvalid, TooManyRequests.
    """
    if is_staff(person.role):
        raise TwofaMandatory
    with proving.by_password(writer, person, password) as proven:
        codes.count_attempt(writer, person.id)
        with committed() as session:
            user = _armed(proving.locked(session, person, proven=proven))
            codes.spend(session, user, code)
            user.twofa_enabled, user.twofa_secret, user.twofa_pending, user.twofa_last_step = False, None, None, None
            codes.forget_recovery_codes(session, user)
            _end_sign_ins(session, user, kept=person.session_id)
            tell(session, user, change="off")
    logger().info("twofa.off", user_id=person.id)


def recovery_codes(writer: AtomicSession, person: Person, code: str) -> RecoveryCodes:
    """Fresh recovery codes in place of the old ones. Raises TwofaOff, CodeInvalid, TooManyRequests."""
    codes.count_attempt(writer, person.id)
    with committed() as session:
        user = _armed(codes.locked(session, person.id))
        codes.spend(session, user, code)
        tell(session, user, change="recovery-codes")
        fresh = codes.new_recovery_codes(session, user)
    logger().info("twofa.recovery-codes", user_id=person.id)
    return RecoveryCodes(recovery_codes=fresh)


def tell(session: Session, user: User, **what: str | int) -> None:
    """Tell the owner what became of their second factor: if it was not them, they learn it first."""
    link = "/me/" if is_staff(user.role) else "/settings/"
    notify(session, Notice(user.id, Kind.TWOFA_CHANGED, str(uuid4()), dict(what), link))


def _spend(session: Session, user: User, code: str) -> None:
    left = codes.spend(session, user, code)
    if left is not None:
        tell(session, user, change="recovery-used", left=left)


def _armed(user: User) -> User:
    if not user.twofa_enabled:
        raise TwofaOff
    return user


def _end_sign_ins(session: Session, user: User, *, kept: UUID | None) -> None:
    because = RevokedBecause.TWOFA_CHANGED
    session.execute(
        sign_ins.end_all(of=user.id, because=because)
        if kept is None
        else sign_ins.end_others(of=user.id, but=kept, because=because)
    )


def _pending_place(user_id: int) -> str:
    return f"users|twofa_pending|{user_id}"


def _qr(uri: str) -> str:
    """The address as a picture that a phone reads off the screen: dark on white, in either theme of the page."""
    import segno

    drawn = io.BytesIO()
    segno.make_qr(uri).save(drawn, kind="svg", scale=5, border=4, light="#ffffff", xmldecl=False, omitsize=True)
    return drawn.getvalue().decode()
