"""Crediting a batch: what becomes of each purchase, and what its event says. Races are in tests/concurrency."""

from datetime import timedelta

from sqlalchemy import select

from tests.factories import make_copy, purchase_in
from zimmer import clock, ledger
from zimmer.db import Session
from zimmer.ledger import Credited
from zimmer.models import PaymentEvent, PaymentStatus

S = PaymentStatus


def test_each_purchase_of_a_batch_is_credited_or_was_or_is_refused(session: Session) -> None:
    copy = make_copy(session)
    before, now, other = (purchase_in(session, S.VERIFIED, copy, tokens=tokens).id for tokens in (10, 20, 30))
    waiting = purchase_in(session, S.PENDING, copy).id
    ledger.credit_purchases(session, [before], actor="worker")
    clock.travel(timedelta(seconds=90))
    credited = ledger.credit_purchases(session, [before, now, other, waiting, 10**9], actor="worker")
    assert (credited.now, credited.before) == (frozenset({now, other}), frozenset({before}))
    assert credited.refused == frozenset({waiting, 10**9})
    assert credited.tokens == 50
    assert timedelta(seconds=90) <= credited.slowest < timedelta(seconds=120)
    assert ledger.balance(session, copy.id).paid == 60


def test_nothing_to_credit_took_no_time(session: Session) -> None:
    assert ledger.credit_purchases(session, [10**9], actor="worker") == Credited(
        frozenset(), frozenset(), frozenset({10**9})
    )


def test_an_event_says_by_which_message_its_purchase_was_credited(session: Session) -> None:
    first, second, third = (purchase_in(session, S.VERIFIED).id for _ in range(3))
    messages = {first: {"message_id": "a"}, second: {"message_id": "b"}}
    ledger.credit_purchases(session, [first, second, third], actor="worker", deliveries=messages)
    events = select(PaymentEvent).where(PaymentEvent.cause == "tokens-credited").order_by(PaymentEvent.payment_id)
    assert [(one.actor, one.detail) for one in session.scalars(events)] == [
        ("worker", {"message_id": "a"}),
        ("worker", {"message_id": "b"}),
        ("worker", None),
    ]
