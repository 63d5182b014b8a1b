"""The dashboard's figures: sums that the causing transactions keep, in eight shards so that no row is hot."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, stored
from zimmer.models.tickets import TicketStatus
from zimmer.money import Rial


class Rollup(Base):
    """A business day's figures for one automation, in eight shards so that no row is hot."""

    __tablename__ = "rollups"

    day: Mapped[date] = mapped_column(primary_key=True)
    automation_id: Mapped[int] = mapped_column(ForeignKey("automations.id"), primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    payments: Mapped[int] = mapped_column(BigInteger, default=0)
    revenue: Mapped[Rial]
    tokens_sold: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_used: Mapped[int] = mapped_column(BigInteger, default=0)


class Activity(Base):
    """How many customers used tokens on `to_day` and had last used some on `from_day` (0001-01-01: never).

    The customers who were active in a range of days are the moves into it from before it.
    """

    __tablename__ = "activity"

    to_day: Mapped[date] = mapped_column(primary_key=True)
    from_day: Mapped[date] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    customers: Mapped[int] = mapped_column(BigInteger, default=0)


class CustomerCount(Base):
    """How many of today's customers registered on a business day. Counted by a trigger on users."""

    __tablename__ = "customer_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    customers: Mapped[int] = mapped_column(BigInteger, default=0)


class TicketCount(Base):
    """How many tickets came to a status and left it on a business day. Counted by a trigger on tickets."""

    __tablename__ = "ticket_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    status: Mapped[TicketStatus] = mapped_column(stored(TicketStatus), primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    entered: Mapped[int] = mapped_column(BigInteger, default=0)
    departed: Mapped[int] = mapped_column(BigInteger, default=0)
