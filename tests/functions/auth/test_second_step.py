"""The second step of a sign-in: what a right password opens, and what it does not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.api import Answer, Api
from tests.functions.auth.conftest import (
    ADMIN_PANEL,
    PHONE,
    Browser,
    make_staff,
    me,
    refused,
    token_of,
)
from tests.phones import Phone
from zimmer import clock
from zimmer.db import Database, Session
from zimmer.models import OneTimeToken, Purpose, Role, SignIn, User
from zimmer.settings import get_settings

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(browser: Browser, session: Session) -> Browser:
    """The dashboard's window of somebody of the staff who has a phone, and who is not signed in here."""
    browser.register()
    make_staff(session)
    return Browser(ADMIN_PANEL)


@pytest.fixture
def newcomer(browser: Browser, session: Session) -> Browser:
    """The dashboard's window of somebody of the staff who has no second factor yet."""
    browser.register()
    session.execute(update(User).values(role=Role.SUPPORT))
    return Browser(ADMIN_PANEL)


def challenge(desk: Browser, **changes: object) -> str:
    text: str = desk.first_step(**({"audience": "admin"} | changes)).json["challenge_token"]
    return text


def verify(desk: Browser, text: str, code: str) -> Answer:
    return desk.post("/api/auth/2fa/verify", {"challenge_token": text, "code": code})


def enrol(desk: Browser, text: str, **more: object) -> Answer:
    return desk.post("/api/auth/2fa/enrol", {"challenge_token": text, **more})


def test_a_password_alone_opens_nothing(desk: Browser, session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(SignIn))
    answer = desk.first_step(audience="admin")
    assert (answer.status, answer.cookies) == (200, ())
    assert answer.json.keys() == {"otp_required", "challenge_token"}
    assert session.scalar(select(func.count()).select_from(SignIn)) == before


def test_with_a_code_one_is_in(desk: Browser) -> None:
    answer = verify(desk, challenge(desk), PHONE.code())
    assert me(answer).json["role"] == "manager"
    assert desk.refresh(audience="admin").status == 200


def test_the_panel_is_that_of_the_first_step(desk: Browser) -> None:
    answer = verify(desk, challenge(desk, audience="user"), PHONE.code())
    assert Api(token_of(answer)).get("/api/admin/users").code == "not-allowed"
    assert set(desk.jar) == {"zimmer_refresh_user"}


def test_a_challenge_works_once(desk: Browser) -> None:
    text = challenge(desk)
    assert verify(desk, text, PHONE.code()).status == 200
    assert refused(verify(desk, text, PHONE.code())) == (422, "link-invalid")


def test_a_wrong_code_leaves_the_challenge_as_it_is(desk: Browser) -> None:
    text = challenge(desk)
    assert refused(verify(desk, text, "000000")) == (422, "code-invalid")
    assert verify(desk, text, PHONE.code()).status == 200


def test_a_challenge_lives_for_five_minutes(desk: Browser) -> None:
    text = challenge(desk)
    clock.travel(5 * MINUTE)
    assert refused(verify(desk, text, PHONE.code())) == (422, "link-invalid")


def test_a_challenge_is_stored_as_a_hash_only(desk: Browser, session: Session) -> None:
    text = challenge(desk)
    stored = session.scalars(select(OneTimeToken).where(OneTimeToken.purpose == Purpose.CHALLENGE)).one()
    assert text.encode() not in stored.token_hash
    assert stored.user_id is not None


def test_a_challenge_that_was_altered_is_none(desk: Browser) -> None:
    text = challenge(desk)
    assert refused(verify(desk, f"{text}0", PHONE.code())) == (422, "link-invalid")


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"token_version": User.token_version + 1}, {"role": Role.CUSTOMER}],
    ids=["deactivation", "new password", "no longer staff"],
)
def test_a_challenge_dies_with_what_earned_it(change: dict[str, object], desk: Browser, session: Session) -> None:
    text = challenge(desk)
    session.execute(update(User).values(**change))
    assert refused(verify(desk, text, PHONE.code())) == (422, "link-invalid")


def test_41_five_wrong_codes_are_remembered_after_the_refusals(desk: Browser) -> None:
    text, other = challenge(desk), challenge(desk)
    for number in range(5):
        assert verify(desk, text, f"00000{number}").code == "code-invalid"
    answer = verify(desk, other, PHONE.code())
    assert (answer.status, answer.code) == (429, "too-many-requests")
    assert 0 < answer.json["retry_after_s"] <= 15 * 60


def test_15_new_challenges_buy_no_new_guesses(desk: Browser) -> None:
    """The password's own counter goes on as well: it is cleared by the code, not by the password."""
    codes = [verify(desk, challenge(desk), "000000").code for _ in range(5)]
    assert codes == ["code-invalid"] * 5
    assert desk.first_step(audience="admin").code == "too-many-requests"


def test_the_code_clears_the_passwords_counter(desk: Browser) -> None:
    for _ in range(4):
        desk.first_step(audience="admin", password="not the password")
    assert desk.login(audience="admin").status == 200
    for _ in range(4):
        assert desk.first_step(audience="admin", password="not the password").code == "wrong-credentials"


def test_7_a_challenge_is_no_access_token_and_no_refresh_token(desk: Browser) -> None:
    text = challenge(desk)
    assert Api(text).get("/api/auth/me").code == "token-invalid"
    desk.jar = {"zimmer_refresh_admin": text}
    assert desk.refresh(audience="admin").code == "not-signed-in"


def test_7_a_challenge_of_one_door_is_refused_by_the_others(desk: Browser, newcomer: Browser) -> None:
    text = challenge(desk)
    assert refused(enrol(desk, text)) == (422, "link-invalid")
    form = {"token": text, "name": "Leila", "password": "a whole new sentence"}
    assert refused(desk.post("/api/auth/invitations/accept", form)) == (422, "link-invalid")


def test_staff_without_a_second_factor_have_to_set_one_up_first(newcomer: Browser) -> None:
    answer = newcomer.first_step(audience="admin")
    assert (answer.status, answer.cookies) == (200, ())
    assert answer.json.keys() == {"enrolment_required", "challenge_token"}
    assert refused(verify(newcomer, answer.json["challenge_token"], "123456")) == (422, "link-invalid")


def test_the_user_panel_is_no_way_around_it(newcomer: Browser) -> None:
    assert "enrolment_required" in newcomer.first_step(audience="user").json


def test_staff_enrol_in_two_calls_and_are_in(newcomer: Browser) -> None:
    text = challenge(newcomer)
    phone = Phone(enrol(newcomer, text).json["secret"])
    answer = enrol(newcomer, text, code=phone.code())
    assert me(answer).json["twofa_enabled"] is True
    assert len(answer.json["recovery_codes"]) == 10
    assert newcomer.refresh(audience="admin").status == 200
    assert verify(newcomer, challenge(newcomer), phone.code()).status == 200
    assert verify(newcomer, challenge(newcomer), answer.json["recovery_codes"][0]).status == 200


def test_an_enrolment_works_once(newcomer: Browser) -> None:
    text = challenge(newcomer)
    other = challenge(newcomer)
    phone = Phone(enrol(newcomer, text).json["secret"])
    assert enrol(newcomer, text, code=phone.code()).status == 200
    assert refused(enrol(newcomer, text, code=phone.code())) == (422, "link-invalid")
    assert refused(enrol(newcomer, other)) == (409, "twofa-on")
    assert refused(enrol(newcomer, other, code=phone.code())) == (409, "twofa-on")


def test_enrolling_needs_a_code_of_the_secret_that_was_shown(newcomer: Browser) -> None:
    text = challenge(newcomer)
    assert refused(enrol(newcomer, text, code="123456")) == (409, "twofa-off")
    enrol(newcomer, text)
    assert refused(enrol(newcomer, text, code="000000")) == (422, "code-invalid")


def test_11_enrolling_ends_the_sign_ins_there_were(newcomer: Browser, browser: Browser) -> None:
    text = challenge(newcomer)
    phone = Phone(enrol(newcomer, text).json["secret"])
    assert browser.refresh().status == 200
    enrol(newcomer, text, code=phone.code())
    assert browser.refresh().code == "not-signed-in"


def test_an_enrolment_lives_for_a_quarter_of_an_hour(newcomer: Browser) -> None:
    text = challenge(newcomer)
    enrol(newcomer, text)
    clock.travel(15 * MINUTE)
    assert refused(enrol(newcomer, text)) == (422, "link-invalid")


def test_43_where_it_is_not_required_locally_the_password_is_enough(
    newcomer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAFF_TWOFA_REQUIRED", "off")
    get_settings.cache_clear()
    try:
        assert newcomer.first_step(audience="admin").json["user"]["role"] == "support"
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def test_the_sign_in_is_there_for_other_containers(committing: Database, other: Database) -> None:
    browser = Browser()
    browser.register()
    with committing.transaction() as session:
        make_staff(session)
    assert browser.login().status == 200
    assert len(other.read().rows(select(SignIn.id))) == 2
    used = select(OneTimeToken.used_at).where(OneTimeToken.purpose == Purpose.CHALLENGE)
    assert [row.used_at is not None for row in other.read().rows(used)] == [True]
