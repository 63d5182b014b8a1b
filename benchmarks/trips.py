"""Figure 1: how often each route speaks to Postgres. Exact."""

import json
from collections.abc import Iterator
from contextlib import closing

from benchmarks.every_route import AT_MOST, ELSEWHERE, MORE, REQUESTS, Scene, trips_of
from benchmarks.figures import Figure, Verdict, exact
from benchmarks.ground import Ground, bank_and_queues
from benchmarks.rt_proxy import Counter, counting
from functions.payments import worker
from tests.factories import purchase_in
from tests.routes import Route, served
from zimmer.db import Database, using
from zimmer.models import PaymentStatus

NAMED: dict[str, tuple[Route, int]] = {
    "catalogue": (("GET", "/api/automations/available"), 1),
    "me, its check included": (("GET", "/api/auth/me"), 1),
    "consume, its check included": (("POST", "/api/automation-usage/consume"), 1),
    "own automations": (("GET", "/api/user/automations"), 2),
    "own purchases": (("GET", "/api/payments"), 2),
    "dashboard": (("GET", "/api/admin/dashboard/stats"), 2),
}


def measure(ground: Ground) -> list[Figure]:
    """Every route of every app, and the crediting of ten payments."""
    url = ground.new_database()
    with (
        bank_and_queues() as zarinpal,
        counting(url) as (counted, counter),
        closing(Database(counted)) as database,
        closing(Database(url)) as direct,
        using(database),
    ):
        found = {route: trips_of(ask, direct, zarinpal, counter) for route, ask in REQUESTS.items()}
        batch = trips_of_a_batch(Scene(direct, zarinpal), counter)
    figures = [exact(1, f"trips: {name}", found[route], at_most=most) for name, (route, most) in NAMED.items()]
    figures.append(exact(1, "trips: crediting a batch of ten", batch, at_most=1))
    return [*figures, *_of_every_route(found)]


def trips_of_a_batch(here: Scene, counter: Counter) -> int:
    """The round trips of one SQS batch of ten payments."""
    for _ in range(2):
        ids = here.put(
            lambda stage: [purchase_in(stage.session, PaymentStatus.VERIFIED, here.copy).id for _ in range(10)]
        )
        counter.reset()
        records = [{"messageId": str(one), "body": json.dumps({"payment_id": one, "v": 1})} for one in ids]
        answer = worker.handler({"Records": records}, None)
        if answer["batchItemFailures"]:
            raise AssertionError(answer)
    return counter.trips


def _of_every_route(found: dict[Route, int]) -> Iterator[Figure]:
    ordinary = {route: trips for route, trips in found.items() if route not in MORE}
    unknown = sorted(served().keys() - found.keys() - ELSEWHERE)
    worst = max(ordinary.values())
    slow = [f"{method} {path}: {trips}" for (method, path), trips in ordinary.items() if trips > AT_MOST]
    why = "; ".join([*slow, *(f"{method} {path} stands nowhere" for method, path in unknown)])
    name = f"trips: any of {len(ordinary)} routes"
    yield exact(1, name, worst if not unknown else max(worst, AT_MOST + 1), at_most=AT_MOST, why=why)
    for route, (most, reason) in MORE.items():
        verdict = Verdict.PASS if found[route] <= most else Verdict.FAIL
        yield Figure(
            1, f"trips: {' '.join(route)}", str(found[route]), f"≤ {most}", verdict, why=reason, data={"most": most}
        )
