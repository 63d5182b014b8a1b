"""What crosses the border of the automations routes."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from zimmer.models import Health, IntegrationStatus, PricingType, UserAutomationStatus
from zimmer.pagination import LARGEST_BIGINT
from zimmer.web import StrictBody
from zimmer.web.texts import Line

UNIT_NAMES = {PricingType.PER_SESSION: "نشست", PricingType.PER_MESSAGE: "پیام", PricingType.FLAT_FEE: "ماه"}


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AutomationCard(FromRow):
    """One automation in the marketplace. Amounts are rials; `from_amount` is the cheapest purchase."""

    id: int
    name: str
    tagline: str
    category: str
    icon_url: str | None
    developer: str
    pricing_type: PricingType
    unit_name: str
    price_per_token: int
    from_amount: int
    demo_tokens: int
    health_status: Health
    can_buy: bool
    can_buy_reason: str | None
    customers: int


class PackageOffer(FromRow):
    """A size with a price of its own."""

    tokens: int
    amount: int
    highlight: bool


class Example(BaseModel):
    """What a typical run costs."""

    title: str
    tokens: int


class AutomationDetail(AutomationCard):
    """One automation with all that its page shows."""

    description: str | None
    screenshots: list[str]
    examples: list[Example]
    packages: list[PackageOffer]
    health_checked_at: datetime | None
    support_url: str | None


class OwnAutomation(FromRow):
    """A customer's copy and what is left on it.

    `held_tokens` are set aside for runs under way and not among what is left. `cap_resets_at` is null without a
    daily cap. `low_balance_at` is null where the platform's own line warns, 0 where none does.
    """

    user_automation_id: int
    automation_id: int
    name: str
    display_name: str | None
    icon_url: str | None
    status: UserAutomationStatus
    tokens_remaining: int
    demo_tokens: int
    is_demo_active: bool
    demo_expired: bool
    demo_expires_at: datetime | None
    held_tokens: int
    spent_today: int
    daily_spend_cap: int | None
    cap_resets_at: datetime | None
    low_balance_at: int | None
    integration_status: IntegrationStatus
    health_status: Health
    provisioned_at: datetime | None
    created_at: datetime


class ChangeOwnAutomation(StrictBody):
    """What a customer may set on a copy. A field that is not sent stays as it is; null takes a value back.

    `daily_spend_cap` is in tokens a day, null for none. Below `low_balance_at` tokens the customer is warned.
    """

    daily_spend_cap: Annotated[int, Field(ge=1, le=LARGEST_BIGINT)] | None = None
    low_balance_at: Annotated[int, Field(ge=0, le=LARGEST_BIGINT)] | None = None
    display_name: Line | None = None


def unit_name(pricing_type: PricingType) -> str:
    """What one token is called in the customer's language."""
    return UNIT_NAMES[pricing_type]
