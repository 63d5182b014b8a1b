"""What crosses the border of the system's routes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from zimmer.web import StrictBody

MessageId = Annotated[str, Field(min_length=1, max_length=100)]


class QueueName(StrEnum):
    CREDIT = "credit"
    DELIVERY = "delivery"


class QueueLine(BaseModel):
    """How long a queue is. `oldest_s` is known of dead letters only; all are null while the queue does not answer."""

    name: str
    visible: int | None
    in_flight: int | None
    oldest_s: int | None


class DeadLetter(BaseModel):
    """A message that was tried too often. `reason` is what the database says today of what it asks for.

    SQS counts our looking as receiving too.
    """

    id: str
    queue: QueueName
    reason: str
    body_masked: str
    receive_count: int


class GatewayState(BaseModel):
    """Whether purchases can be opened. `paused` and `message` are a manager's.

    While it fails they rest by themselves, since `resting_since`, with one try at `next_try_at`. `failure` is the
    newest since an order was last taken: timeout, no-connection, server-error, not-json, …, or `code -11`.
    """

    paused: bool
    message: str | None
    last_answer_at: datetime | None
    resting_since: datetime | None
    next_try_at: datetime | None
    failure: str | None


class ScheduleLine(BaseModel):
    name: str
    last_run: datetime
    ok: bool


class SystemStatus(BaseModel):
    """How the platform is. `oldest_unverified_s` is the age of the oldest purchase whose outcome nobody knows."""

    queues: list[QueueLine]
    dead_letters: list[DeadLetter]
    outbox_lag_s: int | None
    oldest_unverified_s: int | None
    gateway: GatewayState
    schedules: list[ScheduleLine]
    migration: str
    database: bool
    functions: list[str]


class Redrive(StrictBody):
    """Which dead letters go back to their queue; without `ids`, all of them."""

    queue: QueueName
    ids: list[MessageId] | None = Field(default=None, min_length=1, max_length=100)


class Redriven(BaseModel):
    moved: int
