"""The outbox: messages between functions, written with the rows they speak of and sent to SQS after the commit.

An outbox row is the promise; the queue is only the fast way to keep it. What could not be sent stays in
the table and the sweep sends it, so losing a queue loses nothing.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from zimmer import clock
from zimmer.db import Session, committed
from zimmer.messages import CREDIT, DELIVER, TOPICS, CreditPayment, DeliverMessage, QueueMessage
from zimmer.models import Json, OutboxMessage
from zimmer.observability import logger
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

__all__ = [
    "CREDIT",
    "DELIVER",
    "CreditPayment",
    "DeliverMessage",
    "QueueMessage",
    "promise",
    "promise_again",
    "promise_all",
    "publish",
    "publish_soon",
]

BATCH = 10  # what SQS takes in one call
SENDING_TAKES = timedelta(seconds=30)  # how long a claimed row is left to whoever claimed it
LONGEST_WAIT = timedelta(minutes=15)


def promise(session: Session, message: QueueMessage) -> None:
    """Write a message to be sent once this transaction commits."""
    promise_all(session, [message])


def promise_all(session: Session, messages: Iterable[QueueMessage]) -> None:
    """Write messages to be sent once this transaction commits."""
    rows = _rows(messages)
    if rows:
        session.execute(insert(OutboxMessage).values(rows))


def promise_again(session: Session, messages: Iterable[QueueMessage]) -> None:
    """Send messages that were sent before and had no effect: the queue may have lost them, or the table."""
    rows = _rows(messages)
    if rows:
        session.execute(
            insert(OutboxMessage)
            .values(rows)
            .on_conflict_do_update(
                index_elements=[OutboxMessage.dedup_key], set_={"published_at": None, "next_at": clock.now()}
            )
        )


def _rows(messages: Iterable[QueueMessage]) -> list[Json]:
    now = clock.now()
    return [
        {
            "topic": message.topic,
            "dedup_key": message.dedup_key,
            "payload": message.body(),
            "created_at": now,
            "next_at": now,
        }
        for message in messages
    ]


def publish(*, limit: int = 100) -> int:
    """Send what waits in the outbox and return how many were sent, those about money first.

    A conversation: rows are claimed and committed, sent with no transaction open, and marked in a second
    commit. Dying in between sends a message twice, which its reader must (and does) survive.
    """
    sent = 0
    for topic in TOPICS:
        sent += _publish(topic, limit=limit - sent)
    return sent


def _publish(topic: str, *, limit: int) -> int:
    sent = 0
    while sent < limit:
        with committed() as session:
            claimed = _claim(session, topic)
        if not claimed:
            break
        message_ids = _send(_queue_url(topic), claimed)
        with committed() as session:
            _mark(session, message_ids)
        sent += len(message_ids)
        if not message_ids or len(claimed) < BATCH:
            break  # the queue is away, or nothing else waits
    return sent


def publish_soon() -> None:
    """Send now if the queue answers. If it does not, the sweep will: the promise is in the table."""
    try:
        publish(limit=BATCH)
    except Exception:  # whatever fails here must not reach a customer whose payment is safe
        logger().warning("outbox.left-for-the-sweep", exc_info=True)


def _claim(session: Session, topic: str) -> Sequence[OutboxMessage]:
    now = clock.now()
    messages = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.topic == topic, OutboxMessage.published_at.is_(None), OutboxMessage.next_at <= now)
        .order_by(OutboxMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for message in messages:
        message.attempts += 1
        message.next_at = now + min(SENDING_TAKES * 2 ** min(message.attempts - 1, 5), LONGEST_WAIT)
    session.flush()
    return messages


def _send(queue_url: str, messages: Sequence[OutboxMessage]) -> dict[int, str]:
    """Send a batch; return the queue's id for each message that was taken. A queue that is away took none."""
    sqs = _sqs()
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[{"Id": str(message.id), "MessageBody": json.dumps(message.payload)} for message in messages],
        )
    except (BotoCoreError, ClientError):
        logger().exception("outbox.queue-is-away", messages=len(messages))
        return {}
    for failure in answer.get("Failed", []):
        logger().warning("outbox.refused-by-the-queue", outbox_id=failure["Id"], reason=failure.get("Code"))
    return {int(taken["Id"]): taken["MessageId"] for taken in answer.get("Successful", [])}


def _queue_url(topic: str) -> str:
    settings = get_settings()
    return {CREDIT: settings.credit_queue_url, DELIVER: settings.delivery_queue_url}[topic]


def _mark(session: Session, message_ids: dict[int, str]) -> None:
    now = clock.now()
    for outbox_id, message_id in message_ids.items():
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == outbox_id).values(published_at=now, message_id=message_id)
        )


@lru_cache(maxsize=1)
def _sqs() -> "SQSClient":
    import boto3  # 240 ms, and the runtime brings it: only who really sends pays for it
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    return boto3.client("sqs", config=patience)
