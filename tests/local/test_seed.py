"""The seed promises a database as the platform would have made it, once. Invariants are checked by the fixture."""

import base64
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from functions.payments.states import Phase, on_the_wire
from local import totp
from local.seed import seed, seed_accounts
from zimmer import clock, crypto
from zimmer.db import Database, ReadSession
from zimmer.models import (
    AdjustmentState,
    AuditEntry,
    Automation,
    Delivery,
    DeliveryState,
    DiscountCode,
    OutboxMessage,
    Payment,
    PaymentStatus,
    Role,
    Rollup,
    Ticket,
    TicketStatus,
    TokenAdjustment,
    TokenEntry,
    UsageEvent,
    User,
    UserAutomation,
)

FIRST_SECONDS, AGAIN_SECONDS = 6.0, 0.3


def counts(read: ReadSession) -> list[int]:
    tables = (User, Automation, UserAutomation, TokenEntry, Payment, Ticket, TokenAdjustment, DiscountCode)
    return [read.rows(select(func.count()).select_from(table))[0][0] for table in tables]


def test_it_fills_a_database_once_and_quickly(own_database: str) -> None:
    started = time.monotonic()
    first = seed(own_database)
    took = time.monotonic() - started
    with closing(Database(own_database)) as database:
        before = counts(database.read())
        started = time.monotonic()
        assert seed(own_database) == first
        took_again = time.monotonic() - started
        assert counts(database.read()) == before
    assert took < FIRST_SECONDS
    assert took_again < AGAIN_SECONDS


@pytest.fixture
def read(own_database: str) -> Iterator[ReadSession]:
    seed(own_database)
    with closing(Database(own_database)) as database:
        yield database.read()


def test_sara_s_past_reaches_back_half_a_year(read: ReadSession) -> None:
    moments = sorted(row.at for row in read.rows(select(UsageEvent.at)))
    assert len(moments) > 300
    assert moments[0] < clock.now() - timedelta(days=170)
    assert clock.now() - timedelta(days=3) < moments[-1] <= clock.now()
    days = sorted(row.day for row in read.rows(select(Rollup.day)))
    assert days[-1] - days[0] > timedelta(days=100)


def test_there_is_a_purchase_in_every_phase_that_lasts(read: ReadSession) -> None:
    payments = read.entities(select(Payment))
    now = clock.now()
    assert {on_the_wire(payment, now)[1] for payment in payments} == {
        Phase.STARTING,
        Phase.AT_BANK,
        Phase.CHECKING,
        Phase.UNDER_REVIEW,
        Phase.DONE,
        Phase.REFUNDED,
        Phase.REFUSED,
        Phase.CANCELED,
        Phase.NOT_PAID,
    }
    assert sum(payment.status is PaymentStatus.CREDITED for payment in payments) >= 8


def test_the_sweep_has_no_reason_to_ask_the_bank_about_them(read: ReadSession) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    assert read.rows(select(Payment.id).where(Payment.next_check_at < tomorrow)) == []


def test_the_mail_of_the_past_was_sent_then_and_waits_for_nobody_now(read: ReadSession) -> None:
    assert read.rows(select(OutboxMessage.id).where(OutboxMessage.published_at.is_(None))) == []
    mails = read.entities(select(Delivery))
    assert len(mails) > 8
    for mail in mails:
        assert mail.state is DeliveryState.SENT
        assert mail.sent_at is not None
        assert timedelta() < mail.sent_at - mail.created_at < timedelta(minutes=1)


def test_the_second_customer_has_nothing(read: ReadSession) -> None:
    reza = read.entity(select(User).where(User.email == "reza@example.com"))
    assert reza is not None
    assert read.rows(select(UserAutomation.id).where(UserAutomation.user_id == reza.id)) == []


def test_the_staff_s_secrets_are_those_that_the_code_verb_knows(read: ReadSession) -> None:
    for person in read.entities(select(User).where(User.role != Role.CUSTOMER)):
        assert person.twofa_secret is not None
        assert person.twofa_enabled
        opened = crypto.unseal(person.twofa_secret, place=f"users|twofa_secret|{person.id}")
        assert opened == totp.secret_of(person.role)


def test_support_and_managers_find_work(read: ReadSession) -> None:
    assert {ticket.status for ticket in read.entities(select(Ticket))} == set(TicketStatus)
    waiting = read.entities(select(TokenAdjustment).where(TokenAdjustment.state == AdjustmentState.REQUESTED))
    assert sorted(asked.approvals_needed for asked in waiting) == [1, 2]
    assert read.rows(select(DiscountCode.code)) == [("NOROOZ",)]


def test_the_audit_room_knows_what_the_staff_did(read: ReadSession) -> None:
    entries = read.entities(select(AuditEntry).order_by(AuditEntry.id))
    assert {entry.action for entry in entries} == {"ticket.reply", "ticket.note", "adjustment.request"}
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert entries[-1].at < clock.now()


def test_the_empty_seed_has_accounts_and_a_marketplace(own_database: str) -> None:
    seeded = seed_accounts(own_database)
    with closing(Database(own_database)) as database:
        people, automations, *rest = counts(database.read())
    assert (people, automations, rest) == (5, 6, [0] * 6)
    assert seed(own_database) == seeded


@pytest.mark.parametrize(
    ("unix_seconds", "digits"),
    # RFC 6238, appendix B, SHA-1, the last six of its eight digits
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(unix_seconds: int, digits: str) -> None:
    assert totp.code(base64.b32encode(b"12345678901234567890").decode(), unix_seconds) == digits
