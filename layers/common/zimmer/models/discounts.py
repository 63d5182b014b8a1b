"""Discount codes and who has used them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, stored


class RedemptionState(StrEnum):
    RESERVED = "reserved"
    CONFIRMED = "confirmed"
    RELEASED = "released"


class DiscountCode(Base):
    """A percentage off, within its dates and its caps."""

    __tablename__ = "discount_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(50), unique=True)  # upper case
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    automation_id: Mapped[int | None] = mapped_column(ForeignKey("automations.id"))
    max_uses: Mapped[int | None]
    max_uses_per_user: Mapped[int | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class DiscountRedemption(Base):
    """One use of a code by one purchase: reserved when it starts, confirmed when it is credited."""

    __tablename__ = "discount_redemptions"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    discount_id: Mapped[int] = mapped_column(ForeignKey("discount_codes.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[RedemptionState] = mapped_column(stored(RedemptionState, 10), default=RedemptionState.RESERVED)
    reserved_until: Mapped[datetime]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_discount_redemptions_discount_id", "discount_id", "user_id"),)
