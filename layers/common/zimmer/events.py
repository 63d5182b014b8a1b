"""The outbox: messages between functions, written with the rows they speak of and sent to SQS after the commit.

An outbox row is the promise; the queue is only the fast way to keep it. What could not be sent stays in
the table and the sweep sends it, so losing a queue loses nothing.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Interval, Row, String, bindparam, text
from sqlalchemy.dialects.postgresql import insert

from zimmer import clock
from zimmer.db import Prepared, Session, database
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

CLAIM = Prepared(
    text("""
WITH due AS MATERIALIZED (
    SELECT id FROM outbox
    WHERE published_at IS NULL AND next_at <= :at AND topic = ANY(:topics)
    ORDER BY array_position(:topics, topic), id LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE outbox SET attempts = attempts + 1, next_at = :at + least(:taking * power(2, least(attempts, 5)), :longest)
FROM due WHERE outbox.id = due.id
RETURNING outbox.id, outbox.topic, outbox.payload
""").bindparams(
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("topics", type_=ARRAY(String)),
        bindparam("most", BATCH, type_=BigInteger),
        bindparam("taking", SENDING_TAKES, type_=Interval),
        bindparam("longest", LONGEST_WAIT, type_=Interval),
    )
)
MARK = Prepared(
    text("""
UPDATE outbox SET published_at = :at, message_id = sent.message_id
FROM unnest(:ids, :message_ids) AS sent (id, message_id) WHERE outbox.id = sent.id
RETURNING outbox.id
""").bindparams(
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("ids", type_=ARRAY(BigInteger)),
        bindparam("message_ids", type_=ARRAY(String)),
    )
)


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

    A conversation: rows are claimed by one statement, sent with no transaction open, and marked by a second
    one. Dying in between sends a message twice, which its reader must (and does) survive.
    """
    sent, topics = 0, list(TOPICS)
    while topics and sent < limit:
        claimed = _claim(topics)
        if not claimed:
            break
        taken = {topic: _send(_queue_url(topic), rows) for topic, rows in claimed.items()}
        message_ids = {outbox_id: message_id for ids in taken.values() for outbox_id, message_id in ids.items()}
        _mark(message_ids)
        sent += len(message_ids)
        if sum(map(len, claimed.values())) < BATCH:
            break
        topics = [topic for topic in topics if taken.get(topic, True)]  # those whose queue answers
    return sent


def publish_soon() -> None:
    """Send now if the queue answers. If it does not, the sweep will: the promise is in the table."""
    try:
        publish(limit=BATCH)
    except Exception:  # whatever fails here must not reach a customer whose payment is safe
        logger().warning("outbox.left-for-the-sweep", exc_info=True)


def _claim(topics: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """A batch of what is due, each topic's rows in their order. Claimed twice, it is due again a little later."""
    rows = database().atomic().run(CLAIM, {"topics": list(topics), "at": clock.now()})
    claimed = {topic: sorted((row for row in rows if row.topic == topic), key=lambda row: row.id) for topic in topics}
    return {topic: its_own for topic, its_own in claimed.items() if its_own}


def _send(queue_url: str, messages: Sequence[Row[Any]]) -> dict[int, str]:
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


def _mark(message_ids: Mapping[int, str]) -> None:
    if message_ids:
        ids = {"ids": list(message_ids), "message_ids": list(message_ids.values())}
        database().atomic().run(MARK, {**ids, "at": clock.now()})


@lru_cache(maxsize=1)
def _sqs() -> "SQSClient":
    import boto3  # 240 ms, and the runtime brings it: only who really sends pays for it
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    return boto3.client("sqs", config=patience)
