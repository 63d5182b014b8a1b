"""Figure 12: uses of one hot balance, each committed to the disk before it is answered.

Several processes are the automation's containers: each sends API Gateway's events to the real handler, one at a time,
all of them for the same copy. Unlike in the other parts, this Postgres does not forget on a power cut. So the disk
decides, and stands beside it: how long it takes to keep 8 KB, and how many commits of one row a second one connection
gets of the same server, in turns with the uses. A use holds its balance until it is on the disk, and only then the
next one may begin, so no number of containers gets past the rate of commits one after the other; several uses in one
commit do (`/batch`).
"""

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pg8000.native
from sqlalchemy import text

from benchmarks.figures import Figure, exact, rate, shown
from benchmarks.ground import Ground, adopt
from benchmarks.shop import TOKENS, Event, Shop, open_shop
from functions.admin import invariants
from local.postgres import running
from tests.api import handler_of
from zimmer import crypto, ledger
from zimmer.db import Database, database
from zimmer.ledger import Use

LEAST_PER_SECOND = 400.0
CONTAINERS, BATCH = 4, 10
TURNS, SECONDS, COMMIT_SECONDS = 8, 2.0, 1.0
PROBES, PAGE = 200, 8192
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
ONE_ROW = "UPDATE one_row SET n = n + 1"


@dataclass(frozen=True)
class Turn:
    """What was reached one after the other, a second: commits, uses, uses without the handler, uses in batches."""

    commits: float
    uses: float
    alone: float
    batched: float


def measure(*, containers: int = CONTAINERS, turns: int = TURNS, seconds: float = SECONDS) -> list[Figure]:
    """The best of several turns: what else the machine does makes them worse and never better."""
    with tempfile.TemporaryDirectory(prefix="zimmer-bench-") as folder:
        Path(folder).chmod(0o755)  # Postgres may run as somebody else, and has to pass
        adopt({})
        middle, late = kept(Path(folder) / "probe")
        with running(Path(folder) / "postgres", durable=True, max_connections=60) as server:
            here = Ground(server)
            here.migrate()
            url = here.new_database()
            taken, wrong = _taken(url, open_shop(url), containers, turns, seconds)
    best, commits = max(taken, key=lambda turn: turn.uses), [turn.commits for turn in taken]
    name = f"consume: one balance, {containers} containers, fsync on"
    usual = f"{median(turn.uses for turn in taken):,.0f} of {median(commits):,.0f}/s"
    return [
        exact(12, "consume: rows that break a promise", wrong, at_most=0),
        rate(12, name, best.uses, LEAST_PER_SECOND, noise=max(commits) / min(commits)),
        shown(12, "consume: commits of one row by one connection, just before", f"{best.commits:,.0f}/s"),
        shown(12, "consume: uses of commits, the median turn", usual),
        shown(12, "consume: the ledger's statement alone", f"{max(turn.alone for turn in taken):,.0f}/s"),
        shown(12, f"consume: in batches of {BATCH}", f"{max(turn.batched for turn in taken):,.0f} uses/s"),
        shown(12, "consume: the disk keeps 8 KB", f"{middle * 1000:.2f} ms, p95 {late * 1000:.2f} ms"),
    ]


def kept(path: Path) -> tuple[float, float]:
    """Seconds until the disk has 8 KB of an existing file, as Postgres writes its log: the median and the p95."""
    spent = []
    with path.open("wb+", buffering=0) as file:
        file.write(bytes(PAGE * PROBES))
        os.fsync(file.fileno())
        for number in range(PROBES):
            began = time.perf_counter()
            os.pwrite(file.fileno(), os.urandom(PAGE), number * PAGE)
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - began)
    return median(spent), quantiles(spent, n=20)[-1]


def _taken(url: str, shop: Shop, containers: int, turns: int, seconds: float) -> tuple[list[Turn], int]:
    """The turns, and afterwards how many rows do not say what was answered."""
    context = multiprocessing.get_context("spawn")
    gate, counted = context.Barrier(containers + 1), context.SimpleQueue()
    work = [
        context.Process(target=_work, args=(n, url, shop, turns, seconds, gate, counted)) for n in range(containers)
    ]
    for one in work:
        one.start()
    commits = _commits(url)

    def together() -> tuple[int, float]:
        gate.wait()
        said = [counted.get() for _ in work]
        return sum(number for number, _ in said), max(spent for _, spent in said)

    first = [together() for _ in range(3)]
    taken, accepted = [], containers + sum(used for used, _ in first)
    _vacuum(url)  # as the server does within a minute: plans made for an empty table read all of what is there now
    for _ in range(turns):
        rate_of_commits = commits()
        reached = [together() for _ in range(3)]
        taken.append(Turn(rate_of_commits, *(used / spent for used, spent in reached)))
        accepted += sum(used for used, _ in reached)
    for one in work:
        one.join()
    return taken, _mismatches(url, shop, accepted)


def _work(number: int, url: str, shop: Shop, turns: int, seconds: float, gate: Barrier, counted: Any) -> None:
    """One container: single uses, then the statement without the handler, then batches; each so long, `turns` times."""
    adopt({"DATABASE_URL": url})
    handler, keys = handler_of("AutomationsFunction"), (f"{number}-{n}" for n in count())
    _, token_id, secret = shop.service_token.split("_", 2)
    token_hash = crypto.token_hash(secret)

    def one() -> int:
        return _accepted(handler(_event(shop, "consume", _use(shop, next(keys))), None), 1)

    def alone() -> int:
        use = Use(shop.copy_id, 1, "message", next(keys))
        ledger.consume(database().atomic(), use, token_id=int(token_id), token_hash=token_hash)
        return 1

    def ten() -> int:
        uses = [_use(shop, next(keys)) for _ in range(BATCH)]
        return _accepted(handler(_event(shop, "batch", {"uses": uses}), None), BATCH)

    one()  # connects and prepares
    for _ in range(1 + turns):  # the first fills the tables
        for act in (one, alone, ten):
            gate.wait()
            counted.put(_for_so_long(seconds if act is one else seconds / 2, act))
    os._exit(0)  # pools and threads of three libraries need not say goodbye


def _for_so_long(seconds: float, act: Callable[[], int]) -> tuple[int, float]:
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        done += act()
    return done, spent


def _accepted(answer: dict[str, Any], uses: int) -> int:
    """How many: all of them. Raises AssertionError."""
    body = json.loads(answer["body"])
    if answer["statusCode"] != 200 or not all(one["accepted"] for one in body.get("results", [body])):
        raise AssertionError(answer)
    return uses


def _use(shop: Shop, key: str) -> Event:
    return {"user_automation_id": shop.copy_id, "units": 1, "usage_type": "message", "idempotency_key": key}


def _event(shop: Shop, route: str, body: Event) -> Event:
    event = shop.consume()
    path = event["rawPath"].replace("consume", route)
    context = {**event["requestContext"], "http": {**event["requestContext"]["http"], "path": path}}
    return {**event, "rawPath": path, "requestContext": context, "body": json.dumps(body)}


def _commits(url: str) -> Callable[[], float]:
    """Commits a second of one row that nobody else wants. Raises AssertionError where Postgres may forget them."""
    place, _, name = url.rpartition("/")
    connection = pg8000.native.Connection("zimmer", host="localhost", port=int(place.rpartition(":")[2]), database=name)
    forgetful = [one for one in DURABLE if connection.run(f"SHOW {one}") != [["on"]]]
    if forgetful:
        raise AssertionError(f"off: {forgetful}")
    connection.run("CREATE TABLE one_row (n BIGINT)")
    connection.run("INSERT INTO one_row VALUES (0)")

    def measured() -> float:
        done, spent = _for_so_long(COMMIT_SECONDS, lambda: bool(connection.run(ONE_ROW)) or 1)
        return done / spent

    return measured


def _vacuum(url: str) -> None:
    with closing(Database(url)) as own, own.autocommit() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _mismatches(url: str, shop: Shop, accepted: int) -> int:
    """Uses that were answered and are not there or the other way round, and rows that break a rule."""
    counts = text(
        "SELECT (SELECT count(*) FROM usage_events) AS uses, tokens_remaining FROM user_automations WHERE id = :copy"
    )
    with closing(Database(url)) as own, own.autocommit() as connection:
        row = connection.execute(counts, {"copy": shop.copy_id}).one()
        answers = invariants.check(connection)
    uses, left = int(row.uses), int(row.tokens_remaining)
    return abs(uses - accepted) + abs(TOKENS - left - accepted) + sum(len(answer.broken) for answer in answers)
