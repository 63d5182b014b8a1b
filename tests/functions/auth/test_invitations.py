"""Joining the staff by an invitation."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.api import Answer, Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import ADMIN_PANEL, Browser, me, refused
from tests.phones import Phone
from zimmer import clock
from zimmer.auth import one_time
from zimmer.auth.one_time import Bearer
from zimmer.db import Session
from zimmer.models import Audience, OneTimeToken, Purpose, Role, User

DAY = timedelta(days=1)
PASSWORD = "a whole new sentence"
ADDRESS = "leila@example.com"


@pytest.fixture
def manager(session: Session) -> User:
    return make_user(session, role=Role.MANAGER)


@pytest.fixture
def text(session: Session, manager: User) -> str:
    """What stands in the link that was mailed."""
    bearer = Bearer(email=ADDRESS, role=Role.SUPPORT, created_by=manager.id)
    return one_time.issue(session, Purpose.INVITATION, bearer)


def accept(text: str, **changes: str) -> Answer:
    form = {"token": text, "name": "Leila Moradi", "password": PASSWORD} | changes
    return Browser(ADMIN_PANEL).post("/api/auth/invitations/accept", form)


def test_an_invited_colleague_joins_and_sets_up_a_second_factor(api: Api, text: str, session: Session) -> None:
    del api  # the handlers work in this test's transaction
    answer = accept(text)
    assert (answer.status, answer.cookies) == (201, ())
    assert answer.json.keys() == {"enrolment_required", "challenge_token"}
    desk = Browser(ADMIN_PANEL)
    challenge = answer.json["challenge_token"]
    phone = Phone(desk.post("/api/auth/2fa/enrol", {"challenge_token": challenge}).json["secret"])
    entered = desk.post("/api/auth/2fa/enrol", {"challenge_token": challenge, "code": phone.code()})
    who = me(entered).json
    assert (who["name"], who["email"], who["role"]) == ("Leila Moradi", ADDRESS, "support")
    assert who["email_verified_at"] is not None
    assert desk.login(audience="admin", email=ADDRESS, password=PASSWORD).code != "wrong-credentials"


def test_an_invitation_works_once(text: str) -> None:
    assert accept(text).status == 201
    assert refused(accept(text)) == (422, "link-invalid")


def test_an_invitation_lives_for_a_week(text: str) -> None:
    clock.travel(7 * DAY)
    assert refused(accept(text)) == (422, "link-invalid")


def test_3_the_role_is_that_of_the_invitation(text: str) -> None:
    assert accept(text, role="manager").code == "validation-failed"
    assert accept(text, email="other@example.com").code == "validation-failed"


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "short"},
        {"password": "Leila Moradi 12"},
        {"password": "password1234"},
        {"name": ""},
        {"name": "a\u202eb"},
        {"token": ""},
    ],
)
def test_a_form_that_is_not_right_uses_nothing_up(changes: dict[str, str], text: str) -> None:
    assert accept(text, **changes).code == "validation-failed"
    assert accept(text).status == 201


def test_an_address_that_has_an_account_by_now_is_told_so(text: str, session: Session) -> None:
    make_user(session, email=ADDRESS)
    assert refused(accept(text)) == (409, "email-taken")


@pytest.mark.usefixtures("database")
def test_who_has_no_link_makes_us_hash_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import argon2

    monkeypatch.setattr(argon2.PasswordHasher, "hash", lambda *_: pytest.fail("hashed"))
    assert refused(accept("x" * 43)) == (422, "link-invalid")


@pytest.mark.usefixtures("database")
def test_an_address_may_try_twenty_links_an_hour() -> None:
    for _ in range(20):
        assert accept("x" * 43).code == "link-invalid"
    assert accept("x" * 43).code == "too-many-requests"


def test_7_an_invitation_is_no_access_token_and_no_challenge(text: str, api: Api) -> None:
    assert api.signed_in(text).get("/api/auth/me").code == "token-invalid"
    answer = api.post("/api/auth/2fa/verify", {"challenge_token": text, "code": "123456"})
    assert (answer.status, answer.code) == (422, "link-invalid")
    assert api.post("/api/auth/2fa/enrol", {"challenge_token": text}).code == "link-invalid"


def test_an_unsigned_invitation_is_worth_nothing_once_somebody_manages(session: Session, manager: User) -> None:
    """The one that a migration makes for the first manager."""
    text = one_time.issue(session, Purpose.INVITATION, Bearer(email=ADDRESS, role=Role.MANAGER))
    assert refused(accept(text)) == (422, "link-invalid")
    manager.is_active = False
    session.flush()
    assert accept(text).status == 201


def test_inviting_again_takes_the_earlier_link_back(api: Api, session: Session, manager: User, text: str) -> None:
    desk = api.signed_in(token_for(session, manager, audience=Audience.ADMIN))
    assert desk.post("/api/admin/users/invite", {"email": ADDRESS, "role": "technical"}).status == 201
    assert refused(accept(text)) == (422, "link-invalid")
    living = select(OneTimeToken.role).where(OneTimeToken.used_at.is_(None))
    assert session.scalars(living).all() == [Role.TECHNICAL]
