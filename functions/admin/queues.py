"""The queues as the staff sees them: how long they are, what lies among the dead letters, and back with it.

A page must not wait for a queue that is away, so the client here is less patient than the outbox's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from functions.admin.schemas.system import QueueName
from zimmer.errors import QueueUnavailable
from zimmer.observability import logger
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

BATCH = 10  # what SQS gives and takes in one call
HIDDEN_SECONDS = 60  # how long a dead letter is ours while it is sent back
MOST_ROUNDS = 50  # of one redrive: what is left is left for the next


@dataclass(frozen=True)
class Queue:
    """A queue and where its messages end that were tried too often."""

    name: QueueName
    url: str
    dead_letters_url: str


@dataclass(frozen=True)
class Length:
    """As SQS counts, which is roughly."""

    visible: int
    in_flight: int


@dataclass(frozen=True)
class Letter:
    """One dead letter as it was received."""

    message_id: str
    body: str
    receive_count: int
    sent_at: datetime
    receipt: str


def known() -> dict[QueueName, Queue]:
    """The platform's queues."""
    settings = get_settings()
    return {
        QueueName.CREDIT: Queue(QueueName.CREDIT, settings.credit_queue_url, settings.credit_dead_letters_url),
        QueueName.DELIVERY: Queue(QueueName.DELIVERY, settings.delivery_queue_url, settings.delivery_dead_letters_url),
    }


@lru_cache(maxsize=1)
def connected() -> "SQSClient":
    """The container's client. What it asks is answered within seconds or not at all."""
    import boto3  # 240 ms, and most pages need none
    from botocore.config import Config

    return boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1}))


def length(sqs: "SQSClient", url: str) -> Length:
    """How many messages wait and how many are being worked on. Raises QueueUnavailable."""
    with _answering():
        found = sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
    return Length(
        int(found["ApproximateNumberOfMessages"]),
        int(found["ApproximateNumberOfMessagesNotVisible"]),
    )


def dead_letters(sqs: "SQSClient") -> int | None:
    """How many dead letters there are; None while the queue does not answer."""
    try:
        return sum(length(sqs, queue.dead_letters_url).visible for queue in known().values())
    except QueueUnavailable:
        return None


def answers(sqs: "SQSClient") -> bool:
    """Whether every queue that messages are sent to is there."""
    try:
        for queue in known().values():
            length(sqs, queue.url)
    except QueueUnavailable:
        return False
    return True


def look_at(sqs: "SQSClient", queue: Queue) -> list[Letter]:
    """Some dead letters, ten at most, without taking them. Raises QueueUnavailable."""
    return _receive(sqs, queue, hidden_seconds=0)


def send_back(sqs: "SQSClient", queue: Queue, ids: Sequence[str] | None) -> list[str]:
    """Send dead letters to their queue again and return the ids of those that went; with `ids`, only those.

    A letter is sent first and deleted then: whoever dies in between leaves it twice, which its reader must
    (and does) survive. Raises QueueUnavailable when the queue fails before anything was sent.
    """
    wanted, passed_over, moved = set(ids or ()), list[Letter](), list[str]()
    try:
        for letters in _received(sqs, queue):
            chosen = [letter for letter in letters if ids is None or letter.message_id in wanted]
            passed_over += [letter for letter in letters if letter not in chosen]
            moved += _move(sqs, queue, chosen)
            wanted -= {letter.message_id for letter in chosen}
            if ids is not None and not wanted:
                break
    except QueueUnavailable:
        if not moved:
            raise
    finally:
        _let_go(sqs, queue, passed_over)
    return moved


def _received(sqs: "SQSClient", queue: Queue) -> Iterator[list[Letter]]:
    """The dead letters there are, each once: those that were seen stay hidden for a while."""
    seen: set[str] = set()
    for _ in range(MOST_ROUNDS):
        letters = _receive(sqs, queue, hidden_seconds=HIDDEN_SECONDS)
        new = [letter for letter in letters if letter.message_id not in seen]
        if not new:
            return
        seen |= {letter.message_id for letter in new}
        yield new


def _receive(sqs: "SQSClient", queue: Queue, *, hidden_seconds: int) -> list[Letter]:
    with _answering():
        messages = sqs.receive_message(
            QueueUrl=queue.dead_letters_url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=hidden_seconds,
            WaitTimeSeconds=1,  # asks all of SQS's servers, where 0 asks a few
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
        ).get("Messages", [])
    return [_letter(message) for message in messages]


def _letter(message: "MessageTypeDef") -> Letter:
    attributes = message["Attributes"]
    return Letter(
        message_id=message["MessageId"],
        body=message["Body"],
        receive_count=int(attributes["ApproximateReceiveCount"]),
        sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        receipt=message["ReceiptHandle"],
    )


def _move(sqs: "SQSClient", queue: Queue, letters: Sequence[Letter]) -> list[str]:
    """Send, then delete what the queue has taken. Returns what it has taken, also when the deleting fails: they
    went, and a refusal would say that they did not.
    """
    if not letters:
        return []
    with _answering():
        sent = sqs.send_message_batch(
            QueueUrl=queue.url,
            Entries=[{"Id": str(n), "MessageBody": letter.body} for n, letter in enumerate(letters)],
        )
    taken = [letters[int(entry["Id"])] for entry in sent.get("Successful", [])]
    if taken:
        with suppress(QueueUnavailable), _answering():
            sqs.delete_message_batch(
                QueueUrl=queue.dead_letters_url,
                Entries=[{"Id": str(n), "ReceiptHandle": letter.receipt} for n, letter in enumerate(taken)],
            )
    return [letter.message_id for letter in taken]


def _let_go(sqs: "SQSClient", queue: Queue, letters: Sequence[Letter]) -> None:
    """Show again what was received and not wanted. If that fails they show themselves in a minute."""
    with suppress(QueueUnavailable):
        for start in range(0, len(letters), BATCH):
            with _answering():
                sqs.change_message_visibility_batch(
                    QueueUrl=queue.dead_letters_url,
                    Entries=[
                        {"Id": str(n), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                        for n, letter in enumerate(letters[start : start + BATCH])
                    ],
                )


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever the client says when SQS is away or refuses is one thing to us. Raises QueueUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        logger().warning("queue.does-not-answer", exc_info=True)
        raise QueueUnavailable from error
