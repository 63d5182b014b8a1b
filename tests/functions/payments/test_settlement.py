"""Of two who ask the gateway about one payment, the answer of the later claim counts."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from functions.payments.gateways.base import NotPaid, Paid, Report, Suspicious, Unknown
from functions.payments.settlement import Claim, Outcome, claim_payment, settle
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.factories import make_user, purchase_in
from tests.functions.payments.purchases import causes, come_back, entries, purchase_at
from zimmer import clock
from zimmer.db import Database, Session, sqlstate
from zimmer.models import Notification, OutboxMessage, Payment, PaymentStatus, Role, User

S = PaymentStatus

REPORT = Report(latency_ms=1)
PAID = Paid("201", "502229******5995", None, None, already=False, report=REPORT)
ANSWERS: list[tuple[Outcome, PaymentStatus]] = [
    (PAID, S.VERIFIED),
    (NotPaid(REPORT), S.NOT_PAID),
    (Suspicious(REPORT), S.REVIEW),
    (Unknown(REPORT), S.VERIFY_UNKNOWN),
]


def claim(session: Session, payment: Payment, actor: str) -> Claim | None:
    return claim_payment(session, payment.id, actor=actor, trace_id=None)


def claimed_twice(session: Session, payment: Payment) -> tuple[Claim, Claim]:
    """The first claim's lease has ended while it waited for the gateway."""
    first = claim(session, payment, "bank-return")
    clock.travel(timedelta(seconds=61))
    second = claim(session, payment, "payments-sweep")
    assert first
    assert second
    return first, second


@pytest.fixture
def payment(session: Session) -> Payment:
    return purchase_in(session, S.PENDING)


@pytest.mark.parametrize(("answer", "status"), ANSWERS, ids=lambda value: type(value).__name__)
def test_an_answer_moves_the_payment(
    session: Session, payment: Payment, answer: Outcome, status: PaymentStatus
) -> None:
    held = claim(session, payment, "bank-return")
    assert held
    settle(session, held, answer, actor="bank-return", trace_id=None)
    assert (payment.status, payment.lease_until) == (status, None)


def test_a_claimed_payment_cannot_be_claimed_within_its_lease(session: Session, payment: Payment) -> None:
    claim(session, payment, "bank-return")
    clock.travel(timedelta(seconds=59))
    assert claim(session, payment, "payments-sweep") is None


@pytest.mark.parametrize("answer", [answer for answer, _ in ANSWERS], ids=lambda answer: type(answer).__name__)
def test_an_answer_that_comes_after_the_lease_was_taken_over_is_dropped(
    session: Session, payment: Payment, answer: Outcome
) -> None:
    first, _ = claimed_twice(session, payment)
    settle(session, first, answer, actor="bank-return", trace_id=None)
    assert payment.status is S.VERIFYING
    assert causes(session, payment)[-1] == "claimed"


@pytest.mark.parametrize("late", [answer for answer, _ in ANSWERS], ids=lambda answer: type(answer).__name__)
def test_a_settled_payment_is_not_settled_again(session: Session, payment: Payment, late: Outcome) -> None:
    first, second = claimed_twice(session, payment)
    settle(session, second, PAID, actor="payments-sweep", trace_id=None)
    settle(session, first, late, actor="bank-return", trace_id=None)
    settle(session, second, late, actor="payments-sweep", trace_id=None)
    assert payment.status is S.VERIFIED
    assert session.query(OutboxMessage).count() == 1


def test_a_verified_payment_promises_its_message_in_the_same_commit(session: Session, payment: Payment) -> None:
    held = claim(session, payment, "bank-return")
    assert held
    with session.begin_nested() as commit:
        settle(session, held, PAID, actor="bank-return", trace_id=None)
        commit.rollback()
    session.refresh(payment)
    assert payment.status is S.VERIFYING
    assert session.query(OutboxMessage).count() == 0


@pytest.mark.usefixtures("gateway")
def test_what_is_paid_after_its_customer_left_goes_under_review_and_is_not_lost(
    session: Session, api: Api, zarinpal: Zarinpal
) -> None:
    payment = purchase_at(zarinpal, session)
    manager = make_user(session, role=Role.MANAGER)
    buyer = session.get_one(User, payment.user_id)
    buyer.deleted_at, buyer.is_active = clock.now(), False
    session.flush()
    assert payment.authority
    zarinpal.pay(payment.authority)
    come_back(api, payment.transaction_id, Authority=payment.authority, Status="OK")
    session.refresh(payment)
    assert (payment.status, payment.verified_at, payment.next_check_at) == (S.REVIEW, None, None)
    assert payment.ref_id  # what the bank calls it, for giving the money back
    assert causes(session, payment)[-1] == "paid-for-deleted-account"
    assert entries(session) == 0
    told = session.scalars(select(Notification).where(Notification.kind == "payment-review")).one()
    assert told.user_id == manager.id


def test_an_account_is_not_deleted_while_its_payment_is_settled(own_database: str) -> None:
    """Whoever deletes it waits, and then finds the payment verified."""
    with closing(Database(own_database)) as one, closing(Database(own_database)) as two:
        with one.transaction() as session:
            payment = purchase_in(session, S.PENDING)
            held = claim(session, payment, "bank-return")
        assert held
        with one.transaction() as session:
            settle(session, held, PAID, actor="bank-return", trace_id=None)
            with two.transaction() as other:
                other.execute(text("SET LOCAL lock_timeout = '50ms'"))
                with pytest.raises(DBAPIError) as waiting:
                    other.get_one(User, payment.user_id, with_for_update={"key_share": True})
                other.rollback()
        assert sqlstate(waiting.value) == "55P03"
