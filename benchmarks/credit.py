"""Figure 5: payments turned into tokens, a batch in one statement beside a transaction per message.

Four processes share the messages. Some messages are poison, some are delivered twice to two of them; afterwards
money and tokens have to agree. The time is the longest of the four, measured once all of them are ready.
"""

import json
import multiprocessing
import os
import random
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import text

from benchmarks.figures import Figure, exact, least, shown
from benchmarks.ground import Ground, adopt
from functions.admin import invariants
from zimmer.db import Database

WORKERS = 4
BATCH = 10
HANDLERS = {
    "ours": "functions.payments.worker",
    "ledger only": "benchmarks.baselines.ledger_only",
    "naive": "benchmarks.baselines.naive_worker",
}
OF_THE_LEDGER = tuple(invariants.QUESTIONS)[:6]
UNREADABLE, UNKNOWN = "not json", json.dumps({"payment_id": 2**31 - 1, "v": 1})

Batch = list[dict[str, Any]]

# Customers who have bought, each payment as the callback leaves it.
FILL = (
    "INSERT INTO automations (name, price_per_token) SELECT 'automation ' || n, 5000 FROM generate_series(1, 20) n",
    """
    INSERT INTO users (name, email, password_hash)
    SELECT 'customer ' || n, n || '@example.com', '-' FROM generate_series(1, :copies) n""",
    """
    INSERT INTO user_automations (user_id, automation_id)
    SELECT id, 1 + mod(id, 20) FROM users""",
    """
    INSERT INTO payments (user_id, automation_id, user_automation_id, amount, tokens_purchased, unit_price,
                          amount_before, transaction_id, authority, status, client_key, body_hash, expires_at,
                          verified_at)
    SELECT ua.user_id, ua.automation_id, ua.id, 500000, 100, 5000, 500000, 't' || n, 'a' || n, 'verified', 'k' || n,
           '', now(), now()
    FROM generate_series(1, :payments) n JOIN user_automations ua ON ua.id = 1 + mod(n * 7919, :copies)""",
)


@dataclass(frozen=True)
class Run:
    """What became of the messages of one contestant."""

    payments: int
    seconds: float
    mismatches: int

    @property
    def per_second(self) -> float:
        return self.payments / self.seconds


def measure(ground: Ground, *, payments: int = 6_000, of_naive: int = 240) -> list[Figure]:
    """Credits per second of each, the best of two runs, on databases of their own."""
    sizes = {"ours": payments, "ledger only": payments, "naive": of_naive}
    runs = {name: [_run(ground, name, size) for _ in range(2)] for name, size in sizes.items()}
    best = {name: max(run.per_second for run in of) for name, of in runs.items()}
    noise = max(max(run.per_second for run in of) / min(run.per_second for run in of) for of in runs.values())
    mismatches = sum(run.mismatches for name in ("ours", "ledger only") for run in runs[name])
    left = max(run.mismatches for run in runs["naive"])
    return [
        exact(5, "credit: rows that break a promise", mismatches, at_most=0),
        least(5, "credit: ours / naive", best["ours"] / best["naive"], 20, noise=_bounded(noise), per_second=best),
        least(5, "credit: the ledger alone / naive", best["ledger only"] / best["naive"], 30, noise=_bounded(noise)),
        *(shown(5, f"credit: {name}", f"{rate:,.0f} credits/s") for name, rate in best.items()),
        shown(5, "credit: rows that naive leaves for another delivery, or wrong", str(left)),
    ]


def _bounded(noise: float) -> float | None:
    """Two runs of four processes on two cores differ; what decides is a factor of twenty, so only chaos is noise."""
    return noise if noise > 2 else None


def _run(ground: Ground, name: str, payments: int) -> Run:
    url = ground.new_database()
    ids = _filled(url, payments)
    seconds = _worked(url, HANDLERS[name], _shared_out(ids))
    mismatches = _mismatches(url, name)
    ground.drop(url)
    return Run(payments, seconds, mismatches)


def _filled(url: str, payments: int) -> list[int]:
    with closing(Database(url)) as database:
        with database.transaction() as session:
            for statement in FILL:
                values = {"copies": max(50, payments // 6), "payments": payments}
                session.execute(text(statement), {name: n for name, n in values.items() if f":{name}" in statement})
        with database.autocommit() as connection:
            connection.execute(text("VACUUM ANALYZE"))
            return [row.id for row in connection.execute(text("SELECT id FROM payments ORDER BY id"))]


def _shared_out(ids: Sequence[int]) -> list[list[Batch]]:
    """Batches for each worker. One in ten is poisoned, one in ten comes to two workers."""
    chance = random.Random(20)
    mixed = chance.sample(ids, len(ids))
    batches = [_batch(mixed[start : start + BATCH]) for start in range(0, len(mixed), BATCH)]
    shares: list[list[Batch]] = [[] for _ in range(WORKERS)]
    for number, batch in enumerate(batches):
        if number % 10 == 3:
            batch += [_message(UNREADABLE, f"poison-{number}"), _message(UNKNOWN, f"unknown-{number}")]
        shares[number % WORKERS].append(batch)
        if number % 10 == 7:
            shares[(number + 1) % WORKERS].append(batch)
    return shares


def _batch(ids: Sequence[int]) -> Batch:
    return [_message(json.dumps({"payment_id": one, "v": 1}), f"m-{one}") for one in ids]


def _message(body: str, message_id: str) -> dict[str, Any]:
    return {"messageId": message_id, "body": body, "attributes": {"ApproximateReceiveCount": "1"}}


def _worked(url: str, module: str, shares: list[list[Batch]]) -> float:
    """The seconds from the moment at which all are ready until the last has finished."""
    context = multiprocessing.get_context("spawn")
    ready, spent = context.Barrier(len(shares)), context.SimpleQueue()
    workers = [context.Process(target=_work, args=(url, module, share, ready, spent)) for share in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError(f"a process of {module} broke off")
    return max(float(spent.get()) for _ in workers)


def _work(url: str, module: str, batches: list[Batch], ready: Barrier, spent: Any) -> None:
    adopt({"DATABASE_URL": url})
    handler = import_module(module).handler
    handler({"Records": [_message(UNREADABLE, "warm"), _message(UNKNOWN, "warm-too")]}, None)  # connects and prepares
    ready.wait()
    began = time.perf_counter()
    for batch in batches:
        handler({"Records": batch}, None)
    spent.put(time.perf_counter() - began)
    os._exit(0)  # pools and threads of three libraries need not say goodbye


def _mismatches(url: str, name: str) -> int:
    """Rows that break a promise about money. Who writes only the ledger answers for nothing else."""
    with closing(Database(url)) as database, database.autocommit() as connection:
        answers = invariants.check(connection)
        left = connection.execute(text("SELECT count(*) FROM payments WHERE status <> 'credited'")).scalar_one()
    asked = [answer for answer in answers if name != "ledger only" or answer.question in OF_THE_LEDGER]
    return int(left) + sum(len(answer.broken) for answer in asked)
