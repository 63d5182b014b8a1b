"""A message that cannot be carried out: five tries, the dead letters, and back once the cause is mended."""

import json

from sqlalchemy import func, select

from functions.payments.states import Because, move
from local.poller import Poller
from tests.factories import make_copy, purchase_in
from zimmer import clock
from zimmer.db import Session
from zimmer.events import CreditPayment
from zimmer.models import PaymentStatus, TokenEntry

S = PaymentStatus
TRIES = 5


def dead_letters(queue: Poller) -> str:
    """The address of the queue behind the queue."""
    attributes = queue.sqs.get_queue_attributes(QueueUrl=queue.queue.url, AttributeNames=["RedrivePolicy"])
    arn = json.loads(attributes["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    return queue.sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]


def waiting(queue: Poller, url: str) -> int:
    counted = queue.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(counted["Attributes"]["ApproximateNumberOfMessages"])


def redrive(queue: Poller) -> None:
    """Give the dead letters another chance: receive, send, delete."""
    url = dead_letters(queue)
    for message in queue.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]:
        queue.sqs.send_message(QueueUrl=queue.queue.url, MessageBody=message["Body"])
        queue.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_message_that_fails_five_times_waits_among_the_dead_letters_and_credits_once_after(
    session: Session, queue: Poller
) -> None:
    copy = make_copy(session)
    payment = purchase_in(session, S.VERIFYING, copy)  # nobody knows yet whether it was paid
    queue.sqs.set_queue_attributes(QueueUrl=queue.queue.url, Attributes={"VisibilityTimeout": "0"})
    queue.sqs.send_message(QueueUrl=queue.queue.url, MessageBody=json.dumps(CreditPayment(payment.id).body()))
    for _ in range(TRIES + 1):
        assert queue.poll() == 0
    assert waiting(queue, dead_letters(queue)) == 1
    assert session.scalar(select(func.count()).select_from(TokenEntry)) == 0

    move(session, payment, S.VERIFIED, Because("paid", "test"), verified_at=clock.now())
    redrive(queue)
    assert queue.poll() == 1
    assert waiting(queue, dead_letters(queue)) == 0
    session.refresh(copy)
    assert copy.tokens_remaining == payment.tokens_purchased
    assert session.scalar(select(func.count()).select_from(TokenEntry)) == 1
