"""What opens an account, once: links in a mail, challenges between two steps of a sign-in, recovery codes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, stored
from zimmer.models.people import Audience, Role


class Purpose(StrEnum):
    """What a one-time token is good for. A token of one purpose is refused at the doors of the others."""

    VERIFY_EMAIL = "verify-email"
    CHANGE_EMAIL = "change-email"  # `email` is the new address, which the link proves
    RESET_PASSWORD = "reset-password"  # noqa: S105
    INVITATION = "invitation"  # `email` and `role` of somebody who has no account yet
    CHALLENGE = "challenge"  # the password was right; a code is still owed
    ENROLMENT = "enrolment"  # the password was right; two-factor has to be set up first


class OneTimeToken(Base):
    """One secret that works once and for a while, stored hashed."""

    __tablename__ = "one_time_tokens"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(stored(Purpose, 20))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str | None] = mapped_column(String(255))  # the address it was sent to, in lower case
    role: Mapped[Role | None] = mapped_column(stored(Role))
    audience: Mapped[Audience | None] = mapped_column(stored(Audience, 10))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_one_time_tokens_user_id", "user_id", "purpose"),
        Index("ix_one_time_tokens_expires_at", "expires_at"),
    )


class RecoveryCode(Base):
    """One of the codes somebody keeps on paper for the day their phone is gone. Stored hashed, used once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
