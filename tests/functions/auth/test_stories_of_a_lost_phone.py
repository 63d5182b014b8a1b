"""A phone is gone: with recovery codes, and without."""

from sqlalchemy import select

from tests.api import Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import ADMIN_PANEL, FORM, Browser, make_staff, me, refused, token_of
from tests.phones import Phone, given_to
from zimmer.db import Session
from zimmer.models import Audience, AuditEntry, Delivery, Role, User

PASSWORD = FORM["password"]


def second_step(browser: Browser, code: str, **changes: str) -> str:
    """Sign in with the password and a code; the access token."""
    challenge = browser.first_step(**changes).json["challenge_token"]
    return token_of(browser.post("/api/auth/2fa/verify", {"challenge_token": challenge, "code": code}))


def switched_on(browser: Browser, token: str, **proof: str) -> tuple[Phone, list[str]]:
    """A new phone, and ten new codes for paper."""
    shown = browser.post("/api/auth/2fa/setup", {"password": PASSWORD, **proof}, token=token)
    phone = Phone(shown.json["secret"])
    answer = browser.post("/api/auth/2fa/activate", {"code": phone.code()}, token=token)
    return phone, answer.json["recovery_codes"]


def test_lost_phone_then_recovery_code_then_new_second_factor(browser: Browser) -> None:
    lost, paper = switched_on(browser, token_of(browser.register()))
    at_a_friends = Browser()
    token = second_step(at_a_friends, paper[0])
    phone, fresh = switched_on(at_a_friends, token, code=paper[1])
    assert browser.refresh().code == "not-signed-in"  # whoever has the phone is out
    challenge = browser.first_step().json["challenge_token"]
    for old in (lost.code(), *paper[2:4]):
        answer = browser.post("/api/auth/2fa/verify", {"challenge_token": challenge, "code": old})
        assert refused(answer) == (422, "code-invalid")
    assert second_step(browser, phone.code())
    assert second_step(browser, fresh[0])


def test_a_member_of_the_staff_takes_another_phone_the_same_way(browser: Browser, session: Session) -> None:
    browser.register()
    make_staff(session, Role.SUPPORT)
    desk = Browser(ADMIN_PANEL)
    token = token_of(desk.login(audience="admin"))
    user = session.scalars(select(User)).one()
    phone = given_to(session, user)
    [paper, *_] = desk.post("/api/auth/2fa/recovery-codes", {"code": phone.code()}, token=token).json["recovery_codes"]
    new_phone, _ = switched_on(desk, token, code=paper)
    assert me(desk.post("/api/auth/refresh", {"audience": "admin"})).json["twofa_enabled"] is True
    assert second_step(desk, new_phone.code(), audience="admin")


def test_lost_codes_then_a_managers_reset(browser: Browser, session: Session, api: Api) -> None:
    browser.register()
    make_staff(session, Role.SUPPORT)
    colleague = session.scalars(select(User)).one()
    manager = make_user(session, role=Role.MANAGER)
    office = api.signed_in(token_for(session, manager, audience=Audience.ADMIN))

    shown = office.post(f"/api/admin/users/{colleague.id}/2fa/reset")
    assert (shown.status, shown.json["twofa_enabled"]) == (200, False)

    desk = Browser(ADMIN_PANEL)
    challenge = desk.first_step(audience="admin").json["challenge_token"]
    phone = Phone(desk.post("/api/auth/2fa/enrol", {"challenge_token": challenge}).json["secret"])
    entered = desk.post("/api/auth/2fa/enrol", {"challenge_token": challenge, "code": phone.code()})
    assert me(entered).json["email"] == FORM["email"]
    [entry] = session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.entity_id, entry.actor_id) == ("user.reset-2fa", str(colleague.id), manager.id)
    mailed = session.scalars(select(Delivery.data).where(Delivery.kind == "twofa-changed").order_by(Delivery.id)).all()
    assert mailed == [{"change": "reset"}, {"change": "on"}]
