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

from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, Row, String, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from zimmer import clock
from zimmer.db import UNIQUE_VIOLATION, AtomicSession, sqlstate
from zimmer.errors import (
    DailyCapReached,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationInactive,
    UserAutomationNotFound,
    ZimmerError,
)
from zimmer.models import Json, UserAutomationStatus

CONSUME = text("""
WITH caller AS (
    SELECT automation_id FROM service_tokens
    WHERE id = :token_id AND token_hash = :token_hash AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > :at)
), locked AS (
    SELECT ua.id, ua.user_id, ua.automation_id, ua.status, ua.tokens_remaining, ua.demo_tokens, ua.ledger_seq,
           ua.ledger_head, ua.daily_spend_cap,
           CASE WHEN ua.demo_expires_at <= :at THEN 0 ELSE ua.demo_tokens END AS demo_usable,
           CASE WHEN ua.spent_on >= :today THEN ua.spent_today ELSE 0 END AS spent
    FROM user_automations ua JOIN caller ON caller.automation_id = ua.automation_id
    WHERE ua.id = :user_automation_id
    FOR NO KEY UPDATE OF ua
), seen AS (
    SELECT event.body_hash, event.result FROM usage_events event JOIN locked ON locked.id = event.user_automation_id
    WHERE event.idempotency_key = :key
), parts AS (
    SELECT locked.*, least(demo_usable, :units) AS demo_part, :units - least(demo_usable, :units) AS paid_part
    FROM locked
    WHERE status = 'active' AND demo_usable + tokens_remaining >= :units
      AND (daily_spend_cap IS NULL OR spent + :units <= daily_spend_cap)
      AND NOT EXISTS (SELECT FROM seen)
), before_demo AS (
    SELECT id, ledger_seq + 1 AS seq, -demo_part AS delta, demo_tokens - demo_part AS balance_after,
           ledger_head AS prev_hash
    FROM parts WHERE demo_part > 0
), from_demo AS (
    SELECT id, seq, 'demo' AS bucket, delta, balance_after, prev_hash,
           token_entry_hash(prev_hash, id, seq, 'demo', delta, balance_after, 'use', :reference) AS hash
    FROM before_demo
), before_paid AS (
    SELECT parts.id, coalesce(from_demo.seq, ledger_seq) + 1 AS seq, -paid_part AS delta,
           tokens_remaining - paid_part AS balance_after, coalesce(from_demo.hash, ledger_head) AS prev_hash
    FROM parts LEFT JOIN from_demo ON from_demo.id = parts.id WHERE paid_part > 0
), from_paid AS (
    SELECT id, seq, 'paid' AS bucket, delta, balance_after, prev_hash,
           token_entry_hash(prev_hash, id, seq, 'paid', delta, balance_after, 'use', :reference) AS hash
    FROM before_paid
), drawn AS (
    SELECT * FROM from_demo UNION ALL SELECT * FROM from_paid
), debited AS (
    UPDATE user_automations ua SET
        demo_tokens = ua.demo_tokens - parts.demo_part,
        tokens_remaining = ua.tokens_remaining - parts.paid_part,
        demo_expired = ua.demo_expired OR ua.demo_tokens = parts.demo_part,
        paid_spent = ua.paid_spent + parts.paid_part,
        spent_on = greatest(ua.spent_on, :today), spent_today = parts.spent + :units,
        ledger_seq = last.seq, ledger_head = last.hash, ledger_prev = last.prev_hash
    FROM parts, (SELECT * FROM drawn ORDER BY seq DESC LIMIT 1) last
    WHERE ua.id = parts.id
    RETURNING ua.id, parts.demo_usable - parts.demo_part AS demo_tokens, ua.tokens_remaining
), entries AS (
    INSERT INTO token_entries
        (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
    SELECT id, seq, bucket, delta, balance_after, 'use', :reference, :actor, hash, prev_hash, :at
    FROM drawn ORDER BY seq
    RETURNING id
), kept AS (
    INSERT INTO usage_events (user_automation_id, idempotency_key, units, usage_type, body_hash, meta, result, at)
    SELECT id, :key, :units, :usage_type, :body_hash, :meta,
           jsonb_build_object('remaining_demo_tokens', demo_tokens, 'remaining_paid_tokens', tokens_remaining,
                              'entry_id', (SELECT max(entries.id) FROM entries)),
           :at
    FROM debited
    RETURNING result
), figures AS (
    INSERT INTO rollups (day, automation_id, shard, tokens_used)
    SELECT :today, automation_id, mod(id, 8), :units FROM parts
    ON CONFLICT (day, automation_id, shard) DO UPDATE SET tokens_used = rollups.tokens_used + excluded.tokens_used
), person AS (
    SELECT users.id, users.last_active_on FROM users JOIN parts ON parts.user_id = users.id
    WHERE users.last_active_on IS NULL OR users.last_active_on < :today
    FOR NO KEY UPDATE OF users
), woken AS (
    UPDATE users SET last_active_on = :today FROM person WHERE users.id = person.id
), moves AS (
    INSERT INTO activity (to_day, from_day, shard, customers)
    SELECT :today, coalesce(last_active_on, DATE '0001-01-01'), mod(id, 8), 1 FROM person
    ON CONFLICT (to_day, from_day, shard) DO UPDATE SET customers = activity.customers + 1
)
SELECT EXISTS (SELECT FROM caller) AS caller_known, locked.status, locked.demo_usable, locked.tokens_remaining,
       locked.daily_spend_cap, locked.spent, seen.body_hash AS seen_body_hash, seen.result AS seen_result,
       kept.result AS kept_result
FROM (SELECT 1) AS always
LEFT JOIN locked ON TRUE LEFT JOIN seen ON TRUE LEFT JOIN kept ON TRUE
""").bindparams(
    bindparam("token_id", type_=BigInteger),
    bindparam("token_hash", type_=LargeBinary),
    bindparam("user_automation_id", type_=BigInteger),
    bindparam("key", type_=String),
    bindparam("units", type_=BigInteger),
    bindparam("usage_type", type_=String),
    bindparam("reference", type_=String),
    bindparam("actor", type_=String),
    bindparam("body_hash", type_=LargeBinary),
    bindparam("meta", type_=JSONB(none_as_null=True)),
    bindparam("today", type_=Date),
    bindparam("at", type_=DateTime(timezone=True)),
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
        raise _refusal(found, use)
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
    # Refused, perhaps because a twin of this very call spent the last tokens while we waited for the lock.
    # A fresh snapshot knows. It costs a second round trip on refusals only.
    return session.run(CONSUME, parameters)[0]


def _refusal(found: Row[Any], use: Use) -> ZimmerError:
    if found.status != UserAutomationStatus.ACTIVE:
        return UserAutomationInactive()
    available = found.demo_usable + found.tokens_remaining
    if available < use.units:
        return InsufficientTokens(needed=use.units, available=available)
    return DailyCapReached(cap=found.daily_spend_cap, spent_today=found.spent)


def _parameters(use: Use, token_id: int, token_hash: bytes) -> dict[str, object]:
    return {
        "token_id": token_id,
        "token_hash": token_hash,
        "user_automation_id": use.user_automation_id,
        "key": use.idempotency_key,
        "units": use.units,
        "usage_type": use.usage_type,
        "reference": f"use:{use.user_automation_id}:{use.idempotency_key}",
        "actor": f"service-token:{token_id}",
        "body_hash": use.body_hash,
        "meta": use.meta,
        "today": clock.business_day(),
        "at": clock.now(),
    }
