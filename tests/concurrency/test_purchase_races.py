"""One purchase, many hands at once: it is credited once."""

import random
from collections.abc import Iterator
from contextlib import closing, suppress
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from functions.payments import worker
from functions.payments.gateways.base import Gateway, Order, Started
from functions.payments.schemas import InitPayment, InitQuoted
from functions.payments.service import bank_returned, cancel, check, quote, start_purchase
from functions.payments.states import Because, move
from functions.payments.sweep import sweep, sweep_with_unverified
from local.zarinpal.running import Zarinpal
from tests.concurrency.races import at_once
from tests.factories import make_automation, make_copy, make_payment, make_user, person_of, purchase_in
from tests.functions.payments.purchases import paid_but_lost
from zimmer import clock, ledger
from zimmer.db import Database, Session, committed, using
from zimmer.errors import DiscountRefused, GatewayUnavailable, InProgress, QuoteUsed, TooManyOpenPayments
from zimmer.models import (
    Bucket,
    BusinessSettings,
    DiscountCode,
    EntryKind,
    Payment,
    PaymentStatus,
    TokenEntry,
    UserAutomation,
)

S = PaymentStatus


@pytest.fixture
def patience() -> float:
    """Fifty threads keep each other waiting, which is no silence of the bank's."""
    return 1.5


@pytest.fixture
def shared(own_database: str) -> Iterator[Database]:
    with closing(Database(own_database)) as database:
        yield database


def a_verified_payment(session: Session, copy: UserAutomation, *, tokens: int) -> int:
    """A purchase that the gateway has confirmed."""
    return purchase_in(session, S.VERIFIED, copy, tokens=tokens).id


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


def test_one_key_sent_ten_times_at_once_opens_one_purchase(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    with shared.transaction() as session:
        copy = make_copy(session)
        buyer = person_of(session, copy)
    order = InitPayment(automation_id=copy.automation_id, tokens=100)

    def click(_: int) -> str:
        try:
            return start_purchase(buyer, order, client_key="one-click", gateway=gateway, trace_id="race").transaction_id
        except InProgress:
            return "in progress"

    answers = set(at_once(own_database, click, threads=10)) - {"in progress"}
    assert len(answers) == 1
    assert len(zarinpal.calls("request")) == 1


def test_many_purchases_at_once_open_no_more_than_the_limit(
    shared: Database, own_database: str, gateway: Gateway
) -> None:
    with shared.transaction() as session:
        copy = make_copy(session)
        buyer = person_of(session, copy)
    order = InitPayment(automation_id=copy.automation_id, tokens=100)

    def buy(number: int) -> str:
        try:
            start_purchase(buyer, order, client_key=f"purchase-{number}", gateway=gateway, trace_id="race")
        except TooManyOpenPayments:
            return "refused"
        return "opened"

    assert sorted(at_once(own_database, buy, threads=12)) == ["opened"] * 5 + ["refused"] * 7


def test_buying_again_while_being_credited_deadlocks_nobody(
    shared: Database, own_database: str, gateway: Gateway
) -> None:
    """Crediting holds the copy and tells the customer; buying holds the customer and refers to the copy."""
    with shared.transaction() as session:
        session.execute(update(BusinessSettings).values(max_open_payments=1000))
        copy = make_copy(session)
        buyer = person_of(session, copy)
        payment_ids = [a_verified_payment(session, copy, tokens=10) for _ in range(40)]
    order = InitPayment(automation_id=copy.automation_id, tokens=100)

    def either(number: int) -> int:
        if number % 2:
            mine = payment_ids[number // 2 :: 2]
            return sum(len(credited_by_one_statement([payment_id])) for payment_id in mine)
        for n in range(20):
            start_purchase(buyer, order, client_key=f"again-{number}-{n}", gateway=gateway, trace_id="race")
        return 0

    assert sum(at_once(own_database, either, threads=4)) == 40


def test_the_same_credit_from_eight_threads_is_written_once(shared: Database, own_database: str) -> None:
    with shared.transaction() as session:
        copy_id = make_copy(session).id

    def give(_: int) -> bool:
        with committed() as session:
            entry = ledger.credit(
                session,
                session.get_one(UserAutomation, copy_id),
                tokens=10,
                bucket=Bucket.PAID,
                kind=EntryKind.ADJUSTMENT,
                reference="adjust:1",
                actor="race",
            )
        return entry is not None

    assert sum(at_once(own_database, give, threads=8)) == 1


def test_fifty_callbacks_at_once_verify_and_credit_once(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    transaction_id, authority = at_the_bank(shared, gateway, zarinpal)
    at_once(
        own_database,
        lambda _: bank_returned(transaction_id, authority, paid=True, gateway=gateway, trace_id="race"),
        threads=50,
    )
    payment = shared.read().entity(select(Payment))
    assert payment is not None
    assert (payment.status, len(zarinpal.calls("verify"))) == (S.VERIFIED, 1)
    at_once(own_database, lambda _: worker.handler(delivery([payment.id]), None), threads=4)
    assert purchases(shared) == [f"payment:{payment.id}"]


def test_one_quote_brought_twice_at_once_under_two_keys_opens_one_purchase(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    with shared.transaction() as session:
        copy = make_copy(session)
        buyer = person_of(session, copy)
        order = InitPayment(automation_id=copy.automation_id, tokens=100)
        quoted = InitQuoted(quote=quote(session, buyer, order).quote)

    def bring(number: int) -> str:
        try:
            start_purchase(buyer, quoted, client_key=f"purchase-{number}", gateway=gateway, trace_id="race")
        except QuoteUsed:
            return "used"
        return "opened"

    assert sorted(at_once(own_database, bring, threads=2)) == ["opened", "used"]
    assert len(zarinpal.calls("request")) == 1


def test_ten_checks_at_once_ask_the_gateway_once(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    transaction_id, _ = at_the_bank(shared, gateway, zarinpal)
    with shared.transaction() as session:
        buyer = person_of(session, session.scalars(select(UserAutomation)).one())

    def ask(_: int) -> None:
        check(buyer, transaction_id, gateway=gateway, trace_id="race")

    at_once(own_database, ask, threads=10)
    assert len(zarinpal.calls("verify")) == 1


def test_ten_checks_at_once_of_what_is_not_paid_ask_the_gateway_once(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    transaction_id, _ = at_the_bank(shared, gateway, zarinpal)
    with shared.transaction() as session:
        buyer = person_of(session, session.scalars(select(UserAutomation)).one())
    zarinpal.fail_next("verify", "refuse", code=-51, times=10)

    def ask(_: int) -> None:
        check(buyer, transaction_id, gateway=gateway, trace_id="race")

    at_once(own_database, ask, threads=10)
    assert len(zarinpal.calls("verify")) == 1


def test_giving_up_while_coming_back_loses_no_money(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    transaction_id, authority = at_the_bank(shared, gateway, zarinpal)
    with shared.transaction() as session:
        buyer = person_of(session, session.scalars(select(UserAutomation)).one())

    def either(number: int) -> None:
        if number % 2:
            cancel(buyer, transaction_id, trace_id="race")
        else:
            bank_returned(transaction_id, authority, paid=True, gateway=gateway, trace_id="race")

    at_once(own_database, either, threads=10)
    payment = shared.read().entity(select(Payment))
    assert payment is not None
    assert (payment.status, len(zarinpal.calls("verify"))) == (S.VERIFIED, 1)


def test_sweeps_that_find_the_same_lost_purchase_attach_it_once(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    with shared.transaction() as session:
        payment_id = paid_but_lost(zarinpal, session).id
    at_once(own_database, lambda _: sweep_with_unverified(gateway), threads=6)
    payment = shared.read().entity(select(Payment))
    assert payment is not None
    assert (payment.status, len(zarinpal.calls("verify"))) == (S.VERIFIED, 1)
    at_once(own_database, lambda _: worker.handler(delivery([payment_id]), None), threads=4)
    assert purchases(shared) == [f"payment:{payment_id}"]


def test_a_late_repetition_and_the_sweep_do_not_both_own_a_lost_purchase(
    shared: Database, own_database: str, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    with shared.transaction() as session:
        copy = make_copy(session)
        buyer = person_of(session, copy)
    order = InitPayment(automation_id=copy.automation_id, tokens=100)
    zarinpal.fail_next("request", "apply_then_timeout", seconds=2)
    with using(shared), pytest.raises(GatewayUnavailable):
        start_purchase(buyer, order, client_key="lost-answer", gateway=gateway, trace_id="race")
    [lost] = zarinpal.calls("request")
    zarinpal.pay(str(lost.authority))

    def either(number: int) -> None:
        if number % 2:
            sweep_with_unverified(gateway)
        else:
            with suppress(InProgress):
                start_purchase(buyer, order, client_key="lost-answer", gateway=gateway, trace_id="race")

    at_once(own_database, either, threads=6)
    payment = shared.read().entity(select(Payment))
    assert payment is not None
    assert (payment.authority == lost.authority) == (payment.status is S.VERIFIED)
    assert len(zarinpal.calls("request")) <= 2


# the last use of a discount code


def test_the_last_three_uses_of_a_code_go_to_three_of_twenty(
    shared: Database, own_database: str, gateway: Gateway
) -> None:
    with shared.transaction() as session:
        automation = make_automation(session)
        copies = [make_copy(session, make_user(session), automation) for _ in range(20)]
        people = [person_of(session, copy) for copy in copies]
        code = DiscountCode(code="LAST3", percent=Decimal(20), max_uses=3, created_at=clock.now())
        session.add(code)
        automation_id = automation.id
    order = InitPayment(automation_id=automation_id, tokens=100, discount_code="LAST3")

    def buy(number: int) -> str:
        try:
            start_purchase(people[number], order, client_key="purchase-0001", gateway=gateway, trace_id="race")
        except DiscountRefused as refusal:
            return str(refusal.data["reason"])
        return "sold"

    answers = at_once(own_database, buy, threads=20)
    assert sorted(answers) == ["sold"] * 3 + ["used-up"] * 17
