"""The platform's tables and the bank's books, in the words of the judge."""

from datetime import datetime

import httpx
from sqlalchemy import func, select

from functions.admin import invariants
from functions.payments.strays import PAID_ELSEWHERE
from local.soak.judging import UNDECIDED, AtBank, Entry, Ours, Purchase
from local.zarinpal.bank import HAS_MONEY
from zimmer.db import Database
from zimmer.models import EntryKind, OutboxMessage, Payment, PaymentEvent, TokenEntry


def books(bank_url: str) -> list[AtBank]:
    """Every authority the bank has opened for us."""
    rows = httpx.get(f"{bank_url}/_control/payments", timeout=30, trust_env=False).json()["payments"]
    return [
        AtBank(row["authority"], row["callback_url"].rpartition("/")[2], row["status"] in HAS_MONEY) for row in rows
    ]


def ours(database: Database) -> Ours:
    read = database.read()
    told = {row.payment_id for row in read.rows(select(PaymentEvent.payment_id).where(_ELSEWHERE))}
    return Ours(
        purchases=[
            Purchase(
                payment.id,
                payment.transaction_id,
                payment.authority,
                payment.status,
                payment.tokens_purchased,
                payment.user_automation_id,
                told_of_another=payment.id in told,
            )
            for payment in read.entities(select(Payment))
        ],
        bought=_entries(database, EntryKind.PURCHASE),
        used=_entries(database, EntryKind.USE),
    )


def undecided(database: Database) -> int:
    """How many purchases somebody still has to find out about."""
    query = select(func.count(Payment.id)).where(Payment.status.in_(UNDECIDED))
    return int(database.read().rows(query)[0][0])


def last_credit(database: Database) -> datetime | None:
    """When the newest purchase got its tokens, by the platform's clock."""
    found: datetime | None = database.read().rows(select(func.max(Payment.credited_at)))[0][0]
    return found


def unsent(database: Database) -> int:
    """How many messages were promised and not sent."""
    return int(database.read().rows(select(func.count(OutboxMessage.id)).where(_UNSENT))[0][0])


def broken_rules(database: Database) -> list[str]:
    with database.autocommit() as connection:
        answers = invariants.check(connection)
    return [f"{answer.question}: {answer.broken}" for answer in answers if not answer.holds]


def _entries(database: Database, kind: EntryKind) -> list[Entry]:
    query = select(TokenEntry.user_automation_id, TokenEntry.reference, TokenEntry.delta).where(TokenEntry.kind == kind)
    return [Entry(row.user_automation_id, row.reference, row.delta) for row in database.read().rows(query)]


_ELSEWHERE = PaymentEvent.cause == PAID_ELSEWHERE
_UNSENT = OutboxMessage.published_at.is_(None)
