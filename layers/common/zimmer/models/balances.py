"""A customer's copy of an automation, its balance, and every movement that made it.

`zimmer.ledger` is the only writer of the balance columns and of `token_entries`.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, SmallInteger, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, Json, stored


class UserAutomationStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class IntegrationStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    FAILED = "failed"


class Bucket(StrEnum):
    DEMO = "demo"
    PAID = "paid"


class EntryKind(StrEnum):
    DEMO = "demo"
    DEMO_EXPIRY = "demo_expiry"
    PURCHASE = "purchase"
    USE = "use"
    HOLD = "hold"
    HOLD_RETURN = "hold_return"
    ADJUSTMENT = "adjustment"
    CLAWBACK = "clawback"
    CLAWBACK_RETURN = "clawback_return"


class HoldState(StrEnum):
    OPEN = "open"
    COMMITTED = "committed"
    RELEASED = "released"
    EXPIRED = "expired"


class UserAutomation(Base):
    """A customer's copy. Each balance belongs to one copy; there is no wallet."""

    __tablename__ = "user_automations"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    automation_id: Mapped[int] = mapped_column(ForeignKey("automations.id"))
    telegram_bot_token: Mapped[str | None]  # sealed
    tokens_remaining: Mapped[int] = mapped_column(BigInteger, default=0)  # paid
    demo_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    is_demo_active: Mapped[bool] = mapped_column(Computed("(demo_tokens > 0)", persisted=True))
    demo_expired: Mapped[bool] = mapped_column(default=False)
    status: Mapped[UserAutomationStatus] = mapped_column(
        stored(UserAutomationStatus), default=UserAutomationStatus.ACTIVE
    )
    provisioned_at: Mapped[datetime | None]
    integration_status: Mapped[IntegrationStatus] = mapped_column(
        stored(IntegrationStatus), default=IntegrationStatus.PENDING
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    demo_expires_at: Mapped[datetime | None]
    display_name: Mapped[str | None] = mapped_column(String(255))
    bot_username: Mapped[str | None] = mapped_column(String(64))
    bot_last4: Mapped[str | None] = mapped_column(String(4))
    bot_index: Mapped[bytes | None] = mapped_column(unique=True)
    bot_checked_at: Mapped[datetime | None]
    provision_attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    provision_code: Mapped[str | None] = mapped_column(String(50))
    provision_next_at: Mapped[datetime | None]
    low_balance_at: Mapped[int | None] = mapped_column(BigInteger)
    daily_spend_cap: Mapped[int | None] = mapped_column(BigInteger)
    spent_on: Mapped[date | None]  # the business day that spent_today counts
    spent_today: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_spent: Mapped[int] = mapped_column(BigInteger, default=0)  # ever; lots are arithmetic on it
    ledger_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    ledger_head: Mapped[bytes] = mapped_column(default=b"")  # the newest entry's hash
    ledger_prev: Mapped[bytes | None]  # the newest entry's prev_hash

    __table_args__ = (
        UniqueConstraint("user_id", "automation_id"),
        Index("idx_user_automations_user_id", "user_id"),
        Index("idx_user_automations_automation_id", "automation_id"),
    )


class TokenEntry(Base):
    """One movement of tokens. Never changed, never deleted; a mistake is corrected by another entry."""

    __tablename__ = "token_entries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_automation_id: Mapped[int] = mapped_column(ForeignKey("user_automations.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    bucket: Mapped[Bucket] = mapped_column(stored(Bucket, 4))
    delta: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)  # of this bucket
    kind: Mapped[EntryKind] = mapped_column(stored(EntryKind, 20))
    reference: Mapped[str] = mapped_column(String(300))
    actor: Mapped[str] = mapped_column(String(50))
    hash: Mapped[bytes]
    prev_hash: Mapped[bytes]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("kind", "reference", "bucket"),
        UniqueConstraint("user_automation_id", "seq"),
    )


class Lot(Base):
    """One purchase's tokens. Nothing is written here when tokens are used: see `paid_spent`."""

    __tablename__ = "lots"

    entry_id: Mapped[int] = mapped_column(ForeignKey("token_entries.id"), primary_key=True)
    user_automation_id: Mapped[int] = mapped_column(ForeignKey("user_automations.id"))
    tokens: Mapped[int] = mapped_column(BigInteger)
    clawed_back: Mapped[int] = mapped_column(BigInteger, default=0)

    __table_args__ = (Index("ix_lots_user_automation_id", "user_automation_id", "entry_id"),)


class Hold(Base):
    """Tokens set aside for a run whose cost is not known yet."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_automation_id: Mapped[int] = mapped_column(ForeignKey("user_automations.id"))
    idempotency_key: Mapped[str] = mapped_column(String(200))
    units: Mapped[int] = mapped_column(BigInteger)
    demo_part: Mapped[int] = mapped_column(BigInteger)
    paid_part: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger, default=0)  # of units, once it is committed
    state: Mapped[HoldState] = mapped_column(stored(HoldState, 10), default=HoldState.OPEN)
    usage_type: Mapped[str] = mapped_column(String(50))
    body_hash: Mapped[bytes]
    meta: Mapped[Json | None]
    counted_on: Mapped[date]  # the business day whose spent_today counts it
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[Json]  # the answer to whoever asked for it
    outcome: Mapped[Json | None]  # the answer to whoever ended it

    __table_args__ = (
        UniqueConstraint("user_automation_id", "idempotency_key"),
        Index("ix_holds_open", "expires_at", postgresql_where=text("state = 'open'")),
        Index("ix_holds_open_of_copy", "user_automation_id", postgresql_where=text("state = 'open'")),
    )


class UsageEvent(Base):
    """One accepted use, under the developer's own key, with the answer it got."""

    __tablename__ = "usage_events"

    user_automation_id: Mapped[int] = mapped_column(ForeignKey("user_automations.id"), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    units: Mapped[int] = mapped_column(BigInteger)
    usage_type: Mapped[str] = mapped_column(String(50))
    body_hash: Mapped[bytes]
    meta: Mapped[Json | None]
    result: Mapped[Json]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_usage_events_at", "user_automation_id", "at"),)
