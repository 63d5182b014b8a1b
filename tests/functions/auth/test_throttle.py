"""How often one may try to sign in or register, and what still holds after a refusal."""

from contextlib import closing
from datetime import timedelta
from itertools import count

import argon2
import pytest
from sqlalchemy import func, select, text, update

from tests.api import Answer, Api
from tests.functions.auth.conftest import FORM, Browser, Door
from tests.said import said
from zimmer import clock
from zimmer.db import Database, Session, using
from zimmer.models import SignIn, ThrottleCounter, User

MINUTE = timedelta(minutes=1)
WRONG = "not the password"

_addresses = count(1)


def elsewhere() -> Browser:
    """A browser at an address of its own."""
    number = next(_addresses)
    return Browser(ip=f"198.51.{number // 250}.{number % 250 + 1}")


def assert_refused(answer: Answer, *, within: timedelta) -> None:
    """A 429 that says when to come back, in both places."""
    assert (answer.status, answer.code) == (429, "too-many-requests")
    wait = answer.json["retry_after_s"]
    assert answer.headers["retry-after"] == str(wait)
    assert within - MINUTE <= timedelta(seconds=wait) <= within
    assert answer.cookies == ()


def fail_five_times(email: str = FORM["email"]) -> None:
    for _ in range(5):
        assert elsewhere().login(email=email, password=WRONG).code == "wrong-credentials"


@pytest.fixture
def account(browser: Browser) -> Browser:
    browser.register()
    return browser


@pytest.mark.usefixtures("account")
def test_the_sixth_attempt_on_an_account_is_refused_from_wherever_it_comes() -> None:
    fail_five_times()
    assert_refused(elsewhere().login(password=WRONG), within=15 * MINUTE)
    assert_refused(elsewhere().login(), within=15 * MINUTE)  # even with the password
    assert_refused(elsewhere().login(audience="admin"), within=15 * MINUTE)
    assert_refused(elsewhere().login(email=" SARA@example.com "), within=15 * MINUTE)


@pytest.mark.usefixtures("account")
def test_after_a_quarter_of_an_hour_one_may_try_again() -> None:
    fail_five_times()
    clock.travel(15 * MINUTE)
    assert elsewhere().login().status == 200


@pytest.mark.usefixtures("account")
def test_the_wait_grows_to_an_hour() -> None:
    for minutes in (15, 30, 60, 60):
        fail_five_times()
        assert_refused(elsewhere().login(), within=minutes * MINUTE)
        clock.travel(minutes * MINUTE)


@pytest.mark.usefixtures("account")
def test_a_login_clears_the_accounts_counter() -> None:
    for _ in range(4):
        elsewhere().login(password=WRONG)
    assert elsewhere().login().status == 200
    fail_five_times()
    clock.travel(15 * MINUTE)
    assert elsewhere().login().status == 200
    fail_five_times()
    assert_refused(elsewhere().login(), within=15 * MINUTE)  # its history is forgotten too


def test_another_account_is_not_held_back(account: Browser) -> None:
    account.register(email="other@example.com")
    fail_five_times()
    assert account.login(email="other@example.com").status == 200


def test_a_living_sign_in_goes_on_while_its_account_is_held_back(account: Browser) -> None:
    fail_five_times()
    assert account.refresh().status == 200


def test_an_unknown_address_is_held_back_just_the_same(account: Browser) -> None:
    fail_five_times("nobody@example.com")
    assert_refused(elsewhere().login(email="nobody@example.com"), within=15 * MINUTE)


def test_a_refusal_costs_the_same_for_known_and_unknown(account: Browser, session: Session) -> None:
    work = []
    for email in (FORM["email"], "nobody@example.com"):
        with said() as heard:
            account.login(email=email, password=WRONG)
        work.append([sql for sql, _ in heard if "SAVEPOINT" not in sql])  # those are the test's own
    assert work[0] == work[1] != []
    counters = session.execute(
        select(ThrottleCounter.kind, ThrottleCounter.remaining).where(ThrottleCounter.kind == "login-account")
    ).all()
    assert [tuple(counter) for counter in counters] == [("login-account", 4)] * 2


def test_who_is_held_back_makes_us_hash_nothing(account: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_five_times()
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *_: pytest.fail("hashed"))
    assert_refused(account.login(), within=15 * MINUTE)


def test_an_address_has_a_wider_limit_over_all_accounts(
    account: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(argon2.PasswordHasher, "verify", _refuse)
    for number in range(100):
        assert account.login(email=f"person{number}@example.com", password=WRONG).status == 401
    assert_refused(account.login(email="another@example.com"), within=15 * MINUTE)
    monkeypatch.undo()
    assert elsewhere().login().status == 200


def _refuse(*_: object) -> bool:
    raise argon2.exceptions.VerifyMismatchError


def test_a_login_does_not_clear_the_addresss_counter(account: Browser, session: Session) -> None:
    account.login()
    counters = session.execute(select(ThrottleCounter.kind, ThrottleCounter.remaining))
    assert {counter.kind: counter.remaining for counter in counters} == {"register-ip": 4, "login-ip": 99}


def test_five_accounts_an_hour_are_opened_from_one_address(browser: Browser, session: Session) -> None:
    for number in range(5):
        assert browser.register(email=f"person{number}@example.com").status == 201
    assert_refused(browser.register(email="sixth@example.com"), within=60 * MINUTE)
    assert session.scalar(select(func.count()).select_from(User)) == 5
    assert elsewhere().register(email="sixth@example.com").status == 201
    clock.travel(60 * MINUTE)
    assert browser.register(email="seventh@example.com").status == 201


def test_a_taken_address_counts_too(browser: Browser) -> None:
    for _ in range(5):
        browser.register()
    assert_refused(browser.register(), within=60 * MINUTE)


def test_a_form_that_is_not_right_does_not_count(door: Door) -> None:
    for _ in range(6):
        assert door.register(password="short").status == 422
    assert door.register().status == 201


def test_what_a_caller_says_of_their_address_is_ignored(api: Api) -> None:
    for number in range(5):
        claimed = {"x-forwarded-for": f"192.0.2.{number}", "forwarded": f"for=192.0.2.{number}"}
        answer = api.post("/api/auth/register", FORM | {"email": f"person{number}@example.com"}, headers=claimed)
        assert answer.status == 201
    claimed = {"x-forwarded-for": "192.0.2.99", "x-real-ip": "192.0.2.99", "cf-connecting-ip": "192.0.2.99"}
    answer = api.post("/api/auth/register", FORM | {"email": "sixth@example.com"}, headers=claimed)
    assert_refused(answer, within=60 * MINUTE)


def test_one_holder_of_a_whole_network_is_one_caller(session: Session) -> None:
    del session  # the handlers work in this test's transaction
    for number in range(5):
        Browser(ip=f"2001:db8:1:2::{number + 1}").register(email=f"person{number}@example.com")
    assert_refused(Browser(ip="2001:db8:1:2:ffff::9").register(email="sixth@example.com"), within=60 * MINUTE)
    assert Browser(ip="2001:db8:1:3::1").register(email="sixth@example.com").status == 201


def test_41_the_count_of_a_refused_login_is_there_after_it(committing: Database, other: Database) -> None:
    assert elsewhere().login(password=WRONG).status == 401
    rows = other.read().rows(select(ThrottleCounter.kind, ThrottleCounter.remaining))
    assert {row.kind: row.remaining for row in rows} == {"login-account": 4, "login-ip": 99}


def test_the_count_of_a_refused_registration_is_there_after_it(committing: Database, other: Database) -> None:
    browser = elsewhere()
    assert [browser.register().status for _ in range(2)] == [201, 409]
    assert [row.remaining for row in other.read().rows(select(ThrottleCounter.remaining))] == [3]


def test_the_limit_holds_across_containers(own_database: str) -> None:
    with closing(Database(own_database)) as one, closing(Database(own_database)) as two:
        with using(one):
            elsewhere().register()
        codes = []
        for number in range(8):
            with using(one if number % 2 else two):
                codes.append(elsewhere().login(password=WRONG).code)
        assert codes == ["wrong-credentials"] * 5 + ["too-many-requests"] * 3


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"token_version": User.token_version + 1}, {"twofa_enabled": True}],
    ids=["deactivation", "new password", "second factor"],
)
def test_a_login_cannot_slip_in_behind_a_change_of_the_account(
    change: dict[str, object], account: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = argon2.PasswordHasher.verify

    def slowly(*arguments: object) -> object:
        session.execute(update(User).values(**change))  # meanwhile
        return verify(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(argon2.PasswordHasher, "verify", slowly)
    assert account.login().code == "wrong-credentials"
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_sweeping_reads_no_more_than_it_removes(committing: Database) -> None:
    """What has expired is found by its index, whatever the table holds."""
    with committing.transaction() as session:
        session.execute(
            text(
                "INSERT INTO throttle_counters SELECT 'login-ip', sha256(convert_to(n::text, 'UTF8')), 1, 0,"
                " now() + interval '1 hour', now() + interval '1 day' FROM generate_series(1, 20000) n"
            )
        )
        session.execute(text("ANALYZE throttle_counters"))
        plan = "\n".join(
            session.scalars(
                text(
                    "EXPLAIN SELECT kind, subject FROM throttle_counters WHERE expires_at <= now()"
                    " AND (kind, subject) NOT IN (('login-ip', 'x'::bytea))"
                    " ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED"
                )
            )
        )
    assert "ix_throttle_counters_expires_at" in plan
