"""Figure 8: what signing in costs beside the hash that makes it slow on purpose, and how much a request logs."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks.figures import Figure, exact, most
from benchmarks.ground import Ground
from benchmarks.shop import open_shop
from tests.api import Api, handler_of
from tests.crash.victims import http_event
from tests.functions.auth.conftest import FORM
from zimmer.auth import passwords
from zimmer.db import Database, using
from zimmer.observability import logger

MOST_BYTES = 600


def measure(ground: Ground, *, logins: int = 40) -> list[Figure]:
    """CPU of a login through its handler over CPU of the hash; they take turns."""
    url = ground.new_database()
    with closing(Database(url)) as database, using(database):
        Api().post("/api/auth/register", FORM)
        stored = passwords.hashed(FORM["password"])

        # API Gateway makes the event, so it is made once: what counts is what the function does with it.
        sign_in, event = handler_of("AuthFunction"), _event_of_a_login()

        def login() -> None:
            answer = sign_in(event, None)
            if answer["statusCode"] != 200:
                raise AssertionError(answer["body"])

        hashes, again, spent = [], [], []
        login()
        for number in range(logins):
            if number % 4 == 3:
                _forget_attempts(database)
            hashes.append(_cpu(lambda: passwords.matches(stored, FORM["password"])))
            spent.append(_cpu(login))
            again.append(_cpu(lambda: passwords.matches(stored, FORM["password"])))
    alone = median(hashes)
    noise = max(alone / median(again), median(again) / alone)
    return [most(8, "login: CPU / the hash alone", median(spent) / alone, 1.25, noise=noise)]


def measure_exactly(ground: Ground) -> list[Figure]:
    """Bytes of log that a request leaves, at the level of production. Exact but for the digits of ids."""
    url = ground.new_database()
    shop = open_shop(url)
    requests: dict[str, Callable[[], object]] = {
        "catalogue": lambda: handler_of("AutomationsFunction")(shop.catalogue(), None),
        "me": lambda: handler_of("AuthFunction")(shop.me(), None),
        "consume": lambda: handler_of("AutomationsFunction")(shop.consume(), None),
        "register": lambda: Api().post("/api/auth/register", FORM),
        "login": lambda: Api().post("/api/auth/login", {"email": FORM["email"], "password": FORM["password"]}),
        "refused login": lambda: Api().post("/api/auth/login", {"email": FORM["email"], "password": "wrong password"}),
    }
    with closing(Database(url)) as database, using(database):
        written = {name: _logged(request) for name, request in requests.items()}
    largest = max(written, key=lambda name: written[name])
    return [
        exact(
            8, f"log: bytes of a request ({largest})", written[largest], at_most=MOST_BYTES, unit="B", is_strict=False
        )
    ]


def _event_of_a_login() -> Any:
    body = {"email": FORM["email"], "password": FORM["password"]}
    return http_event("POST", "/api/auth/login", body=body)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _forget_attempts(database: Database) -> None:
    database.atomic().run(text("DELETE FROM throttle_counters RETURNING kind"), {})


def _logged(request: Callable[[], object]) -> int:
    with _listening() as heard:
        request()
    lines = heard.getvalue().splitlines()
    for line in lines:
        json.loads(line)
    return len(heard.getvalue().encode())


@contextmanager
def _listening() -> Iterator[io.StringIO]:
    handler, heard, level = logger().registered_handler, io.StringIO(), logger().log_level
    if not isinstance(handler, logging.StreamHandler):
        raise TypeError("the logger writes to no stream")
    before = handler.setStream(heard)
    logger().setLevel("INFO")
    yield heard
    logger().setLevel(level)
    if before is not None:
        handler.setStream(before)
