"""What is for sale: automations, their packages, and the tokens by which they call us."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base, Json, stored
from zimmer.money import Rial


class PricingType(StrEnum):
    """Only the name of the unit shown to people differs: a session, a message, a month."""

    PER_SESSION = "token_per_session"
    PER_MESSAGE = "token_per_message"
    FLAT_FEE = "flat_fee"


class Health(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class Automation(Base):
    """A web service of an independent developer, sold by the token."""

    __tablename__ = "automations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    pricing_type: Mapped[PricingType] = mapped_column(stored(PricingType), default=PricingType.PER_SESSION)
    price_per_token: Mapped[Rial]
    status: Mapped[bool] = mapped_column(default=True)  # False: withdrawn, may not be bought
    is_listed: Mapped[bool] = mapped_column(default=True)
    health_status: Mapped[Health] = mapped_column(stored(Health), default=Health.HEALTHY)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    tagline: Mapped[str] = mapped_column(String(255), default="")
    category: Mapped[str] = mapped_column(String(50), default="")
    developer: Mapped[str] = mapped_column(String(255), default="")
    icon_url: Mapped[str | None] = mapped_column(String(500))
    support_url: Mapped[str | None] = mapped_column(String(500))
    screenshots: Mapped[list[str]] = mapped_column(default=list)
    examples: Mapped[list[Json]] = mapped_column(default=list)  # [{title, tokens}]
    provision_url: Mapped[str | None] = mapped_column(String(500))
    health_check_url: Mapped[str | None] = mapped_column(String(500))
    health_checked_at: Mapped[datetime | None]
    customers: Mapped[int] = mapped_column(default=0)  # counted by a trigger on user_automations

    __table_args__ = (Index("ix_automations_listed", "id", postgresql_where=text("is_listed AND status")),)


class AutomationPackage(Base):
    """A size with a price of its own."""

    __tablename__ = "automation_packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    automation_id: Mapped[int] = mapped_column(ForeignKey("automations.id"))
    tokens: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Rial]
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    highlight: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("automation_id", "tokens"),)


class ServiceToken(Base):
    """How an automation signs its calls to us: `zs_<id>_<secret>`, of which we keep the hash."""

    __tablename__ = "service_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    automation_id: Mapped[int] = mapped_column(ForeignKey("automations.id"), index=True)
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
