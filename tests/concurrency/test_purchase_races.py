"""One purchase, many hands at once: it is credited once."""

import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from functions.payments import worker
from functions.payments.gateways.base import Gateway, Order, Started
from functions.payments.service import bank_returned
from functions.payments.states import Because, move
from functions.payments.sweep import sweep
from local.zarinpal.running import Zarinpal
from tests.concurrency.races import at_once
from tests.factories import make_copy, make_payment, make_user
from zimmer import ledger
from zimmer.db import Database, Session, committed
from zimmer.models import Payment, PaymentStatus, TokenEntry, UserAutomation

S = PaymentStatus


@pytest.fixture
def shared(own_database: str) -> Iterator[Database]:
    with closing(Database(own_database)) as database:
        yield database


def a_verified_payment(session: Session, copy: UserAutomation, *, tokens: int) -> int:
    """A purchase that the gateway has confirmed, by the moves that lead there."""
    payment = make_payment(session, copy, tokens=tokens, status=S.CREATED, authority=None)
    payment.authority = f"S{payment.id:035d}"
    for status in (S.PENDING, S.VERIFYING, S.VERIFIED):
        move(session, payment, status, Because("arranged", "test"))
    return payment.id


def delivery(payment_ids: list[int]) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"message-{n}", "body": f'{{"payment_id": {payment_id}, "v": 1}}'}
            for n, payment_id in enumerate(payment_ids)
        ]
    }


def credited_by_one_statement(payment_ids: list[int]) -> frozenset[int]:
    """Past the worker, which would hide a deadlock by trying one by one."""
    with committed() as session:
        return ledger.credit_purchases(session, payment_ids, actor="race").now


def purchases(shared: Database) -> list[str]:
    rows = shared.read().rows(select(TokenEntry.reference).where(TokenEntry.kind == "purchase"))
    return sorted(row.reference for row in rows)


def at_the_bank(shared: Database, gateway: Gateway, zarinpal: Zarinpal) -> tuple[str, str]:
    """A purchase that was paid at the pretend bank: its transaction id and authority."""
    with shared.transaction() as session:
        copy = make_copy(session, make_user(session))
        payment = make_payment(session, copy, status=S.CREATED, authority=None)
        order = Order(payment.amount, "خرید", "http://localhost:8000/back", payment.transaction_id)
        started = gateway.start(order)
        assert isinstance(started, Started)
        move(session, payment, S.PENDING, Because("arranged", "test"), authority=started.authority)
        transaction_id = payment.transaction_id
    assert parse_qs(urlsplit(zarinpal.pay(started.authority)).query)["Status"] == ["OK"]
    return transaction_id, started.authority


def test_ten_callbacks_at_once_verify_and_credit_once(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    transaction_id, authority = at_the_bank(shared, gateway, zarinpal)

    def come_back(_: int) -> None:
        bank_returned(transaction_id, authority, paid=True, gateway=gateway, trace_id="race")

    at_once(own_database, come_back, threads=10)
    payment = shared.read().entity(select(Payment))
    assert payment is not None
    assert payment.status is S.VERIFIED
    assert len(zarinpal.calls("verify")) == 1
    at_once(own_database, lambda _: worker.handler(delivery([payment.id]), None), threads=10)
    assert purchases(shared) == [f"payment:{payment.id}"]


def test_callbacks_and_sweeps_together_credit_once(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    transaction_id, authority = at_the_bank(shared, gateway, zarinpal)
    with shared.transaction() as session:
        payment = session.scalars(select(Payment)).one()
        payment.next_check_at = payment.created_at  # due now

    def either(number: int) -> None:
        if number % 2:
            bank_returned(transaction_id, authority, paid=True, gateway=gateway, trace_id="race")
        else:
            sweep(gateway)

    at_once(own_database, either, threads=10)
    at_once(own_database, lambda _: worker.handler(delivery([payment.id]), None), threads=4)
    assert purchases(shared) == [f"payment:{payment.id}"]


def test_ten_deliveries_of_one_message_credit_once(shared: Database, own_database: str) -> None:
    with shared.transaction() as session:
        copy = make_copy(session)
        payment_id = a_verified_payment(session, copy, tokens=100)
    answers = at_once(own_database, lambda _: worker.handler(delivery([payment_id]), None), threads=10)
    assert answers == [{"batchItemFailures": []}] * 10
    assert purchases(shared) == [f"payment:{payment_id}"]
    after = shared.read().entity(select(UserAutomation))
    assert after is not None
    assert after.tokens_remaining == 100


def test_overlapping_batches_credit_each_payment_once_and_nobody_deadlocks(shared: Database, own_database: str) -> None:
    with shared.transaction() as session:
        copies = [make_copy(session, demo=5) for _ in range(5)]
        payment_ids = [a_verified_payment(session, copy, tokens=10) for _ in range(12) for copy in copies]

    def overlapping(number: int) -> int:
        order = random.Random(number)
        batches = [order.sample(payment_ids, 10) for _ in range(12)] + [
            payment_ids[start : start + 10] for start in range(0, len(payment_ids), 10)
        ]
        return sum(len(credited_by_one_statement(batch)) for batch in batches)

    assert sum(at_once(own_database, overlapping, threads=4)) == len(payment_ids)
    assert purchases(shared) == sorted(f"payment:{payment_id}" for payment_id in payment_ids)
