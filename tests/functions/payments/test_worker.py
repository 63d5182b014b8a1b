"""The worker: verified payments become tokens once, however their messages come."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from local.poller import Poller
from tests.factories import make_automation, make_copy, purchase_in
from tests.functions.payments.purchases import (
    causes,
    credit_message,
    deliver,
    entries,
    message,
    tokens_of,
)
from tests.logs import ReadLog
from zimmer import clock, events
from zimmer.db import Session
from zimmer.models import (
    Bucket,
    EntryKind,
    Lot,
    Notification,
    OutboxMessage,
    Payment,
    PaymentStatus,
    Rollup,
    TokenEntry,
    UserAutomation,
)
from zimmer.settings import get_settings

S = PaymentStatus
LARGEST = 2**63 - 1


@pytest.fixture
def payment(session: Session, copy: UserAutomation) -> Payment:
    """A verified purchase of 100 tokens."""
    return purchase_in(session, S.VERIFIED, copy, tokens=100)


# a batch


def test_ten_payments_of_ten_customers_are_credited_in_one_batch(session: Session) -> None:
    payments = [purchase_in(session, S.VERIFIED, tokens=10 * (n + 1)) for n in range(10)]
    assert deliver(*map(credit_message, payments)) == set()
    copies = [session.get_one(UserAutomation, payment.user_automation_id) for payment in payments]
    assert [tokens_of(session, copy) for copy in copies] == [10 * (n + 1) for n in range(10)]


def test_several_purchases_of_one_copy_continue_one_chain(session: Session, copy: UserAutomation) -> None:
    payments = [purchase_in(session, S.VERIFIED, copy, tokens=tokens) for tokens in (10, 20, 30)]
    deliver(*map(credit_message, payments))
    rows = session.scalars(select(TokenEntry).order_by(TokenEntry.seq)).all()
    assert [(entry.seq, entry.delta, entry.balance_after) for entry in rows] == [(1, 10, 10), (2, 20, 30), (3, 30, 60)]
    assert [entry.prev_hash for entry in rows] == [b"", rows[0].hash, rows[1].hash]


def test_purchases_of_several_copies_do_not_mix_whatever_their_order(session: Session) -> None:
    copies = [make_copy(session, demo=5, paid=7) for _ in range(3)]
    payments = [purchase_in(session, S.VERIFIED, copies[n % 3], tokens=10) for n in range(9)]
    deliver(*map(credit_message, reversed(payments)))
    assert [tokens_of(session, copy) for copy in copies] == [37, 37, 37]


def test_a_message_twice_in_one_batch_credits_once(session: Session, payment: Payment, copy: UserAutomation) -> None:
    assert deliver(credit_message(payment, "first"), credit_message(payment, "second")) == set()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


def test_a_redelivered_batch_credits_nothing(session: Session, payment: Payment, copy: UserAutomation) -> None:
    deliver(credit_message(payment))
    assert deliver(credit_message(payment)) == set()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


def test_a_redelivered_message_beside_a_new_one_credits_the_new_one(session: Session, copy: UserAutomation) -> None:
    first, second = (purchase_in(session, S.VERIFIED, copy, tokens=100) for _ in range(2))
    deliver(credit_message(first))
    assert deliver(credit_message(first), credit_message(second)) == set()
    assert (tokens_of(session, copy), entries(session)) == (200, 2)


def test_an_empty_batch_is_no_failure(session: Session) -> None:
    assert deliver() == set()


def test_tokens_added_to_a_balance_leave_the_demo_alone(session: Session) -> None:
    copy = make_copy(session, demo=5, paid=50)
    deliver(credit_message(purchase_in(session, S.VERIFIED, copy, tokens=100)))
    assert (tokens_of(session, copy), copy.demo_tokens) == (150, 5)


# what is written


def test_the_entry_is_a_purchase_of_paid_tokens(session: Session, payment: Payment, copy: UserAutomation) -> None:
    deliver(credit_message(payment))
    entry = session.scalars(select(TokenEntry)).one()
    assert (entry.user_automation_id, entry.bucket, entry.kind) == (copy.id, Bucket.PAID, EntryKind.PURCHASE)
    assert (entry.delta, entry.reference, entry.actor) == (100, f"payment:{payment.id}", "payments-worker")


def test_the_purchase_has_its_lot(session: Session, payment: Payment, copy: UserAutomation) -> None:
    deliver(credit_message(payment))
    lot, entry = session.scalars(select(Lot)).one(), session.scalars(select(TokenEntry)).one()
    assert (lot.entry_id, lot.user_automation_id, lot.tokens, lot.clawed_back) == (entry.id, copy.id, 100, 0)


def test_the_payment_is_credited_now(session: Session, payment: Payment) -> None:
    clock.travel(timedelta(minutes=3))
    before = clock.now()
    deliver(credit_message(payment))
    session.refresh(payment)
    assert payment.status is S.CREDITED
    assert payment.credited_at is not None
    assert before <= payment.credited_at <= clock.now()
    assert payment.next_check_at is None


def test_the_payment_has_an_event_for_it(session: Session, payment: Payment) -> None:
    deliver(credit_message(payment))
    assert causes(session, payment)[-1] == "tokens-credited"


def test_the_customer_is_told_once(session: Session, payment: Payment, copy: UserAutomation) -> None:
    deliver(credit_message(payment))
    deliver(credit_message(payment))
    told = session.scalars(select(Notification)).one()
    assert (told.user_id, told.kind, told.level) == (copy.user_id, "tokens-credited", "success")
    assert told.data == {
        "tokens": 100,
        "balance": 100,
        "automation_id": copy.automation_id,
        "transaction_id": payment.transaction_id,
    }


def test_the_days_figures_grow_by_what_was_sold(session: Session) -> None:
    automation = make_automation(session)
    payments = [
        purchase_in(session, S.VERIFIED, make_copy(session, automation=automation), tokens=100) for _ in range(10)
    ]
    deliver(*map(credit_message, payments[:6]))
    deliver(*map(credit_message, payments))
    figures = select(func.sum(Rollup.payments), func.sum(Rollup.revenue), func.sum(Rollup.tokens_sold))
    day = session.execute(figures.where(Rollup.automation_id == automation.id)).one()
    assert tuple(map(int, day)) == (10, 5_000_000, 1_000)


def test_each_automation_has_figures_of_its_own(session: Session) -> None:
    payments = [purchase_in(session, S.VERIFIED, tokens=100 * (n + 1)) for n in range(2)]
    deliver(*map(credit_message, payments))
    sold = select(Rollup.automation_id, Rollup.tokens_sold)
    assert {row.automation_id: row.tokens_sold for row in session.execute(sold)} == {
        payments[0].automation_id: 100,
        payments[1].automation_id: 200,
    }


# what is no message of ours

UNREADABLE: dict[str, object] = {
    "no text": "",
    "not json": "{payment_id: 1}",
    "truncated": '{"payment_id": 1, "v": ',
    "json without end": "[" * 100_000,
    "a list": [],
    "a number": 1,
    "a text": '"1"',
    "null": "null",
    "no version": {"payment_id": 1},
    "another version": {"payment_id": 1, "v": 2},
    "a version that is text": {"payment_id": 1, "v": "1"},
    "no id": {"v": 1},
    "an id that is true": {"payment_id": True, "v": 1},
    "an id that is text": {"payment_id": "1", "v": 1},
    "an id that is no whole number": {"payment_id": 1.0, "v": 1},
    "an id that is null": {"payment_id": None, "v": 1},
    "zero": {"payment_id": 0, "v": 1},
    "a negative id": {"payment_id": -1, "v": 1},
    "an id that nobody has": {"payment_id": 2**31 - 1, "v": 1},
    "an id past the column": {"payment_id": 2**31, "v": 1},
    "an id past the largest": {"payment_id": 2**63, "v": 1},
    "an id without end": {"payment_id": 10**30, "v": 1},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_message_that_is_none_of_ours_fails_alone(
    session: Session, payment: Payment, copy: UserAutomation, name: str
) -> None:
    assert deliver(credit_message(payment, "good"), message(UNREADABLE[name], "bad")) == {"bad"}
    assert tokens_of(session, copy) == 100


def test_what_a_message_says_beside_the_id_is_not_believed(
    session: Session, payment: Payment, copy: UserAutomation
) -> None:
    body = {"payment_id": payment.id, "v": 1, "tokens": 1_000_000, "user_automation_id": 1, "status": "verified"}
    assert deliver(message(body, "m")) == set()
    assert tokens_of(session, copy) == 100


@pytest.mark.parametrize(
    "status", [S.CREATED, S.INIT_UNKNOWN, S.REJECTED, S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN, S.NOT_PAID, S.EXPIRED]
)
def test_a_payment_that_is_not_verified_is_not_credited(
    session: Session, payment: Payment, copy: UserAutomation, status: PaymentStatus
) -> None:
    early = purchase_in(session, status, copy)
    assert deliver(credit_message(payment, "good"), credit_message(early, "bad")) == {"bad"}
    session.refresh(early)
    assert (early.status, tokens_of(session, copy)) == (status, 100)


def test_a_payment_under_review_is_not_credited(session: Session, copy: UserAutomation) -> None:
    assert deliver(credit_message(purchase_in(session, S.REVIEW, copy), "bad")) == {"bad"}
    assert tokens_of(session, copy) == 0


def test_a_payment_that_was_given_back_needs_no_message_and_gets_no_tokens(
    session: Session, copy: UserAutomation
) -> None:
    assert deliver(credit_message(purchase_in(session, S.REVERSED, copy))) == set()
    assert tokens_of(session, copy) == 0


# a poisonous row: its balance would not fit the column, so the whole statement fails


@pytest.fixture
def poison(session: Session) -> Payment:
    return purchase_in(session, S.VERIFIED, make_copy(session, paid=LARGEST - 50), tokens=100)


def test_a_poisonous_payment_fails_alone(session: Session, poison: Payment) -> None:
    others = [purchase_in(session, S.VERIFIED, tokens=100) for _ in range(9)]
    assert deliver(credit_message(poison, "poison"), *map(credit_message, others)) == {"poison"}
    assert entries(session) == 9 + 1  # the poisonous copy's first tokens


def test_a_poisonous_payment_stays_verified_and_its_balance_as_it_was(session: Session, poison: Payment) -> None:
    deliver(credit_message(poison))
    session.refresh(poison)
    assert poison.status is S.VERIFIED
    assert tokens_of(session, session.get_one(UserAutomation, poison.user_automation_id)) == LARGEST - 50


def test_a_poisonous_payment_does_not_keep_its_own_customers_other_purchase(session: Session, poison: Payment) -> None:
    copy = session.get_one(UserAutomation, poison.user_automation_id)
    small = purchase_in(session, S.VERIFIED, copy, tokens=10)
    assert deliver(credit_message(poison, "poison"), credit_message(small, "small")) == {"poison"}
    assert tokens_of(session, copy) == LARGEST - 40


# through the real queue


def test_a_batch_of_the_queue_is_ten_messages_and_each_is_done_once(session: Session, queue: Poller) -> None:
    for payment in [purchase_in(session, S.VERIFIED) for _ in range(12)]:
        events.promise(session, events.CreditPayment(payment.id))
    assert events.publish() == 12
    delivered = [queue.poll() for _ in range(5)]
    assert (sum(delivered), max(delivered)) == (12, 10)


def test_a_failed_message_goes_back_to_the_queue_and_the_others_are_gone(session: Session, queue: Poller) -> None:
    good, bad = purchase_in(session, S.VERIFIED), purchase_in(session, S.PENDING)
    for payment in (good, bad):
        events.promise(session, events.CreditPayment(payment.id))
    events.publish()
    assert queue.poll() == 1
    left = queue.sqs.get_queue_attributes(QueueUrl=queue.queue.url, AttributeNames=["All"])
    counts = left["Attributes"]
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1")


def test_the_queue_carries_the_id_and_the_version_and_nothing_else(session: Session, queue: Poller) -> None:
    payment = purchase_in(session, S.VERIFIED)
    events.promise(session, events.CreditPayment(payment.id))
    events.publish()
    [sent] = queue.sqs.receive_message(QueueUrl=get_settings().credit_queue_url)["Messages"]
    assert json.loads(sent["Body"]) == {"payment_id": payment.id, "v": 1}
    assert session.scalars(select(OutboxMessage.message_id)).one() == sent["MessageId"]


@pytest.mark.usefixtures("talkative")
def test_what_was_credited_is_counted_with_how_long_it_took(
    session: Session, copy: UserAutomation, log: ReadLog
) -> None:
    payment = purchase_in(session, S.VERIFIED, copy, tokens=50, verified_at=clock.now())
    clock.travel(timedelta(seconds=7))
    deliver(credit_message(payment))
    deliver(credit_message(payment))
    [line] = [line for line in log() if line["message"] == "credit.done"]
    assert (line["TokensCredited"], line["payments"]) == (50, 1)
    assert 7 <= line["CreditLag"] < 60
