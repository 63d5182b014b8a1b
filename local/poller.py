"""Lambda's event source mapping for SQS: receive, call the function, delete what succeeded.

What is not deleted comes back when its visibility time-out ends and goes to the dead letters after the queue's
maxReceiveCount; both are the queue's business, not ours.
"""

import base64
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.gateway import Functions
from local.queues import REGION, Address
from local.sandbox import SandboxError
from local.template import EventSource

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MOST_AT_ONCE = 10  # messages that SQS gives in one answer
LONG_POLL_SECONDS = 1  # SQS allows twenty; a pause must not take that long to begin
RESTS_WITHIN_SECONDS = 5.0
PAUSE_SECONDS = 1.0  # after a queue did not answer

log = logging.getLogger("local.poller")


class MalformedFailures(Exception):
    """The function's answer does not say which items failed, so all of them did."""


@dataclass(frozen=True)
class Poller:
    """Feeds one function from one queue. A batching window is not waited for: here somebody is watching."""

    source: EventSource
    queue: Address
    sqs: "SQSClient"
    functions: Functions
    _may_run: threading.Event = field(default_factory=lambda: _set(threading.Event()))
    _rests: threading.Event = field(default_factory=lambda: _set(threading.Event()))

    @property
    def is_paused(self) -> bool:
        return not self._may_run.is_set()

    def pause(self) -> None:
        """Take no more messages; returns when the batch at hand is done (or is taking its time)."""
        self._may_run.clear()
        self._rests.wait(RESTS_WITHIN_SECONDS)

    def resume(self) -> None:
        self._may_run.set()

    def run(self, stopping: threading.Event) -> None:
        """Poll until told to stop."""
        from botocore.exceptions import BotoCoreError, ClientError

        while not stopping.is_set():
            if not self._may_run.wait(PAUSE_SECONDS):
                continue
            self._rests.clear()
            try:
                if self.is_paused:  # since we looked
                    continue
                self.poll(wait_seconds=LONG_POLL_SECONDS)
            except (BotoCoreError, ClientError) as error:
                if not stopping.is_set():
                    log.warning("%s did not answer: %s", self.source.queue, error)
                stopping.wait(PAUSE_SECONDS)
            finally:
                self._rests.set()

    def poll(self, *, wait_seconds: int = 0) -> int:
        """Receive one batch and have it worked on; how many of its messages are done."""
        messages = self.sqs.receive_message(
            QueueUrl=self.queue.url,
            MaxNumberOfMessages=min(self.source.batch_size, MOST_AT_ONCE),
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            return 0
        failed = self._failed(messages)
        done = [message for message in messages if message["MessageId"] not in failed]
        if done:
            entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(done)]
            self.sqs.delete_message_batch(QueueUrl=self.queue.url, Entries=entries)  # type: ignore[arg-type]
        return len(done)

    def _failed(self, messages: "list[MessageTypeDef]") -> set[str]:
        sent = {message["MessageId"] for message in messages}
        try:
            answer = self.functions.invoke(self.source.function, event_of(messages, self.queue))
            failed = failures(answer, sent) if self.source.reports_item_failures else set()
        except (SandboxError, MalformedFailures) as error:
            log.warning("%s failed with %d messages: %s", self.source.function, len(sent), error)
            return sent
        if failed:
            log.warning("%s failed with %d of %d messages", self.source.function, len(failed), len(sent))
        return failed


def _set(event: threading.Event) -> threading.Event:
    event.set()
    return event


def failures(answer: Any, sent: set[str]) -> set[str]:
    """The ids that the function gives back. Nothing at all is success, as on Lambda. Raises MalformedFailures."""
    if not answer:
        return set()
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures") or [], list):
        raise MalformedFailures("no batchItemFailures in the answer")
    named = set()
    for item in answer.get("batchItemFailures") or []:
        identifier = item.get("itemIdentifier") if isinstance(item, dict) else None
        if not isinstance(identifier, str) or identifier not in sent:
            raise MalformedFailures(f"{identifier!r} is none of the batch")
        named.add(identifier)
    return named


def event_of(messages: "list[MessageTypeDef]", queue: Address) -> dict[str, Any]:
    """The SQS event as Lambda builds it: the same message under other names."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message.get("Attributes", {})),
                "messageAttributes": {
                    name: attribute_of(value) for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue.arn,
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


def attribute_of(value: Any) -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return attribute
