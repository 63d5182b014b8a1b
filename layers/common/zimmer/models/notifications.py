"""What a person is told, inside the panel and outside of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, Json, stored


class Level(StrEnum):
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


class Channel(StrEnum):
    EMAIL = "email"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # claimed; after `lease_until` whoever claimed it is taken for dead
    SENT = "sent"
    FAILED = "failed"  # for good: the address does not exist


class Notification(Base):
    """A kind and its data; the sentence is made when it is read."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(50))
    level: Mapped[Level] = mapped_column(stored(Level, 10), default=Level.INFO)
    data: Mapped[Json] = mapped_column(default=dict)
    link: Mapped[str | None] = mapped_column(String(500))
    dedup_key: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_notifications_user_id", "user_id", "id"),)


class Delivery(Base):
    """One message on its way to one address. `dedup_key` says when two are the same."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    dedup_key: Mapped[str] = mapped_column(String(200), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    channel: Mapped[Channel] = mapped_column(stored(Channel, 10), default=Channel.EMAIL)
    kind: Mapped[str] = mapped_column(String(50))
    address: Mapped[str] = mapped_column(String(255))  # what it was when the message was raised
    data: Mapped[Json] = mapped_column(default=dict)
    sealed: Mapped[str | None]  # the data of a secret kind; erased once it is sent
    link: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[DeliveryState] = mapped_column(stored(DeliveryState, 10), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)  # claims taken; the newest claim's number is its fence
    lease_until: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(200))
    message_id: Mapped[str | None] = mapped_column(String(200))  # the mail service's name for it
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_deliveries_user_id", "user_id", "id"),
        Index("ix_deliveries_unsent", "id", postgresql_where=text("state IN ('waiting', 'sending')")),
    )
