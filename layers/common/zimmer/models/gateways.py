"""How the payment gateway has been answering."""

from datetime import datetime

from sqlalchemy import ColumnElement, String, func
from sqlalchemy.orm import Mapped, mapped_column

from zimmer.models.base import Base

ZARINPAL = "zarinpal"


class GatewayHealth(Base):
    """One row a gateway. Only the payments function writes it; who may buy is asked of it in the same statement
    as the business settings.

    While it is `resting_since` some moment no purchase is opened, but for one try each time `next_try_at` has come.
    """

    __tablename__ = "gateway_health"

    gateway: Mapped[str] = mapped_column(String(50), primary_key=True)
    failed_for: Mapped[list[str]] = mapped_column(default=list)  # who met the failures since an order was last taken
    failed_at: Mapped[datetime | None]  # the newest of them
    reason: Mapped[str | None] = mapped_column(String(50))
    resting_since: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]

    @classmethod
    def rests_at(cls, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
        """Whether no purchase is opened at this moment."""
        return func.coalesce(cls.next_try_at > moment, False)
