"""Everybody does anything in any order, processes die anywhere; when it is quiet again, money and tokens agree.

Hypothesis draws the schedules and, when one ends badly, looks for the shortest that still does. `--long` draws ten
thousand.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from functions.admin import invariants
from functions.payments import refunds, service, staff, sweep
from functions.payments.schemas import InitPayment
from local.zarinpal.bank import SessionClosed, Status
from tests.crash.mortal import Died
from tests.crash.world import World
from tests.factories import make_automation, make_copy, make_service_token, make_user, person_of
from zimmer import clock, crypto, ledger
from zimmer.audit import Act
from zimmer.auth.acting import Staff
from zimmer.auth.dependencies import Person
from zimmer.db import committed
from zimmer.errors import ZimmerError
from zimmer.ledger import Use
from zimmer.models import Bucket, EntryKind, Payment, PaymentStatus, Role, TokenEntry, User, UserAutomation

S = PaymentStatus
SCHEDULES, SCHEDULES_LONG = 300, 10_000
STEPS = 20
SETTLED = frozenset({S.CREDITED, S.REVERSED, S.REFUND_PENDING, S.REFUNDED, S.CLOSED, S.EXPIRED, S.REJECTED, S.REVIEW})
QUIET = [timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 35, 40, 65, 65, 65, 65, 65, 65)]
FAULTS = ("http_500", "html", "truncated_json", "apply_then_5xx", "data_as_list")
_numbers = count(1)


class Shop(RuleBasedStateMachine):
    """One customer, one copy, and everything that may happen to them."""

    world: ClassVar[World]

    @initialize()
    def open_the_shop(self) -> None:
        self.keys: list[str] = []
        with committed() as session:
            copy = make_copy(session, make_user(session), make_automation(session), demo=5)
            self.copy_id, self.automation_id = copy.id, copy.automation_id
            self.person: Person = person_of(session, copy)
            self.service = make_service_token(session, copy.automation_id)
            self.manager = _at_the_desk(make_user(session, role=Role.MANAGER), self.person)

    # the customer

    @rule(tokens=st.sampled_from([20, 50, 100]), again=st.booleans())
    def order(self, tokens: int, again: bool) -> None:
        key = self.keys[-1] if again and self.keys else f"key-{next(_numbers)}-order"
        self.keys.append(key)
        wish = InitPayment(automation_id=self.automation_id, tokens=tokens)
        with self.mortally():
            service.start_purchase(self.person, wish, client_key=key, gateway=self.world.gateway, trace_id="any")

    @rule(which=st.integers(0, 9))
    def pay(self, which: int) -> None:
        if payment := self.pick(which):
            with suppress(SessionClosed):
                self.world.bank.pay(payment.authority or "")

    @rule(which=st.integers(0, 9))
    def give_up_at_the_bank(self, which: int) -> None:
        if payment := self.pick(which):
            with suppress(SessionClosed):
                self.world.bank.cancel(payment.authority or "")

    @rule(which=st.integers(0, 9), paid=st.booleans())
    def come_back(self, which: int, paid: bool) -> None:
        if payment := self.pick(which):
            with self.mortally():
                number, authority = payment.transaction_id, payment.authority or ""
                service.bank_returned(number, authority, paid=paid, gateway=self.world.gateway, trace_id="any")

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        if payment := self.pick(which):
            with self.mortally():
                service.cancel(self.person, payment.transaction_id, trace_id="any")

    @rule(units=st.integers(1, 60), again=st.booleans())
    def consume(self, units: int, again: bool) -> None:
        number = 1 if again else next(_numbers)
        use = Use(user_automation_id=self.copy_id, units=units, usage_type="message", idempotency_key=f"use-{number}")
        _, token_id, secret = self.service.split("_", 2)
        with self.mortally():
            ledger.consume(
                self.world.database.atomic(), use, token_id=int(token_id), token_hash=crypto.token_hash(secret)
            )

    # what heals, and the queue

    @rule(minutes=st.sampled_from([1, 3, 31, 90]), unverified=st.booleans())
    def sweep(self, minutes: int, unverified: bool) -> None:
        clock.travel(timedelta(minutes=minutes))
        run = sweep.sweep_with_unverified if unverified else sweep.sweep
        with self.mortally():
            run(self.world.gateway)

    @rule()
    def work(self) -> None:
        with self.mortally():
            self.world.queue.poll()

    @rule()
    def messages_are_lost(self) -> None:
        self.world.messages()

    @rule()
    def messages_come_twice(self) -> None:
        for message in self.world.messages():
            for _ in range(2):
                with self.mortally():
                    self.world.worker(message)

    # the staff

    @rule(which=st.integers(0, 9))
    def reverse(self, which: int) -> None:
        if payment := self.pick(which):
            with self.mortally():
                staff.reverse(self.manager, payment.id, reason="any", gateway=self.world.gateway, trace_id="any")

    @rule(which=st.integers(0, 9))
    def refund(self, which: int) -> None:
        if payment := self.pick(which):
            with self.mortally():
                refunds.open_refund(self.manager, payment.id, reason="any", trace_id="any")

    @rule(which=st.integers(0, 9))
    def paid_back(self, which: int) -> None:
        if payment := self.pick(which):
            with self.mortally():
                refunds.paid_back(self.manager, payment.id, transfer="any", trace_id="any")

    @rule(tokens=st.integers(-40, 40).filter(bool))
    def correct(self, tokens: int) -> None:
        act = ledger.credit if tokens > 0 else ledger.debit
        with self.mortally(), committed() as session:
            copy = session.get_one(UserAutomation, self.copy_id)
            reference = f"adjust:any-{next(_numbers)}"
            act(
                session,
                copy,
                tokens=abs(tokens),
                bucket=Bucket.PAID,
                kind=EntryKind.ADJUSTMENT,
                reference=reference,
                actor="any",
            )

    # what goes wrong

    @rule(commit=st.integers(1, 4), heard=st.booleans())
    def a_process_will_die_at_a_commit(self, commit: int, heard: bool) -> None:
        (self.world.database.dies_after if heard else self.world.database.dies_before)(commit)

    @rule(heard=st.booleans())
    def a_process_will_die_at_a_statement(self, heard: bool) -> None:
        database = self.world.database
        (database.dies_after_a_statement if heard else database.dies_before_a_statement)()

    @rule(call=st.sampled_from(["start", "verify", "inquire", "reverse"]), heard=st.booleans())
    def a_process_will_die_at_a_call(self, call: str, heard: bool) -> None:
        (self.world.gateway.dies_after if heard else self.world.gateway.dies_before)(call)

    @rule(call=st.sampled_from(["request", "verify", "inquiry", "reverse"]), fault=st.sampled_from(FAULTS))
    def the_bank_will_fail(self, call: str, fault: str) -> None:
        self.world.bank.fail_next(call, fault)

    # what always holds

    @invariant()
    def the_balance_is_the_sum_of_its_entries(self) -> None:
        if not hasattr(self, "copy_id"):
            return
        read = self.world.database.read()
        copy = read.entity(select(UserAutomation).where(UserAutomation.id == self.copy_id))
        entries = read.entities(select(TokenEntry).where(TokenEntry.user_automation_id == self.copy_id))
        paid = sum(entry.delta for entry in entries if entry.bucket is Bucket.PAID)
        assert copy is not None
        assert (copy.tokens_remaining, copy.ledger_seq) == (paid, len(entries))

    def teardown(self) -> None:
        """It becomes quiet: nobody dies any more, the bank answers, and the schedule runs."""
        if not hasattr(self, "copy_id"):
            return
        self.world.spare()
        for wait in QUIET:
            self.world.heal(after=wait, unverified=True)
            if all(payment.status in SETTLED for payment in self.payments()):
                break
        self.everything_agrees()

    def everything_agrees(self) -> None:
        with self.world.database.autocommit() as connection:
            broken = [answer for answer in invariants.check(connection) if not answer.holds]
        assert broken == []
        for payment in self.payments():
            at_the_bank = self.world.bank.gateway.bank.find(payment.authority).status if payment.authority else None
            is_credited = payment.credited_at is not None
            if payment.status is S.CREDITED:
                assert at_the_bank is Status.VERIFIED
            if at_the_bank is Status.VERIFIED:
                assert is_credited, f"{payment.status}: the bank has the money and the customer no tokens"
            if at_the_bank in {Status.IN_BANK, Status.FAILED, None}:
                assert not is_credited

    def payments(self) -> Sequence[Payment]:
        own = select(Payment).where(Payment.user_automation_id == self.copy_id).order_by(Payment.id)
        return self.world.database.read().entities(own)

    def pick(self, which: int) -> Payment | None:
        """One of the purchases that the bank knows."""
        known = [payment for payment in self.payments() if payment.authority]
        return known[which % len(known)] if known else None

    @contextmanager
    def mortally(self) -> Iterator[None]:
        """A process that may die, or be refused."""
        with suppress(Died, ZimmerError):
            yield


def _at_the_desk(manager: User, like: Person) -> Staff:
    person = replace(like, id=manager.id, role=Role.MANAGER)
    return Staff(person, Act("payment.any", person.id, person.role))


def run(world: World, schedules: int) -> None:
    Shop.world = world
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_in_any_order_money_and_tokens_agree(world: World) -> None:
    run(world, SCHEDULES)


@pytest.mark.long
def test_in_ten_thousand_orders_money_and_tokens_agree(world: World) -> None:
    run(world, SCHEDULES_LONG)
