"""Where a person is signed in, and ending that from elsewhere."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import update

from tests.api import Answer, Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import Browser, cookie_of, is_alive, token_of
from zimmer import clock
from zimmer.auth.sign_ins import ABSOLUTE, IDLE
from zimmer.db import Session
from zimmer.models import SignIn

SESSIONS = "/api/auth/sessions"


def sessions(token: str) -> list[dict[str, object]]:
    answer = Api(token).get(SESSIONS)
    assert (answer.status, answer.json["next_cursor"]) == (200, None)
    items: list[dict[str, object]] = answer.json["items"]
    return items


def test_a_person_sees_where_they_are_signed_in(browser: Browser) -> None:
    here = token_of(browser.register())
    clock.travel(timedelta(minutes=1))
    elsewhere = Browser(ip="198.51.100.1")
    elsewhere.login()
    newest, oldest = sessions(here)
    assert newest.keys() == {"id", "audience", "created_at", "last_used_at", "ip", "user_agent", "current"}
    assert (newest["ip"], newest["current"]) == ("198.51.100.1", False)
    assert (oldest["ip"], oldest["current"]) == ("203.0.113.7", True)
    assert (oldest["user_agent"], oldest["audience"]) == ("tests", "user")
    clock.travel(timedelta(minutes=1))
    browser.refresh()
    assert [line["current"] for line in sessions(here)] == [True, False]


def test_both_panels_stand_in_the_list(both: tuple[Answer, Answer]) -> None:
    assert {line["audience"] for line in sessions(token_of(both[0]))} == {"user", "admin"}


def test_only_ones_own_living_sign_ins_are_listed(browser: Browser, session: Session) -> None:
    token_for(session, make_user(session))
    browser.register()
    for number, changes in enumerate(
        (
            {"revoked_at": clock.now()},
            {"expires_at": clock.now()},
            {"last_used_at": clock.now() - IDLE},
        )
    ):
        device = Browser(ip=f"198.51.100.{number}")
        device.login()
        session.execute(update(SignIn).where(SignIn.ip == f"198.51.100.{number}").values(**changes))
    now = browser.login()
    assert [line["ip"] for line in sessions(token_of(now))] == ["203.0.113.7"] * 2


def test_a_device_can_be_signed_out_from_another(browser: Browser) -> None:
    here = browser.register()
    lost = Browser(ip="198.51.100.1")
    there = lost.login()
    (line,) = [line for line in sessions(token_of(here)) if not line["current"]]
    answer = Api(token_of(here)).send("DELETE", f"{SESSIONS}/{line['id']}")
    assert (answer.status, answer.cookies) == (204, ())
    assert (is_alive(here), is_alive(there)) == (True, False)
    assert lost.refresh().code == "not-signed-in"


def test_ending_the_own_session_takes_its_cookie_back(both: tuple[Answer, Answer]) -> None:
    (line,) = [line for line in sessions(token_of(both[1])) if line["current"]]
    answer = Api(token_of(both[1])).send("DELETE", f"{SESSIONS}/{line['id']}")
    assert [cookie_of(cookie).key for cookie in answer.cookies] == ["zimmer_refresh_admin"]
    assert (is_alive(both[0]), is_alive(both[1])) == (True, False)


def test_another_persons_session_is_not_there(browser: Browser, session: Session) -> None:
    mine = token_of(browser.register())
    other = token_for(session, make_user(session))
    theirs = sessions(other)[0]["id"]
    answer = Api(mine).send("DELETE", f"{SESSIONS}/{theirs}")
    assert (answer.status, answer.code) == (404, "session-not-found")
    assert Api(other).get("/api/auth/me").status == 200


def test_a_session_that_never_was_or_has_ended_is_not_there(browser: Browser) -> None:
    mine = Api(token_of(browser.register()))
    lost = Browser()
    lost.login()
    (line,) = [line for line in sessions(token_of(lost.refresh())) if not line["current"]]
    assert mine.send("DELETE", f"{SESSIONS}/{uuid4()}").code == "session-not-found"
    other = Api(token_of(lost.refresh()))
    assert other.send("DELETE", f"{SESSIONS}/{line['id']}").status == 204
    assert other.send("DELETE", f"{SESSIONS}/{line['id']}").code == "session-not-found"


def test_what_is_no_session_id_is_told_so(browser: Browser) -> None:
    assert Api(token_of(browser.register())).send("DELETE", f"{SESSIONS}/1").code == "validation-failed"


def test_a_sign_in_that_is_over_lists_nothing(browser: Browser) -> None:
    answer = browser.register()
    clock.travel(ABSOLUTE)
    assert Api(token_of(answer)).get(SESSIONS).status == 401
