"""Signing in, and how little a refusal tells."""

import argon2
import pytest
from sqlalchemy import func, select, update

from tests.api import Answer, Api
from tests.functions.auth.conftest import FORM, Door, make_staff
from zimmer.db import Session
from zimmer.models import Role, SignIn, User

OUTDATED = argon2.PasswordHasher(memory_cost=8 * 1024, time_cost=1, parallelism=1)


@pytest.fixture(autouse=True)
def user(door: Door, session: Session) -> User:
    """An account with a password somebody knows."""
    door.register()
    return session.scalars(select(User)).one()


def change(session: Session, user: User, **columns: object) -> None:
    session.execute(update(User).where(User.id == user.id).values(**columns))
    session.refresh(user)


def said(answer: Answer) -> tuple[int, dict[str, object]]:
    """A refusal without the one thing that is always new."""
    return answer.status, {name: value for name, value in answer.json.items() if name != "request_id"}


def test_the_token_opens_the_account(api: Api, door: Door) -> None:
    answer = door.login()
    assert answer.status == 200
    assert api.signed_in(answer.json["access_token"]).get("/api/auth/me").json["email"] == FORM["email"]


@pytest.mark.parametrize("email", ["SARA@example.com", "  sara@EXAMPLE.com "])
def test_the_letter_case_of_an_address_does_not_matter(email: str, door: Door) -> None:
    assert door.login(email=email).status == 200


def test_each_login_is_a_sign_in_of_its_own(api: Api, door: Door, session: Session) -> None:
    tokens = {door.login().json["access_token"] for _ in range(2)}
    assert len(tokens) == 2
    assert session.scalar(select(func.count()).select_from(SignIn)) == 3  # with that of the registration


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL, Role.MANAGER])
def test_staff_enter_the_dashboard(role: Role, user: User, door: Door, session: Session) -> None:
    make_staff(session, role)
    answer = door.login(audience="admin")
    assert answer.status == 200
    assert answer.json["user"]["role"] == role


def test_every_refusal_is_the_same(user: User, door: Door, session: Session) -> None:
    refusals = [
        said(door.login(password="not the password")),
        said(door.login(email="nobody@example.com")),
        said(door.login(audience="admin")),  # a customer at the staff's door
    ]
    change(session, user, is_active=False)
    refusals.append(said(door.login()))
    assert refusals == [refusals[0]] * 4
    assert refusals[0][0] == 401
    assert refusals[0][1]["code"] == "wrong-credentials"


def test_an_unknown_address_costs_as_much_work_as_a_known_one(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[object] = []
    verify = argon2.PasswordHasher.verify

    def counted(*arguments: object) -> object:
        verified.append(arguments)
        return verify(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    door.login(password="not the password")
    known = len(verified)
    door.login(email="nobody@example.com")
    assert (known, len(verified)) == (1, 2)


def test_a_refusal_leaves_no_sign_in(door: Door, session: Session) -> None:
    door.login(password="not the password")
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_login_renews_an_outdated_hash(user: User, door: Door, session: Session) -> None:
    change(session, user, password_hash=OUTDATED.hash(FORM["password"]))
    assert door.login().status == 200
    session.refresh(user)
    assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert door.login().status == 200


def test_a_wrong_password_does_not_renew_a_hash(user: User, door: Door, session: Session) -> None:
    outdated = OUTDATED.hash(FORM["password"])
    change(session, user, password_hash=outdated)
    door.login(password="not the password")
    session.refresh(user)
    assert user.password_hash == outdated


def test_a_hash_that_cannot_be_read_admits_nobody(user: User, door: Door, session: Session) -> None:
    change(session, user, password_hash="plain text")
    assert door.login(password="plain text").status == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [("audience", "staff"), ("audience", None), ("email", "sara"), ("password", ""), ("password", "x" * 129)],
)
def test_a_form_that_is_not_right_is_told_so(field: str, value: str | None, door: Door) -> None:
    answer = door.login(**{field: value})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"] == ["body", field]
