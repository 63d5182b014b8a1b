"""The codes of a second factor: six digits of an authenticator (RFC 6238), and recovery codes kept on paper.

Each works once. Who uses one holds the lock of the person's row, so that of two uses at the same moment one is
refused; the attempt is counted before, in a statement of its own, so that the count outlives the refusal.
"""

import hmac
import secrets
from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update

from functions.auth.schemas import AUTHENTICATOR_DIGITS
from zimmer import clock, crypto, throttle
from zimmer.db import AtomicSession, Session
from zimmer.errors import CodeInvalid
from zimmer.models import RecoveryCode, User
from zimmer.throttle import Limit

CODES_OF_ACCOUNT = Limit("code-account", times=5, per=timedelta(minutes=15), longest=timedelta(hours=1))
DRIFT = 1  # steps of 30 s by which a phone's clock may be wrong, either way

RECOVERY_CODES = 10
RECOVERY_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another: no i, l, o, 0, 1
HALF = 5


def count_attempt(writer: AtomicSession, user_id: int) -> None:
    """Count one code that is tried for this account. Raises TooManyRequests."""
    throttle.hit(writer, CODES_OF_ACCOUNT.of(str(user_id)))


def forget_attempts(session: Session, user_id: int) -> None:
    session.execute(throttle.forgetting(CODES_OF_ACCOUNT.of(str(user_id))))


def locked(session: Session, user_id: int) -> User:
    """The person, locked, as they stand now."""
    return session.get_one(User, user_id, with_for_update={"key_share": True}, populate_existing=True)


def spend(session: Session, user: User, code: str) -> int | None:
    """Use up a code of the locked person's authenticator, or a recovery code of theirs. Raises CodeInvalid.

    Returns how many recovery codes are left when it was one of them.
    """
    if len(code) == AUTHENTICATOR_DIGITS:
        spend_step(session, user, code)
        left = None
    else:
        left = _spend_recovery_code(session, user, code)
    forget_attempts(session, user.id)
    return left


def spend_step(session: Session, user: User, code: str) -> None:
    """Use up a code of the locked person's authenticator. Raises CodeInvalid, also for one that was used before."""
    step = matching_step(secret_of(user), code)
    if step is None or step <= (user.twofa_last_step or 0):
        raise CodeInvalid
    user.twofa_last_step = step
    session.flush()


def matching_step(secret: str | None, code: str) -> int | None:
    """The time step (30 s each, since 1970) whose code this is, one to either side allowed."""
    import pyotp  # only who signs in with a code needs it

    if secret is None:
        return None
    totp = pyotp.TOTP(secret)
    here = totp.timecode(clock.now())
    steps = [s for s in range(here - DRIFT, here + DRIFT + 1) if hmac.compare_digest(totp.generate_otp(s), code)]
    return max(steps, default=None)


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Fresh recovery codes, readable this once; all earlier ones are worth nothing any more."""
    forget_recovery_codes(session, user)
    texts = ["".join(secrets.choice(RECOVERY_SIGNS) for _ in range(2 * HALF)) for _ in range(RECOVERY_CODES)]
    now = clock.now()
    rows = [{"user_id": user.id, "code_hash": _recovery_hash(user.id, text), "created_at": now} for text in texts]
    session.execute(insert(RecoveryCode), rows)
    return [f"{text[:HALF]}-{text[HALF:]}" for text in texts]


def forget_recovery_codes(session: Session, user: User) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def secret_of(user: User) -> str | None:
    """The secret in force."""
    return crypto.unseal(user.twofa_secret, place=secret_place(user.id)) if user.twofa_secret else None


def secret_place(user_id: int) -> str:
    return f"users|twofa_secret|{user_id}"


def _spend_recovery_code(session: Session, user: User, code: str) -> int:
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _recovery_hash(user.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.user_id)
    ).all()
    if not used:
        raise CodeInvalid
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return session.scalars(unused).one()


def _recovery_hash(user_id: int, code: str) -> bytes:
    """Keyed: fifty random bits could be guessed by whoever reads the table, if they had not the key to guess with."""
    return crypto.blind_index(f"recovery-code|{user_id}|{code}")
