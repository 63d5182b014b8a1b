"""The dashboard's statement costs the days that have passed, not the customers there are.

The figures here are made as a platform of that size would have made them, out of who used tokens on which
day, but the ledger behind them is not: its chains would take minutes, and the statement never reads it. So
these databases are not asked whether their promises are kept.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import text

from functions.admin.days import last_days
from functions.admin.queries import STATS, stats_parameters
from zimmer import clock
from zimmer.db import Database

DAYS = 30
RUNS = 25
MOST_TIMES_SLOWER = 4.0

# One in ten customers uses tokens on a day, each has paid once, and two payments in a thousand wait for somebody.
FILL = (
    "SET LOCAL session_replication_role = replica",  # neither triggers nor foreign keys, row by row
    "INSERT INTO automations (name, price_per_token) SELECT 'automation ' || n, 5000 FROM generate_series(1, 20) n",
    """
    INSERT INTO users (id, name, email, password_hash, created_at)
    SELECT n, 'customer ' || n, n || '@example.com', '-', now() - mod(n, :days) * INTERVAL '1 day'
    FROM generate_series(1, :customers) n""",
    """
    INSERT INTO customer_counts (day, shard, customers)
    SELECT business_day(created_at), mod(id, 8), count(*) FROM users GROUP BY 1, 2""",
    """
    INSERT INTO payments (user_id, automation_id, user_automation_id, amount, tokens_purchased, unit_price,
                          amount_before, transaction_id, authority, status, client_key, body_hash, expires_at,
                          verified_at)
    SELECT n, 1 + mod(n, 20), n, 500000, 100, 5000, 500000, 't' || n, 'a' || n,
           CASE WHEN mod(n, 1000) = 0 THEN 'review' WHEN mod(n, 997) = 0 THEN 'verified'
                WHEN mod(n, 20) = 0 THEN 'expired' ELSE 'credited' END,
           'k' || n, '', now(), now()
    FROM generate_series(1, :customers) n""",
    """
    CREATE TEMPORARY TABLE uses ON COMMIT DROP AS
    SELECT n AS customer, CAST(:today AS date) - d AS day,
           lag(CAST(:today AS date) - d, 1, DATE '0001-01-01') OVER (PARTITION BY n ORDER BY d DESC) AS before
    FROM generate_series(1, :customers) n CROSS JOIN generate_series(0, :days - 1) d
    WHERE mod(hashint4(n * 64 + d), 10) = 0""",
    """
    INSERT INTO activity (to_day, from_day, shard, customers)
    SELECT day, before, mod(customer, 8), count(*) FROM uses GROUP BY 1, 2, 3""",
    """
    INSERT INTO rollups (day, automation_id, shard, payments, revenue, tokens_sold, tokens_used)
    SELECT day, 1 + mod(customer / 8, 20), mod(customer, 8), count(*), count(*) * 500000, count(*) * 100, count(*) * 3
    FROM uses GROUP BY 1, 2, 3""",
    """
    INSERT INTO ticket_counts (day, status, shard, entered, departed)
    SELECT day, status, mod(customer, 8), count(*), count(*) / 2
    FROM uses CROSS JOIN unnest(ARRAY['open', 'in_progress', 'waiting', 'resolved', 'closed']) AS status
    WHERE mod(customer, 20) = 0 GROUP BY 1, 2, 3""",
)


def filled(url: str, customers: int) -> Database:
    """A database of so many customers and thirty days of their doings, looked over as autovacuum would."""
    database = Database(url)
    parameters = {"customers": customers, "days": DAYS, "today": clock.business_day()}
    with database.transaction() as session:
        for statement in FILL:
            wanted = {name: value for name, value in parameters.items() if f":{name}" in statement}
            session.execute(text(statement), wanted)
    with database.autocommit() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return database


def seconds(database: Database) -> float:
    """How long the statement takes for the longest range, its answer included."""
    asked = stats_parameters(last_days(DAYS, today=clock.business_day()), clock.now())
    began = perf_counter()
    [row] = database.read().rows(STATS, asked)
    took = perf_counter() - began
    assert row.total_users > 0
    assert row.active_customers > 0
    return took


def times_slower(small: Database, large: Database) -> float:
    """By how much, in medians of runs that take turns, so that a busy machine is busy for both."""
    measured: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for database, found in zip((small, large), measured, strict=True):
            found.append(seconds(database))
    return median(measured[1]) / median(measured[0])


def growth(new_database: Callable[[], str], sizes: Sequence[int]) -> float:
    with ExitStack() as stack:
        small, large = (stack.enter_context(closing(filled(new_database(), size))) for size in sizes)
        return times_slower(small, large)


def test_a_hundred_times_the_customers_do_not_make_the_page_much_slower(new_database: Callable[[], str]) -> None:
    assert growth(new_database, (1_000, 100_000)) <= MOST_TIMES_SLOWER


@pytest.mark.long
def test_a_thousand_times_the_customers_do_not_either(new_database: Callable[[], str]) -> None:
    assert growth(new_database, (1_000, 1_000_000)) <= MOST_TIMES_SLOWER
