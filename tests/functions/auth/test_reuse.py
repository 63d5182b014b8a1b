"""A refresh token that comes back: two tabs, a lost answer, or a thief."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.api import Api
from tests.functions.auth.conftest import Browser, ReadLog, me, refresh_token, refused
from zimmer import clock
from zimmer.auth.refreshing import GRACE
from zimmer.db import Database, Session
from zimmer.models import Delivery, Notification, RevokedBecause, SignIn

LATER = GRACE + timedelta(seconds=1)
SECOND = timedelta(seconds=1)


def test_12_two_tabs_get_siblings(browser: Browser, session: Session) -> None:
    browser.register()
    other_tab = browser.copy()
    answers = [browser.refresh(), other_tab.refresh()]
    assert [answer.status for answer in answers] == [200, 200]
    assert len({refresh_token(answer) for answer in answers}) == 2
    clock.travel(LATER)
    assert (browser.refresh().status, other_tab.refresh().status) == (200, 200)
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_second_tab_may_be_late_even_when_the_first_went_on(browser: Browser) -> None:
    browser.register()
    other_tab = browser.copy()
    browser.refresh()
    browser.refresh()
    clock.travel(GRACE - SECOND)
    assert other_tab.refresh().status == 200


def test_a_sibling_does_not_prolong_the_grace(browser: Browser) -> None:
    browser.register()
    stolen = browser.copy()
    browser.refresh()
    browser.refresh()
    for _ in range(2):
        clock.travel(GRACE / 2)
        stolen.copy().refresh()
    clock.travel(SECOND)
    assert refused(stolen.refresh()) == (401, "session-revoked")


@pytest.mark.parametrize("waited", [LATER, timedelta(days=3)])
def test_a_lost_answer_does_not_sign_anybody_out(waited: timedelta, browser: Browser) -> None:
    browser.register()
    for _ in range(3):
        browser.copy().refresh()  # its answer never arrives
        clock.travel(waited / 2)
    clock.travel(waited / 2)
    assert browser.refresh().status == 200
    assert browser.refresh().status == 200


def test_12_a_token_that_comes_back_after_its_successor_was_used_ends_the_sign_in(
    browser: Browser, session: Session
) -> None:
    browser.register()
    thief = browser.copy()
    stolen = [thief.refresh()]
    stolen.append(thief.refresh())  # the successor is used
    clock.travel(LATER)
    assert refused(browser.refresh()) == (401, "session-revoked")
    assert {me(answer).code for answer in stolen} == {"not-signed-in"}  # access tokens die at once
    assert refused(thief.refresh()) == (401, "session-revoked")
    sign_in = session.scalars(select(SignIn)).one()
    assert sign_in.revoked_because is RevokedBecause.REUSE


def test_it_ends_that_sign_in_and_no_other(browser: Browser) -> None:
    browser.register()
    other_device = Browser()
    other_device.login()
    old = browser.copy()
    browser.refresh()
    browser.refresh()
    clock.travel(LATER)
    assert old.refresh().code == "session-revoked"
    assert other_device.refresh().status == 200
    assert browser.login().status == 200
    assert browser.refresh().status == 200


def test_an_old_token_is_reuse_even_when_its_own_time_is_over(browser: Browser) -> None:
    browser.register()
    old = browser.copy()
    for _ in range(3):
        clock.travel(timedelta(days=3))
        browser.refresh()
    assert refused(old.refresh()) == (401, "session-revoked")
    assert refused(browser.refresh()) == (401, "session-revoked")


def test_the_owner_is_told_once_and_from_where(browser: Browser, session: Session) -> None:
    user_id = browser.register().json["user"]["id"]
    thief = Browser(ip="198.51.100.66")
    thief.jar = dict(browser.jar)
    browser.refresh()
    browser.refresh()
    clock.travel(LATER)
    for _ in range(3):
        thief.refresh()
    told = session.scalars(select(Notification)).one()
    assert (told.user_id, told.kind, told.level) == (user_id, "session-reuse", "warning")
    assert told.data == {"audience": "user", "ip": "198.51.100.66", "user_agent": "tests"}
    assert session.scalars(select(Delivery.kind).order_by(Delivery.id)).all() == ["email-verification", "session-reuse"]


def test_the_owner_can_read_it(browser: Browser) -> None:
    browser.register()
    old = browser.copy()
    browser.refresh()
    browser.refresh()
    clock.travel(LATER)
    old.refresh()
    token = browser.login().json["access_token"]
    [notice] = Api(token).get("/api/notifications", params={"kind": "session-reuse"}).json["items"]
    assert notice["text"]["title"] == "یکی از ورودهای شما را بستیم"


def test_reuse_is_logged_without_the_token(browser: Browser, log: ReadLog) -> None:
    browser.register()
    old = browser.copy()
    browser.refresh()
    browser.refresh()
    clock.travel(LATER)
    old.refresh()
    [line] = [line for line in log() if line["message"] == "session.reuse"]
    assert line["ip"] == "203.0.113.7"
    assert old.jar["zimmer_refresh_user"] not in str(line)


def test_41_the_end_for_reuse_is_there_after_the_refusal(committing: Database, other: Database) -> None:
    browser = Browser()
    browser.register()
    old = browser.copy()
    browser.refresh()
    answer = browser.refresh()
    clock.travel(LATER)
    assert old.refresh().status == 401
    assert [row.revoked_because for row in other.read().rows(select(SignIn.revoked_because))] == ["reuse"]
    assert [row.kind for row in other.read().rows(select(Notification.kind))] == ["session-reuse"]
    assert me(answer).code == "not-signed-in"
