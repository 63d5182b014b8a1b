"""One browser with many tabs, and many hands at one password."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Update, func, select, text, update

from tests.api import Answer, Api
from tests.concurrency.races import at_once
from tests.functions.auth.conftest import FORM, Browser, cookie_of
from zimmer import clock
from zimmer.db import Database, heard, using
from zimmer.models import Notification, RefreshToken, RevokedBecause, SignIn, User


@pytest.fixture
def shared(own_database: str) -> Iterator[Database]:
    with closing(Database(own_database)) as database:
        yield database


@pytest.fixture
def browser(shared: Database) -> Browser:
    """A browser in which somebody is signed in."""
    with using(shared):
        browser = Browser()
        assert browser.register().status == 201
    return browser


def new_cookie(answer: Answer) -> str:
    return cookie_of(answer.cookies[0]).value


def is_alive(answer: Answer) -> bool:
    return Api(answer.json["access_token"]).get("/api/auth/me").status == 200


def test_12_ten_refreshes_at_once_all_succeed_and_nobody_is_signed_out(
    shared: Database, own_database: str, browser: Browser
) -> None:
    answers = at_once(own_database, lambda _: browser.copy().refresh(), threads=10)
    assert [answer.status for answer in answers] == [200] * 10
    assert len({new_cookie(answer) for answer in answers}) == 10
    with using(shared):
        assert all(is_alive(answer) for answer in answers)
        for answer in answers:  # whichever of them the browser kept
            kept = browser.copy()
            kept.jar = {"zimmer_refresh_user": new_cookie(answer)}
            assert kept.refresh().status == 200
    families = shared.read().rows(select(func.count(RefreshToken.id).label("tokens")).group_by(RefreshToken.parent_id))
    assert sorted(row.tokens for row in families) == [1] * 11 + [10]


def test_ten_reuses_at_once_end_the_sign_in_once(shared: Database, own_database: str, browser: Browser) -> None:
    old = browser.copy()
    with using(shared):
        browser.refresh()
        browser.refresh()
        clock.travel(timedelta(seconds=31))
    answers = at_once(own_database, lambda _: old.copy().refresh(), threads=10)
    assert {answer.code for answer in answers} == {"session-revoked"}
    assert len(shared.read().rows(select(Notification.id))) == 1


def test_reuse_and_refresh_at_once_leave_no_living_token(shared: Database, own_database: str, browser: Browser) -> None:
    """Whoever comes first, in the end the sign-in is over for both."""
    old = browser.copy()
    with using(shared):
        browser.refresh()
        browser.refresh()
        clock.travel(timedelta(seconds=31))

    def either(number: int) -> Answer:
        return (old if number % 2 else browser).copy().refresh()

    answers = at_once(own_database, either, threads=10)
    assert {answer.code for answer in answers[1::2]} == {"session-revoked"}
    with using(shared):
        for answer in answers:
            if answer.status == 200:
                assert not is_alive(answer)
        assert browser.refresh().code == "session-revoked"
    ended = shared.read().rows(select(SignIn.revoked_because))
    assert [row.revoked_because for row in ended] == [RevokedBecause.REUSE]


def test_a_logout_between_refreshes_is_the_end(shared: Database, own_database: str, browser: Browser) -> None:
    def either(number: int) -> Answer:
        tab = browser.copy()
        return tab.logout() if number == 5 else tab.refresh()

    answers = at_once(own_database, either, threads=10)
    outcomes = Counter(answer.code or answer.status for answer in answers)
    assert outcomes[204] == 1
    assert outcomes[200] + outcomes["not-signed-in"] == 9
    with using(shared):
        assert not any(is_alive(answer) for answer in answers if answer.status == 200)


def test_signing_out_everywhere_from_everywhere_at_once(shared: Database, own_database: str, browser: Browser) -> None:
    del browser
    with using(shared):
        tokens = [Browser().login().json["access_token"] for _ in range(8)]
    answers = at_once(own_database, lambda n: Api(tokens[n]).post("/api/auth/logout-all"), threads=8)
    assert {answer.code or answer.status for answer in answers} <= {204, "not-signed-in"}
    assert shared.read().rows(select(SignIn.id).where(SignIn.revoked_at.is_(None))) == []


def test_forty_guesses_at_once_are_five(own_database: str, browser: Browser) -> None:
    del browser

    def guess(number: int) -> Counter[str | None]:
        form = {"email": FORM["email"], "password": "not the password"}
        here = Api(ip=f"198.51.100.{number}")
        return Counter(here.post("/api/auth/login", form).code for _ in range(4))

    outcomes = sum(at_once(own_database, guess, threads=10), Counter[str | None]())
    assert outcomes == {"wrong-credentials": 5, "too-many-requests": 35}


def test_one_address_registered_ten_times_at_once_is_one_account(own_database: str) -> None:
    def register(number: int) -> int:
        return Browser(ip=f"198.51.100.{number}").register().status

    assert Counter(at_once(own_database, register, threads=10)) == {201: 1, 409: 9}


def waiters(url: str) -> int:
    with closing(Database(url)) as probe:
        waiting = text(
            "SELECT count(*) AS n FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND :yes"
        )
        return int(probe.atomic().run(waiting, {"yes": True})[0].n)


def behind(url: str, holder: Database, change: Update, work: Callable[[int], Answer]) -> list[str | None]:
    """The codes that three racers get who queued up behind a change before it was committed."""
    answers: list[Answer] = []
    racers = Thread(target=lambda: answers.extend(at_once(url, work, threads=3)))
    with holder.transaction() as session:
        session.execute(change)
        heard(session)
        racers.start()
        for _ in range(2000):
            if waiters(url) == 3:
                break
            time.sleep(0.005)
        else:
            pytest.fail("they do not wait")
    racers.join(20)
    return [answer.code for answer in answers]


def test_a_refresh_that_waited_does_not_bring_an_ended_sign_in_back(
    shared: Database, own_database: str, browser: Browser
) -> None:
    end = update(SignIn).values(revoked_at=clock.now(), revoked_because=RevokedBecause.LOGOUT)
    heard = behind(own_database, shared, end, lambda _: browser.copy().refresh())
    assert heard == ["not-signed-in"] * 3
    assert len(shared.read().rows(select(RefreshToken.id))) == 1


def test_a_login_that_waited_does_not_slip_in_behind_a_new_password(
    shared: Database, own_database: str, browser: Browser
) -> None:
    change = update(User).values(token_version=User.token_version + 1)
    heard = behind(own_database, shared, change, lambda _: browser.copy().login())
    assert heard == ["wrong-credentials"] * 3
    assert len(shared.read().rows(select(SignIn.id))) == 1
