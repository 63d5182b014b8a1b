"""How the platform is, and the way back for dead letters."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy import select, text

from functions.admin import queues as admin_queues
from functions.admin.schemas.system import QueueName
from functions.admin.service.dead_letters import masked
from functions.admin.service.system import FUNCTIONS
from functions.payments import worker
from local import queues
from local.template import functions, load_template
from local.template import queues as queues_of
from tests.factories import make_copy, purchase_in
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import clock, events, ledger
from zimmer.db import Session
from zimmer.events import CreditPayment
from zimmer.models import ZARINPAL, BusinessSettings, GatewayHealth, PaymentStatus, ScheduleRun
from zimmer.settings import get_settings

STATUS, REDRIVE = "/system/status", "/system/dlq/redrive"
WELL = {"resting_since": None, "next_try_at": None, "failure": None}
_numbers = count(1)


@dataclass(frozen=True)
class Post:
    """The platform's queues, fresh for one test, and what lies in them."""

    sqs: Any
    urls: dict[str, str]

    def bury(self, *bodies: str, queue: str = "CREDIT") -> list[str]:
        """Put messages among the dead letters."""
        url = self.urls[f"{queue}_DEAD_LETTERS_URL"]
        return [self.sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"] for body in bodies]

    def waiting(self, name: str = "CREDIT_QUEUE_URL") -> list[str]:
        """The bodies that a reader of this queue would be given now, in order."""
        answer = self.sqs.receive_message(QueueUrl=self.urls[name], MaxNumberOfMessages=10, VisibilityTimeout=0)
        return sorted(message["Body"] for message in answer.get("Messages", []))


@pytest.fixture
def post(queue_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    sqs, number = queues.client(queue_server), next(_numbers)
    wanted = {
        name: replace(
            queue,
            logical_id=f"{name}-system-{number}",
            dead_letters=f"{queue.dead_letters}-system-{number}" if queue.dead_letters else None,
        )
        for name, queue in queues_of(load_template()).items()
    }
    made = queues.create(sqs, wanted)
    urls = {
        "CREDIT_QUEUE_URL": made[f"CreditQueue-system-{number}"].url,
        "CREDIT_DEAD_LETTERS_URL": made[f"CreditDeadLetters-system-{number}"].url,
        "DELIVERY_QUEUE_URL": made[f"DeliveryQueue-system-{number}"].url,
        "DELIVERY_DEAD_LETTERS_URL": made[f"DeliveryDeadLetters-system-{number}"].url,
    }
    for name, url in urls.items():
        monkeypatch.setenv(name, url)
    get_settings.cache_clear()
    yield Post(sqs, urls)
    monkeypatch.undo()
    get_settings.cache_clear()
    sqs.close()


def asking(payment_id: int) -> str:
    return json.dumps(CreditPayment(payment_id).body())


# the state of things


def test_every_queue_is_shown_with_its_length(technical: Desk, post: Post) -> None:
    post.bury(asking(1), asking(2))
    shown = {line["name"]: line for line in technical.get(STATUS).json["queues"]}
    assert list(shown) == ["credit", "credit-dead-letters", "delivery", "delivery-dead-letters"]
    assert shown["credit-dead-letters"]["visible"] == 2
    assert shown["credit-dead-letters"]["oldest_s"] in range(10)
    assert shown["delivery"] == {"name": "delivery", "visible": 0, "in_flight": 0, "oldest_s": None}


def test_a_dead_letter_is_shown_with_what_the_database_says_of_it(
    technical: Desk, post: Post, session: Session
) -> None:
    review, verified = (purchase_in(session, status) for status in (PaymentStatus.REVIEW, PaymentStatus.VERIFIED))
    verified.verified_at = clock.now()
    session.flush()
    unreadable = '{"email": "sara@example.com", "v": 1}'
    bodies = [asking(review.id), asking(verified.id), asking(2**31 - 1), asking(2**70), unreadable]
    ids = post.bury(*bodies)
    [told] = post.bury('{"delivery_id": 12, "v": 1}', queue="DELIVERY")
    letters = {letter["id"]: letter for letter in technical.get(STATUS).json["dead_letters"]}
    assert [letters[each]["reason"] for each in ids] == [
        "payment-is-review",
        "payment-is-verified",
        "payment-unknown",
        "payment-unknown",
        "unreadable",
    ]
    assert letters[ids[0]]["body_masked"] == bodies[0]
    assert letters[ids[4]]["body_masked"] == '{"em***": "sa***@ex***.com", "v": 1}'
    assert (letters[told]["queue"], letters[told]["reason"]) == ("delivery", "delivery-unknown")


def test_looking_at_dead_letters_takes_none_away(technical: Desk, post: Post) -> None:
    post.bury(asking(1))
    for _ in range(2):
        assert len(technical.get(STATUS).json["dead_letters"]) == 1


@pytest.mark.parametrize("body", ["09121234567", "6219861012345678", "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"])
def test_a_body_that_is_not_ours_shows_little_of_itself(body: str) -> None:
    assert not any(part in masked(body) for part in (body, body[3:8], body[-6:]))
    assert len(masked(body * 100)) <= 300


def test_the_age_of_promises_and_of_open_questions_is_told(technical: Desk, post: Post, session: Session) -> None:
    shown = technical.get(STATUS).json
    assert (shown["outbox_lag_s"], shown["oldest_unverified_s"]) == (None, None)
    events.promise(session, CreditPayment(1))
    purchase_in(session, PaymentStatus.VERIFY_UNKNOWN)
    purchase_in(session, PaymentStatus.PENDING, created_at=clock.now() - timedelta(hours=1))
    clock.travel(timedelta(minutes=2))
    shown = technical.get(STATUS).json
    assert (shown["outbox_lag_s"], shown["oldest_unverified_s"]) == (120, 120)


def test_the_gateway_is_shown_as_the_settings_say_and_as_it_answered_last(
    technical: Desk, post: Post, session: Session
) -> None:
    settings = session.scalars(select(BusinessSettings)).one()
    settings.gateway_paused, settings.gateway_message = True, "در تعمیر"
    session.flush()
    shown = technical.get(STATUS).json["gateway"]
    assert shown == {"paused": True, "message": "در تعمیر", "last_answer_at": None, **WELL}
    payment = purchase_in(session, PaymentStatus.PENDING)
    session.execute(
        text("""
        INSERT INTO payment_events (payment_id, seq, at, actor, cause, http_status)
        VALUES (:id, 99, '2026-03-21T10:00:00Z', 'test', 'inquiry-in-bank', 200)"""),
        {"id": payment.id},
    )
    assert technical.get(STATUS).json["gateway"]["last_answer_at"] == "2026-03-21T10:00:00Z"


def test_a_gateway_that_rests_is_shown_with_what_it_did_and_when_it_is_tried(
    technical: Desk, post: Post, session: Session
) -> None:
    health = session.get_one(GatewayHealth, ZARINPAL)
    health.failed_for, health.reason, health.failed_at = ["user:1"], "code -11", clock.now()
    session.flush()
    assert technical.get(STATUS).json["gateway"]["failure"] == "code -11"
    health.resting_since, health.next_try_at = datetime(2026, 3, 21, 10, tzinfo=UTC), clock.now()
    session.flush()
    shown = technical.get(STATUS).json["gateway"]
    assert (shown["paused"], shown["resting_since"]) == (False, "2026-03-21T10:00:00Z")
    assert shown["next_try_at"] is not None


def test_the_schedules_the_shape_and_the_functions_are_named(technical: Desk, post: Post, session: Session) -> None:
    session.add(ScheduleRun(name="payments-sweep", last_run=clock.now(), ok=False, done={}))
    session.flush()
    shown = technical.get(STATUS).json
    assert [(line["name"], line["ok"]) for line in shown["schedules"]] == [("payments-sweep", False)]
    assert shown["migration"] == session.scalar(text("SELECT version_num FROM alembic_version"))
    assert (shown["database"], shown["functions"]) == (True, list(FUNCTIONS))


def test_the_functions_are_those_of_the_template() -> None:
    names = {function.environment["POWERTOOLS_SERVICE_NAME"] for function in functions(load_template()).values()}
    assert set(FUNCTIONS) == names


def test_the_page_is_there_while_the_queue_is_away(technical: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with queue_away(monkeypatch):
        shown = technical.get(STATUS).json
    assert [line["visible"] for line in shown["queues"]] == [None] * 4
    assert (shown["dead_letters"], shown["database"]) == ([], True)


@contextmanager
def queue_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Queues that nobody knows."""
    for name in [name for name in os.environ if name.endswith(("_QUEUE_URL", "_DEAD_LETTERS_URL"))]:
        monkeypatch.setenv(name, "http://localhost:9/nowhere")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def test_support_does_not_see_the_machine_room(support: Desk) -> None:
    assert refusal(support.get(STATUS)) == (403, "not-allowed")


# the way back


def test_all_dead_letters_of_a_queue_go_back_to_it(technical: Desk, post: Post, session: Session) -> None:
    bodies = [asking(number) for number in range(1, 13)]
    buried = post.bury(*bodies)
    post.bury("{}", queue="DELIVERY")
    answer = technical.post(REDRIVE, {"queue": "credit"})
    assert (answer.status, answer.json) == (200, {"moved": 12})
    assert admin_queues.length(post.sqs, post.urls["CREDIT_QUEUE_URL"]).visible == 12
    assert admin_queues.length(post.sqs, post.urls["CREDIT_DEAD_LETTERS_URL"]) == admin_queues.Length(0, 0)
    assert post.waiting("DELIVERY_DEAD_LETTERS_URL") == ["{}"]
    [entry] = trail(session)
    assert (entry.action, entry.entity_id) == ("dead-letters.redrive", "credit")
    assert entry.after is not None
    assert (entry.after["moved"], sorted(entry.after["message_ids"])) == (12, sorted(buried))


def test_only_the_named_go_back_and_the_others_are_shown_again_at_once(
    technical: Desk, post: Post, session: Session
) -> None:
    _, wanted, _ = post.bury(asking(1), asking(2), asking(3))
    assert technical.post(REDRIVE, {"queue": "credit", "ids": [wanted]}).json == {"moved": 1}
    assert [entry.after for entry in trail(session)] == [{"moved": 1, "message_ids": [wanted]}]
    assert post.waiting() == [asking(2)]
    assert post.waiting("CREDIT_DEAD_LETTERS_URL") == [asking(1), asking(3)]


def test_where_nothing_lies_nothing_is_moved_or_written(technical: Desk, post: Post, session: Session) -> None:
    assert technical.post(REDRIVE, {"queue": "delivery"}).json == {"moved": 0}
    assert technical.post(REDRIVE, {"queue": "credit", "ids": ["unknown"]}).json == {"moved": 0}
    assert trail(session) == []


@pytest.mark.parametrize("body", [{}, {"queue": "other"}, {"queue": "credit", "ids": []}, {"queue": "credit", "x": 1}])
def test_what_names_no_queue_is_refused(body: dict[str, object], technical: Desk) -> None:
    assert refusal(technical.post(REDRIVE, body)) == (422, "validation-failed")


def test_a_queue_that_is_away_is_a_refusal_and_written_down(
    technical: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queue_away(monkeypatch):
        answer = technical.post(REDRIVE, {"queue": "credit"})
    assert refusal(answer) == (503, "queue-unavailable")
    assert [(entry.action, entry.refused) for entry in trail(session)] == [
        ("dead-letters.redrive", "queue-unavailable")
    ]


class Leaving:
    """SQS that goes away between a letter's sending and its deleting."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self.receive_message, self.send_message_batch = sqs.receive_message, sqs.send_message_batch

    def delete_message_batch(self, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="sqs")


def test_a_letter_that_was_sent_and_not_deleted_was_moved_and_is_credited_once(
    technical: Desk, post: Post, session: Session
) -> None:
    copy = make_copy(session)
    payment = purchase_in(session, PaymentStatus.VERIFIED, copy, tokens=100)
    post.bury(asking(payment.id))
    credit = admin_queues.known()[QueueName.CREDIT]
    assert admin_queues.send_back(Leaving(post.sqs), credit, None)  # type: ignore[arg-type]
    assert admin_queues.length(post.sqs, credit.dead_letters_url).in_flight == 1  # and comes back by itself
    post.bury(asking(payment.id))
    technical.post(REDRIVE, {"queue": "credit"})
    assert post.waiting() == [asking(payment.id)] * 2
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(post.waiting())]
    assert worker.handler({"Records": records}, None) == {"batchItemFailures": []}
    session.refresh(copy)
    assert ledger.balance(session, copy.id).paid == 100
