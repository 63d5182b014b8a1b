"""Quotes: a price that is promised to one customer for a quarter of an hour.

A quote is kept by whoever asked for it, not by us: `v1.payload.signature`, in base64url. The signature covers
the version and the payload as they are written, so a quote has one spelling only, and the hash of a request
that carries it tells which quote a purchase was opened with.
"""

import base64
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from functions.payments.pricing import Discount, Price
from zimmer import clock, crypto
from zimmer.errors import QuoteInvalid
from zimmer.money import Rial

VERSION = "v1"
PURPOSE = "payments.quote"
VALID_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Quote:
    """What was promised, and to whom."""

    number: str  # random: two quotes of the same price are two
    user_id: int
    automation_id: int
    tokens: int
    unit_price: Rial
    amount_before: Rial
    amount: Rial
    ends_at: int  # seconds since 1970
    discount_code: str | None = None
    discount_percent: str | None = None  # as the code says it, "20.00"

    @property
    def price(self) -> Price:
        discount = Discount(self.discount_code, Decimal(self.discount_percent or 0)) if self.discount_code else None
        return Price(self.unit_price, self.amount_before, self.amount, discount)

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.ends_at, UTC)

    @property
    def has_ended(self) -> bool:
        return clock.now() >= self.expires_at


def promise(user_id: int, automation_id: int, tokens: int, price: Price) -> Quote:
    """A new quote, valid from now."""
    return Quote(
        number=secrets.token_urlsafe(12),
        user_id=user_id,
        automation_id=automation_id,
        tokens=tokens,
        unit_price=price.unit_price,
        amount_before=price.amount_before,
        amount=price.amount,
        ends_at=int((clock.now() + VALID_FOR).timestamp()),
        discount_code=price.discount.code if price.discount else None,
        discount_percent=str(price.discount.percent) if price.discount else None,
    )


def written(quote: Quote) -> str:
    """The quote as its customer keeps it."""
    payload = base64.urlsafe_b64encode(json.dumps(asdict(quote), separators=(",", ":")).encode()).decode().rstrip("=")
    return f"{VERSION}.{payload}.{crypto.signature(f'{VERSION}.{payload}', purpose=PURPOSE)}"


def read(text: str, *, user_id: int) -> Quote:
    """A quote of ours to this customer, ended or not. Raises QuoteInvalid for everything else."""
    signed, _, signature = text.rpartition(".")
    expected = crypto.signature(signed, purpose=PURPOSE)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise QuoteInvalid
    version, _, payload = signed.partition(".")
    if version != VERSION:
        raise QuoteInvalid
    quote = Quote(**json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
    if quote.user_id != user_id:
        raise QuoteInvalid
    return quote
