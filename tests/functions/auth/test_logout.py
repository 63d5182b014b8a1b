"""Signing out, here and everywhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.api import Answer, Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import ADMIN_PANEL, Browser, ReadLog, cookie_of, is_alive, refresh_token, token_of
from zimmer import clock
from zimmer.db import Database, Session
from zimmer.models import RevokedBecause, SignIn

LOGOUT, LOGOUT_ALL = "/api/auth/logout", "/api/auth/logout-all"


def test_9_a_logout_ends_the_sign_in_at_once(browser: Browser, session: Session) -> None:
    answer = browser.register()
    kept = browser.copy()
    assert browser.post(LOGOUT, {}, token=token_of(answer)).status == 204
    assert not is_alive(answer)
    assert kept.refresh().code == "not-signed-in"
    assert session.scalars(select(SignIn.revoked_because)).all() == [RevokedBecause.LOGOUT]


def test_it_takes_the_cookie_back(browser: Browser) -> None:
    browser.register()
    answer = browser.logout()
    assert (answer.status, answer.body) == (204, b"")
    assert answer.cookies == ('zimmer_refresh_user=""; HttpOnly; Max-Age=0; Path=/api/auth; SameSite=lax',)
    assert browser.jar == {}


def test_the_cookie_alone_is_enough(browser: Browser) -> None:
    answer = browser.register()
    clock.travel(timedelta(hours=2))  # the access token is dead
    kept = browser.copy()
    assert browser.post(LOGOUT, {}, token=token_of(answer)).status == 204
    assert kept.refresh().code == "not-signed-in"


def test_the_access_token_alone_is_enough(browser: Browser) -> None:
    answer = browser.register()
    assert Api(token_of(answer)).post(LOGOUT).status == 204
    assert not is_alive(answer)


def test_a_cookie_that_was_used_up_still_signs_out(browser: Browser) -> None:
    browser.register()
    old = browser.copy()
    answer = browser.refresh()
    old.logout()
    assert not is_alive(answer)


def test_doing_it_again_does_nothing(browser: Browser, session: Session) -> None:
    answer = browser.register()
    before = dict(browser.jar)
    browser.logout()
    ended_at = session.scalars(select(SignIn.revoked_at)).one()
    clock.travel(timedelta(minutes=1))
    browser.jar = before
    again = browser.post(LOGOUT, {}, token=token_of(answer))
    assert (again.status, len(again.cookies)) == (204, 1)
    session.expire_all()
    assert session.scalars(select(SignIn.revoked_at)).one() == ended_at


@pytest.mark.parametrize("token", [None, "not.a.token"])
@pytest.mark.parametrize("cookie", [None, "unknown"])
def test_who_is_not_signed_in_is_signed_out(token: str | None, cookie: str | None, browser: Browser) -> None:
    answer = browser.register()
    headers = {} if cookie is None else {"cookie": f"zimmer_refresh_user={cookie}"}
    assert Api(token).post(LOGOUT, {}, headers=headers).status == 204
    assert is_alive(answer)


def test_the_other_panel_stays_signed_in(both: tuple[Answer, Answer], browser: Browser) -> None:
    in_panel, in_dashboard = both
    answer = browser.logout()
    assert [cookie_of(cookie).key for cookie in answer.cookies] == ["zimmer_refresh_user"]
    assert (is_alive(in_panel), is_alive(in_dashboard)) == (False, True)


def test_the_dashboard_signs_out_of_itself(both: tuple[Answer, Answer], browser: Browser) -> None:
    in_panel, in_dashboard = both
    admin = Browser(ADMIN_PANEL)
    admin.jar = browser.jar
    answer = admin.post(
        LOGOUT, {"audience": "admin"}, token=token_of(in_panel)
    )  # the wrong panel's token changes nothing
    assert [cookie_of(cookie).key for cookie in answer.cookies] == ["zimmer_refresh_admin"]
    assert (is_alive(in_panel), is_alive(in_dashboard)) == (True, False)


def test_nobody_elses_sign_in_is_touched(browser: Browser, session: Session) -> None:
    other = token_for(session, make_user(session))
    browser.register()
    browser.logout()
    assert Api(other).get("/api/auth/me").status == 200


def test_28_signing_in_and_out_is_logged_without_a_secret(browser: Browser, log: ReadLog) -> None:
    answers = [browser.register(), browser.login()]
    browser.login(password="not the password")
    browser.logout()
    lines = log()
    names = ["account.opened", "login.accepted", "login.refused", "session.logout"]
    assert [line["message"] for line in lines if line["message"] != "http.answered"] == names
    written = str(lines)
    for secret in ("sara", "panjereh", "not the password", *map(token_of, answers), *map(refresh_token, answers)):
        assert secret not in written


def test_logout_all_ends_every_sign_in_of_both_panels(both: tuple[Answer, Answer], session: Session) -> None:
    another = Browser()
    answers = [*both, another.login()]
    answer = Api(token_of(answers[0])).post(LOGOUT_ALL)
    assert answer.status == 204
    assert sorted(cookie_of(cookie).key for cookie in answer.cookies) == ["zimmer_refresh_admin", "zimmer_refresh_user"]
    assert all(cookie_of(cookie)["max-age"] == "0" for cookie in answer.cookies)
    assert [is_alive(each) for each in answers] == [False] * 3
    assert another.refresh().code == "not-signed-in"
    assert set(session.scalars(select(SignIn.revoked_because))) == {RevokedBecause.LOGOUT_ALL}


def test_logout_all_ends_nobody_elses(browser: Browser, session: Session) -> None:
    other = token_for(session, make_user(session))
    Api(token_of(browser.register())).post(LOGOUT_ALL)
    assert Api(other).get("/api/auth/me").status == 200


def test_logout_all_needs_more_than_the_cookie(browser: Browser) -> None:
    answer = browser.register()
    assert browser.post(LOGOUT_ALL).code == "not-signed-in"
    assert is_alive(answer)


def test_one_can_sign_in_again_after_logout_all(browser: Browser) -> None:
    Api(token_of(browser.register())).post(LOGOUT_ALL)
    assert is_alive(browser.login())


def test_a_logout_is_seen_by_other_containers(committing: Database, other: Database) -> None:
    browser = Browser()
    browser.register()
    browser.logout()
    assert [row.revoked_because for row in other.read().rows(select(SignIn.revoked_because))] == ["logout"]
