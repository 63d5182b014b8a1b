"""Who the caller is, and which tokens say so."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from sqlalchemy import update

from tests.api import Api
from tests.factories import make_user, token_for
from tests.said import queries, said
from zimmer import clock
from zimmer.auth import tokens
from zimmer.auth.roles import RIGHTS
from zimmer.auth.tokens import AccessClaims
from zimmer.crypto import key_id
from zimmer.db import Session
from zimmer.models import Audience, Role, SignIn, User
from zimmer.settings import get_settings

ME = "/api/auth/me"


@pytest.fixture
def user(session: Session) -> User:
    return make_user(session, phone_number="09121234567")


@pytest.fixture
def token(session: Session, user: User) -> str:
    return token_for(session, user)


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def signed(claims: dict[str, Any], *, key: str | None = None, **header: Any) -> str:
    """A token as an attacker or a former key would make it."""
    ours = get_settings().jwt_secret_key.get_secret_value()
    return jwt.encode(claims, key or ours, algorithm="HS256", headers={"kid": key_id(ours.encode()), **header})


def test_a_person_sees_themselves(api: Api, user: User, token: str) -> None:
    assert api.signed_in(token).get(ME).json == {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "email_verified_at": None,
        "phone_number": "09121234567",
        "role": "customer",
        "permissions": ["own_automations", "own_payments", "own_profile", "own_tickets"],
        "twofa_enabled": False,
        "created_at": user.created_at.isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize("role", Role)
def test_permissions_are_the_rights_of_the_role(role: Role, api: Api, session: Session) -> None:
    token = token_for(session, make_user(session, role=role))
    assert api.signed_in(token).get(ME).json["permissions"] == sorted(RIGHTS[role])


@pytest.mark.parametrize("audience", Audience)
def test_both_panels_may_ask_who_is_signed_in(audience: Audience, api: Api, session: Session) -> None:
    manager = make_user(session, role=Role.MANAGER)
    assert api.signed_in(token_for(session, manager, audience=audience)).get(ME).status == 200


def test_sign_in_and_account_are_read_in_one_query(api: Api, token: str) -> None:
    with said() as heard:
        api.signed_in(token).get(ME)
    assert len(queries(heard)) == 1


def test_4_no_answer_holds_a_hash_or_a_secret(api: Api, session: Session) -> None:
    user = make_user(session, twofa_secret="v1.kid.sealed.secret", twofa_enabled=True)
    answers = [
        api.signed_in(token_for(session, user)).get(ME),
        api.post("/api/auth/register", {"name": "a", "email": "a@example.com", "password": "correct horse"}),
        api.post("/api/auth/login", {"email": "a@example.com", "password": "correct horse"}),
        api.post("/api/auth/login", {"email": "a@example.com", "password": "wrong horse 1"}),
        api.post("/api/auth/register", {"name": "a", "email": "b@example.com", "password": "short one", "role": "x"}),
    ]
    for answer in answers:
        for secret in (b"argon2", b"hash", b"twofa_secret", b"sealed", b"horse", b"short one"):
            assert secret not in answer.body


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic c2FyYTpwYXNz", "token"])
def test_without_a_token_nobody_is_signed_in(header: str, api: Api) -> None:
    answer = api.get(ME, headers={"authorization": header})
    assert (answer.status, answer.code) == (401, "not-signed-in")


def test_the_word_bearer_may_be_written_in_any_case(api: Api, token: str) -> None:
    assert api.get(ME, headers={"authorization": f"bearer {token}"}).status == 200


def test_6_a_token_lives_as_long_as_it_says(api: Api, token: str) -> None:
    clock.travel(timedelta(minutes=59))
    assert api.signed_in(token).get(ME).status == 200
    clock.travel(timedelta(minutes=1))
    answer = api.signed_in(token).get(ME)
    assert (answer.status, answer.code) == (401, "token-expired")


def test_the_setting_says_how_long_a_token_lives(
    api: Api, session: Session, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "5")
    get_settings.cache_clear()
    token = token_for(session, user)
    monkeypatch.undo()
    get_settings.cache_clear()
    clock.travel(timedelta(minutes=5))
    assert api.signed_in(token).get(ME).code == "token-expired"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "public"},
        {"aud": ["user", "admin"]},
        {"sub": "not a number"},
        {"sid": "not a uuid"},
        {"exp": "tomorrow"},
        {"ver": None},
        *({name: ...} for name in tokens.REQUIRED),
    ],
    ids=str,
)
def test_a_token_must_say_everything_and_rightly(changes: dict[str, Any], api: Api, token: str) -> None:
    claims = {name: value for name, value in (claims_of(token) | changes).items() if value is not ...}
    answer = api.signed_in(signed(claims)).get(ME)
    assert (answer.status, answer.code) == (401, "token-invalid")


def test_5_a_token_of_another_key_is_refused(api: Api, token: str) -> None:
    answer = api.signed_in(signed(claims_of(token), key="another key of at least thirty-two bytes")).get(ME)
    assert (answer.status, answer.code) == (401, "token-invalid")


@pytest.mark.parametrize("kid", ["another", "", "../../dev/null"])
def test_5_a_token_that_names_another_key_is_refused(kid: str, api: Api, token: str) -> None:
    answer = api.signed_in(signed(claims_of(token), kid=kid)).get(ME)
    assert (answer.status, answer.code) == (401, "token-invalid")


def test_a_token_that_names_no_key_is_refused(api: Api, token: str) -> None:
    other = jwt.encode(claims_of(token), get_settings().jwt_secret_key.get_secret_value(), algorithm="HS256")
    assert api.signed_in(other).get(ME).code == "token-invalid"


def test_5_a_token_may_not_choose_its_algorithm(api: Api, token: str) -> None:
    header, payload, signature = token.split(".")
    ours = json.loads(base64.urlsafe_b64decode(header + "=="))
    for algorithm in ("none", "None", "HS512", "RS256"):
        other = base64.urlsafe_b64encode(json.dumps(ours | {"alg": algorithm}).encode()).decode().rstrip("=")
        for end in ("", signature):
            assert api.signed_in(f"{other}.{payload}.{end}").get(ME).code == "token-invalid"


def test_a_longer_hash_under_our_key_is_refused(api: Api, token: str) -> None:
    ours = get_settings().jwt_secret_key.get_secret_value() * 2
    other = jwt.encode(claims_of(token), ours, algorithm="HS512", headers={"kid": key_id(ours.encode())})
    assert api.signed_in(other).get(ME).code == "token-invalid"


def test_changed_claims_break_the_signature(api: Api, session: Session, token: str) -> None:
    header, _, signature = token.split(".")
    claims = claims_of(token) | {"sub": str(make_user(session, role=Role.MANAGER).id)}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert api.signed_in(f"{header}.{payload}.{signature}").get(ME).code == "token-invalid"


@pytest.mark.parametrize("text", ["a.b.c", "....", "x" * 5000, "é.é.é", "bnVsbA.e30.AA", "W10.e30.AA", "__79.e30.AA"])
def test_what_is_no_token_is_refused(text: str, api: Api) -> None:
    answer = api.signed_in(text).get(ME)
    assert (answer.status, answer.code) == (401, "token-invalid")


@pytest.mark.parametrize(
    "ending",
    [
        update(SignIn).values(revoked_at=clock.now()),
        update(SignIn).values(expires_at=clock.now()),
        update(User).values(is_active=False),
        update(User).values(token_version=User.token_version + 1),
    ],
    ids=["logout", "end of the sign-in", "deactivation", "change of password or role"],
)
def test_a_session_ends_at_once(ending: Any, api: Api, session: Session, token: str) -> None:
    session.execute(ending)
    answer = api.signed_in(token).get(ME)
    assert (answer.status, answer.code) == (401, "not-signed-in")


def test_another_sign_in_of_the_same_person_goes_on(api: Api, session: Session, user: User, token: str) -> None:
    other = token_for(session, user)
    session.execute(update(SignIn).where(SignIn.id == claims_of(token)["sid"]).values(revoked_at=clock.now()))
    assert api.signed_in(other).get(ME).status == 200


def test_a_token_for_a_sign_in_that_never_was_is_refused(api: Api, user: User) -> None:
    claims = AccessClaims(user.id, uuid4(), Audience.USER, user.token_version)
    assert api.signed_in(tokens.issue(claims).text).get(ME).code == "not-signed-in"


def test_a_token_for_somebody_elses_sign_in_is_refused(api: Api, session: Session, token: str) -> None:
    other = make_user(session)
    assert api.signed_in(signed(claims_of(token) | {"sub": str(other.id)})).get(ME).code == "not-signed-in"


def test_8_a_token_cannot_change_the_panel_of_its_sign_in(api: Api, session: Session) -> None:
    token = token_for(session, make_user(session, role=Role.MANAGER), audience=Audience.USER)
    assert api.signed_in(signed(claims_of(token) | {"aud": "admin"})).get(ME).code == "not-signed-in"
