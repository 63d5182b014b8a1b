"""Opening an account."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.api import Api
from tests.functions.auth.conftest import FORM, Door, people
from zimmer.db import Session
from zimmer.models import SignIn, User

ZWNJ = "\u200c"


def test_the_answer_signs_the_new_customer_in(api: Api, door: Door) -> None:
    answer = door.register()
    assert answer.status == 201, answer.body
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("bearer", 3600)
    assert api.signed_in(answer.json["access_token"]).get("/api/auth/me").json == answer.json["user"]


def test_a_new_account_is_a_customers_and_unverified(door: Door) -> None:
    user = door.register().json["user"]
    assert user["role"] == "customer"
    assert user["email_verified_at"] is None
    assert user["twofa_enabled"] is False
    assert user["created_at"].endswith("Z")


def test_an_address_is_kept_in_lower_case(door: Door) -> None:
    assert door.register(email="Sara@Example.COM").json["user"]["email"] == "sara@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "09121234567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        " 0912 123 4567 ",
        "0912-123-4567",
        "+98 912 123 4567",
        "۰۰۹۸۹۱۲۱۲۳۴۵۶۷",
        "9121234567",
        "\u202a+989121234567\u202c",
    ],
)
def test_a_phone_number_is_understood_however_it_is_typed_and_kept_in_one_form(typed: str, door: Door) -> None:
    assert door.register(phone_number=typed).json["user"]["phone_number"] == "+989121234567"


def test_spaces_around_a_password_belong_to_it(door: Door) -> None:
    door.register(password="  panjereh roo  ")
    assert door.login(password="  panjereh roo  ").status == 200
    assert door.login(password="panjereh roo").status == 401


@pytest.mark.parametrize("password", ["abcdefabcdeg", "xyz-4" * 25 + "xyz", "گذرواژهٔ فارسی", "pass\tword\x00123"])
def test_a_password_may_be_any_12_to_128_characters(password: str, door: Door) -> None:
    assert door.register(password=password).status == 201
    assert door.login(password=password).status == 200


@pytest.mark.parametrize(
    "name",
    [f"علی{ZWNJ}رضا", "ن" * 60, "ن" * 120, "O'Connor; DROP TABLE users--", "<script>alert(1)</script>", "😀"],
)
def test_a_name_is_kept_as_it_was_written(name: str, door: Door) -> None:
    assert door.register(name=name).json["user"]["name"] == name


def test_spaces_around_a_name_are_dropped(door: Door) -> None:
    assert door.register(name="  سارا ").json["user"]["name"] == "سارا"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "manager"),
        ("is_active", True),
        ("tokens_remaining", 100),
        ("user_id", 1),
        ("email_verified_at", "2026-01-01T00:00:00Z"),
        ("name", ""),
        ("name", "   "),
        ("name", "ن" * 121),
        ("name", None),
        ("name", 5),
        ("name", "سارا\x00"),
        ("name", "سا\x1bرا"),
        ("name", "سا\nرا"),
        ("name", "سا\u2028را"),
        ("name", "sara\u202egnp.exe"),
        ("name", "\u2067sara\u2069"),
        ("name", ZWNJ),
        ("email", ""),
        ("email", "sara"),
        ("email", "sara@"),
        ("email", "sara@@example.com"),
        ("email", "sara@example"),
        ("email", "sara@exa\x00mple.com"),
        ("email", "Sara <sara@example.com>"),
        ("email", "a@example.com, b@example.com"),
        ("email", f"sara@{'example.' * 32}com"),
        ("password", ""),
        ("password", "x" * 11),
        ("password", "x" * 129),
        ("password", 123456789012),
        ("phone_number", ""),
        ("phone_number", "8121234567"),
        ("phone_number", "+999121234567"),
        ("phone_number", "0912123456"),
        ("phone_number", "091212345678"),
        ("phone_number", "02112345678"),
        ("phone_number", "0912.123.4567"),
    ],
)
def test_a_form_that_is_not_right_opens_nothing(field: str, value: Any, door: Door, session: Session) -> None:
    answer = door.register(**{field: value})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert [error["loc"] for error in answer.json["errors"]] == [["body", field]]
    assert people(session) == 0


@pytest.mark.parametrize("field", ["role", "is_active", "tokens_remaining", "amount", "status", "user_id"])
@pytest.mark.parametrize("path", ["register", "login", "refresh", "logout", "step-up", "2fa/verify", "2fa/activate"])
def test_3_nobody_writes_what_is_not_theirs_to_write(path: str, field: str, door: Door, session: Session) -> None:
    token = door.register().json["access_token"]
    answer = Api(token).post(f"/api/auth/{path}", FORM | {field: "manager"})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert ["body", field] in [error["loc"] for error in answer.json["errors"]]


@pytest.mark.parametrize("field", ["name", "email", "password"])
def test_a_form_without_a_field_opens_nothing(field: str, api: Api, session: Session) -> None:
    answer = api.post("/api/auth/register", {name: value for name, value in FORM.items() if name != field})
    assert answer.json["errors"][0] == {"loc": ["body", field], "code": "missing", "message": "Field required"}
    assert people(session) == 0


def test_half_a_character_is_refused(api: Api, session: Session) -> None:
    answer = api.post(
        "/api/auth/register",
        content=b'{"name": "\\ud800", "email": "sara@example.com", "password": "panjereh-roo-be-darya"}',
    )
    assert answer.status == 422
    assert people(session) == 0


@pytest.mark.parametrize("email", ["sara@example.com", "SARA@example.com", " Sara@Example.Com "])
def test_an_address_has_one_account(email: str, door: Door, session: Session) -> None:
    door.register()
    answer = door.register(email=email, name="Somebody else", password="another long password")
    assert (answer.status, answer.code) == (409, "email-taken")
    assert [user.name for user in session.scalars(select(User))] == [FORM["name"]]


def test_a_taken_address_keeps_its_password(door: Door) -> None:
    door.register()
    door.register(password="another long password")
    assert door.login().status == 200


def test_a_sign_in_remembers_its_device(api: Api, session: Session) -> None:
    api.post("/api/auth/register", FORM, headers={"user-agent": "Firefox" * 100, "x-forwarded-for": "192.0.2.1"})
    here = session.scalars(select(SignIn)).one()
    assert here.ip == "203.0.113.7"  # API Gateway's word, not the header's
    assert here.user_agent == ("Firefox" * 100)[:400]


def test_a_password_is_stored_as_argon2id(door: Door, session: Session) -> None:
    door.register()
    stored = session.scalars(select(User.password_hash)).one()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
