"""Deleting an account."""

from typing import Any

import pytest
from sqlalchemy import func, select

from functions.support import deliver
from local.mailbox.running import Mailbox
from tests.api import Answer, Api
from tests.factories import make_automation, make_copy, make_payment, make_service_token, make_user, token_for
from tests.functions.auth.conftest import FORM, Browser, Door, mailed, token_of
from zimmer import clock
from zimmer.db import Session
from zimmer.models import (
    Audience,
    Delivery,
    Notification,
    OneTimeToken,
    Payment,
    PaymentStatus,
    RecoveryCode,
    RevokedBecause,
    Role,
    SignIn,
    TokenEntry,
    User,
    UserAutomation,
    UserAutomationStatus,
)

ME = "/api/auth/me"


@pytest.fixture
def here(door: Door) -> Answer:
    return door.register(phone_number="09121234567")


@pytest.fixture
def owner(api: Api, here: Answer) -> Api:
    return api.signed_in(token_of(here))


@pytest.fixture
def user(here: Answer, session: Session) -> User:
    return session.get_one(User, here.json["user"]["id"])


def leave(owner: Api, password: str = FORM["password"], **fields: Any) -> Answer:
    return owner.send("DELETE", ME, {"password": password, **fields})


def gone(session: Session, user: User) -> User:
    session.expire_all()
    return session.get_one(User, user.id)


def test_whoever_leaves_is_signed_out_everywhere(here: Answer, door: Door, session: Session) -> None:
    browser = Browser()
    signed_in = browser.login()
    answer = browser.send("DELETE", ME, {"password": FORM["password"]}, token=token_of(signed_in))
    assert (answer.status, browser.jar) == (204, {})
    assert Api(token_of(here)).get(ME).status == 401
    assert door.login().code == "wrong-credentials"
    ended = session.execute(select(SignIn.revoked_because, SignIn.ip, SignIn.user_agent)).all()
    assert {tuple(row) for row in ended} == {(RevokedBecause.DELETED, None, None)}


def test_of_the_person_nothing_is_left(owner: Api, user: User, session: Session) -> None:
    user.twofa_enabled, user.twofa_secret, user.twofa_last_step = True, "v1.kid.sealed.secret", 1
    session.add(RecoveryCode(user_id=user.id, code_hash=b"hash", created_at=clock.now()))
    copy = make_copy(session, user, telegram_bot_token="v1.kid.sealed.token", bot_username="sara_bot", bot_last4="1234")
    copy.bot_index, copy.display_name = b"index", "ربات سارا"
    session.flush()
    assert leave(owner).status == 204
    left = gone(session, user)
    assert (left.name, left.email) == ("حساب حذف‌شده", f"deleted-{user.id}@deleted.invalid")
    assert (left.phone_number, left.twofa_secret, left.twofa_enabled, left.email_verified_at) == (None,) * 2 + (
        False,
        None,
    )
    assert (left.is_active, left.deleted_at is None) == (False, False)
    copy = session.get_one(UserAutomation, copy.id)
    assert [copy.telegram_bot_token, copy.bot_username, copy.bot_last4, copy.bot_index, copy.display_name] == [None] * 5
    for table in (RecoveryCode, OneTimeToken, Notification):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_money_rows_stay(owner: Api, user: User, session: Session) -> None:
    copy = make_copy(session, user, demo=5)
    payment = make_payment(session, copy, status=PaymentStatus.NOT_PAID)
    leave(owner, tokens_lost=5)
    session.expire_all()
    assert session.get_one(Payment, payment.id).user_id == user.id
    assert session.scalars(select(TokenEntry.delta)).all() == [5]
    assert session.get_one(UserAutomation, copy.id).demo_tokens == 5


@pytest.mark.parametrize("fields", [{}, {"tokens_lost": 0}, {"tokens_lost": 104}, {"tokens_lost": 106}], ids=str)
def test_the_number_of_tokens_that_are_lost_has_to_be_known(
    fields: dict[str, Any], owner: Api, user: User, session: Session
) -> None:
    make_copy(session, user, demo=5, paid=80)
    make_payment(session, make_copy(session, user), status=PaymentStatus.VERIFIED, tokens=20)  # on their way
    answer = leave(owner, **fields)
    assert (answer.status, answer.code, answer.json["tokens"]) == (409, "tokens-would-be-lost", 105)
    assert gone(session, user).is_active
    assert leave(owner, tokens_lost=105).status == 204


def test_a_right_password_is_no_guess_whatever_else_is_refused(owner: Api, user: User, session: Session) -> None:
    make_copy(session, user, paid=80)
    for _ in range(6):  # one more than may be guessed
        assert leave(owner).code == "tokens-would-be-lost"
    assert leave(owner, tokens_lost=80).status == 204


def test_19_leaving_needs_the_password(owner: Api, user: User, session: Session) -> None:
    assert leave(owner, password="not the password").code == "password-wrong"
    assert owner.send("DELETE", ME, {}).code == "validation-failed"
    assert gone(session, user).is_active


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL, Role.MANAGER])
@pytest.mark.parametrize("audience", Audience)
def test_staff_do_not_leave_this_way(role: Role, audience: Audience, api: Api, session: Session) -> None:
    person = make_user(session, role=role)
    answer = leave(api.signed_in(token_for(session, person, audience=audience)))
    assert (answer.status, answer.code) == (403, "not-allowed")
    assert gone(session, person).is_active


def test_the_address_is_free_again(owner: Api, door: Door, user: User) -> None:
    leave(owner)
    answer = door.register()
    assert answer.status == 201
    assert answer.json["user"]["id"] != user.id


def test_an_automation_spends_nothing_of_somebody_who_left(owner: Api, user: User, session: Session) -> None:
    automation = make_automation(session)
    copy = make_copy(session, user, automation, paid=10)
    leave(owner, tokens_lost=10)
    session.expire_all()
    assert session.get_one(UserAutomation, copy.id).status is UserAutomationStatus.REMOVED
    use = {"user_automation_id": copy.id, "units": 1, "usage_type": "message", "idempotency_key": "k"}
    token = make_service_token(session, automation.id)
    answer = Api().post("/api/automation-usage/consume", use, headers={"x-zimmer-service-token": token})
    assert answer.code == "user-automation-inactive"


def test_the_last_mail_goes_out_and_its_address_is_forgotten(
    owner: Api, user: User, session: Session, mailbox: Mailbox
) -> None:
    make_copy(session, user, paid=1250)
    leave(owner, tokens_lost=1250)
    assert ("account-deleted", FORM["email"]) in mailed(session)
    for delivery in session.scalars(select(Delivery).order_by(Delivery.id)).all():
        body = f'{{"delivery_id": {delivery.id}, "v": 1}}'
        record = {"messageId": "m", "body": body, "attributes": {}, "eventSource": "aws:sqs"}
        assert deliver.handler({"Records": [record]}, None) == {"batchItemFailures": []}
    session.expire_all()
    [last] = [mail for mail in mailbox.to(FORM["email"]) if mail.subject == "حساب زیمر شما حذف شد"]
    assert "۱٬۲۵۰ توکن" in last.text
    assert {(row.address, str(row.data)) for row in session.scalars(select(Delivery))} == {("deleted", "{}")}
