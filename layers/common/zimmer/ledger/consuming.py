"""A use of tokens by an automation: one statement, so that nothing can come between its checks and its debit.

The statement proves the caller, locks the balance, looks the key up, debits (demo tokens first, then paid,
both when needed), writes the entries, and keeps the answer under the developer's key. A twin of the same
call waits at the lock with an old snapshot, then breaks a unique key, which undoes its own debit; asked
again it finds the answer that was kept. Nothing is kept of a refusal.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, LargeBinary, Row, String, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from zimmer import clock
from zimmer.db import UNIQUE_VIOLATION, AtomicSession, Prepared, sqlstate
from zimmer.errors import (
    DailyCapReached,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationInactive,
    UserAutomationNotFound,
    ZimmerError,
)
from zimmer.ledger.ending import expire_overdue
from zimmer.ledger.statements import CALLER, DRAWING, FIGURES, FITS, LOCKED, OVERDUE, SPENDING, WARNED
from zimmer.models import Json, UserAutomationStatus

CONSUME = Prepared(
    text(f"""
WITH {CALLER}, {LOCKED}, seen AS (
    SELECT event.body_hash, event.result FROM usage_events event JOIN locked ON locked.id = event.user_automation_id
    WHERE event.idempotency_key = :key
), parts AS (
    SELECT locked.*, least(demo_usable, :units) AS demo_part, :units - least(demo_usable, :units) AS paid_part,
           'use' AS kind, :reference AS reference
    FROM locked WHERE {FITS}
), {DRAWING}, kept AS (
    INSERT INTO usage_events (user_automation_id, idempotency_key, units, usage_type, body_hash, meta, result, at)
    SELECT id, :key, :units, :usage_type, :body_hash, :meta,
           jsonb_build_object('remaining_demo_tokens', demo_tokens, 'remaining_paid_tokens', tokens_remaining,
                              'entry_id', (SELECT max(entries.id) FROM entries)),
           :at
    FROM debited
    RETURNING result
), spending AS (
    SELECT id, user_id, automation_id, low_balance_at, ledger_seq AS seq, :units AS units,
           demo_usable + tokens_remaining AS left_before, demo_usable + tokens_remaining - :units AS left_after
    FROM parts
), {FIGURES}
SELECT EXISTS (SELECT FROM caller) AS caller_known, locked.status, locked.demo_usable, locked.tokens_remaining,
       locked.daily_spend_cap, locked.spent, seen.body_hash AS seen_body_hash, seen.result AS seen_result,
       kept.result AS kept_result,
       CASE WHEN kept.result IS NULL AND seen.result IS NULL THEN {OVERDUE} END AS has_overdue_holds, {WARNED}
FROM (SELECT 1) AS always
LEFT JOIN locked ON TRUE LEFT JOIN seen ON TRUE LEFT JOIN kept ON TRUE
""")
    .bindparams(*SPENDING, bindparam("reference", type_=String))
    .columns(  # named, or SQLAlchemy finds out anew each time what the answer consists of
        caller_known=Boolean,
        status=String,
        demo_usable=BigInteger,
        tokens_remaining=BigInteger,
        daily_spend_cap=BigInteger,
        spent=BigInteger,
        seen_body_hash=LargeBinary,
        seen_result=JSONB,
        kept_result=JSONB,
        has_overdue_holds=Boolean,
        warned=BigInteger,
    )
)


@dataclass(frozen=True)
class Use:
    """What an automation asks for: `units` (> 0) of one customer's copy, under a key of its own."""

    user_automation_id: int
    units: int
    usage_type: str
    idempotency_key: str
    meta: Json | None = None

    @property
    def body_hash(self) -> bytes:
        """Two calls with the same key must ask for the same thing."""
        body = [self.user_automation_id, self.units, self.usage_type, self.meta]
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()

    @property
    def reference(self) -> str:
        """The name of its entries in the ledger."""
        return f"use:{self.user_automation_id}:{self.idempotency_key}"


@dataclass(frozen=True)
class Consumed:
    """What is left after a use. The same for every repetition of the call."""

    remaining_demo_tokens: int
    remaining_paid_tokens: int
    entry_id: int


def consume(session: AtomicSession, use: Use, *, token_id: int, token_hash: bytes) -> Consumed:
    """Debit a use once per (copy, idempotency key), in one round trip when it is accepted.

    A repetition gets the first answer again. Raises ServiceTokenInvalid, UserAutomationNotFound (also for
    another automation's customer), UserAutomationInactive, IdempotencyConflict (same key, other body),
    InsufficientTokens, DailyCapReached; after each of them nothing has changed.
    """
    found = _ask(session, _parameters(use, token_id, token_hash))
    if not found.caller_known:
        raise ServiceTokenInvalid
    if found.status is None:
        raise UserAutomationNotFound
    if found.seen_result is not None and found.seen_body_hash != use.body_hash:
        raise IdempotencyConflict
    answer = found.seen_result or found.kept_result
    if answer is None:
        raise refusal(found, units=use.units)
    return Consumed(**answer)


def _ask(session: AtomicSession, parameters: Mapping[str, object]) -> Row[Any]:
    try:
        found = session.run(CONSUME, parameters)[0]
    except DBAPIError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        return session.run(CONSUME, parameters)[0]  # our twin was first: its answer is there now
    if found.status is None or found.seen_result or found.kept_result:
        return found
    if found.has_overdue_holds:
        expire_overdue(session, parameters["user_automation_id"], actor=str(parameters["actor"]))
    # Refused, perhaps because a twin of this very call spent the last tokens while we waited for the lock.
    # A fresh snapshot knows. It costs a second round trip on refusals only.
    return session.run(CONSUME, parameters)[0]


def refusal(found: Row[Any], *, units: int) -> ZimmerError:
    """Why a locked copy did not give `units`."""
    if found.status != UserAutomationStatus.ACTIVE:
        return UserAutomationInactive()
    available = found.demo_usable + found.tokens_remaining
    if available < units:
        return InsufficientTokens(needed=units, available=available)
    return DailyCapReached(cap=found.daily_spend_cap, spent_today=found.spent)


def _parameters(use: Use, token_id: int, token_hash: bytes) -> dict[str, object]:
    return {
        "token_id": token_id,
        "token_hash": token_hash,
        "user_automation_id": use.user_automation_id,
        "key": use.idempotency_key,
        "units": use.units,
        "usage_type": use.usage_type,
        "reference": use.reference,
        "actor": f"service-token:{token_id}",
        "body_hash": use.body_hash,
        "meta": use.meta,
        "today": clock.business_day(),
        "at": clock.now(),
    }
