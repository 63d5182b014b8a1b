"""What people change about themselves."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.api import Answer, Api
from tests.factories import make_user
from tests.functions.auth.conftest import FORM, Browser, Door, is_alive, link_of, mailed, token_of
from zimmer import clock
from zimmer.db import Database, Session
from zimmer.models import RevokedBecause, SignIn, ThrottleCounter, User
from zimmer.notifications import Kind

ME, PASSWORD = "/api/auth/me", "/api/auth/password"
OLD, NEW = FORM["password"], "barg-e sabz dar bad"
OTHER = "sara.new@example.com"


@pytest.fixture
def here(door: Door) -> Answer:
    """The sign-in somebody works in."""
    return door.register()


@pytest.fixture
def owner(api: Api, here: Answer) -> Api:
    return api.signed_in(token_of(here))


def change(owner: Api, **fields: Any) -> Answer:
    return owner.send("PATCH", ME, fields)


def change_password(owner: Api, current: str = OLD, new: str = NEW) -> Answer:
    return owner.post(PASSWORD, {"current": current, "new": new})


def confirmed(api: Api, session: Session) -> Answer:
    return api.post("/api/auth/email/verify", {"token": link_of(session, Kind.EMAIL_CHANGE)})


# name and number


def test_a_name_needs_no_password(owner: Api) -> None:
    answer = change(owner, name="  سارا احمدی ")
    assert (answer.status, answer.json["user"]["name"]) == (200, "سارا احمدی")
    assert answer.json["email_to_confirm"] is None
    assert owner.get(ME).json == answer.json["user"]


def test_19_a_number_needs_the_password(owner: Api) -> None:
    without = change(owner, phone_number="09121234567")
    assert (without.status, without.json["errors"][0]["loc"]) == (422, ["body", "password"])
    assert change(owner, phone_number="09121234567", password="not the password").code == "password-wrong"
    assert owner.get(ME).json["phone_number"] is None
    assert change(owner, phone_number="۰۹۱۲ ۱۲۳ ۴۵۶۷", password=OLD).json["user"]["phone_number"] == "+989121234567"


def test_19_taking_a_number_away_needs_the_password_too(owner: Api) -> None:
    change(owner, phone_number="09121234567", password=OLD)
    assert change(owner, phone_number=None).status == 422
    assert change(owner, phone_number=None, password=OLD).json["user"]["phone_number"] is None


def test_a_number_that_is_the_same_needs_no_password(owner: Api) -> None:
    change(owner, phone_number="09121234567", password=OLD)
    assert change(owner, name="سارا", phone_number="+989121234567").status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "a\u202eb"),
        ("email", None),
        ("email", ""),
        ("phone_number", "12"),
        ("role", "manager"),
        ("is_active", True),
        ("email_verified_at", "2026-01-01T00:00:00Z"),
        ("twofa_enabled", True),
        ("user_id", 1),
    ],
)
def test_3_what_is_not_ones_own_to_change_is_refused(field: str, value: Any, owner: Api) -> None:
    before = owner.get(ME).json
    answer = change(owner, **{field: value, "password": OLD})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert owner.get(ME).json == before


def test_guesses_of_the_password_are_counted(owner: Api) -> None:
    guesses = [change_password(owner, current="not the password").code for _ in range(6)]
    assert guesses == ["password-wrong"] * 5 + ["too-many-requests"]
    assert change_password(owner).code == "too-many-requests"


def test_guessing_in_a_session_does_not_lock_its_owner_out(owner: Api, door: Door) -> None:
    for _ in range(6):
        change_password(owner, current="not the password")
    assert door.login().status == 200


def test_41_the_count_of_a_wrong_password_is_there_after_it(committing: Database, other: Database) -> None:
    owner = Api(token_of(Browser().register()))
    assert change_password(owner, current="not the password").status == 422
    counted = other.read().rows(select(ThrottleCounter.remaining).where(ThrottleCounter.kind == "password-again"))
    assert [row.remaining for row in counted] == [4]


# the password


def test_a_new_password_counts_from_now_on(owner: Api, door: Door) -> None:
    assert change_password(owner).status == 200
    assert (door.login().status, door.login(password=NEW).status) == (401, 200)


def test_a_new_password_forgets_the_guesses_before_it(owner: Api) -> None:
    password = OLD
    for new in (NEW, OLD):  # eight guesses, of which no five stand at any time
        for _ in range(4):
            assert change_password(owner, current="not-the-password-here").code == "password-wrong"
        answer = change_password(owner, current=password, new=new)
        assert answer.status == 200
        owner, password = Api(token_of(answer)), new


def test_11_a_new_password_ends_the_other_sign_ins_and_keeps_this_one(
    here: Answer, owner: Api, door: Door, session: Session
) -> None:
    others = [door.login() for _ in range(2)]
    answer = change_password(owner)
    assert [is_alive(other) for other in others] == [False, False]
    assert is_alive(answer)
    ended = session.scalars(select(SignIn.revoked_because).where(SignIn.revoked_at.is_not(None))).all()
    assert ended == [RevokedBecause.PASSWORD_CHANGED] * 2


def test_11_the_cookie_of_this_sign_in_goes_on(api: Api) -> None:
    browser = Browser()
    change_password(Api(token_of(browser.register())))
    assert browser.refresh().status == 200


def test_the_owner_is_told_of_a_new_password(owner: Api, session: Session) -> None:
    change_password(owner)
    assert mailed(session)[-1] == ("password-changed", FORM["email"])


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (OLD, "password-unchanged"),
        ("password1234", "password-common"),
        (FORM["email"], "password-own"),
        ("x" * 11, "string-too-short"),
        ("x" * 129, "string-too-long"),
    ],
)
def test_13_a_new_password_has_to_be_good_enough(new: str, code: str, owner: Api, door: Door) -> None:
    answer = change_password(owner, new=new)
    assert answer.status == 422
    assert [(error["loc"], error["code"]) for error in answer.json["errors"]] == [(["body", "new"], code)]
    assert door.login().status == 200


# the address


def test_19_an_address_needs_the_password(owner: Api, session: Session) -> None:
    assert change(owner, email=OTHER).status == 422
    assert change(owner, email=OTHER, password="not the password").code == "password-wrong"
    assert mailed(session, Kind.EMAIL_CHANGE) == []


def test_the_old_address_stays_until_the_new_one_is_confirmed(owner: Api, door: Door, session: Session) -> None:
    answer = change(owner, email=OTHER, password=OLD)
    assert (answer.status, answer.json["email_to_confirm"]) == (200, OTHER)
    assert answer.json["user"]["email"] == owner.get(ME).json["email"] == FORM["email"]
    assert mailed(session)[1:] == [("email-change", OTHER), ("email-change-asked", FORM["email"])]
    assert (door.login().status, door.login(email=OTHER).status) == (200, 401)


def test_the_link_makes_the_new_address_the_accounts(owner: Api, api: Api, door: Door, session: Session) -> None:
    change(owner, email=OTHER, password=OLD)
    answer = confirmed(api, session)
    assert (answer.status, answer.json["email"], answer.json["changed"]) == (200, OTHER, True)
    me = owner.get(ME).json
    assert (me["email"], me["email_verified_at"]) == (OTHER, answer.json["email_verified_at"])
    assert mailed(session)[-1] == ("email-changed", FORM["email"])
    assert (door.login().status, door.login(email=OTHER).status) == (401, 200)


def test_18_the_link_of_a_change_works_once_for_24_hours(owner: Api, api: Api, session: Session) -> None:
    change(owner, email=OTHER, password=OLD)
    clock.travel(timedelta(hours=24))
    assert confirmed(api, session).code == "link-invalid"


def test_a_second_change_makes_the_first_ones_link_useless(owner: Api, api: Api, session: Session) -> None:
    change(owner, email=OTHER, password=OLD)
    first = link_of(session, Kind.EMAIL_CHANGE)
    change(owner, email="sara.third@example.com", password=OLD)
    assert api.post("/api/auth/email/verify", {"token": first}).code == "link-invalid"
    assert confirmed(api, session).json["email"] == "sara.third@example.com"


def test_18_a_link_to_the_old_address_is_worth_nothing_after_the_change(owner: Api, api: Api, session: Session) -> None:
    first = link_of(session, Kind.EMAIL_VERIFICATION)
    change(owner, email=OTHER, password=OLD)
    confirmed(api, session)
    assert api.post("/api/auth/email/verify", {"token": first}).code == "link-invalid"


def test_11_a_new_password_undoes_a_change_that_somebody_else_began(owner: Api, api: Api, session: Session) -> None:
    change(owner, email="thief@example.com", password=OLD)
    change_password(owner)
    assert confirmed(api, session).code == "link-invalid"


def test_14_a_taken_address_is_answered_like_a_free_one_and_its_owner_is_told(owner: Api, session: Session) -> None:
    make_user(session, email=OTHER)
    taken = change(owner, email=OTHER, password=OLD)
    free = change(owner, email="sara.third@example.com", password=OLD)
    assert (taken.status, taken.json["user"]) == (free.status, free.json["user"])
    assert mailed(session, Kind.REGISTRATION_TRIED) == [("registration-tried", OTHER)]
    assert mailed(session, Kind.EMAIL_CHANGE) == [("email-change", "sara.third@example.com")]


def test_an_address_that_was_taken_meanwhile_stays_its_owners(owner: Api, api: Api, session: Session) -> None:
    change(owner, email=OTHER, password=OLD)
    make_user(session, email=OTHER)
    answer = confirmed(api, session)
    assert (answer.status, answer.code) == (409, "email-taken")
    assert owner.get(ME).json["email"] == FORM["email"]


def test_nobodys_mailbox_is_filled(owner: Api, session: Session) -> None:
    answers = [change(owner, email=f"sara{number}@example.com", password=OLD) for number in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]


# the door


def test_14_a_known_address_at_registration_is_told_by_mail_once_a_day(door: Door, session: Session) -> None:
    door.register()
    for _ in range(2):
        assert door.register(name="Somebody else").code == "email-taken"
    assert mailed(session, Kind.REGISTRATION_TRIED) == [("registration-tried", FORM["email"])]
    clock.travel(timedelta(days=1))
    door.register(name="Somebody else")
    assert len(mailed(session, Kind.REGISTRATION_TRIED)) == 2


def test_41_the_mail_to_the_owner_is_promised_although_the_registration_is_refused(
    committing: Database, other: Database
) -> None:
    browser = Browser()
    assert [browser.register().status for _ in range(2)] == [201, 409]
    with other.transaction() as session:
        assert mailed(session)[-1] == ("registration-tried", FORM["email"])
        assert len(session.scalars(select(User)).all()) == 1
