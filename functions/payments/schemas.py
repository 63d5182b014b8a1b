"""What crosses the border of the payments routes."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, WrapValidator

from functions.payments.states import Phase, WireStatus
from zimmer.web import RowId, StrictBody

MOST_TOKENS = 10_000_000


# As people type it: any case, with blanks around it.
DiscountCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9_-]{1,50}$")]


class InitPayment(StrictBody):
    """How many tokens of which automation. What they cost is the server's to say."""

    automation_id: RowId
    tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS, strict=True)]
    discount_code: DiscountCode | None = None


class InitQuoted(StrictBody):
    """A quote says everything that an order says, and the price."""

    quote: Annotated[str, Field(min_length=1, max_length=1_000)]


def _one_form(body: Any, _: Any) -> InitPayment | InitQuoted:
    """An order comes in exactly one form; its fields are refused under their own names, not under both forms'."""
    form = InitQuoted if isinstance(body, dict) and "quote" in body else InitPayment
    return form.model_validate(body)


InitBody = Annotated[InitPayment | InitQuoted, WrapValidator(_one_form)]


class Quoted(BaseModel):
    """A price that holds until `expires_at`, `expires_in` seconds from now; `quote` goes into the request that
    opens the purchase.
    """

    quote: str
    unit_price: int
    amount: int
    discount: int
    amount_before: int
    discount_code: str | None
    discount_percent: float | None
    currency: str = "IRR"
    expires_at: datetime
    expires_in: int


class PaymentStarted(BaseModel):
    """A purchase waits at the bank: send the customer to `redirect_url`. With nothing to pay (`amount` 0) that is
    the return page.
    """

    payment_id: int
    transaction_id: str
    redirect_url: str
    amount: int
    currency: str = "IRR"


class AutomationName(BaseModel):
    id: int
    name: str


class PaymentLine(BaseModel):
    """A purchase in the history. `tracking_code` is the bank's."""

    transaction_id: str
    status: WireStatus
    phase: Phase
    amount: int
    currency: str = "IRR"
    tokens: int
    automation: AutomationName
    tracking_code: str | None
    has_receipt: bool
    created_at: datetime


class TimelineStep(BaseModel):
    """Something that happened to the purchase."""

    at: datetime
    cause: str


class PaymentDetail(PaymentLine):
    """A purchase as its owner sees it: `redirect_url` while it can be paid, `receipt_url` once it has a receipt."""

    amount_before: int
    discount_code: str | None
    card_pan: str | None
    redirect_url: str | None
    receipt_url: str | None
    expires_at: datetime
    verified_at: datetime | None
    credited_at: datetime | None
    timeline: list[TimelineStep]


class PublicStatus(BaseModel):
    """How a purchase goes, for whoever knows its random id: bank apps come back in another browser."""

    status: WireStatus
    phase: Phase
    amount: int
    currency: str = "IRR"
    tokens: int
    automation_name: str
    tracking_code: str | None
    created_at: datetime
    updated_at: datetime


class ReceiptLink(BaseModel):
    """An address of a receipt's file that opens without signing in, until it expires."""

    url: str
    expires_at: datetime


class ReceiptChecked(BaseModel):
    """What stands on the receipt with this code, for whoever holds it. `card_pan` is masked."""

    receipt_code: str
    phase: Phase
    amount: int
    currency: str = "IRR"
    refunded_amount: int | None
    tokens: int
    automation_name: str
    paid_at: datetime
    card_pan: str | None
    tracking_code: str | None
