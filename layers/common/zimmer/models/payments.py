"""Purchases and everything that ever happened to them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, SmallInteger, String, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, Json, stored
from zimmer.money import Rial


class PaymentStatus(StrEnum):
    """Where a purchase stands inside. The wire shows fewer: see `functions/payments/states.py`."""

    CREATED = "created"
    INIT_UNKNOWN = "init_unknown"
    REJECTED = "rejected"
    PENDING = "pending"
    VERIFYING = "verifying"
    VERIFY_UNKNOWN = "verify_unknown"
    NOT_PAID = "not_paid"
    EXPIRED = "expired"
    REVIEW = "review"
    VERIFIED = "verified"
    CREDITED = "credited"
    REVERSING = "reversing"
    REVERSED = "reversed"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"
    CLOSED = "closed"


class Payment(Base):
    """One purchase of tokens for one copy of an automation."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    automation_id: Mapped[int] = mapped_column(ForeignKey("automations.id"))
    user_automation_id: Mapped[int] = mapped_column(ForeignKey("user_automations.id"), index=True)
    amount: Mapped[Rial]  # what the bank is asked for
    tokens_purchased: Mapped[int] = mapped_column(BigInteger)
    unit_price: Mapped[Rial]
    amount_before: Mapped[Rial]  # before a discount
    method: Mapped[str] = mapped_column(String(50), default="zarinpal")
    gateway: Mapped[str] = mapped_column(String(50), default="zarinpal")
    transaction_id: Mapped[str] = mapped_column(String(255), unique=True)  # public, random
    authority: Mapped[str | None] = mapped_column(String(255))  # the gateway's name for it
    ref_id: Mapped[str | None] = mapped_column(String(255))  # the bank's tracking code
    status: Mapped[PaymentStatus] = mapped_column(stored(PaymentStatus))
    discount_code: Mapped[str | None] = mapped_column(String(50))
    discount_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    meta: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    client_key: Mapped[str] = mapped_column(String(200))  # the Idempotency-Key it was asked for with
    body_hash: Mapped[bytes]
    card_pan: Mapped[str | None] = mapped_column(String(30))  # masked by the gateway
    card_hash: Mapped[str | None] = mapped_column(String(128))
    fee: Mapped[Rial | None]
    attempts: Mapped[int] = mapped_column(default=0)  # claims taken; the newest claim's number is its fence
    checks: Mapped[int] = mapped_column(default=0)  # how often the sweep asked; the backoff grows with it
    next_check_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    nok_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    credited_at: Mapped[datetime | None]
    refunded_amount: Mapped[Rial | None]  # what went back to the customer, or is owed
    refund_reference: Mapped[str | None] = mapped_column(String(255))  # the transfer, when it went outside the gateway
    event_seq: Mapped[int] = mapped_column(default=0)
    trace_id: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (
        UniqueConstraint("gateway", "authority"),
        UniqueConstraint("user_id", "client_key"),
        Index("idx_payments_user_id", "user_id"),
        Index("idx_payments_status", "status"),
        Index("ix_payments_due", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
    )


class PaymentEvent(Base):
    """One thing that happened to a purchase. Append only."""

    __tablename__ = "payment_events"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(50))
    from_status: Mapped[PaymentStatus | None] = mapped_column(stored(PaymentStatus))
    to_status: Mapped[PaymentStatus | None] = mapped_column(stored(PaymentStatus))
    cause: Mapped[str] = mapped_column(String(50))
    gateway_code: Mapped[int | None]
    http_status: Mapped[int | None] = mapped_column(SmallInteger)
    latency_ms: Mapped[int | None]
    trace_id: Mapped[str | None] = mapped_column(String(100))
    detail: Mapped[Json | None]
