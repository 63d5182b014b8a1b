"""Do money and tokens agree? The questions, as SQL that anyone can run, and their answers.

Each query returns the rows that break its rule, so an empty answer is a kept promise. They run nightly,
on demand, by `./zimmer check`, and after the tests of the money core.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from zimmer import clock

OVERDUE = timedelta(minutes=10)

QUESTIONS: dict[str, str] = {
    "the entries of each copy add up to its balances": """
        SELECT ua.id AS user_automation_id, ua.demo_tokens, ua.tokens_remaining, sums.demo, sums.paid
        FROM user_automations ua LEFT JOIN (
            SELECT user_automation_id,
                   coalesce(sum(delta) FILTER (WHERE bucket = 'demo'), 0) AS demo,
                   coalesce(sum(delta) FILTER (WHERE bucket = 'paid'), 0) AS paid
            FROM token_entries GROUP BY user_automation_id
        ) sums ON sums.user_automation_id = ua.id
        WHERE ua.demo_tokens <> coalesce(sums.demo, 0) OR ua.tokens_remaining <> coalesce(sums.paid, 0)""",
    "each use of a discount code is confirmed exactly when its purchase was credited": """
        SELECT p.id AS payment_id, p.status, p.discount_code, use.state
        FROM payments p LEFT JOIN discount_redemptions use ON use.payment_id = p.id
        WHERE p.discount_code IS NOT NULL AND (
            use.id IS NULL
            OR (p.credited_at IS NOT NULL) <> (use.state = 'confirmed'))""",
    "each entry continues the one before it": """
        SELECT id, user_automation_id, seq FROM (
            SELECT e.*, lag(hash, 1, ''::bytea) OVER chain AS before_hash, row_number() OVER chain AS place
            FROM token_entries e WINDOW chain AS (PARTITION BY user_automation_id ORDER BY seq)
        ) link
        WHERE seq <> place OR prev_hash <> before_hash
           OR hash <> token_entry_hash(
               prev_hash, user_automation_id, seq, bucket, delta, balance_after, kind, reference)""",
    "each copy's head is its newest entry": """
        SELECT ua.id AS user_automation_id, ua.ledger_seq, newest.seq
        FROM user_automations ua LEFT JOIN LATERAL (
            SELECT seq, hash, prev_hash FROM token_entries e WHERE e.user_automation_id = ua.id
            ORDER BY seq DESC LIMIT 1
        ) newest ON TRUE
        WHERE ua.ledger_seq <> coalesce(newest.seq, 0) OR ua.ledger_head <> coalesce(newest.hash, ''::bytea)
           OR ua.ledger_prev IS DISTINCT FROM newest.prev_hash""",
    "each entry's balance follows from the one before it": """
        SELECT id, user_automation_id, seq FROM (
            SELECT e.*, sum(delta) OVER (PARTITION BY user_automation_id, bucket ORDER BY seq) AS running
            FROM token_entries e
        ) step WHERE balance_after <> running""",
    "each credited payment has exactly one purchase entry, of its size": """
        SELECT p.id AS payment_id, p.status, count(e.id) AS entries
        FROM payments p LEFT JOIN token_entries e ON e.kind = 'purchase' AND e.reference = 'payment:' || p.id
             AND e.user_automation_id = p.user_automation_id AND e.delta = p.tokens_purchased
        WHERE p.credited_at IS NOT NULL OR p.status = 'credited'
        GROUP BY p.id HAVING count(e.id) <> 1""",
    "each purchase entry belongs to a credited payment": """
        SELECT e.id AS entry_id, e.reference FROM token_entries e
        LEFT JOIN payments p ON e.reference = 'payment:' || p.id AND p.credited_at IS NOT NULL
        WHERE e.kind = 'purchase' AND p.id IS NULL""",
    "each purchase has its lot": """
        SELECT coalesce(e.id, l.entry_id) AS entry_id FROM
            (SELECT id, user_automation_id, delta FROM token_entries WHERE kind = 'purchase') e
            FULL JOIN lots l ON l.entry_id = e.id
        WHERE e.id IS NULL OR l.entry_id IS NULL
           OR (l.tokens, l.user_automation_id) <> (e.delta, e.user_automation_id)""",
    "what was taken back of each purchase is what its lot says": """
        SELECT l.entry_id, l.clawed_back, taken.tokens
        FROM lots l JOIN token_entries e ON e.id = l.entry_id LEFT JOIN LATERAL (
            SELECT -sum(c.delta) AS tokens FROM token_entries c
            WHERE c.user_automation_id = l.user_automation_id AND c.kind IN ('clawback', 'clawback_return')
              AND c.reference LIKE e.reference || ':%'
        ) taken ON TRUE
        WHERE l.clawed_back <> coalesce(taken.tokens, 0)""",
    "of each purchase as much was taken back as its status says": """
        SELECT p.id AS payment_id, p.status, l.tokens, l.clawed_back
        FROM lots l JOIN token_entries e ON e.id = l.entry_id JOIN payments p ON e.reference = 'payment:' || p.id
        WHERE CASE WHEN p.status IN ('reversing', 'reversed') THEN l.clawed_back <> l.tokens
                   WHEN p.status IN ('refund_pending', 'refunded') THEN l.clawed_back = 0
                   ELSE l.clawed_back <> 0 END""",
    "the counter of spent paid tokens is the sum of the uses": """
        SELECT ua.id AS user_automation_id, ua.paid_spent FROM user_automations ua
        WHERE ua.paid_spent <> (
            SELECT coalesce(-sum(delta), 0) FROM token_entries e
            WHERE e.user_automation_id = ua.id AND e.bucket = 'paid' AND e.kind IN ('use', 'hold', 'hold_return'))""",
    "each use has its event": """
        SELECT ua_id, spent, used FROM (
            SELECT e.user_automation_id AS ua_id, -sum(delta) AS spent
            FROM token_entries e
            LEFT JOIN holds h ON e.kind IN ('hold', 'hold_return') AND e.reference = 'hold:' || h.id
            WHERE e.kind = 'use' OR h.state = 'committed' GROUP BY 1
        ) entries FULL JOIN (
            SELECT user_automation_id, sum(units) AS used FROM usage_events GROUP BY 1
        ) events ON events.user_automation_id = entries.ua_id
        WHERE spent IS DISTINCT FROM used""",
    "each hold moved what it says, and gave back what was not used": """
        SELECT h.id AS hold_id, h.state, h.used, moved.* FROM holds h LEFT JOIN (
            SELECT reference,
                   coalesce(-sum(delta) FILTER (WHERE kind = 'hold' AND bucket = 'demo'), 0) AS demo_taken,
                   coalesce(-sum(delta) FILTER (WHERE kind = 'hold' AND bucket = 'paid'), 0) AS paid_taken,
                   coalesce(sum(delta) FILTER (WHERE kind = 'hold_return' AND bucket = 'demo'), 0) AS demo_back,
                   coalesce(sum(delta) FILTER (WHERE kind = 'hold_return' AND bucket = 'paid'), 0) AS paid_back
            FROM token_entries WHERE kind IN ('hold', 'hold_return') GROUP BY reference
        ) moved ON moved.reference = 'hold:' || h.id
        WHERE (demo_taken, paid_taken, demo_back, paid_back) IS DISTINCT FROM (
            h.demo_part, h.paid_part,
            CASE WHEN state = 'open' THEN 0 ELSE demo_part - least(demo_part, used) END,
            CASE WHEN state = 'open' THEN 0 ELSE paid_part - (used - least(demo_part, used)) END)""",
    "each entry of a hold belongs to one": """
        SELECT e.id AS entry_id, e.reference FROM token_entries e
        LEFT JOIN holds h ON e.reference = 'hold:' || h.id AND h.user_automation_id = e.user_automation_id
        WHERE e.kind IN ('hold', 'hold_return') AND h.id IS NULL""",
    "each committed hold has its event, of what was used": """
        SELECT h.id AS hold_id, h.used, event.units FROM holds h
        LEFT JOIN usage_events event
            ON event.user_automation_id = h.user_automation_id AND event.idempotency_key = 'hold ' || h.id
        WHERE coalesce(event.units, 0) <> h.used""",
    "no hold stays open ten minutes beyond its time": """
        SELECT id AS hold_id, user_automation_id, expires_at FROM holds
        WHERE state = 'open' AND expires_at < :overdue_since""",
    "each verified payment is credited within ten minutes": """
        SELECT id AS payment_id, verified_at FROM payments
        WHERE status = 'verified' AND (verified_at IS NULL OR verified_at < :overdue_since)""",
    "somebody will look at each payment that is not settled": """
        SELECT id AS payment_id, status FROM payments
        WHERE status IN ('created', 'pending', 'verifying', 'verify_unknown', 'verified', 'reversing')
          AND next_check_at IS NULL""",
    "the daily figures add up to the credited payments": """
        SELECT coalesce(r.automation_id, p.automation_id) AS automation_id, r.revenue, p.amount, r.tokens_sold, p.tokens
        FROM (
            SELECT automation_id, sum(payments) AS payments, sum(revenue) AS revenue, sum(tokens_sold) AS tokens_sold
            FROM rollups GROUP BY automation_id
        ) r FULL JOIN (
            SELECT automation_id, count(*) AS payments,
                   sum(amount - CASE WHEN gone THEN refunded_amount ELSE 0 END) AS amount,
                   sum(tokens_purchased - CASE WHEN gone THEN l.clawed_back ELSE 0 END) AS tokens
            FROM (SELECT *, status IN ('reversed', 'refunded') AS gone FROM payments) paid
            JOIN token_entries e ON e.kind = 'purchase' AND e.reference = 'payment:' || paid.id
            JOIN lots l ON l.entry_id = e.id
            WHERE credited_at IS NOT NULL GROUP BY automation_id
        ) p ON p.automation_id = r.automation_id
        WHERE (coalesce(r.payments, 0), coalesce(r.revenue, 0), coalesce(r.tokens_sold, 0))
           <> (coalesce(p.payments, 0), coalesce(p.amount, 0), coalesce(p.tokens, 0))""",
    "the daily figures of use add up to the uses": """
        SELECT coalesce(r.automation_id, u.automation_id) AS automation_id, r.tokens_used, u.units
        FROM (SELECT automation_id, sum(tokens_used) AS tokens_used FROM rollups GROUP BY automation_id) r
        FULL JOIN (
            SELECT ua.automation_id, sum(event.units) AS units
            FROM usage_events event JOIN user_automations ua ON ua.id = event.user_automation_id
            GROUP BY ua.automation_id
        ) u ON u.automation_id = r.automation_id
        WHERE coalesce(r.tokens_used, 0) <> coalesce(u.units, 0)""",
    "the counts of customers and tickets are those of their tables": """
        SELECT 'customers' AS what, counted, there
        FROM (SELECT coalesce(sum(customers), 0) AS counted FROM customer_counts) c,
             (SELECT count(*) AS there FROM users WHERE role = 'customer' AND deleted_at IS NULL) u
        WHERE counted <> there
        UNION ALL
        SELECT coalesce(c.status, t.status), counted, there
        FROM (SELECT status, sum(entered - departed) AS counted FROM ticket_counts GROUP BY status) c
        FULL JOIN (SELECT status, count(*) AS there FROM tickets GROUP BY status) t ON t.status = c.status
        WHERE coalesce(counted, 0) <> coalesce(there, 0)""",
    "each customer's last active day was counted": """
        SELECT coalesce(moved.day, users.day) AS day, moved.customers, users.customers AS there
        FROM (
            SELECT day, sum(customers) AS customers FROM (
                SELECT to_day AS day, customers FROM activity
                UNION ALL SELECT from_day, -customers FROM activity WHERE from_day > DATE '0001-01-01'
            ) steps GROUP BY day
        ) moved FULL JOIN (
            SELECT last_active_on AS day, count(*) AS customers FROM users WHERE last_active_on IS NOT NULL GROUP BY 1
        ) users ON users.day = moved.day
        WHERE coalesce(moved.customers, 0) <> coalesce(users.customers, 0)""",
    "each payment's status is where its events led": """
        SELECT p.id AS payment_id, p.status, last.to_status FROM payments p LEFT JOIN LATERAL (
            SELECT to_status FROM payment_events e WHERE e.payment_id = p.id AND to_status IS NOT NULL
            ORDER BY seq DESC LIMIT 1
        ) last ON TRUE
        WHERE coalesce(last.to_status, 'created') <> p.status""",
}


@dataclass(frozen=True)
class Answer:
    """One question and the rows that break its rule, the first few of them."""

    question: str
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.broken


def check(connection: Connection, *, show: int = 5) -> list[Answer]:
    """Ask every question. Reads whole tables: for the night, for tests, for a suspicion."""
    return [ask(connection, question, show=show) for question in QUESTIONS]


def ask(connection: Connection, question: str, *, show: int = 5) -> Answer:
    """Ask one of the questions."""
    sql = QUESTIONS[question]
    parameters = {"overdue_since": clock.now() - OVERDUE} if ":overdue_since" in sql else {}
    rows = connection.execute(text(sql), parameters).fetchmany(show)
    return Answer(question, tuple(str(dict(row._mapping)) for row in rows))
