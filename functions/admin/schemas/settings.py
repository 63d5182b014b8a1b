"""What crosses the border of the business settings."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from functions.admin.schemas.names import PersonName
from zimmer.web import StrictBody
from zimmer.web.texts import prose

# It stands on every page of the panel.
Message = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(prose)]
MOST_RIALS = 1_000_000_000_000


class SettingsRecord(BaseModel):
    """What holds now. Amounts are rials; `approval_threshold` and `low_balance_default` are tokens."""

    demo_tokens: int
    demo_days: int
    minimum_amount: int
    maximum_amount: int
    approval_threshold: int
    low_balance_default: int
    max_open_payments: int
    gateway_paused: bool
    gateway_message: str | None
    maintenance: bool
    maintenance_message: str | None
    updated_by: PersonName | None
    updated_at: datetime


class SettingsChange(StrictBody):
    """What is given is changed. Only the messages may be null."""

    # A factory and no default: what is not given has no value, and the written interface shows none.
    demo_tokens: int = Field(default_factory=int, ge=0, le=1000)
    demo_days: int = Field(default_factory=int, ge=1, le=3650)
    minimum_amount: int = Field(default_factory=int, ge=1, le=MOST_RIALS)
    maximum_amount: int = Field(default_factory=int, ge=1, le=MOST_RIALS)
    approval_threshold: int = Field(default_factory=int, ge=0, le=10_000_000)
    low_balance_default: int = Field(default_factory=int, ge=0, le=10_000_000)
    max_open_payments: int = Field(default_factory=int, ge=1, le=100)
    gateway_paused: bool = Field(default_factory=bool)
    gateway_message: Message | None = None
    maintenance: bool = Field(default_factory=bool)
    maintenance_message: Message | None = None
