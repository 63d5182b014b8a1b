"""What the statements that spend have in common, as text: who calls, what they lock, how a debit becomes entries.

Each part is a list of CTEs and reads what the parts before it have named:

* `CALLER` → caller; `LOCKED` → locked, the copy as it stands under its lock
* `DRAWING` reads parts (a locked copy with demo_part, paid_part, kind, reference) → drawn, debited, entries
* `FIGURES` and `WARNED` (a column of the answer) read spending (id, user_id, automation_id, low_balance_at, seq, units,
  left_before, left_after): one row for each copy that used tokens
"""

from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, String, bindparam
from sqlalchemy.dialects.postgresql import JSONB

CALLER = """
caller AS (
    SELECT automation_id FROM service_tokens
    WHERE id = :token_id AND token_hash = :token_hash AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > :at)
)"""

COPY = """
    ua.id, ua.user_id, ua.automation_id, ua.status, ua.tokens_remaining, ua.demo_tokens, ua.ledger_seq,
    ua.ledger_head, ua.daily_spend_cap, ua.low_balance_at, ua.paid_spent,
    CASE WHEN ua.demo_expires_at <= :at THEN 0 ELSE ua.demo_tokens END AS demo_usable,
    CASE WHEN ua.spent_on >= :today THEN ua.spent_today ELSE 0 END AS spent"""

LOCKED = f"""
locked AS (
    SELECT {COPY}
    FROM user_automations ua JOIN caller ON caller.automation_id = ua.automation_id
    WHERE ua.id = :user_automation_id
    FOR NO KEY UPDATE OF ua
)"""

# Of a locked copy: whether it can give so many tokens. `seen` says that this very call came before.
FITS = """status = 'active' AND demo_usable + tokens_remaining >= :units
      AND (daily_spend_cap IS NULL OR spent + :units <= daily_spend_cap)
      AND NOT EXISTS (SELECT FROM seen)"""

# What an UPDATE sets is computed from the row as it was locked, not from `ua`. Whoever waited for the lock has an old
# snapshot, and Postgres checks constraints on the old row's arithmetic before it finds that there is a newer one: a use
# behind the purchase that pays for it would fail with a balance below zero.
DRAWING = """
before_demo AS (
    SELECT id, ledger_seq + 1 AS seq, -demo_part AS delta, demo_tokens - demo_part AS balance_after,
           ledger_head AS prev_hash, kind, reference
    FROM parts WHERE demo_part > 0
), from_demo AS (
    SELECT id, seq, 'demo' AS bucket, delta, balance_after, prev_hash, kind, reference,
           token_entry_hash(prev_hash, id, seq, 'demo', delta, balance_after, kind, reference) AS hash
    FROM before_demo
), before_paid AS (
    SELECT parts.id, coalesce(from_demo.seq, ledger_seq) + 1 AS seq, -paid_part AS delta,
           tokens_remaining - paid_part AS balance_after, coalesce(from_demo.hash, ledger_head) AS prev_hash,
           parts.kind, parts.reference
    FROM parts LEFT JOIN from_demo ON from_demo.id = parts.id WHERE paid_part > 0
), from_paid AS (
    SELECT id, seq, 'paid' AS bucket, delta, balance_after, prev_hash, kind, reference,
           token_entry_hash(prev_hash, id, seq, 'paid', delta, balance_after, kind, reference) AS hash
    FROM before_paid
), drawn AS (
    SELECT * FROM from_demo UNION ALL SELECT * FROM from_paid
), debited AS (
    UPDATE user_automations ua SET
        demo_tokens = parts.demo_tokens - parts.demo_part,
        tokens_remaining = parts.tokens_remaining - parts.paid_part,
        demo_expired = ua.demo_expired OR parts.demo_tokens = parts.demo_part,
        paid_spent = parts.paid_spent + parts.paid_part,
        spent_on = greatest(ua.spent_on, :today), spent_today = parts.spent + :units,
        ledger_seq = last.seq, ledger_head = last.hash, ledger_prev = last.prev_hash
    FROM parts, (SELECT * FROM drawn ORDER BY seq DESC LIMIT 1) last
    WHERE ua.id = parts.id
    RETURNING ua.id, parts.demo_usable - parts.demo_part AS demo_tokens, ua.tokens_remaining, ua.spent_on
), entries AS (
    INSERT INTO token_entries
        (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
    SELECT id, seq, bucket, delta, balance_after, kind, reference, :actor, hash, prev_hash, :at
    FROM drawn ORDER BY seq
    RETURNING id
)"""

# Rows that several customers share are locked in the order of their keys, so that two calls never wait in a circle.
FIGURES = """
figures AS (
    INSERT INTO rollups (day, automation_id, shard, tokens_used)
    SELECT :today, automation_id, mod(id, 8), sum(units)
    FROM spending GROUP BY automation_id, mod(id, 8) ORDER BY automation_id, mod(id, 8)
    ON CONFLICT (day, automation_id, shard) DO UPDATE SET tokens_used = rollups.tokens_used + excluded.tokens_used
), person AS (
    SELECT users.id, users.last_active_on FROM users
    WHERE users.id IN (SELECT user_id FROM spending)
      AND (users.last_active_on IS NULL OR users.last_active_on < :today)
    ORDER BY users.id FOR NO KEY UPDATE OF users
), woken AS (
    UPDATE users SET last_active_on = :today FROM person WHERE users.id = person.id
), moves AS (
    INSERT INTO activity (to_day, from_day, shard, customers)
    SELECT :today, coalesce(last_active_on, DATE '0001-01-01') AS from_day, mod(id, 8), count(*)
    FROM person GROUP BY 2, 3 ORDER BY 2, 3
    ON CONFLICT (to_day, from_day, shard) DO UPDATE SET customers = activity.customers + excluded.customers
)"""

# The customer is told when what is left falls below their line, once for each time it does. 0 turns it off. It is a
# function, because planning and preparing its three inserts takes a tenth of a use, and one use in hundreds warns.
WARNED = """(
    SELECT count(warn_of_low_balance(
        spending.id, spending.seq, spending.user_id, spending.automation_id, line, CAST(left_after AS bigint), :at))
    FROM spending JOIN settings ON TRUE,
        LATERAL (SELECT coalesce(low_balance_at, settings.low_balance_default) AS line) its
    WHERE left_before >= line AND left_after < line
) AS warned"""

# Tokens of holds whose end has come and that nobody has returned yet. Asked of refused calls only.
OVERDUE = """EXISTS (
    SELECT FROM holds WHERE holds.user_automation_id = locked.id AND state = 'open' AND holds.expires_at <= :at)"""

# The types of what every spending statement is told, whatever else it is told.
SPENDING = (
    bindparam("token_id", type_=BigInteger),
    bindparam("token_hash", type_=LargeBinary),
    bindparam("user_automation_id", type_=BigInteger),
    bindparam("key", type_=String),
    bindparam("units", type_=BigInteger),
    bindparam("usage_type", type_=String),
    bindparam("actor", type_=String),
    bindparam("body_hash", type_=LargeBinary),
    bindparam("meta", type_=JSONB(none_as_null=True)),
    bindparam("today", type_=Date),
    bindparam("at", type_=DateTime(timezone=True)),
)
