"""Of two who ask the gateway about one payment, the answer of the later claim counts."""

from datetime import timedelta

import pytest

from functions.payments.gateways.base import NotPaid, Paid, Report, Suspicious, Unknown
from functions.payments.settlement import Claim, Outcome, claim_payment, settle
from tests.factories import purchase_in
from tests.functions.payments.purchases import causes
from zimmer import clock
from zimmer.db import Session
from zimmer.models import OutboxMessage, Payment, PaymentStatus

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
