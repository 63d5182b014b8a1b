"""What the staff keeps: adjustments, OpenAI keys, the audit trail, business settings, reviews, reports."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.balances import Bucket
from zimmer.models.base import Base, Json, stored
from zimmer.money import Rial


class AdjustmentState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class KeyStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    FAILING = "failing"


class TokenAdjustment(Base):
    """A correction of a balance, asked for by one person and decided by others."""

    __tablename__ = "token_adjustments"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_automation_id: Mapped[int] = mapped_column(ForeignKey("user_automations.id"))
    bucket: Mapped[Bucket] = mapped_column(stored(Bucket, 4))
    delta: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    state: Mapped[AdjustmentState] = mapped_column(
        stored(AdjustmentState, 10), default=AdjustmentState.REQUESTED, index=True
    )
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approvals_needed: Mapped[int] = mapped_column(SmallInteger, default=1)
    first_approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    client_key: Mapped[str | None] = mapped_column(String(200))  # the Idempotency-Key it was asked for with
    body_hash: Mapped[bytes | None]

    __table_args__ = (Index("ix_token_adjustments_client_key", "requested_by", "client_key", unique=True),)


class OpenAIKey(Base):
    """One key of the pool, sealed; only its last four characters can be read again."""

    __tablename__ = "openai_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    sealed_key: Mapped[str]
    last4: Mapped[str] = mapped_column(String(4))
    status: Mapped[KeyStatus] = mapped_column(stored(KeyStatus, 10), default=KeyStatus.ACTIVE)
    priority: Mapped[int] = mapped_column(SmallInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class AuditEntry(Base):
    """Who on the staff did what to whom. Append only."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_role: Mapped[str] = mapped_column(String(50))
    action: Mapped[str] = mapped_column(String(100))
    entity: Mapped[str] = mapped_column(String(50))
    entity_id: Mapped[str | None] = mapped_column(String(50))
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    reason: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(100))
    ip: Mapped[str | None] = mapped_column(String(45))
    refused: Mapped[str | None] = mapped_column(String(50))  # the problem's code, when it was not done

    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_entity", "entity", "entity_id"),
        Index("ix_audit_actor_id", "actor_id", "id"),
    )


class BusinessSettings(Base):
    """What a manager may change while the platform runs. One row."""

    __tablename__ = "settings"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    demo_tokens: Mapped[int] = mapped_column(default=5)
    demo_days: Mapped[int] = mapped_column(default=30)
    minimum_amount: Mapped[Rial]
    maximum_amount: Mapped[Rial]
    approval_threshold: Mapped[int] = mapped_column(BigInteger, default=1000)
    low_balance_default: Mapped[int] = mapped_column(BigInteger, default=20)
    max_open_payments: Mapped[int] = mapped_column(default=5)
    gateway_paused: Mapped[bool] = mapped_column(default=False)
    gateway_message: Mapped[str | None] = mapped_column(Text)
    maintenance: Mapped[bool] = mapped_column(default=False)
    maintenance_message: Mapped[str | None] = mapped_column(Text)
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReviewDecision(StrEnum):
    ACCEPT = "accept"  # ask the gateway once more and credit what it confirms
    CLOSE = "close"  # nothing will be credited


class ReviewState(StrEnum):
    PROPOSED = "proposed"
    CARRIED = "carried"
    WITHDRAWN = "withdrawn"


class PaymentReview(Base):
    """What one manager proposes to do with a payment under review, and whether another agreed."""

    __tablename__ = "payment_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    decision: Mapped[ReviewDecision] = mapped_column(stored(ReviewDecision, 10))
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    state: Mapped[ReviewState] = mapped_column(stored(ReviewState, 10), default=ReviewState.PROPOSED)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_payment_reviews_proposed", "payment_id", unique=True, postgresql_where=text("state = 'proposed'")),
    )


class RunState(StrEnum):
    RUNNING = "running"
    HOLDS = "holds"
    BROKEN = "broken"
    FAILED = "failed"


class ReconciliationRun(Base):
    """One asking of "do money and tokens agree?", and every answer."""

    __tablename__ = "reconciliation_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    state: Mapped[RunState] = mapped_column(stored(RunState, 10), default=RunState.RUNNING)
    answers: Mapped[list[Json]] = mapped_column(default=list)  # [{question, broken: [row as text]}]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ScheduleRun(Base):
    """When a schedule ran last, and whether all of it worked."""

    __tablename__ = "schedule_runs"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    last_run: Mapped[datetime]
    ok: Mapped[bool]
    done: Mapped[Json] = mapped_column(default=dict)
