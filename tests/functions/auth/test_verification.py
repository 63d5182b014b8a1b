"""Whether somebody reads the mail of an address."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.api import Answer, Api
from tests.functions.auth.conftest import FORM, Door, link_of, mailed, token_of
from zimmer import clock, crypto
from zimmer.db import Session
from zimmer.models import OneTimeToken, Purpose, User
from zimmer.notifications import Kind

VERIFY = "/api/auth/email/verify"
AGAIN = "/api/auth/email/verification"


@pytest.fixture
def owner(api: Api, door: Door) -> Api:
    """Somebody who has just registered."""
    return api.signed_in(token_of(door.register()))


def opened(api: Api, token: str) -> Answer:
    return api.post(VERIFY, {"token": token})


def verified_at(owner: Api) -> str | None:
    found: str | None = owner.get("/api/auth/me").json["email_verified_at"]
    return found


def test_a_new_account_is_asked_at_its_address(owner: Api, session: Session) -> None:
    assert mailed(session) == [("email-verification", FORM["email"])]
    assert verified_at(owner) is None


def test_the_link_confirms_the_address_for_whoever_opens_it(owner: Api, api: Api, session: Session) -> None:
    answer = opened(api, link_of(session, Kind.EMAIL_VERIFICATION))
    assert answer.status == 200
    assert answer.json["changed"] is False
    assert answer.json["email"] == FORM["email"]
    assert verified_at(owner) == answer.json["email_verified_at"]


def test_18_the_secret_is_stored_as_its_hash(owner: Api, session: Session) -> None:
    token = link_of(session, Kind.EMAIL_VERIFICATION)
    stored = session.scalars(select(OneTimeToken)).one()
    assert stored.token_hash == crypto.token_hash(token)
    assert stored.purpose is Purpose.VERIFY_EMAIL


@pytest.mark.parametrize(("hours", "status"), [(23.99, 200), (24, 422)])
def test_18_the_link_works_for_24_hours(hours: float, status: int, owner: Api, api: Api, session: Session) -> None:
    token = link_of(session, Kind.EMAIL_VERIFICATION)
    clock.travel(timedelta(hours=hours))
    assert opened(api, token).status == status


def test_18_the_link_works_once(owner: Api, api: Api, session: Session) -> None:
    token = link_of(session, Kind.EMAIL_VERIFICATION)
    assert [opened(api, token).status for _ in range(2)] == [200, 422]
    assert opened(api, token).code == "link-invalid"


def test_18_a_changed_address_makes_an_old_link_useless(owner: Api, api: Api, session: Session) -> None:
    token = link_of(session, Kind.EMAIL_VERIFICATION)
    user = session.scalars(select(User)).one()
    user.email = "other@example.com"
    session.flush()
    assert opened(api, token).code == "link-invalid"
    assert verified_at(owner) is None


def test_a_switched_off_account_is_not_confirmed(owner: Api, api: Api, session: Session) -> None:
    token = link_of(session, Kind.EMAIL_VERIFICATION)
    user = session.scalars(select(User)).one()
    user.is_active = False
    session.flush()
    assert opened(api, token).code == "link-invalid"


@pytest.mark.parametrize("token", ["x" * 43, "a", "x" * 200])
def test_a_secret_that_never_was_opens_nothing(token: str, api: Api) -> None:
    assert opened(api, token).code == "link-invalid"


@pytest.mark.parametrize("token", ["", "x" * 201, "a b", "a\0", None, 5])
def test_what_is_no_secret_is_refused(token: object, api: Api) -> None:
    assert api.post(VERIFY, {"token": token}).code == "validation-failed"


def test_a_link_of_another_purpose_opens_nothing_here(owner: Api, api: Api, session: Session) -> None:
    api.post("/api/auth/password/forgot", {"email": FORM["email"]})
    assert opened(api, link_of(session, Kind.PASSWORD_RESET)).code == "link-invalid"


def test_the_link_is_sent_again_and_the_one_before_is_void(owner: Api, api: Api, session: Session) -> None:
    first = link_of(session, Kind.EMAIL_VERIFICATION)
    assert owner.post(AGAIN).status == 204
    assert opened(api, first).code == "link-invalid"
    assert opened(api, link_of(session, Kind.EMAIL_VERIFICATION)).status == 200


def test_a_confirmed_address_is_not_asked_again(owner: Api, api: Api, session: Session) -> None:
    opened(api, link_of(session, Kind.EMAIL_VERIFICATION))
    answer = owner.post(AGAIN)
    assert (answer.status, answer.code) == (409, "email-verified")
    assert len(mailed(session)) == 1


def test_nobody_fills_a_mailbox(owner: Api, session: Session) -> None:
    answers = [owner.post(AGAIN) for _ in range(4)]
    assert [answer.status for answer in answers] == [204, 204, 204, 429]
    assert int(answers[-1].headers["retry-after"]) <= 3600
    assert len(mailed(session)) == 4  # with that of the registration
