"""A second factor of one's own: codes that work once, and what proves that it may be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.api import Answer, Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import FORM, Browser, ReadLog, is_alive, refused, token_of
from tests.phones import STEP, Phone, given_to
from zimmer import clock
from zimmer.db import Database, Session, using
from zimmer.models import Audience, Delivery, Notification, RecoveryCode, RevokedBecause, Role, SignIn, User

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SECRET = FORM["password"]


class Account:
    """A customer at home: a browser they are signed in with, and maybe a phone."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.token = token_of(browser.register())
        self.phone = Phone()

    def ask(self, what: str, **body: object) -> Answer:
        return self.browser.post(f"/api/auth/{what}", body, token=self.token)

    def switch_on(self) -> list[str]:
        """Set the phone up; the recovery codes."""
        self.phone = Phone(self.ask("2fa/setup", password=SECRET).json["secret"])
        answer = self.ask("2fa/activate", code=self.phone.code())
        assert answer.status == 200, answer.json
        codes: list[str] = answer.json["recovery_codes"]
        return codes

    def second_step(self, code: str, browser: Browser | None = None) -> Answer:
        """Sign in elsewhere with the password and this code."""
        browser = browser or Browser()
        challenge = browser.first_step().json["challenge_token"]
        return browser.post("/api/auth/2fa/verify", {"challenge_token": challenge, "code": code})


@pytest.fixture
def account(browser: Browser) -> Account:
    return Account(browser)


def owner(session: Session) -> User:
    user = session.scalars(select(User)).one()
    session.refresh(user)
    return user


def test_setting_up_shows_one_secret_in_three_ways(account: Account, session: Session) -> None:
    shown = account.ask("2fa/setup", password=SECRET).json
    assert shown["otpauth_uri"] == f"otpauth://totp/Zimmer:sara%40example.com?secret={shown['secret']}&issuer=Zimmer"
    assert shown["qr_svg"].startswith("<svg")
    assert len(shown["secret"]) == 32
    assert not owner(session).twofa_enabled


def test_a_secret_counts_once_a_code_of_it_was_shown(account: Account, session: Session) -> None:
    account.switch_on()
    assert owner(session).twofa_enabled
    assert account.browser.send("GET", "/api/auth/me", token=account.token).json["twofa_enabled"] is True
    answer = Browser().first_step()
    assert answer.json.keys() == {"otp_required", "challenge_token"}
    assert answer.cookies == ()


def test_a_set_up_that_is_left_half_way_changes_nothing(account: Account) -> None:
    account.ask("2fa/setup", password=SECRET)
    assert account.browser.login().status == 200
    account.switch_on()
    account.ask("2fa/setup", password=SECRET, code=account.phone.code())  # for another phone, and then not
    assert account.second_step(account.phone.code()).status == 200


def test_nothing_can_be_activated_that_was_not_set_up(account: Account) -> None:
    assert refused(account.ask("2fa/activate", code="123456")) == (409, "twofa-off")


def test_a_wrong_code_activates_nothing(account: Account, session: Session) -> None:
    account.ask("2fa/setup", password=SECRET)
    assert refused(account.ask("2fa/activate", code="000000")) == (422, "code-invalid")
    assert not owner(session).twofa_enabled


def test_16_a_totp_code_works_once(account: Account) -> None:
    account.switch_on()
    code = account.phone.code()
    assert account.second_step(code).status == 200
    assert refused(account.second_step(code)) == (422, "code-invalid")
    assert account.second_step(account.phone.code()).status == 200


def test_16_the_code_that_activated_is_used_up_too(account: Account) -> None:
    account.switch_on()
    assert refused(account.second_step(account.phone.reads())) == (422, "code-invalid")


def test_16_a_code_from_before_the_last_one_is_used_up_too(account: Account) -> None:
    account.switch_on()
    clock.travel(2 * STEP)
    earlier = account.phone.reads()
    clock.travel(STEP)
    assert account.second_step(account.phone.code()).status == 200
    assert refused(account.second_step(earlier)) == (422, "code-invalid")


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 200), (0, 200), (1, 200), (2, 422)])
def test_a_phones_clock_may_be_one_step_off(steps: int, status: int, account: Account) -> None:
    account.switch_on()
    clock.travel(10 * STEP)
    assert account.second_step(account.phone.reads(after=steps * STEP)).status == status


@pytest.mark.parametrize("written", [str.maketrans({}), PERSIAN, ARABIC], ids=["latin", "persian", "arabic"])
def test_a_code_may_be_typed_in_any_digits_and_groups(written: dict[int, int], account: Account) -> None:
    codes = account.switch_on()
    code = account.phone.code().translate(written)
    assert account.second_step(f" {code[:3]} {code[3:]}\u200e").status == 200
    assert account.second_step(f" {codes[0].upper().translate(written)} ").status == 200
    assert account.second_step(codes[1].replace("-", "")).status == 200


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "123456789012", "²²²²²²", "x" * 300])
def test_what_cannot_be_a_code_is_told_so(code: str, account: Account) -> None:
    account.switch_on()
    assert account.second_step(code).code == "validation-failed"


def test_16_a_recovery_code_works_once(account: Account, session: Session) -> None:
    codes = account.switch_on()
    assert len(set(codes)) == 10
    assert account.second_step(codes[3]).status == 200
    assert refused(account.second_step(codes[3])) == (422, "code-invalid")
    assert account.second_step(codes[4]).status == 200
    told = [row.data for row in session.scalars(select(Notification).order_by(Notification.id))]
    assert told == [
        {"change": "on"},
        {"change": "recovery-used", "left": 9},
        {"change": "recovery-used", "left": 8},
    ]


def test_a_recovery_code_opens_no_other_account(account: Account, session: Session) -> None:
    codes = account.switch_on()
    other = make_user(session)
    given_to(session, other)
    api = Api(token_for(session, other))
    assert refused(api.post("/api/auth/2fa/recovery-codes", {"code": codes[0]})) == (422, "code-invalid")


def test_recovery_codes_are_stored_as_keyed_hashes(account: Account, session: Session) -> None:
    codes = account.switch_on()
    hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(hashes) == 10
    assert not any(code.replace("-", "").encode() in stored for code in codes for stored in hashes)


def test_fresh_recovery_codes_replace_the_old_ones(account: Account, session: Session) -> None:
    old = account.switch_on()
    fresh = account.ask("2fa/recovery-codes", code=account.phone.code()).json["recovery_codes"]
    assert not set(old) & set(fresh)
    assert refused(account.second_step(old[0])) == (422, "code-invalid")
    assert account.second_step(fresh[0]).status == 200
    assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 10


def test_19_a_second_factor_is_set_up_with_the_password_only(account: Account) -> None:
    assert refused(account.ask("2fa/setup", password="not the password")) == (422, "password-wrong")
    assert account.ask("2fa/setup").code == "validation-failed"


def test_19_one_that_is_on_is_replaced_with_a_code_of_it(account: Account) -> None:
    codes = account.switch_on()
    assert refused(account.ask("2fa/setup", password=SECRET)) == (409, "twofa-on")
    assert refused(account.ask("2fa/setup", password=SECRET, code="000000")) == (422, "code-invalid")
    assert refused(account.ask("2fa/setup", password="wrong", code=codes[0])) == (422, "password-wrong")
    assert account.ask("2fa/setup", password=SECRET, code=codes[0]).status == 200


def test_19_it_is_switched_off_with_password_and_code(account: Account, session: Session) -> None:
    account.switch_on()
    assert refused(account.ask("2fa/disable", password="wrong", code=account.phone.code())) == (422, "password-wrong")
    assert refused(account.ask("2fa/disable", password=SECRET, code="000000")) == (422, "code-invalid")
    assert owner(session).twofa_enabled
    assert account.ask("2fa/disable", password=SECRET, code=account.phone.code()).status == 204
    user = owner(session)
    assert (user.twofa_enabled, user.twofa_secret, user.twofa_pending, user.twofa_last_step) == (False, *[None] * 3)
    assert session.scalars(select(RecoveryCode)).all() == []
    assert "access_token" in Browser().first_step().json


def test_what_is_off_cannot_be_switched_off_nor_have_codes(account: Account) -> None:
    assert refused(account.ask("2fa/disable", password=SECRET, code="123456")) == (409, "twofa-off")
    assert refused(account.ask("2fa/recovery-codes", code="123456")) == (409, "twofa-off")


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL, Role.MANAGER])
def test_the_staff_cannot_do_without(role: Role, api: Api, session: Session) -> None:
    user = make_user(session, role=role)
    phone = given_to(session, user)
    here = api.signed_in(token_for(session, user, audience=Audience.ADMIN))
    answer = here.post("/api/auth/2fa/disable", {"password": "x", "code": phone.code()})
    assert (answer.status, answer.code) == (409, "twofa-mandatory")


def test_11_a_change_of_the_second_factor_ends_the_other_sign_ins(account: Account, session: Session) -> None:
    changes = (
        lambda: account.switch_on(),
        lambda: account.ask("2fa/disable", password=SECRET, code=account.phone.code()),
    )
    for change in changes:
        elsewhere = Browser().login() if not owner(session).twofa_enabled else account.second_step(account.phone.code())
        assert is_alive(elsewhere)
        change()
        assert not is_alive(elsewhere)
        assert account.browser.send("GET", "/api/auth/me", token=account.token).status == 200
        assert account.browser.refresh().status == 200
    because = session.scalars(select(SignIn.revoked_because).where(SignIn.revoked_at.is_not(None))).all()
    assert because == [RevokedBecause.TWOFA_CHANGED] * 2


def test_the_owner_is_told_of_each_change_by_mail_too(account: Account, session: Session) -> None:
    account.switch_on()
    account.ask("2fa/recovery-codes", code=account.phone.code())
    account.ask("2fa/disable", password=SECRET, code=account.phone.code())
    told = session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [row.data["change"] for row in told if row.kind == "twofa-changed"] == ["on", "recovery-codes", "off"]
    assert session.scalars(select(Delivery.kind)).all().count("twofa-changed") == 3


def test_41_wrong_codes_are_counted_although_they_are_refused(committing: Database, other: Database) -> None:
    account = Account(Browser())
    account.switch_on()
    for _ in range(5):
        assert refused(account.ask("2fa/recovery-codes", code="000000")) == (422, "code-invalid")
    answer = account.ask("2fa/recovery-codes", code=account.phone.code())
    assert (answer.status, answer.code) == (429, "too-many-requests")
    with using(other):
        assert account.ask("step-up", code=account.phone.code()).code == "too-many-requests"


def test_a_right_code_clears_the_count(account: Account) -> None:
    account.switch_on()
    for _ in range(3):
        for _ in range(4):
            account.ask("2fa/recovery-codes", code="000000")
        assert account.ask("2fa/recovery-codes", code=account.phone.code()).status == 200


def test_4_no_answer_shows_the_secret_again(account: Account, session: Session) -> None:
    account.switch_on()
    secret = account.phone.secret.encode()
    stored = owner(session).twofa_secret
    assert stored is not None
    assert secret.decode() not in stored
    answers = [
        account.second_step(account.phone.code()),
        account.browser.send("GET", "/api/auth/me", token=account.token),
        account.ask("2fa/recovery-codes", code=account.phone.code()),
    ]
    assert not [answer for answer in answers if secret in answer.body or stored.encode() in answer.body]


def test_27_no_code_and_no_secret_reaches_the_log(account: Account, log: ReadLog) -> None:
    codes = account.switch_on()
    code = account.phone.code()
    account.second_step(code)
    account.second_step(codes[0])
    account.ask("2fa/recovery-codes", code="000000")
    said = str(log())
    assert "twofa.on" in said
    assert not [secret for secret in (account.phone.secret, code, *codes, account.token) if secret in said]


def test_35_a_secret_moved_to_another_account_opens_nothing(session: Session, api: Api) -> None:
    thief, victim = make_user(session), make_user(session)
    given_to(session, victim)
    phone = given_to(session, thief)
    victim.twofa_secret = thief.twofa_secret  # by somebody who can write the table
    session.flush()
    here = api.signed_in(token_for(session, victim))
    answer = here.post("/api/auth/2fa/recovery-codes", {"code": phone.code()})
    assert (answer.status, answer.code) == (500, "internal-error")


def test_the_wait_after_five_wrong_codes_is_a_quarter_of_an_hour(account: Account) -> None:
    account.switch_on()
    for _ in range(6):
        answer = account.ask("2fa/recovery-codes", code="000000")
    assert answer.status == 429
    assert 0 < answer.json["retry_after_s"] <= timedelta(minutes=15).total_seconds()
