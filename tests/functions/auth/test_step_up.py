"""A code inside a sign-in, before the staff touches money, roles, keys or settings."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.api import Answer, Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import ADMIN_PANEL, PHONE, Browser, make_staff, refused, token_of
from tests.phones import Phone, given_to
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Audience, AuditEntry, Role, User

MINUTE = timedelta(minutes=1)


@pytest.fixture
def manager(session: Session) -> User:
    return make_user(session, role=Role.MANAGER)


@pytest.fixture
def phone(session: Session, manager: User) -> Phone:
    return given_to(session, manager)


@pytest.fixture
def desk(api: Api, session: Session, manager: User) -> Api:
    """The manager's dashboard, in which no code was given for a while."""
    return api.signed_in(token_for(session, manager, audience=Audience.ADMIN, stepped_up_until=None))


def change(desk: Api, tokens: int = 7) -> Answer:
    """Something that needs a code."""
    return desk.send("PATCH", "/api/admin/settings", {"demo_tokens": tokens})


def step_up(desk: Api, code: str) -> Answer:
    return desk.post("/api/auth/step-up", {"code": code})


def test_a_code_covers_the_next_five_minutes_of_this_sign_in(desk: Api, phone: Phone) -> None:
    assert refused(change(desk)) == (403, "step-up-required")
    answer = step_up(desk, phone.code())
    until = datetime.fromisoformat(answer.json["valid_until"])
    assert 4.9 * MINUTE < until - clock.now() <= 5 * MINUTE
    assert change(desk, 7).status == 200
    clock.travel(4.9 * MINUTE)
    assert change(desk, 8).status == 200
    clock.travel(0.2 * MINUTE)
    assert refused(change(desk, 9)) == (403, "step-up-required")


def test_another_sign_in_of_the_same_person_is_not_covered(
    api: Api, session: Session, manager: User, desk: Api, phone: Phone
) -> None:
    step_up(desk, phone.code())
    other = api.signed_in(token_for(session, manager, audience=Audience.ADMIN, stepped_up_until=None))
    assert refused(change(other)) == (403, "step-up-required")


def test_16_the_code_of_a_step_up_works_once(desk: Api, phone: Phone) -> None:
    code = phone.code()
    assert step_up(desk, code).status == 200
    assert refused(step_up(desk, code)) == (422, "code-invalid")


def test_a_recovery_code_is_no_step_up(desk: Api, phone: Phone) -> None:
    [code, *_] = desk.post("/api/auth/2fa/recovery-codes", {"code": phone.code()}).json["recovery_codes"]
    assert refused(step_up(desk, code)) == (422, "validation-failed")


def test_41_wrong_codes_are_counted_although_they_are_refused(desk: Api, phone: Phone) -> None:
    for _ in range(5):
        assert refused(step_up(desk, "000000")) == (422, "code-invalid")
    assert refused(step_up(desk, phone.code())) == (429, "too-many-requests")
    assert refused(change(desk)) == (403, "step-up-required")


def test_who_has_no_second_factor_cannot_step_up(desk: Api) -> None:
    assert refused(step_up(desk, "123456")) == (409, "twofa-off")


def test_what_was_refused_stands_in_the_audit(desk: Api, session: Session) -> None:
    change(desk)
    [entry] = session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.refused, entry.after) == ("settings.edit", "step-up-required", None)


def test_a_right_is_asked_for_before_a_code(api: Api, session: Session) -> None:
    support = make_user(session, role=Role.SUPPORT)
    desk = api.signed_in(token_for(session, support, audience=Audience.ADMIN, stepped_up_until=None))
    assert refused(change(desk)) == (403, "not-allowed")


def test_signing_in_with_the_authenticator_counts_as_a_step_up(browser: Browser, session: Session) -> None:
    browser.register()
    make_staff(session)
    desk = Browser(ADMIN_PANEL)
    here = Api(token_of(desk.login(audience="admin")))
    assert change(here).status == 200
    refreshed = Api(token_of(desk.refresh(audience="admin")))
    assert change(refreshed, 8).status == 200  # the same sign-in
    clock.travel(5 * MINUTE)
    assert refused(change(refreshed, 9)) == (403, "step-up-required")


def test_signing_in_with_a_recovery_code_does_not(browser: Browser, session: Session) -> None:
    browser.register()
    make_staff(session)
    desk = Browser(ADMIN_PANEL)
    here = Api(token_of(desk.login(audience="admin")))
    [code, *_] = here.post("/api/auth/2fa/recovery-codes", {"code": PHONE.code()}).json["recovery_codes"]
    challenge = desk.first_step(audience="admin").json["challenge_token"]
    lost = desk.post("/api/auth/2fa/verify", {"challenge_token": challenge, "code": code})
    assert refused(change(Api(token_of(lost)))) == (403, "step-up-required")
