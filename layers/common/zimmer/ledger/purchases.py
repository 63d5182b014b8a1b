"""Verified payments become tokens: one statement for a whole batch.

The gate is the payment rows themselves: only what is `verified` under their locks is credited, everything
is computed from those rows and never from the message, and a redelivery finds nothing to do. Locks are
taken payment → copy, each in order of id, so overlapping batches wait for each other instead of
deadlocking, and leave the keys free (NO KEY), so that the check of a foreign key never waits for money.
The unique keys of `token_entries` are the last net, not the mechanism. The day's figures are added to a
shard of this connection, so that workers with other customers' payments seldom meet in one row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, BigInteger, Date, DateTime, String, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from zimmer import clock
from zimmer.db import AtomicSession, Prepared

if TYPE_CHECKING:
    from zimmer.db import Session
    from zimmer.models import Json

CREDIT_PURCHASES = Prepared(
    text("""
WITH RECURSIVE gate AS (
    SELECT id, user_id, automation_id, user_automation_id, tokens_purchased AS tokens, amount, transaction_id,
           'payment:' || id AS reference
    FROM payments WHERE id = ANY(:payment_ids) AND status = 'verified'
    ORDER BY id FOR NO KEY UPDATE
), locked AS (
    SELECT id, tokens_remaining, ledger_seq, ledger_head FROM user_automations
    WHERE id IN (SELECT user_automation_id FROM gate)
    ORDER BY id FOR NO KEY UPDATE
), turn AS (
    SELECT gate.*, row_number() OVER (PARTITION BY user_automation_id ORDER BY id) AS nth FROM gate
), link AS (
    SELECT turn.*, ledger_seq + 1 AS seq, tokens_remaining + tokens AS balance_after, ledger_head AS prev_hash,
           token_entry_hash(ledger_head, locked.id, ledger_seq + 1, 'paid', tokens, tokens_remaining + tokens,
                            'purchase', reference) AS hash
    FROM turn JOIN locked ON locked.id = turn.user_automation_id WHERE nth = 1
  UNION ALL
    SELECT turn.*, link.seq + 1, link.balance_after + turn.tokens, link.hash,
           token_entry_hash(link.hash, turn.user_automation_id, link.seq + 1, 'paid', turn.tokens,
                            link.balance_after + turn.tokens, 'purchase', turn.reference)
    FROM link JOIN turn ON turn.user_automation_id = link.user_automation_id AND turn.nth = link.nth + 1
), entries AS (
    INSERT INTO token_entries
        (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
    SELECT user_automation_id, seq, 'paid', tokens, balance_after, 'purchase', reference, :actor, hash, prev_hash, :at
    FROM link ORDER BY id
    RETURNING id, user_automation_id, reference, delta, balance_after
), balances AS (
    UPDATE user_automations ua SET
        tokens_remaining = last.balance_after,
        ledger_seq = last.seq, ledger_head = last.hash, ledger_prev = last.prev_hash
    FROM (SELECT DISTINCT ON (user_automation_id) * FROM link ORDER BY user_automation_id, nth DESC) last
    WHERE ua.id = last.user_automation_id
), new_lots AS (
    INSERT INTO lots (entry_id, user_automation_id, tokens) SELECT id, user_automation_id, delta FROM entries
), credited AS (
    UPDATE payments p SET status = 'credited', credited_at = :at, next_check_at = NULL, event_seq = p.event_seq + 1
    FROM gate WHERE p.id = gate.id
    RETURNING p.id, p.event_seq, p.trace_id
), happened AS (
    INSERT INTO payment_events (payment_id, seq, at, actor, from_status, to_status, cause, trace_id, detail)
    SELECT id, event_seq, :at, :actor, 'verified', 'credited', 'tokens-credited', trace_id,
           CAST(:deliveries AS jsonb) -> id::text
    FROM credited
), redeemed AS (
    UPDATE discount_redemptions SET state = 'confirmed'
    WHERE state <> 'confirmed' AND payment_id IN (SELECT id FROM gate)
), figures AS (
    INSERT INTO rollups (day, automation_id, shard, payments, revenue, tokens_sold)
    SELECT :today, automation_id, mod(pg_backend_pid(), 8), count(*), sum(amount), sum(tokens)
    FROM gate GROUP BY automation_id ORDER BY automation_id
    ON CONFLICT (day, automation_id, shard) DO UPDATE SET
        payments = rollups.payments + excluded.payments,
        revenue = rollups.revenue + excluded.revenue,
        tokens_sold = rollups.tokens_sold + excluded.tokens_sold
), told AS (
    INSERT INTO notifications (user_id, kind, level, data, link, dedup_key, created_at)
    SELECT link.user_id, 'tokens-credited', 'success',
           jsonb_build_object('tokens', link.tokens, 'balance', link.balance_after,
                              'automation_id', link.automation_id, 'transaction_id', link.transaction_id),
           '/automations/' || link.automation_id || '/dashboard/', 'tokens-credited:' || link.id, :at
    FROM link
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING user_id, kind, data, link, dedup_key
), mailed AS (
    INSERT INTO deliveries (dedup_key, user_id, kind, address, data, link, created_at)
    SELECT told.dedup_key || '/email', users.id, told.kind, users.email, told.data, told.link, :at
    FROM told JOIN users ON users.id = told.user_id WHERE users.is_active AND users.deleted_at IS NULL
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
), promised AS (
    INSERT INTO outbox (topic, dedup_key, payload, created_at, next_at)
    SELECT 'notifications.deliver', 'deliver:' || id, jsonb_build_object('delivery_id', id, 'v', 1), :at, :at
    FROM mailed ORDER BY id
)
SELECT asked.id AS payment_id, asked.status, asked.verified_at, entries.id AS entry_id, entries.delta AS tokens
FROM payments asked LEFT JOIN entries ON entries.reference = 'payment:' || asked.id
WHERE asked.id = ANY(:payment_ids)
""").bindparams(
        bindparam("payment_ids", type_=ARRAY(BigInteger)),
        bindparam("actor", type_=String),
        bindparam("deliveries", type_=JSONB),
        bindparam("today", type_=Date),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)

# Where a payment may stand when a message asks again for what was done before.
BEYOND_CREDITING = frozenset({"verified", "credited", "reversing", "reversed", "refund_pending", "refunded"})


@dataclass(frozen=True)
class Credited:
    """What became of a batch. Each id asked for is in exactly one of the three."""

    now: frozenset[int]  # credited by this statement
    before: frozenset[int]  # credited earlier, or being given back: nothing to do
    refused: frozenset[int]  # unknown, or never verified: the message should not exist
    tokens: int = 0  # credited by this statement
    slowest: timedelta = timedelta(0)  # of those: between the bank's word and the tokens


def credit_purchases(
    session: "Session | AtomicSession",
    payment_ids: Iterable[int],
    *,
    actor: str,
    deliveries: "Mapping[int, Json] | None" = None,
) -> Credited:
    """Credit each verified payment among `payment_ids` exactly once, in one statement.

    It may stand alone: run twice it finds nothing more to do. Locks the payments and the copies they are for
    until the transaction ends. `deliveries` says of a payment
    by which message it was asked for; it is kept with the event.
    """
    asked, at = frozenset(payment_ids), clock.now()
    parameters = {
        "payment_ids": sorted(asked),
        "actor": actor,
        "deliveries": {str(payment_id): message for payment_id, message in (deliveries or {}).items()},
        "today": clock.business_day(),
        "at": at,
    }
    if isinstance(session, AtomicSession):
        rows = session.run(CREDIT_PURCHASES, parameters)
    else:
        rows = session.execute(CREDIT_PURCHASES.statement, parameters).all()
    credited = [row for row in rows if row.entry_id is not None]
    now = frozenset(row.payment_id for row in credited)
    # `status` is what the statement saw when it began. "verified" without an entry of ours means that
    # somebody else credited the payment while we waited for its lock.
    before = frozenset(row.payment_id for row in rows if row.status in BEYOND_CREDITING) - now
    return Credited(
        now=now,
        before=before,
        refused=asked - now - before,
        tokens=sum(row.tokens for row in credited),
        slowest=max((at - row.verified_at for row in credited if row.verified_at), default=timedelta(0)),
    )
