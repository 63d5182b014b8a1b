"""SQS in, tokens out: credits verified payments, a batch in one statement.

It believes nothing in a message but the payment's id. It imports no FastAPI, no batch framework (those call
once per record; one statement for ten is the point) and no ORM: it asks one statement, and starts often.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from sqlalchemy.exc import DBAPIError

from zimmer import ledger, snapstart
from zimmer.db import database
from zimmer.messages import CreditPayment
from zimmer.observability import Unit, counting, logger

if TYPE_CHECKING:
    from zimmer.models import Json

ACTOR = "payments-worker"

snapstart.register()


class Failure(TypedDict):
    itemIdentifier: str


class BatchAnswer(TypedDict):
    """Which messages SQS is to deliver again; the others are deleted."""

    batchItemFailures: list[Failure]


@dataclass(frozen=True)
class Message:
    """What one readable message asks for, and how SQS brought it."""

    payment_id: int
    message_id: str
    receive_count: int

    @property
    def shown(self) -> "Json":
        return {"message_id": self.message_id, "receive_count": self.receive_count}


def handler(event: Mapping[str, Any], context: Any) -> BatchAnswer:
    """Credit the payments of one SQS batch. A poisonous message fails alone."""
    asked = _asked(event["Records"])
    done = _credit({message.payment_id: message for message in asked})
    succeeded = {message.message_id for message in asked if message.payment_id in done}
    failed = [record["messageId"] for record in event["Records"] if record["messageId"] not in succeeded]
    logger().info("credit.batch", messages=len(event["Records"]), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _asked(records: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The messages that can be read."""
    asked = []
    for record in records:
        try:
            payment_id = CreditPayment.parse(record["body"]).payment_id
        except ValueError:
            logger().error("credit.unreadable-message", message_id=record["messageId"])
            continue
        count = record.get("attributes", {}).get("ApproximateReceiveCount", "1")
        asked.append(Message(payment_id, record["messageId"], int(count)))
    return asked


def _credit(asked: Mapping[int, Message]) -> frozenset[int]:
    """The payments that need no further message: credited now or before."""
    if not asked:
        return frozenset()
    try:
        return _credit_together(asked)
    except DBAPIError:
        logger().exception("credit.batch-failed", payments=len(asked))
        return _credit_one_by_one(asked)


def _credit_together(asked: Mapping[int, Message]) -> frozenset[int]:
    brought = {payment_id: message.shown for payment_id, message in asked.items()}
    credited = ledger.credit_purchases(database().atomic(), asked, actor=ACTOR, deliveries=brought)
    for payment_id in credited.refused:
        logger().error("credit.refused", payment_id=payment_id)
    if credited.now:
        lag = round(credited.slowest.total_seconds(), 3)
        metrics = {"TokensCredited": (credited.tokens, Unit.COUNT), "CreditLag": (lag, Unit.SECONDS)}
        logger().info("credit.done", **counting(metrics), payments=len(credited.now))
    return credited.now | credited.before


def _credit_one_by_one(asked: Mapping[int, Message]) -> frozenset[int]:
    """After the batch broke: whoever is not the cause gets through."""
    done: frozenset[int] = frozenset()
    for payment_id in sorted(asked):
        try:
            done |= _credit_together({payment_id: asked[payment_id]})
        except DBAPIError:
            logger().exception("credit.failed", payment_id=payment_id)
    return done
