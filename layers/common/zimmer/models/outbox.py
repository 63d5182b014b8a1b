"""Messages written with the rows they speak of, and sent after the commit."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, Json


class OutboxMessage(Base):
    """One message. `dedup_key` says when two are the same."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    topic: Mapped[str] = mapped_column(String(50))
    dedup_key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[Json]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(100))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]

    __table_args__ = (Index("ix_outbox_waiting", "next_at", postgresql_where=text("published_at IS NULL")),)
