"""Support: tickets and the messages in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, stored


class TicketStatus(StrEnum):
    OPEN = "open"  # nobody of the staff has taken it
    IN_PROGRESS = "in_progress"  # somebody works on it
    WAITING = "waiting"  # for the customer's answer
    RESOLVED = "resolved"  # answered for good, as the staff sees it; a word of the customer opens it again
    CLOSED = "closed"  # over for both; only "reopen" opens it again


ACTIVE = (TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Importance(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Ticket(Base):
    """A customer's question, perhaps about one payment or one automation."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[TicketStatus] = mapped_column(stored(TicketStatus), default=TicketStatus.OPEN)
    priority: Mapped[Priority] = mapped_column(stored(Priority), default=Priority.MEDIUM)
    importance: Mapped[Importance] = mapped_column(stored(Importance), default=Importance.NORMAL)
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    user_automation_id: Mapped[int | None] = mapped_column(ForeignKey("user_automations.id"))
    last_message_at: Mapped[datetime] = mapped_column(server_default=func.now())
    customer_read_at: Mapped[datetime | None]
    staff_read_at: Mapped[datetime | None]

    __table_args__ = (
        Index("idx_tickets_user_id", "user_id"),
        Index("idx_tickets_status", "status"),
        Index(
            "ix_tickets_inbox",
            "last_message_at",
            postgresql_where=text("status IN ('open', 'in_progress', 'waiting')"),
        ),
    )


class Message(Base):
    """One message in a ticket; an internal one is for the staff alone."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    is_internal: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_messages_ticket_id", "ticket_id", "id"),)
