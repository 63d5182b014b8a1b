"""How often signing in speaks to Postgres. Exact: each trip is a millisecond of somebody's waiting."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.rt_proxy import Counter, counting
from tests.api import Api
from tests.functions.auth.conftest import PHONE, Browser, make_staff, token_of
from zimmer.db import Database, database, using


@pytest.fixture
def trips(own_database: str) -> Iterator[Counter]:
    """Counts what the handlers say over one connection through the proxy."""
    with counting(own_database) as (url, counter), closing(Database(url)) as database, using(database):
        yield counter


def test_signing_in_and_going_on_take_four(trips: Counter) -> None:
    browser = Browser()
    browser.register()
    for act in (browser.login, browser.refresh):
        act()  # prepares
        trips.reset()
        assert act().status == 200
        assert trips.trips <= 4, act


def test_registering_takes_three_with_the_mail_it_promises(trips: Counter) -> None:
    browser = Browser()
    browser.register()
    trips.reset()
    assert browser.register(email="other@example.com").status == 201
    assert trips.trips == 3


def test_a_refused_login_takes_two(trips: Counter) -> None:
    browser = Browser()
    browser.register()
    for _ in range(2):
        trips.reset()
        assert browser.login(password="not the password").status == 401
    assert trips.trips == 2


def test_a_login_that_owes_a_code_takes_three_and_the_code_twelve(trips: Counter) -> None:
    browser = Browser()
    browser.register()
    with database().transaction() as session:
        make_staff(session)
    browser.login()  # prepares
    trips.reset()
    challenge = browser.first_step().json["challenge_token"]
    assert trips.trips == 3
    trips.reset()
    code = {"challenge_token": challenge, "code": PHONE.code()}
    assert browser.post("/api/auth/2fa/verify", code).status == 200
    assert trips.trips <= 12


def test_signing_out_takes_one(trips: Counter) -> None:
    browser = Browser()
    browser.register()
    browser.copy().logout()
    trips.reset()
    assert browser.logout().status == 204
    assert trips.trips == 1


def test_the_list_of_sessions_takes_two_with_its_check(trips: Counter) -> None:
    customer = Api(token_of(Browser().register()))
    customer.get("/api/auth/sessions")
    trips.reset()
    assert customer.get("/api/auth/sessions").status == 200
    assert trips.trips == 2
