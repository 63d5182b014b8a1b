"""`deliver` killed in the middle of a batch: nothing is lost; nothing is doubled outside the one window of SES."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from functions.support.deliver import handler
from local.mailbox.box import Plan
from local.mailbox.running import Mailbox
from tests.crash.victims import killed_when
from tests.factories import make_delivery, make_user
from zimmer import clock
from zimmer.db import Database, using
from zimmer.models import Delivery, DeliveryState

FUNCTION = "functions.support.deliver"
LEASE_OVER = timedelta(seconds=61)


@pytest.fixture
def post(own_database: str) -> Iterator[Database]:
    """The post office's database, and this process working on it."""
    database = Database(own_database)
    with using(database):
        yield database
    database.close()


@pytest.fixture
def batch(post: Database) -> dict[str, Any]:
    """Six deliveries to six people, in one SQS batch."""
    with post.transaction() as session:
        people = [make_user(session, email=f"reader-{number}@example.com") for number in range(6)]
        ids = [make_delivery(session, person).id for person in people]
    return {"Records": [record(delivery_id) for delivery_id in ids]}


def record(delivery_id: int) -> dict[str, Any]:
    return {
        "messageId": f"m-{delivery_id}",
        "body": json.dumps({"delivery_id": delivery_id, "v": 1}),
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def came(mailbox: Mailbox) -> list[int]:
    """How many mails came to each of the six."""
    counted = Counter(mail.to[0] for mail in mailbox.mails)
    return [counted[f"reader-{number}@example.com"] for number in range(6)]


def states(post: Database) -> Sequence[DeliveryState]:
    with post.transaction() as session:
        return session.scalars(select(Delivery.state).order_by(Delivery.id)).all()


def test_killed_before_the_fourth_is_taken_all_six_are_sent_once(
    post: Database, own_database: str, batch: dict[str, Any], mailbox: Mailbox
) -> None:
    mailbox.fail_next(Plan.HOLD, after=3)
    killed_when(lambda: mailbox.box.held == 1, FUNCTION, batch, database_url=own_database)
    assert came(mailbox) == [1, 1, 1, 0, 0, 0]
    mailbox.box.release()

    # SQS brings the whole batch again; the one that was in the dead process's hands waits for its lease.
    failed = [failure["itemIdentifier"] for failure in handler(batch, None)["batchItemFailures"]]
    assert failed == [batch["Records"][3]["messageId"]]
    clock.travel(LEASE_OVER)
    assert handler(batch, None) == {"batchItemFailures": []}
    assert came(mailbox) == [1] * 6
    assert set(states(post)) == {DeliveryState.SENT}


def test_killed_between_the_answer_and_its_commit_that_one_is_sent_again_and_none_is_lost(
    post: Database, own_database: str, batch: dict[str, Any], mailbox: Mailbox
) -> None:
    """SES has no key by which it would know a mail again: between two mails and none, two."""
    mailbox.fail_next(Plan.STALL, after=3)
    killed_when(lambda: mailbox.box.held == 1, FUNCTION, batch, database_url=own_database)
    mailbox.box.release()
    clock.travel(LEASE_OVER)
    assert handler(batch, None) == {"batchItemFailures": []}
    assert came(mailbox) == [1, 1, 1, 2, 1, 1]
    assert set(states(post)) == {DeliveryState.SENT}
