"""SQS in, tokens out: credits verified payments, a batch in one statement.

It believes nothing in a message but the payment's id. It imports no FastAPI and no batch framework
(those call once per record; one statement for ten is the point).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from sqlalchemy.exc import DBAPIError

from zimmer import ledger
from zimmer.db import committed
from zimmer.events import CreditPayment
from zimmer.observability import logger

ACTOR = "payments-worker"


class Failure(TypedDict):
    itemIdentifier: str


class BatchAnswer(TypedDict):
    """Which messages SQS is to deliver again; the others are deleted."""

    batchItemFailures: list[Failure]


def handler(event: Mapping[str, Any], context: Any) -> BatchAnswer:
    """Credit the payments of one SQS batch. A poisonous message fails alone."""
    asked = _asked(event["Records"])
    done = _credit(frozenset(asked.values()))
    failed = [record["messageId"] for record in event["Records"] if asked.get(record["messageId"]) not in done]
    logger().info("credit.batch", messages=len(event["Records"]), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _asked(records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The payment each readable message asks for, by message id."""
    asked = {}
    for record in records:
        try:
            asked[record["messageId"]] = CreditPayment.parse(record["body"]).payment_id
        except ValueError:
            logger().error("credit.unreadable-message", message_id=record["messageId"])
    return asked


def _credit(payment_ids: frozenset[int]) -> frozenset[int]:
    """The payments that need no further message: credited now or before."""
    if not payment_ids:
        return frozenset()
    try:
        return _credit_together(payment_ids)
    except DBAPIError:
        logger().exception("credit.batch-failed", payments=len(payment_ids))
        return _credit_one_by_one(payment_ids)


def _credit_together(payment_ids: Iterable[int]) -> frozenset[int]:
    with committed() as session:
        credited = ledger.credit_purchases(session, payment_ids, actor=ACTOR)
    for payment_id in credited.refused:
        logger().error("credit.refused", payment_id=payment_id)
    return credited.now | credited.before


def _credit_one_by_one(payment_ids: frozenset[int]) -> frozenset[int]:
    """After the batch broke: whoever is not the cause gets through."""
    done: frozenset[int] = frozenset()
    for payment_id in sorted(payment_ids):
        try:
            done |= _credit_together([payment_id])
        except DBAPIError:
            logger().exception("credit.failed", payment_id=payment_id)
    return done
