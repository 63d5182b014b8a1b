"""From a delivery to a mail: SQS event in, the pretend SES behind."""

import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from functions.support.deliver import handler
from local.mailbox.box import Plan
from local.mailbox.running import Mailbox
from local.poller import Poller
from tests.factories import make_copy, make_delivery, make_user, purchase_in
from tests.queues import fresh_queue
from zimmer import clock, events, ledger
from zimmer.db import Session
from zimmer.models import Delivery, DeliveryState, Notification, OutboxMessage, PaymentStatus, Role, User
from zimmer.notifications import Kind, Notice, send_secret

S = DeliveryState


@pytest.fixture
def reader(session: Session) -> User:
    return make_user(session, email="reader@example.com")


def records(deliveries: Sequence[Delivery | str]) -> dict[str, Any]:
    """An SQS batch; a text among the deliveries is a body of its own."""
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "body": one if isinstance(one, str) else json.dumps({"delivery_id": one.id, "v": 1}),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for number, one in enumerate(deliveries)
        ]
    }


def sent(*deliveries: Delivery | str) -> list[str]:
    """Give a batch to the handler; the messages that are to come back."""
    return [failure["itemIdentifier"] for failure in handler(records(deliveries), None)["batchItemFailures"]]


def state(session: Session, delivery: Delivery) -> tuple[DeliveryState, int]:
    session.expire_all()
    found = session.get_one(Delivery, delivery.id)
    return found.state, found.attempts


def test_a_customer_gets_persian_in_both_forms(session: Session, reader: User, mailbox: Mailbox) -> None:
    delivery = make_delivery(session, reader)
    assert sent(delivery) == []
    (mail,) = mailbox.to("reader@example.com")
    assert mail.sender == "Zimmer <no-reply@zimmerai.com>"
    assert mail.subject == "پشتیبانی به تیکت شما پاسخ داد"
    assert "http://localhost:3000/support/?id=1" in mail.text
    assert 'dir="rtl"' in mail.html
    assert "http://localhost:3000/support/?id=1" in mail.html
    assert "src=" not in mail.html
    assert state(session, delivery) == (S.SENT, 1)
    assert session.get_one(Delivery, delivery.id).message_id == mail.id


def test_the_staff_gets_english_and_the_dashboards_address(session: Session, mailbox: Mailbox) -> None:
    manager = make_user(session, role=Role.MANAGER)
    data = {"payment_id": 7, "transaction_id": "t"}
    assert sent(make_delivery(session, manager, kind="payment-review", data=data, link="/payments/?id=7")) == []
    (mail,) = mailbox.mails
    assert mail.subject == "Payment 7 needs two managers"
    assert "http://localhost:3001/payments/?id=7" in mail.text
    assert 'dir="ltr"' in mail.html


def test_what_a_customer_wrote_is_text_in_a_mail(session: Session, reader: User, mailbox: Mailbox) -> None:
    sent(make_delivery(session, reader, data={"ticket_id": 1, "title": "<img src=x onerror=alert(1)>"}))
    (mail,) = mailbox.mails
    assert "<img" not in mail.html


def test_the_same_message_three_times_sends_one_mail(session: Session, reader: User, mailbox: Mailbox) -> None:
    delivery = make_delivery(session, reader)
    assert [sent(delivery) for _ in range(3)] == [[], [], []]
    assert sent(delivery, delivery) == []
    assert len(mailbox.mails) == 1


def test_one_that_fails_comes_back_alone(session: Session, reader: User, mailbox: Mailbox) -> None:
    deliveries = [make_delivery(session, reader) for _ in range(4)]
    mailbox.fail_next(Plan.THROTTLE, after=1)
    assert sent(*deliveries) == ["m-1"]
    assert state(session, deliveries[1]) == (S.WAITING, 1)
    assert sent(deliveries[1]) == []
    assert state(session, deliveries[1]) == (S.SENT, 2)
    assert len(mailbox.mails) == 4


@pytest.mark.parametrize("body", ["", "{}", '{"delivery_id": "1", "v": 1}', '{"delivery_id": 999999, "v": 1}'])
def test_a_message_that_means_nothing_comes_back_and_the_others_are_sent(
    session: Session, reader: User, mailbox: Mailbox, body: str
) -> None:
    assert sent(body, make_delivery(session, reader)) == ["m-0"]
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("plan", [Plan.THROTTLE, Plan.BREAK, Plan.LOSE])
def test_a_batch_in_which_nothing_is_sent_comes_back_whole(
    session: Session, reader: User, mailbox: Mailbox, plan: Plan
) -> None:
    deliveries = [make_delivery(session, reader) for _ in range(3)]
    mailbox.fail_next(plan, times=3)
    assert sent(*deliveries) == ["m-0", "m-1", "m-2"]


def test_an_address_that_ses_refuses_is_given_up(session: Session, reader: User, mailbox: Mailbox) -> None:
    delivery = make_delivery(session, reader)
    mailbox.fail_next(Plan.REJECT)
    assert sent(delivery) == []
    assert state(session, delivery) == (S.FAILED, 1)
    assert sent(delivery) == []
    assert mailbox.mails == []


def test_one_that_somebody_else_is_sending_is_left_to_them_until_they_are_taken_for_dead(
    session: Session, reader: User, mailbox: Mailbox
) -> None:
    lease = clock.now() + timedelta(seconds=60)
    delivery = make_delivery(session, reader, state=S.SENDING, attempts=1, lease_until=lease)
    assert sent(delivery) == ["m-0"]
    assert mailbox.mails == []
    clock.travel(timedelta(seconds=61))
    assert sent(delivery) == []
    assert (len(mailbox.mails), state(session, delivery)) == (1, (S.SENT, 2))


def test_a_secret_is_opened_for_its_mail_and_erased(
    session: Session, reader: User, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    url = "https://zimmerai.com/reset-password/?token=do-not-write-me-down"
    send_secret(session, Notice(reader.id, Kind.PASSWORD_RESET, "1", {"url": url}), address="old@example.com")
    delivery = session.scalars(select(Delivery)).one()
    mailbox.fail_next(Plan.THROTTLE)
    with caplog.at_level(logging.INFO):
        assert sent(delivery) == ["m-0"]
        assert sent(delivery) == []
    (mail,) = mailbox.to("old@example.com")
    assert url in mail.text
    session.expire_all()
    assert delivery.sealed is None
    assert "do-not-write-me-down" not in caplog.text
    assert session.scalars(select(Notification)).all() == []


def test_a_purchase_makes_one_notice_and_one_mail(session: Session, mailbox: Mailbox, queue_server: str) -> None:
    copy = make_copy(session)
    payment = purchase_in(session, PaymentStatus.VERIFIED, copy, tokens=100)
    for _ in range(3):
        ledger.credit_purchases(session, [payment.id], actor="test")
    with fresh_queue(queue_server, "DeliveryQueue") as queue:
        assert events.publish() == 1
        assert deliver_all(queue) == 1
        assert (events.publish(), deliver_all(queue)) == (0, 0)
    assert len(session.scalars(select(Notification)).all()) == 1
    (mail,) = mailbox.to(session.get_one(User, copy.user_id).email)
    assert mail.subject == "۱۰۰ توکن به موجودی شما افزوده شد"
    promise = session.scalars(select(OutboxMessage)).one()
    assert promise.payload.keys() == {"delivery_id", "v"}


def deliver_all(queue: Poller) -> int:
    return queue.poll()
