"""The queues of template.yaml, made in moto and spoken to with the real boto3.

boto3 costs 0.4 s to import, so it is imported when the first queue is needed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.template import Queue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

REGION = "eu-central-1"


@dataclass(frozen=True)
class Address:
    """Where a queue is: its URL for senders, its ARN for events."""

    url: str
    arn: str


def client(endpoint: str) -> "SQSClient":
    """SQS at this endpoint. It asks once and waits little: the caller has its own idea of trying again."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "sqs",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 1}),
    )


def create(sqs: "SQSClient", queues: Mapping[str, Queue]) -> dict[str, Address]:
    """Every queue by logical id, dead letters first, since the others name them."""
    made: dict[str, Address] = {}
    for queue in sorted(queues.values(), key=lambda queue: queue.dead_letters is not None):
        url = sqs.create_queue(QueueName=queue.logical_id, Attributes=attributes(queue, made))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        made[queue.logical_id] = Address(url, arn)
    return made


def attributes(queue: Queue, made: Mapping[str, Address]) -> "dict[QueueAttributeNameType, str]":
    plain: dict[QueueAttributeNameType, str] = {
        "VisibilityTimeout": str(queue.visibility_seconds),
        "MessageRetentionPeriod": str(queue.retention_seconds),
    }
    if queue.dead_letters is None:
        return plain
    redrive = {"deadLetterTargetArn": made[queue.dead_letters].arn, "maxReceiveCount": queue.max_receive_count}
    return {**plain, "RedrivePolicy": json.dumps(redrive)}
