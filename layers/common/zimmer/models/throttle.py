"""How often somebody has tried."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base


class ThrottleCounter(Base):
    """What is left of one limit for one subject. Written by `zimmer.throttle` alone."""

    __tablename__ = "throttle_counters"

    kind: Mapped[str] = mapped_column(String(50), primary_key=True)
    subject: Mapped[bytes] = mapped_column(primary_key=True)  # a keyed hash: no address of anybody stands here
    remaining: Mapped[int]  # below 0 once somebody was refused
    strikes: Mapped[int]  # windows filled one after the other
    ends_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # from then on the row means nothing

    __table_args__ = (Index("ix_throttle_counters_expires_at", "expires_at"),)
