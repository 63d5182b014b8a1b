"""People and the devices they are signed in on."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, stored


class Role(StrEnum):
    CUSTOMER = "customer"
    SUPPORT = "support"
    TECHNICAL = "technical"
    MANAGER = "manager"


class Audience(StrEnum):
    """Which panel a session belongs to. A session of one is refused by the routes of the other."""

    USER = "user"
    ADMIN = "admin"


class RevokedBecause(StrEnum):
    """Why a sign-in was ended before its time."""

    LOGOUT = "logout"
    LOGOUT_ALL = "logout-all"
    ENDED_BY_OWNER = "ended-by-owner"  # from the list of sessions
    DEACTIVATED = "deactivated"  # the account was switched off
    ROLE_CHANGED = "role-changed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  by its owner, or by a link of a mail
    TWOFA_CHANGED = "twofa-changed"
    DELETED = "deleted"  # the account, by its owner
    REUSE = "reuse"  # of a refresh token that had been used up


class User(Base):
    """A customer or a member of the staff."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(255))  # lower case, checked by the table
    phone_number: Mapped[str | None] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(stored(Role), default=Role.CUSTOMER)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    email_verified_at: Mapped[datetime | None]
    twofa_enabled: Mapped[bool] = mapped_column(default=False)
    twofa_secret: Mapped[str | None]  # sealed
    twofa_pending: Mapped[str | None]  # sealed; the secret that is being set up and counts for nothing yet
    twofa_last_step: Mapped[int | None] = mapped_column(BigInteger)
    token_version: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
    last_active_on: Mapped[date | None]  # the business day on which tokens of theirs were used last

    __table_args__ = (
        Index("idx_users_email", "email", unique=True),
        Index("idx_users_role", "role"),
        Index(
            "ix_users_search",
            "name",
            "email",
            "phone_number",
            postgresql_using="gin",
            postgresql_ops=dict.fromkeys(("name", "email", "phone_number"), "gin_trgm_ops"),
        ),
    )


class SignIn(Base):
    """One device signed in to one panel. An access token names it and dies with it."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    audience: Mapped[Audience] = mapped_column(stored(Audience, 10))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[RevokedBecause | None] = mapped_column(stored(RevokedBecause))
    stepped_up_until: Mapped[datetime | None]
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(400))

    __table_args__ = (Index("ix_sessions_user_id", "user_id", postgresql_where=text("revoked_at IS NULL")),)


class RefreshToken(Base):
    """One link of a sign-in's refresh chain, stored hashed. `rotated_at` is when it was first used."""

    __tablename__ = "refresh_tokens"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("refresh_tokens.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
