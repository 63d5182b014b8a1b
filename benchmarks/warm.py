"""Figures 2 and 3: requests to a warm container, beside the baselines on the same database.

Contestants take turns in random order, in blocks, so that a busy machine is busy for all of them. The floor takes
part twice: by how much it differs from itself nothing can be told.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from statistics import geometric_mean, median
from typing import Any

from sqlalchemy import text

from benchmarks.baselines import bare, naive
from benchmarks.figures import Figure, least, most, shown
from benchmarks.ground import Ground
from benchmarks.rt_proxy import counting
from benchmarks.shop import Event, Shop, open_shop
from tests.api import answer_of, handler_of
from zimmer.db import Database, using

# A shop has a past: while the server believes that nobody has used anything yet, it plans to read all uses each time.
PAST = text("""
INSERT INTO usage_events (user_automation_id, idempotency_key, units, usage_type, body_hash, result, at)
SELECT :copy, 'past-' || n, 1, 'message', '', '{}', now() FROM generate_series(1, 5000) n""")

Handler = Callable[[Event, Any], dict[str, Any]]
Times = dict[str, dict[str, list[float]]]

OURS = {
    "catalogue": "AutomationsFunction",
    "me": "AuthFunction",
    "consume": "AutomationsFunction",
}
CONTESTANTS = ("ours", "bare", "bare again", "naive")
NETWORK_SECONDS = 0.001


def measure(ground: Ground, *, blocks: int = 30, calls: int = 12) -> list[Figure]:
    """Median times, ours against the floor and against the common style, then with a millisecond per round trip."""
    url = ground.new_database()
    shop = open_shop(url)
    _remember_uses(url, shop)
    near = _times(url, shop, blocks=blocks, calls=calls, delay=0.0)
    far = _times(url, shop, blocks=max(5, blocks // 3), calls=max(4, calls // 3), delay=NETWORK_SECONDS)
    return [
        most(2, "warm: ours / bare", _ratio(near, "ours", "bare"), 2.0, noise=_noise(near), p50_ms=_medians(near)),
        least(2, "warm: naive / ours", _ratio(near, "naive", "ours"), 5.0, noise=_noise(near)),
        *(_beside(near, path) for path in OURS),
        most(3, "1 ms a trip: ours / bare", _ratio(far, "ours", "bare"), 1.5, noise=_noise(far), p50_ms=_medians(far)),
        shown(3, "1 ms a trip: naive / ours", f"x{_ratio(far, 'naive', 'ours'):.1f}"),
    ]


def _remember_uses(url: str, shop: Shop) -> None:
    with closing(Database(url)) as database:
        with database.transaction() as session:
            session.execute(PAST, {"copy": shop.copy_id})
        with database.autocommit() as connection:
            connection.execute(text("ANALYZE usage_events"))


def _times(url: str, shop: Shop, *, blocks: int, calls: int, delay: float) -> Times:
    found: Times = {path: {name: [] for name in CONTESTANTS} for path in OURS}
    with ExitStack() as stack:
        handlers = stack.enter_context(_contestants(url, delay))
        _compare_answers(handlers, shop)
        turns = [(path, name) for path in OURS for name in CONTESTANTS] * blocks
        random.shuffle(turns)
        for path, name in turns:
            found[path][name] += _block(handlers[name][path], getattr(shop, path), calls)
    return found


def _block(handler: Handler, event: Callable[[], Event], calls: int) -> list[float]:
    """Seconds of each call but the first, which pays for the turn."""
    spent = []
    for _ in range(calls + 1):
        asked = event()
        began = time.perf_counter()
        answer = handler(asked, None)
        spent.append(time.perf_counter() - began)
        if answer["statusCode"] != 200:
            raise AssertionError(answer)
    return spent[1:]


@contextmanager
def _contestants(url: str, delay: float) -> Iterator[dict[str, dict[str, Handler]]]:
    """Each with a connection of its own, through a proxy of its own when trips shall cost time."""
    with ExitStack() as stack:

        def way() -> str:
            if not delay:
                return url
            through, counter = stack.enter_context(counting(url))
            counter.delay_seconds = delay
            return through

        database = stack.enter_context(closing(Database(way())))
        stack.enter_context(using(database))
        os.environ["DATABASE_URL"] = way()
        stack.callback(bare.close)
        stack.callback(naive.close)
        bare.statement("SELECT 1")  # connects
        os.environ["DATABASE_URL"] = way()
        naive.new_session().close()
        del os.environ["DATABASE_URL"]
        floor: dict[str, Handler] = {path: getattr(bare, path) for path in OURS}
        yield {
            "ours": {path: partial(_ours, function) for path, function in OURS.items()},
            "bare": floor,
            "bare again": floor,
            "naive": dict.fromkeys(OURS, naive.handler),
        }


def _ours(function: str, event: Event, context: Any) -> dict[str, Any]:
    answer: dict[str, Any] = handler_of(function)(event, context)
    return answer


def _compare_answers(handlers: dict[str, dict[str, Handler]], shop: Shop) -> None:
    """All contestants say the same. Raises AssertionError."""
    for path in OURS:
        said = {name: _json(handlers[name][path](getattr(shop, path)(), None)) for name in CONTESTANTS}
        if path == "consume":
            left = [one.pop("remaining_paid_tokens") for one in said.values()]
            entries = [one.pop("entry_id") for one in said.values()]
            if left != list(range(left[0], left[0] - len(left), -1)) or sorted(entries) != entries:
                raise AssertionError(f"they do not debit one each: {left}")
        if any(one != said["ours"] for one in said.values()):
            raise AssertionError(json.dumps(said, ensure_ascii=False, indent=1))


def _json(answer: dict[str, Any]) -> Any:
    return answer_of(answer).json


def _medians(times: Times) -> dict[str, dict[str, float]]:
    """Milliseconds."""
    return {path: {name: median(spent) * 1000 for name, spent in of.items()} for path, of in times.items()}


def _ratio(times: Times, one: str, other: str) -> float:
    middle = _medians(times)
    return geometric_mean([of[one] / of[other] for of in middle.values()])


def _noise(times: Times) -> float:
    """By how much the floor differs from itself."""
    return max(max(of["bare"] / of["bare again"], of["bare again"] / of["bare"]) for of in _medians(times).values())


def _beside(times: Times, path: str) -> Figure:
    of = _medians(times)[path]
    words = f"{of['ours']:.2f} ms; bare {of['bare']:.2f}, naive {of['naive']:.2f}"
    return shown(2, f"warm: p50 of {path}", words, p50_ms=of)
