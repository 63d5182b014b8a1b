"""How a sign-in goes on, how long, and for whom it does not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.api import Api
from tests.functions.auth.conftest import ADMIN_PANEL, Browser, cookie_of, make_staff, me, refresh_token, refused
from zimmer import clock
from zimmer.auth.sign_ins import ABSOLUTE, IDLE
from zimmer.db import Session
from zimmer.models import Role, SignIn, User

REFRESH, ME = "/api/auth/refresh", "/api/auth/me"


def test_a_refresh_gives_a_new_access_token_and_the_next_cookie(browser: Browser) -> None:
    first = browser.register()
    answer = browser.refresh()
    assert answer.status == 200
    assert answer.json["user"] == first.json["user"]
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("bearer", 3600)
    assert refresh_token(answer) != refresh_token(first)
    assert me(answer).status == 200


@pytest.mark.parametrize("content", [None, b"{}", b'{"audience": "user"}'])
def test_the_user_panel_need_not_say_which_it_is(content: bytes | None, browser: Browser) -> None:
    token = refresh_token(browser.register())
    assert Api().post(REFRESH, content=content, headers={"cookie": f"zimmer_refresh_user={token}"}).status == 200


def test_a_chain_goes_on_in_the_same_sign_in(browser: Browser, session: Session) -> None:
    browser.register()
    for _ in range(5):
        clock.travel(timedelta(hours=1))
        assert browser.refresh().status == 200
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_refresh_renews_a_dead_access_token(browser: Browser) -> None:
    first = browser.register()
    clock.travel(timedelta(hours=1))
    assert me(first).code == "token-expired"
    assert me(browser.refresh()).status == 200


def test_a_refresh_notes_when_and_from_where(browser: Browser, session: Session) -> None:
    browser.register()
    clock.travel(timedelta(hours=1))
    elsewhere = Browser(ip="198.51.100.1")
    elsewhere.jar = browser.jar
    elsewhere.refresh()
    sign_in = session.scalars(select(SignIn)).one()
    assert sign_in.ip == "198.51.100.1"
    assert sign_in.last_used_at - sign_in.created_at >= timedelta(hours=1)


def test_a_sign_in_that_is_used_weekly_lives_thirty_days(browser: Browser) -> None:
    browser.register()
    for _ in range(4):
        clock.travel(IDLE - timedelta(minutes=1))
        answer = browser.refresh()
        assert answer.status == 200
    left = int(cookie_of(answer.cookies[0])["max-age"])
    assert left <= (ABSOLUTE - 4 * IDLE + timedelta(minutes=4)).total_seconds()
    clock.travel(ABSOLUTE - 4 * (IDLE - timedelta(minutes=1)))
    assert refused(browser.refresh()) == (401, "not-signed-in")


def test_a_sign_in_that_was_idle_for_seven_days_is_over(browser: Browser) -> None:
    browser.register()
    clock.travel(IDLE - timedelta(minutes=1))
    before = browser.copy()
    assert browser.refresh().status == 200
    clock.travel(timedelta(minutes=1))
    assert refused(before.refresh()) == (401, "not-signed-in")  # its own week is over, its successor's is not
    clock.travel(IDLE)
    assert refused(browser.refresh()) == (401, "not-signed-in")


@pytest.mark.parametrize("cookie", [None, "", "unknown", "é", "x" * 4000])
def test_without_a_token_of_ours_there_is_nothing_to_refresh(cookie: str | None, api: Api) -> None:
    headers = {} if cookie is None else {"cookie": f"zimmer_refresh_user={cookie}"}
    assert refused(api.post(REFRESH, {}, headers=headers)) == (401, "not-signed-in")


def test_the_cookie_of_one_panel_never_refreshes_the_other(session: Session, browser: Browser) -> None:
    browser.register()
    make_staff(session)
    admin = Browser(ADMIN_PANEL)
    admin.login(audience="admin")
    both = {**browser.jar, **admin.jar}
    assert set(both) == {"zimmer_refresh_user", "zimmer_refresh_admin"}
    admin.jar = {"zimmer_refresh_admin": both["zimmer_refresh_user"]}
    browser.jar = {"zimmer_refresh_user": both["zimmer_refresh_admin"]}
    assert refused(admin.refresh(audience="admin")) == (401, "not-signed-in")
    assert refused(browser.refresh()) == (401, "not-signed-in")
    assert session.scalar(select(func.count()).where(SignIn.revoked_at.is_not(None))) == 0


def test_each_panel_refreshes_beside_the_other(session: Session, browser: Browser) -> None:
    browser.register()
    make_staff(session)
    admin = Browser(ADMIN_PANEL)
    admin.login(audience="admin")
    admin.jar |= browser.jar  # one browser: cookies ignore ports
    assert me(admin.refresh(audience="admin")).status == 200
    assert me(browser.refresh()).status == 200


def test_a_refresh_token_is_no_access_token(browser: Browser, api: Api) -> None:
    token = refresh_token(browser.register())
    answer = api.signed_in(token).get(ME)
    assert (answer.status, answer.code) == (401, "token-invalid")


def test_an_access_token_is_no_refresh_token(browser: Browser) -> None:
    browser.jar = {"zimmer_refresh_user": browser.register().json["access_token"]}
    assert refused(browser.refresh()) == (401, "not-signed-in")


@pytest.mark.parametrize(
    "ending",
    [
        update(SignIn).values(revoked_at=clock.now()),
        update(SignIn).values(expires_at=clock.now()),
        update(User).values(is_active=False),
    ],
    ids=["logout", "end of the sign-in", "deactivation"],
)
def test_an_ended_sign_in_cannot_be_refreshed(ending: Any, browser: Browser, session: Session) -> None:
    browser.register()
    session.execute(ending)
    assert refused(browser.refresh()) == (401, "not-signed-in")


def test_who_left_the_staff_cannot_refresh_the_dashboard(browser: Browser, session: Session) -> None:
    browser.register()
    make_staff(session)
    admin = Browser(ADMIN_PANEL)
    admin.login(audience="admin")
    session.execute(update(User).values(role=Role.CUSTOMER))
    assert refused(admin.refresh(audience="admin")) == (401, "not-signed-in")


@pytest.mark.parametrize("body", [{"audience": "staff"}, {"audience": None}, {"token": "x"}, []])
def test_a_body_that_is_not_right_is_told_so(body: Any, browser: Browser) -> None:
    browser.register()
    assert refused(browser.post(REFRESH, body)) == (422, "validation-failed")
