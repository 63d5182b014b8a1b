"""Refresh tokens: each is used once and answered with its successor.

A stolen token shows itself by being used after its successor was. But a token may also come back honestly:
two tabs send the same one at once, or the answer with its successor was lost on the way. So within GRACE
it gets a sibling of its successor; later it gets one more as long as none of its successors was ever used.
Everything else is reuse and ends the whole sign-in. Every step holds the lock of the sign-in's row.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, DateTime, LargeBinary, String, Uuid, bindparam, select, text

from zimmer import clock, crypto
from zimmer.auth.roles import may_enter
from zimmer.auth.sign_ins import Device, RefreshSecret
from zimmer.auth.tokens import AccessClaims
from zimmer.db import Session, committed
from zimmer.errors import NotSignedIn, SessionRevoked
from zimmer.models import Audience, RefreshToken, RevokedBecause, SignIn, User
from zimmer.notifications import Kind, Notice, notify
from zimmer.observability import logger

GRACE = timedelta(seconds=30)

# The first use is what GRACE counts from: a sibling does not prolong it.
ROTATE = text("""
WITH rotated AS (
    UPDATE refresh_tokens SET rotated_at = :at WHERE id = :parent_id AND rotated_at IS NULL
), used AS (
    UPDATE sessions SET last_used_at = :at, ip = :ip, user_agent = :user_agent WHERE id = :session_id
)
INSERT INTO refresh_tokens (session_id, parent_id, token_hash, created_at, expires_at)
VALUES (:session_id, :parent_id, :token_hash, :at, :expires_at)
""").bindparams(
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("parent_id", type_=BigInteger),
    bindparam("session_id", type_=Uuid()),
    bindparam("ip", type_=String),
    bindparam("user_agent", type_=String),
    bindparam("token_hash", type_=LargeBinary),
    bindparam("expires_at", type_=DateTime(timezone=True)),
)


@dataclass(frozen=True)
class Link:
    """A presented refresh token, the sign-in it belongs to, whose row is locked, and the person behind it."""

    token: RefreshToken
    sign_in: SignIn
    user: User


@dataclass(frozen=True)
class Refreshed:
    """A sign-in that goes on: its person, what its next access token says, and its next refresh token."""

    user: User
    claims: AccessClaims
    refresh: RefreshSecret


def refresh(presented: str, audience: Audience, device: Device) -> Refreshed:
    """Exchange a refresh token for its successor.

    Raises NotSignedIn for a token that is unknown, too old, of the other panel or of an ended sign-in, and
    SessionRevoked when the sign-in was ended for reuse, now or before. Its end is committed before it raises.
    """
    with committed() as session:
        link = _locked(session, presented, audience)
        refreshed = None if _is_reused(session, link) else _rotate(session, link, device)
        if refreshed is None:
            _end_for_reuse(session, link, device)
    if refreshed is None:
        logger().warning("session.reuse", user_id=link.user.id, session_id=str(link.sign_in.id), ip=device.ip)
        raise SessionRevoked
    return refreshed


def _locked(session: Session, presented: str, audience: Audience) -> Link:
    """Find and lock. Whoever waited for the lock sees the rows as they are once they have it."""
    row = session.execute(
        select(RefreshToken, SignIn, User)
        .join(SignIn, SignIn.id == RefreshToken.session_id)
        .join(User, User.id == SignIn.user_id)
        .where(RefreshToken.token_hash == crypto.token_hash(presented), SignIn.audience == audience)
        .with_for_update(of=(SignIn, RefreshToken), key_share=True)
    ).first()
    if row is None:
        raise NotSignedIn("This refresh token is not known")
    link = Link(*row)
    if link.sign_in.revoked_because is RevokedBecause.REUSE:
        raise SessionRevoked
    is_over = link.sign_in.revoked_at is not None or link.sign_in.expires_at <= clock.now()
    if is_over or not link.user.is_active or not may_enter(link.user.role, audience):
        raise NotSignedIn("This session has ended")
    return link


def _is_reused(session: Session, link: Link) -> bool:
    """Whether a successor of this token was used, and not just now."""
    rotated_at = link.token.rotated_at
    if rotated_at is None or clock.now() <= rotated_at + GRACE:
        return False
    successor_used = select(RefreshToken.id).where(
        RefreshToken.parent_id == link.token.id, RefreshToken.rotated_at.is_not(None)
    )
    return session.execute(successor_used.limit(1)).first() is not None


def _rotate(session: Session, link: Link, device: Device) -> Refreshed:
    if link.token.expires_at <= clock.now():
        raise NotSignedIn("This session was idle for too long")
    successor = RefreshSecret.fresh(sign_in_ends_at=link.sign_in.expires_at)
    session.execute(
        ROTATE,
        {
            "at": clock.now(),
            "parent_id": link.token.id,
            "session_id": link.sign_in.id,
            "ip": device.ip,
            "user_agent": device.shown,
            "token_hash": successor.token_hash,
            "expires_at": successor.expires_at,
        },
    )
    claims = AccessClaims(link.user.id, link.sign_in.id, link.sign_in.audience, link.user.token_version)
    return Refreshed(link.user, claims, successor)


def _end_for_reuse(session: Session, link: Link, device: Device) -> None:
    """End the sign-in and tell its owner from where the old token came."""
    link.sign_in.revoked_at, link.sign_in.revoked_because = clock.now(), RevokedBecause.REUSE
    data = {"audience": link.sign_in.audience, "ip": device.ip, "user_agent": device.shown}
    notify(session, Notice(link.user.id, Kind.SESSION_REUSE, str(link.sign_in.id), data, "/login/"))
