"""Sign-ins: how one is opened, which ones live, and how they end.

What is written here is one statement each, so these functions give the statement and leave it to the caller
whether it stands alone (AtomicSession) or in a transaction with others (Session).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Executable,
    Integer,
    LargeBinary,
    String,
    Uuid,
    bindparam,
    false,
    or_,
    select,
    text,
    update,
)

from zimmer import clock, crypto
from zimmer.auth.tokens import AccessClaims
from zimmer.models import Audience, RefreshToken, RevokedBecause, SignIn, User
from zimmer.throttle import Counter, Limit

IDLE = timedelta(days=7)  # not refreshed for so long, a sign-in is over
ABSOLUTE = timedelta(days=30)  # and after so long in any case
STEPPED_UP = timedelta(minutes=5)  # how long a code of the authenticator covers what the staff does in a sign-in

# Counted by the auth function at its door; the staff may let somebody in who has locked themselves out.
LOGINS_TO_ACCOUNT = Limit("login-account", times=5, per=timedelta(minutes=15), longest=timedelta(hours=1))

# Whoever switches the account off, changes its password or its second factor waits for this statement or is seen
# by it: a sign-in that was proven the old way cannot slip in behind them. Whoever comes in has shown that they may:
# the guesses at the account are forgotten. Run twice it opens one sign-in.
OPEN = text("""
WITH person AS (
    SELECT id FROM users WHERE id = :user_id AND is_active AND token_version = :token_version
        AND twofa_enabled = :twofa_enabled FOR SHARE
), here AS (
    INSERT INTO sessions
        (id, user_id, audience, created_at, last_used_at, expires_at, stepped_up_until, ip, user_agent)
    SELECT :session_id, person.id, :audience, :at, :at, :ends_at, :stepped_up_until, :ip, :user_agent FROM person
    ON CONFLICT (id) DO UPDATE SET last_used_at = excluded.last_used_at
    RETURNING id
), forgiven AS (
    DELETE FROM throttle_counters
    WHERE kind = :guesses_kind AND subject = :guesses_subject AND EXISTS (SELECT FROM here)
)
INSERT INTO refresh_tokens (session_id, token_hash, created_at, expires_at)
SELECT here.id, :token_hash, :at, :expires_at FROM here
ON CONFLICT (token_hash) DO UPDATE SET created_at = excluded.created_at
RETURNING session_id
""").bindparams(
    bindparam("user_id", type_=BigInteger),
    bindparam("token_version", type_=Integer),
    bindparam("twofa_enabled", type_=Boolean),
    bindparam("guesses_kind", type_=String),
    bindparam("guesses_subject", type_=LargeBinary),
    bindparam("session_id", type_=Uuid()),
    bindparam("audience", type_=String),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("ends_at", type_=DateTime(timezone=True)),
    bindparam("stepped_up_until", type_=DateTime(timezone=True)),
    bindparam("ip", type_=String),
    bindparam("user_agent", type_=String),
    bindparam("token_hash", type_=LargeBinary),
    bindparam("expires_at", type_=DateTime(timezone=True)),
)


@dataclass(frozen=True)
class Device:
    """Where a sign-in comes from, shown to its owner in the list of sessions."""

    ip: str | None
    user_agent: str

    @property
    def shown(self) -> str | None:
        """The browser's name as far as it is kept."""
        return self.user_agent[:400] or None


@dataclass(frozen=True)
class RefreshSecret:
    """A refresh token as its owner gets it, once. Only its hash is stored."""

    text: str
    expires_at: datetime

    @classmethod
    def fresh(cls, *, sign_in_ends_at: datetime) -> "RefreshSecret":
        """A new one, good until it was idle too long or its sign-in is over."""
        return cls(crypto.random_token(), min(clock.now() + IDLE, sign_in_ends_at))

    @property
    def token_hash(self) -> bytes:
        return crypto.token_hash(self.text)


@dataclass(frozen=True)
class NewSignIn:
    """A sign-in about to be opened by the `OPEN` statement, which returns no row if the person may no longer enter."""

    claims: AccessClaims
    refresh: RefreshSecret
    device: Device
    has_second_factor: bool
    guesses: Counter  # at this account; whoever comes in has them forgiven
    stepped_up_until: datetime | None = None

    @classmethod
    def of(cls, user: User, audience: Audience, device: Device) -> "NewSignIn":
        return cls(
            AccessClaims(user_id=user.id, session_id=uuid4(), audience=audience, token_version=user.token_version),
            RefreshSecret.fresh(sign_in_ends_at=clock.now() + ABSOLUTE),
            device,
            has_second_factor=user.twofa_enabled,
            guesses=LOGINS_TO_ACCOUNT.of(user.email),
        )

    def just_proven(self) -> "NewSignIn":
        """The same, opened with a code of the authenticator: that one counts as a step-up too."""
        return replace(self, stepped_up_until=clock.now() + STEPPED_UP)

    @property
    def parameters(self) -> dict[str, Any]:
        now = clock.now()
        kind, subject = self.guesses.key
        return {
            "guesses_kind": kind,
            "guesses_subject": subject,
            "user_id": self.claims.user_id,
            "token_version": self.claims.token_version,
            "twofa_enabled": self.has_second_factor,
            "session_id": self.claims.session_id,
            "audience": self.claims.audience.value,
            "at": now,
            "ends_at": now + ABSOLUTE,
            "stepped_up_until": self.stepped_up_until,
            "ip": self.device.ip,
            "user_agent": self.device.shown,
            "token_hash": self.refresh.token_hash,
            "expires_at": self.refresh.expires_at,
        }


def living() -> ColumnElement[bool]:
    """The condition under which a row of `sessions` is a sign-in that somebody could still use."""
    now = clock.now()
    return SignIn.revoked_at.is_(None) & (SignIn.expires_at > now) & (SignIn.last_used_at > now - IDLE)


def end_one(session_id: UUID, *, of: int, because: RevokedBecause) -> Executable:
    """End a person's sign-in, and with it all its tokens. No row when it is not a living one of theirs."""
    return _end(SignIn.id == session_id, SignIn.user_id == of, living(), because=because)


def end_all(*, of: int, because: RevokedBecause) -> Executable:
    """End all sign-ins of a person, in both panels. Locks them in the order of their ids."""
    theirs = select(SignIn.id).where(SignIn.user_id == of, SignIn.revoked_at.is_(None))
    return _end(SignIn.id.in_(theirs.order_by(SignIn.id).with_for_update(key_share=True)), because=because)


def end_others(*, of: int, but: UUID, because: RevokedBecause) -> Executable:
    """End all sign-ins of a person except one. Locks them in the order of their ids."""
    theirs = select(SignIn.id).where(SignIn.user_id == of, SignIn.revoked_at.is_(None), SignIn.id != but)
    return _end(SignIn.id.in_(theirs.order_by(SignIn.id).with_for_update(key_share=True)), because=because)


def end_presented(
    audience: Audience, *, token_hash: bytes | None, claims: AccessClaims | None, because: RevokedBecause
) -> Executable:
    """End the sign-ins of one panel that a refresh token and an access token stand for."""
    presented: list[ColumnElement[bool]] = []
    if token_hash:
        owner = select(RefreshToken.session_id).where(RefreshToken.token_hash == token_hash)
        presented.append(SignIn.id == owner.scalar_subquery())
    if claims:
        presented.append((SignIn.id == claims.session_id) & (SignIn.user_id == claims.user_id))
    return _end(or_(false(), *presented), SignIn.audience == audience, because=because)


def _end(*which: ColumnElement[bool], because: RevokedBecause) -> Executable:
    return (
        update(SignIn)
        .where(SignIn.revoked_at.is_(None), *which)
        .values(revoked_at=clock.now(), revoked_because=because)
        .returning(SignIn.id, SignIn.user_id)
    )
