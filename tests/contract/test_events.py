"""The sample events, through the handlers that template.yaml names."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from functions.payments.states import Because, move
from local.mailbox.running import Mailbox
from local.template import ROOT, event_sources, find_route, load_template, routes, schedules
from tests.api import Answer, Api, answer_of, handler_of
from tests.factories import (
    make_automation,
    make_copy,
    make_delivery,
    make_payment,
    make_user,
    purchase_in,
    token_for,
)
from zimmer import clock, crypto, events
from zimmer.db import Session
from zimmer.events import CreditPayment
from zimmer.models import OutboxMessage, PaymentStatus, ServiceToken, TokenEntry, User

TABLE = routes(load_template())
S = PaymentStatus


def sample(name: str, **replaced: str) -> dict[str, Any]:
    """A sample event with its stand-ins replaced."""
    text = (ROOT / "events" / f"{name}.json").read_text(encoding="utf-8")
    for stand_in, value in replaced.items():
        assert stand_in in text
        text = text.replace(stand_in, value)
    event: dict[str, Any] = json.loads(text)
    return event


def send(name: str, **replaced: str) -> Answer:
    """Hand a request to the function that the template's routes would choose."""
    event = sample(name, **replaced)
    http = event["requestContext"]["http"]
    found = find_route(TABLE, http["method"], http["path"])
    assert found is not None
    return answer_of(handler_of(found.route.function)(event, None))


@pytest.mark.usefixtures("database")
def test_register() -> None:
    answer = send("register")
    assert answer.status == 201
    assert answer.json["user"]["email"] == "sara.mohammadi@example.com"
    assert answer.headers["x-request-id"] == "UpX7vgQJliAEM01="


@pytest.mark.usefixtures("database")
def test_login_opens_what_register_made() -> None:
    send("register")
    assert send("login").status == 200


@pytest.mark.usefixtures("database")
def test_login_of_nobody() -> None:
    assert send("login").code == "wrong-credentials"


def test_me(session: Session) -> None:
    user = make_user(session)
    answer = send("me", ACCESS_TOKEN=token_for(session, user))
    assert (answer.status, answer.json["id"]) == (200, user.id)


@pytest.mark.usefixtures("database")
def test_me_with_the_stand_in() -> None:
    assert send("me").code == "token-invalid"


def test_catalogue(session: Session) -> None:
    automation = make_automation(session)
    answer = send("catalogue")
    assert answer.status == 200
    assert [item["id"] for item in answer.json["items"]] == [automation.id]


def test_consume(session: Session) -> None:
    copy = make_copy(session, id=1, demo=5)
    hashed = crypto.token_hash("SERVICE_TOKEN")
    session.add(ServiceToken(id=1, automation_id=copy.automation_id, token_hash=hashed, created_at=clock.now()))
    session.flush()
    answer = send("consume")
    assert (answer.status, answer.json["remaining_demo_tokens"]) == (200, 2)


@pytest.mark.usefixtures("gateway")
def test_init_payment(session: Session) -> None:
    copy = make_copy(session, automation=make_automation(session, id=1))
    answer = send("init-payment", ACCESS_TOKEN=token_for(session, session.get_one(User, copy.user_id)))
    assert answer.status == 201, answer.body
    assert answer.json["amount"] == 500_000


@pytest.mark.usefixtures("gateway")
def test_zarinpal_callback(session: Session) -> None:
    event = sample("zarinpal-callback")
    transaction_id = event["rawPath"].rpartition("/")[2]
    payment = make_payment(session, status=S.CREATED, transaction_id=transaction_id)
    payment.authority = event["queryStringParameters"]["Authority"]
    move(session, payment, S.PENDING, Because("arranged", "test"))
    answer = send("zarinpal-callback")
    assert (answer.status, answer.body) == (303, b"")
    assert answer.headers["location"] == f"http://localhost:3000/payment/return/?payment={transaction_id}"
    session.refresh(payment)
    assert payment.status is not S.PENDING  # the gateway was asked
    assert payment.credited_at is None


def test_credit_batch(session: Session) -> None:
    copy = make_copy(session)
    for payment_id in (1, 2):
        purchase_in(session, S.VERIFIED, copy, id=payment_id)
    assert handler_of(reader_of("CreditQueue"))(sample("credit-batch"), None) == {"batchItemFailures": []}
    session.refresh(copy)
    assert copy.tokens_remaining == 200
    assert session.scalar(select(func.count()).select_from(TokenEntry)) == 2


@pytest.mark.usefixtures("database")
def test_a_credit_batch_for_payments_that_never_were_comes_back() -> None:
    event = sample("credit-batch")
    failed = handler_of(reader_of("CreditQueue"))(event, None)["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failed] == [record["messageId"] for record in event["Records"]]


def test_delivery_batch(session: Session, mailbox: Mailbox) -> None:
    reader = make_user(session)
    for delivery_id in (1, 2):
        make_delivery(session, reader, id=delivery_id)
    assert handler_of(reader_of("DeliveryQueue"))(sample("delivery-batch"), None) == {"batchItemFailures": []}
    assert len(mailbox.to(reader.email)) == 2


def test_the_schedules(session: Session) -> None:
    purchase_in(session, S.VERIFIED, make_copy(session), id=1)
    events.promise(session, CreditPayment(1))
    often = [schedule.function for schedule in schedules(load_template()) if schedule.every]
    said = {function: handler_of(function)(sample("sweep"), None) for function in often}
    assert said == {
        "PaymentsSweep": {"published": 1, "requeued": 0, "asked": 0},
        "AutomationsUpkeep": {"expired": 0, "failed": 0},
    }
    assert session.scalars(select(OutboxMessage.published_at)).one()


def reader_of(queue: str) -> str:
    """The function that the template has read this queue."""
    return next(source.function for source in event_sources(load_template()) if source.queue == queue)


def test_a_sample_reaches_the_same_handler_as_a_client(api: Api, session: Session) -> None:
    make_automation(session)
    assert send("catalogue").json == api.get("/api/automations/available").json
