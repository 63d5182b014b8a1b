"""The outbox: a promise is kept once its transaction is committed, whatever the queue does in between."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from local import queues
from local.template import Queue
from tests.databases import RolledBackDatabase
from zimmer import clock, events
from zimmer.db import Database, Session, using
from zimmer.events import CreditPayment, DeliverMessage
from zimmer.models import OutboxMessage
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_numbers = count(1)

FIVE_PROMISES = [CreditPayment(number) for number in range(1, 6)]


def send_to(url: str) -> None:
    os.environ["CREDIT_QUEUE_URL"] = url
    get_settings.cache_clear()


@pytest.fixture
def sqs(queue_server: str) -> Iterator["SQSClient"]:
    client = queues.client(queue_server)
    yield client
    client.close()


@pytest.fixture
def queue(sqs: "SQSClient") -> Iterator[str]:
    """The URL of an empty queue, to which the outbox is sent during the test."""
    shared, name = os.environ["CREDIT_QUEUE_URL"], f"outbox-{next(_numbers)}"
    url = queues.create(sqs, {name: Queue(name, 30, 3600, None, None)})[name].url
    send_to(url)
    yield url
    send_to(shared)


@pytest.fixture
def lose_queue(queue: str) -> Callable[[], None]:
    """From now on the queue does not exist; `send_to(queue)` brings it back."""
    return lambda: send_to(queue + "-that-nobody-made")


def received(sqs: "SQSClient", queue: str) -> list["MessageTypeDef"]:
    found: list[MessageTypeDef] = []
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        found += batch
    return found


def promise(session: Session, *messages: CreditPayment) -> None:
    for message in messages:
        events.promise(session, message)


def rows(session: Session) -> list[OutboxMessage]:
    query = select(OutboxMessage).order_by(OutboxMessage.id)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


# the message


@pytest.mark.parametrize("payment_id", [1, 7, 2**31 - 1, 2**63 - 1])
def test_a_message_reads_back_as_it_was_written(payment_id: int) -> None:
    message = CreditPayment(payment_id)
    assert CreditPayment.parse(json.dumps(message.body())) == message


def test_a_message_may_say_more_than_we_read() -> None:
    assert CreditPayment.parse('{"payment_id": 7, "v": 1, "sent_by": "sweep"}') == CreditPayment(7)


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "null",
        "true",
        "7",
        '"7"',
        "[]",
        "[7, 1]",
        "{}",
        "{payment_id: 7}",
        '{"payment_id": 7, "v": 1',
        '{"payment_id": 7}',
        '{"v": 1}',
        '{"payment_id": 7, "v": 0}',
        '{"payment_id": 7, "v": 2}',
        '{"payment_id": 7, "v": "1"}',
        '{"payment_id": 7, "v": null}',
        '{"payment_id": 0, "v": 1}',
        '{"payment_id": -7, "v": 1}',
        '{"payment_id": true, "v": 1}',
        '{"payment_id": "7", "v": 1}',
        '{"payment_id": 7.0, "v": 1}',
        '{"payment_id": NaN, "v": 1}',
        '{"payment_id": null, "v": 1}',
        '{"payment_id": [7], "v": 1}',
        '{"payment_id": ' + "7" * 5_000 + ', "v": 1}',
        "[" * 100_000,
    ],
    ids=lambda body: body[:40],
)
def test_anything_else_is_no_message(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  json has sentences of its own
        CreditPayment.parse(body)


def test_two_messages_for_one_payment_are_the_same() -> None:
    assert CreditPayment(7).dedup_key == CreditPayment(7).dedup_key != CreditPayment(77).dedup_key


# sending


def test_a_promise_is_sent(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, CreditPayment(7))
    assert events.publish() == 1
    assert [json.loads(message["Body"]) for message in received(sqs, queue)] == [{"payment_id": 7, "v": 1}]


def test_a_sent_message_carries_the_queues_id_and_the_moment(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, CreditPayment(7))
    before = clock.now()
    events.publish()
    [row], [message] = rows(session), received(sqs, queue)
    assert row.message_id == message["MessageId"]
    assert row.published_at is not None
    assert before <= row.published_at <= clock.now()


def test_a_sent_message_is_not_sent_again(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, CreditPayment(7))
    events.publish()
    clock.travel(timedelta(days=1))
    assert events.publish() == 0
    assert len(received(sqs, queue)) == 1


def test_each_row_carries_the_id_of_its_own_message(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, *FIVE_PROMISES)
    events.publish()
    sent = {message["MessageId"]: json.loads(message["Body"]) for message in received(sqs, queue)}
    assert {row.message_id: row.payload for row in rows(session)} == sent


def test_more_than_one_batch_is_sent_at_once(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, *(CreditPayment(number) for number in range(1, 26)))
    assert events.publish() == 25
    assert len(received(sqs, queue)) == 25


def test_a_customer_waits_for_one_batch_only(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, *(CreditPayment(number) for number in range(1, 26)))
    events.publish_soon()
    assert len(received(sqs, queue)) == 10


def test_nothing_to_send_asks_no_queue(session: Session, lose_queue: Callable[[], None]) -> None:
    lose_queue()
    assert events.publish() == 0


def test_the_queue_is_called_with_no_transaction_open(
    database: RolledBackDatabase, session: Session, queue: str
) -> None:
    open_then: list[bool] = []
    promise(session, CreditPayment(7))
    client = events._sqs()
    client.meta.events.register_first(
        "before-call.sqs.SendMessageBatch",
        lambda **_: open_then.append(database.in_transaction),
        unique_id="watch",
    )
    events.publish()
    client.meta.events.unregister("before-call.sqs.SendMessageBatch", unique_id="watch")
    assert open_then == [False]


def test_what_is_about_money_goes_first(session: Session, sqs: "SQSClient", queue: str) -> None:
    events.promise_all(session, [*map(DeliverMessage, range(1, 12)), *FIVE_PROMISES])
    assert events.publish(limit=10) == 10
    sent = [row.topic for row in rows(session) if row.published_at]
    assert sent == [DeliverMessage.topic] * 5 + [CreditPayment.topic] * 5
    assert len(received(sqs, queue)) == 5


# a queue that does not take it


def test_mail_does_not_wait_for_the_queue_of_money(session: Session, lose_queue: Callable[[], None]) -> None:
    events.promise_all(session, [*map(CreditPayment, range(1, 21)), DeliverMessage(1)])
    lose_queue()
    assert events.publish() == 1
    attempts = [row.attempts for row in rows(session)]
    assert attempts == [1] * 10 + [0] * 10 + [1]  # and the queue that is away is tried once


def test_a_message_that_was_not_taken_stays(session: Session, lose_queue: Callable[[], None]) -> None:
    promise(session, CreditPayment(7))
    lose_queue()
    assert events.publish() == 0
    [row] = rows(session)
    assert (row.published_at, row.message_id) == (None, None)


def test_the_wait_grows_with_every_failure(session: Session, lose_queue: Callable[[], None]) -> None:
    promise(session, CreditPayment(7))
    lose_queue()
    waits = []
    for _ in range(8):
        events.publish()
        [row] = rows(session)
        waits.append(round((row.next_at - clock.now()).total_seconds()))
        clock.travel(row.next_at - clock.now())
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_before_the_wait_is_over_nobody_tries_again(
    session: Session, sqs: "SQSClient", queue: str, lose_queue: Callable[[], None]
) -> None:
    promise(session, CreditPayment(7))
    lose_queue()
    events.publish()
    send_to(queue)
    clock.travel(timedelta(seconds=29))
    assert events.publish() == 0


def test_a_queue_that_is_back_gets_everything(
    session: Session, sqs: "SQSClient", queue: str, lose_queue: Callable[[], None]
) -> None:
    promise(session, *FIVE_PROMISES)
    lose_queue()
    events.publish()
    send_to(queue)
    clock.travel(timedelta(seconds=31))
    assert events.publish() == 5
    assert len(received(sqs, queue)) == 5


def test_a_failure_does_not_hold_up_what_is_promised_later(
    session: Session, sqs: "SQSClient", queue: str, lose_queue: Callable[[], None]
) -> None:
    promise(session, CreditPayment(7))
    lose_queue()
    events.publish()
    send_to(queue)
    promise(session, CreditPayment(8))
    assert events.publish() == 1
    assert [json.loads(message["Body"])["payment_id"] for message in received(sqs, queue)] == [8]


def test_publish_soon_does_not_raise_when_the_queue_is_away(session: Session, lose_queue: Callable[[], None]) -> None:
    promise(session, CreditPayment(7))
    lose_queue()
    events.publish_soon()
    assert rows(session)[0].published_at is None


def test_publish_soon_does_not_raise_when_the_database_is_away() -> None:
    with using(Database("postgresql://nobody@localhost:1/nowhere")):
        events.publish_soon()


def test_publish_soon_does_not_raise_when_nobody_said_where_the_queue_is(session: Session, queue: str) -> None:
    promise(session, CreditPayment(7))
    send_to("")
    events.publish_soon()
    assert rows(session)[0].published_at is None


# again


def test_a_lost_message_is_promised_again(session: Session, sqs: "SQSClient", queue: str) -> None:
    promise(session, CreditPayment(7))
    events.publish()
    received(sqs, queue)
    events.promise_again(session, [CreditPayment(7)])
    assert events.publish() == 1
    assert [json.loads(message["Body"])["payment_id"] for message in received(sqs, queue)] == [7]


def test_a_promise_made_again_is_one_row(session: Session, queue: str) -> None:
    promise(session, CreditPayment(7))
    events.publish()
    events.promise_again(session, [CreditPayment(7)])
    assert len(rows(session)) == 1


def test_a_promise_that_was_cleared_away_is_made_anew(session: Session, sqs: "SQSClient", queue: str) -> None:
    events.promise_again(session, [CreditPayment(7), CreditPayment(8)])
    assert events.publish() == 2
    assert sorted(json.loads(message["Body"])["payment_id"] for message in received(sqs, queue)) == [7, 8]


def test_nothing_to_promise_again_is_nothing(session: Session) -> None:
    events.promise_again(session, [])
    assert rows(session) == []


# two publishers


@pytest.fixture
def two(own_database: str) -> Iterator[tuple[Database, Database]]:
    """Two connections to one database; the second gives up soon when it has to wait for the first."""
    one, other = Database(own_database), Database(own_database)
    with one.transaction() as session:
        session.execute(text(f"ALTER DATABASE {own_database.rpartition('/')[2]} SET lock_timeout = '5s'"))
    yield one, other
    one.close()
    other.close()


def test_a_message_that_somebody_is_claiming_is_passed_over(
    two: tuple[Database, Database], sqs: "SQSClient", queue: str
) -> None:
    claimer, publisher = two
    with claimer.transaction() as session:
        promise(session, CreditPayment(7), CreditPayment(8))
    with claimer.transaction() as session:
        session.scalars(select(OutboxMessage).limit(1).order_by(OutboxMessage.id).with_for_update()).one()
        with using(publisher):
            assert events.publish() == 1
    assert [json.loads(message["Body"])["payment_id"] for message in received(sqs, queue)] == [8]


def test_a_promise_is_not_sent_before_it_is_committed(
    two: tuple[Database, Database], sqs: "SQSClient", queue: str
) -> None:
    promiser, publisher = two
    with promiser.transaction() as session:
        promise(session, CreditPayment(7))
        with using(publisher):
            assert events.publish() == 0
    with using(publisher):
        assert events.publish() == 1


def test_publishers_that_run_at_once_send_each_message_once(
    two: tuple[Database, Database], sqs: "SQSClient", queue: str
) -> None:
    with two[0].transaction() as session:
        promise(session, *(CreditPayment(number) for number in range(1, 61)))

    def publish(database: Database) -> int:
        with using(database):
            return events.publish()

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(publish, two))
    bodies = [json.loads(message["Body"])["payment_id"] for message in received(sqs, queue)]
    assert sum(sent) == 60
    assert sorted(bodies) == list(range(1, 61))
