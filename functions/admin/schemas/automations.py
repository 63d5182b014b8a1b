"""What crosses the border of the staff's routes about automations."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, HttpUrl, StringConstraints, TypeAdapter, UrlConstraints

from zimmer.models import Health, PricingType
from zimmer.money import RIALS_PER_TOMAN
from zimmer.web import StrictBody
from zimmer.web.texts import Line, line, printable, prose

MOST_RIALS = 1_000_000_000_000
MOST_TOKENS = 10_000_000
MOST_PACKAGES = 20

# Whole tomans: the database holds no other price.
Price = Annotated[int, Field(ge=1, le=MOST_RIALS, multiple_of=RIALS_PER_TOMAN)]
# Empty is no word at all, and that is allowed for what a card can do without.
Words = Annotated[str, StringConstraints(max_length=255), AfterValidator(lambda text: line(text) if text else text)]
Category = Annotated[str, StringConstraints(max_length=50), AfterValidator(lambda text: line(text) if text else text)]
Description = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(prose)]
_HTTPS = TypeAdapter(Annotated[HttpUrl, UrlConstraints(max_length=500, allowed_schemes=["https"], host_required=True)])


def https(address: str) -> str:
    """An address that may be called or linked, kept as it was typed. It holds no password: everybody may read it."""
    if any(character.isspace() for character in printable(address)):
        raise ValueError("spaces are not allowed")
    found = _HTTPS.validate_python(address)
    if found.username or found.password:
        raise ValueError("credentials are not allowed")
    return address


Address = Annotated[str, StringConstraints(max_length=500), AfterValidator(https)]


class AutomationRow(BaseModel):
    """One automation in the staff's list. Prices are rials."""

    id: int
    name: str
    category: str
    developer: str
    pricing_type: PricingType
    price_per_token: int
    status: bool
    is_listed: bool
    health_status: Health
    customers: int
    created_at: datetime


class TypicalRun(StrictBody):
    """What a typical run costs."""

    title: Line
    tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)]


class PackageRow(BaseModel):
    id: int
    tokens: int
    amount: int
    position: int
    highlight: bool


class ServiceTokenRow(BaseModel):
    """One of the automation's service tokens; what it says is known to its holder alone."""

    id: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class AutomationRecord(AutomationRow):
    """One automation as the staff sees it. `tokens_held` is what its customers have left, demo and paid."""

    tagline: str
    description: str | None
    icon_url: str | None
    support_url: str | None
    provision_url: str | None
    health_check_url: str | None
    health_checked_at: datetime | None
    screenshots: list[str]
    examples: list[TypicalRun]
    packages: list[PackageRow]
    service_tokens: list[ServiceTokenRow]
    tokens_held: int


class AutomationFacts(StrictBody):
    """What its developer and we say of an automation."""

    tagline: Words = ""
    description: Description | None = None
    category: Category = ""
    developer: Words = ""
    pricing_type: PricingType = PricingType.PER_SESSION
    icon_url: Address | None = None
    support_url: Address | None = None
    provision_url: Address | None = None
    health_check_url: Address | None = None
    examples: Annotated[list[TypicalRun], Field(default_factory=list, max_length=10)]


class NewAutomation(AutomationFacts):
    """A new one. It stands in no list until somebody lists it."""

    name: Line
    price_per_token: Price


class AutomationChange(AutomationFacts):
    """What is given is changed. The price, and what it is a price of, are a manager's to change."""

    # A factory and no default: what is not given has no value, and the written interface shows none.
    name: Line = Field(default_factory=str)
    price_per_token: Price = Field(default_factory=int)


class PackageWish(StrictBody):
    """A size with a price of its own."""

    tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)]
    amount: Price
    position: Annotated[int, Field(ge=0, le=1000)] = 0
    highlight: bool = False


class PackagesWish(StrictBody):
    """All packages that are to be sold from now on; none sells tokens by the piece alone."""

    packages: Annotated[list[PackageWish], Field(max_length=MOST_PACKAGES)]
