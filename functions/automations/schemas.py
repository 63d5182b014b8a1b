"""What crosses the border of the automations routes."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from zimmer.models import Health, IntegrationStatus, PricingType, UserAutomationStatus

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
    """A customer's copy and what is left on it."""

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
    spent_today: int
    daily_spend_cap: int | None
    integration_status: IntegrationStatus
    health_status: Health
    provisioned_at: datetime | None
    created_at: datetime


def unit_name(pricing_type: PricingType) -> str:
    """What one token is called in the customer's language."""
    return UNIT_NAMES[pricing_type]
