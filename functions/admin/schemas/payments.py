"""What crosses the border of the staff's routes about purchases."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from functions.admin.schemas.names import AllowedAction, PersonName
from zimmer.models import DeliveryState, PaymentStatus, ReviewDecision, TicketStatus
from zimmer.wire import Phase, WireStatus


class PaymentRow(BaseModel):
    """One purchase. `status` is where it stands inside, `wire_status` and `phase` are what its customer is told."""

    id: int
    transaction_id: str
    user: PersonName
    automation: PersonName
    amount: int
    tokens: int
    status: PaymentStatus
    wire_status: WireStatus
    phase: Phase
    tracking_code: str | None
    card_pan: str | None
    created_at: datetime
    verified_at: datetime | None
    credited_at: datetime | None


class PaymentFacts(PaymentRow):
    """Everything that stands in its row. The card is masked by the gateway."""

    authority: str | None
    unit_price: int
    amount_before: int
    discount_code: str | None
    fee: int | None
    attempts: int
    checks: int
    next_check_at: datetime | None
    lease_until: datetime | None
    expires_at: datetime
    nok_at: datetime | None
    canceled_at: datetime | None


class Tone(StrEnum):
    GOOD = "good"
    CALM = "calm"  # over, and nothing was paid
    WAIT = "wait"
    BAD = "bad"


class Verdict(BaseModel):
    """The whole story in one line."""

    tone: Tone
    text: str


class Lane(StrEnum):
    """Who did it."""

    CUSTOMER = "customer"
    ZARINPAL = "zarinpal"
    API = "api"
    QUEUE = "queue"
    WORKER = "worker"
    STAFF = "staff"


class TraceEvent(BaseModel):
    seq: int
    at: datetime
    lane: Lane
    actor: str
    cause: str
    from_status: PaymentStatus | None
    to_status: PaymentStatus | None
    gateway_code: int | None
    http_status: int | None
    latency_ms: int | None
    detail: dict[str, Any] | None


class TraceMessage(BaseModel):
    """A promise in the outbox, and when the queue took it."""

    id: int
    topic: str
    created_at: datetime
    published_at: datetime | None
    attempts: int
    message_id: str | None


class TraceDelivery(BaseModel):
    """The message that credited it, as the worker got it."""

    message_id: str
    receive_count: int
    at: datetime


class TraceEntry(BaseModel):
    id: int
    bucket: str
    delta: int
    balance_after: int
    kind: str
    reference: str
    actor: str
    at: datetime


class TraceMail(BaseModel):
    state: DeliveryState
    sent_at: datetime | None


class TraceNotice(BaseModel):
    kind: str
    created_at: datetime
    read_at: datetime | None
    mail: TraceMail | None


class TraceTicket(BaseModel):
    id: int
    title: str
    status: TicketStatus


class TraceReview(BaseModel):
    """What one manager has proposed and another has not decided yet."""

    decision: ReviewDecision
    reason: str
    proposed_by: PersonName
    proposed_at: datetime


class TraceAction(AllowedAction):
    consequence: str


class Trace(BaseModel):
    """One purchase with everything that ever happened to it."""

    payment: PaymentFacts
    verdict: Verdict
    events: list[TraceEvent]
    outbox: list[TraceMessage]
    deliveries: list[TraceDelivery]
    ledger: list[TraceEntry]
    notifications: list[TraceNotice]
    tickets: list[TraceTicket]
    review: TraceReview | None
    allowed_actions: list[TraceAction]
