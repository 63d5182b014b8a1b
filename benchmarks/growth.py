"""Figure 6: what a page costs when there are a hundred or a thousand times as many customers.

The tables are filled by generate_series as a platform of that size would have filled them. Sizes take turns, so
that a busy machine is busy for all. A plan that reads a large table from end to end fails whatever it took.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks.figures import Figure, Verdict, exact, most, shown
from benchmarks.ground import Ground
from tests.api import Api
from tests.factories import make_user, token_for
from tests.said import Statement, queries, said
from zimmer import clock
from zimmer.db import Database, using
from zimmer.models import Audience, Role, User
from zimmer.pagination import cursor_of

PAYMENTS_OF_A_CUSTOMER = 5
DAYS = 30
RUNS = 21
LARGE = 5_000  # rows; a table with fewer may be read whole

# One in ten customers uses tokens on a day; each has bought five times; two payments in a thousand wait.
FILL = (
    "SET LOCAL session_replication_role = replica",  # neither triggers nor foreign keys, row by row
    "INSERT INTO automations (name, price_per_token) SELECT 'automation ' || n, 5000 FROM generate_series(1, 20) n",
    """
    INSERT INTO users (id, name, email, phone_number, password_hash, created_at)
    SELECT n, 'مشتری ' || md5(n::text), md5(n::text) || '@example.com', '0912' || lpad(n::text, 7, '0'), '-',
           now() - mod(n, :days) * INTERVAL '1 day'
    FROM generate_series(1, :customers) n""",
    """
    INSERT INTO customer_counts (day, shard, customers)
    SELECT business_day(created_at), mod(id, 8), count(*) FROM users GROUP BY 1, 2""",
    """
    INSERT INTO user_automations (id, user_id, automation_id, tokens_remaining, ledger_seq)
    SELECT n, n, 1 + mod(n, 20), 500, 5 FROM generate_series(1, :customers) n""",
    """
    INSERT INTO payments (id, user_id, automation_id, user_automation_id, amount, tokens_purchased, unit_price,
                          amount_before, transaction_id, authority, status, client_key, body_hash, created_at,
                          expires_at, verified_at)
    SELECT n, 1 + mod(n, :customers), 1 + mod(n, 20), 1 + mod(n, :customers), 500000, 100, 5000, 500000, 't' || n,
           'a' || n,
           CASE WHEN mod(n, 5000) = 0 THEN 'review' WHEN mod(n, 4999) = 0 THEN 'verified'
                WHEN mod(n, 20) = 0 THEN 'expired' ELSE 'credited' END,
           'k' || n, '', now() - mod(n, :days) * INTERVAL '1 day', now(), now()
    FROM generate_series(1, :payments) n""",
    """
    INSERT INTO token_entries (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash,
                               prev_hash, at)
    SELECT 1 + mod(n, :customers), 1 + n / :customers, 'paid', 100, 100, 'purchase', 'payment:' || n, 'bench', '',
           '', now()
    FROM generate_series(0, :payments - 1) n""",
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
    "SELECT setval('users_id_seq', :customers + 1)",
)


@dataclass
class Size:
    """One database, and who looks at it."""

    customers: int
    database: Database
    customer: Api
    manager: Api


def measure(ground: Ground, sizes: Sequence[int]) -> list[Figure]:
    """The pages at each size; the figures compare the largest with the smallest."""
    with ExitStack() as stack:
        grown = [_grown(stack, ground, size) for size in sizes]
        taken = _seconds(grown)
        read_whole = sorted({f"{page}: {table}" for page, table in _whole_tables(grown[-1])})
    small, large = sizes[0], sizes[-1]

    def growth(*pages: str) -> float:
        return max(taken[page, large] / taken[page, small] for page in pages)

    dashboard = taken["dashboard", large] * 1000
    return [
        exact(6, "growth: large tables that are read whole", len(read_whole), at_most=0, why="; ".join(read_whole)),
        most(6, f"growth {small:,} → {large:,}: dashboard", growth("dashboard"), 12, noise=_noise(taken, small)),
        Figure(
            6,
            "growth: dashboard at the largest",
            f"{dashboard:.1f} ms",
            "< 10 ms",
            Verdict.PASS if dashboard < 10 else Verdict.FAIL,
        ),
        most(6, "growth: keyset and history", growth(*KEYSET), 4, noise=_noise(taken, small)),
        most(6, "growth: search", growth(*SEARCH), 8, noise=_noise(taken, small)),
        *(
            shown(
                6,
                f"growth: {page}",
                " → ".join(f"{taken[page, size] * 1000:.1f}" for size in sizes) + " ms",
                ms={str(size): taken[page, size] * 1000 for size in sizes},
            )
            for page in PAGES
        ),
    ]


def _dashboard(size: Size) -> None:
    _got(size.manager, "/api/admin/dashboard/stats", range="30d")


def _history(size: Size) -> None:
    _got(size.customer, "/api/payments")


def _deep_page(size: Size) -> None:
    _got(size.manager, "/api/admin/payments", cursor=cursor_of(size.customers * PAYMENTS_OF_A_CUSTOMER // 2))


def _ledger(size: Size) -> None:
    _got(size.manager, f"/api/admin/user-automations/{size.customers // 2}/ledger")


def _by_part_of_a_name(size: Size) -> None:
    _found_one(size, "c4ca4238a0")  # md5('1'), so that every size has it


def _by_part_of_an_address(size: Size) -> None:
    _found_one(size, "a0b923820dcc509a6f75849b@exam")


def _by_two_letters(size: Size) -> None:
    _got(size.manager, "/api/admin/users", q="c4")


PAGES: dict[str, Callable[[Size], None]] = {
    "dashboard": _dashboard,
    "history": _history,
    "deep page": _deep_page,
    "ledger": _ledger,
    "search by a part of a name": _by_part_of_a_name,
    "search by a part of an address": _by_part_of_an_address,
    "search by two letters": _by_two_letters,
}
KEYSET = ("history", "deep page", "ledger")
SEARCH = ("search by a part of a name", "search by a part of an address", "search by two letters")


def _found_one(size: Size, q: str) -> None:
    found = _got(size.manager, "/api/admin/users", q=q)
    if len(found["items"]) != 1:
        raise AssertionError(f"{q} finds {len(found['items'])}")


def _got(api: Api, path: str, **params: str) -> Any:
    answer = api.get(path, params=params)
    if answer.status != 200:
        raise AssertionError(answer.text)
    return answer.json


def _grown(stack: ExitStack, ground: Ground, customers: int) -> Size:
    database = stack.enter_context(closing(Database(ground.new_database())))
    values = {
        "customers": customers,
        "payments": customers * PAYMENTS_OF_A_CUSTOMER,
        "days": DAYS,
        "today": clock.business_day(),
    }
    with database.transaction() as session:
        for statement in FILL:
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            session.execute(text(statement), wanted)
    with database.transaction() as session:
        manager = Api(token_for(session, make_user(session, role=Role.MANAGER), audience=Audience.ADMIN))
        customer = Api(token_for(session, session.get_one(User, customers // 2)))
    with database.autocommit() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return Size(customers, database, customer, manager)


def _seconds(grown: Sequence[Size]) -> dict[tuple[str, int], float]:
    """The median of each page at each size; the smallest size is measured twice, once as -size."""
    spent: dict[tuple[str, int], list[float]] = {}
    contestants = [*((size.customers, size) for size in grown), (-grown[0].customers, grown[0])]
    for run in range(RUNS + 1):
        for name, page in PAGES.items():
            # In any order: who comes after the largest finds a processor that has just been busy.
            for key, size in random.sample(contestants, len(contestants)):
                with using(size.database):
                    began = time.perf_counter()
                    page(size)
                    took = time.perf_counter() - began
                if run:  # the first one prepares
                    spent.setdefault((name, key), []).append(took)
    return {key: median(of) for key, of in spent.items()}


def _noise(taken: dict[tuple[str, int], float], size: int) -> float:
    ratios = [taken[page, size] / taken[page, -size] for page in PAGES]
    return max(max(ratio, 1 / ratio) for ratio in ratios)


def _whole_tables(size: Size) -> Iterator[tuple[str, str]]:
    """Every page's statements, explained with the values they were asked with."""
    for page, ask in PAGES.items():
        for sql, values in _asked(size, ask):
            with size.database.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
                [[plan]] = raw.ask(f"EXPLAIN (FORMAT JSON) {sql}", values).rows
            for table in _read_whole(plan if isinstance(plan, list) else json.loads(plan)):
                if _rows_of(size.database, table) > LARGE:
                    yield page, table


def _asked(size: Size, ask: Callable[[Size], None]) -> list[Statement]:
    with using(size.database), said() as heard:
        ask(size)
    return queries(heard)


def _read_whole(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _read_whole(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in plan.values():
            if isinstance(part, list | dict):
                yield from _read_whole(part)


def _rows_of(database: Database, table: str) -> int:
    asked = text("SELECT reltuples::bigint AS n FROM pg_class WHERE oid = CAST(:table AS regclass)")
    return int(database.atomic().run(asked, {"table": table})[0].n)
