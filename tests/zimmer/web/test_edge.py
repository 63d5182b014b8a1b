"""What every app does at its border, whatever its routes are."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from fastapi import Response
from sqlalchemy import func, select, text

from local.http_event import Request, event_of
from local.template import Match, Route
from tests.api import Answer, Api, answer_of
from tests.factories import make_automation, make_user, token_for
from tests.logs import ReadLog
from zimmer.auth.dependencies import ReadSessionDep, SessionDep
from zimmer.db import Database, Session, using
from zimmer.models import Automation, SignIn, User
from zimmer.web import BODY_LIMIT, StrictBody, build_app, lambda_handler, routes

SECURITY = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
GROUPS = ("auth", "automations", "payments", "support", "admin")
FORM = {"name": "سارا", "email": "sara@example.com", "password": "panjereh-roo-be-darya"}

router = routes("/api/sample")


class Note(StrictBody):
    text: str


@router.post("/notes")
async def note(body: Note) -> dict[str, int]:
    return {"length": len(body.text)}


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password of the database is hunter2")


@router.get("/query")
async def query(session: ReadSessionDep) -> None:
    session.rows(select(Automation.id).where(text("no_such_column = 'hunter2'")))


@router.get("/late")
async def late(session: SessionDep) -> None:
    session.add(User(name="hunter2", email="NOT LOWER CASE", password_hash="hunter2"))  # the commit will refuse


@router.get("/large")
async def large() -> dict[str, str]:
    return {"text": "متن " * 2_000}


@router.get("/huge")
async def huge() -> dict[str, str]:
    return {"text": "متن " * 200_000}


@router.get("/waiting")
async def waiting() -> None:
    await asyncio.sleep(0)


@router.get("/page")
async def page() -> Response:
    return Response("<p>", media_type="text/html", headers={"cache-control": "public, max-age=60"})


HANDLER = lambda_handler(build_app("sample", router))


def call(
    method: str, path: str, *, body: bytes = b"", request_id: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """A request to the sample app, as API Gateway would hand it over."""
    request = Request(
        method=method,
        path=f"/api/sample{path}",
        query="",
        headers=list({"host": "localhost", "content-type": "application/json", **(headers or {})}.items()),
        body=body,
        source_ip="203.0.113.7",
        port=8000,
        request_id=request_id or str(uuid4()),
    )
    return answer_of(HANDLER(event_of(request, Match(Route("ANY", "/api/sample/{proxy+}", "Sample"), {})), None))


def note_of(size: int) -> bytes:
    """A valid body of exactly `size` bytes."""
    return json.dumps({"text": "x" * (size - len('{"text": ""}'))}).encode()


@pytest.fixture
def away() -> Iterator[None]:
    """The database is not there."""
    with closing(Database("postgresql://zimmer@localhost:1/none")) as nowhere, using(nowhere):
        yield


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/notes", b'{"text": "x"}', 200),
        ("POST", "/notes", b"{", 400),
        ("POST", "/notes", b"{}", 422),
        ("POST", "/notes", b"x" * (BODY_LIMIT + 1), 413),
        ("GET", "/nothing", b"", 404),
        ("GET", "/notes", b"", 405),
        ("GET", "/broken", b"", 500),
        ("GET", "/page", b"", 200),
    ],
)
def test_25_every_answer_has_its_headers(method: str, path: str, body: bytes, status: int) -> None:
    answer = call(method, path, body=body, request_id="UpX7vgQJliAEM01=")
    assert answer.status == status
    assert answer.headers["x-request-id"] == "UpX7vgQJliAEM01="
    assert SECURITY.items() <= answer.headers.items()


def test_a_problem_names_the_gateways_request() -> None:
    assert call("GET", "/nothing", request_id="UpX7vgQJliAEM01=").json["request_id"] == "UpX7vgQJliAEM01="


def test_an_answer_is_private_unless_it_says_otherwise() -> None:
    assert call("GET", "/large").headers["cache-control"] == "no-store"
    assert call("GET", "/broken").headers["cache-control"] == "no-store"
    assert call("GET", "/page").headers["cache-control"] == "public, max-age=60"


def test_a_body_may_have_256_kilobytes() -> None:
    answer = call("POST", "/notes", body=note_of(256 * 1024))
    assert answer.status == 200
    assert answer.json["length"] > 262_000


@pytest.mark.parametrize("size", [256 * 1024 + 1, 257 * 1024, 1024 * 1024])
def test_31_a_larger_body_is_refused(size: int) -> None:
    answer = call("POST", "/notes", body=note_of(size))
    assert (answer.status, answer.code) == (413, "body-too-large")
    assert answer.json["limit_bytes"] == 262_144


def test_a_body_in_base64_is_measured_as_it_was_sent() -> None:
    answer = call("POST", "/notes", body=b"\xff" * (BODY_LIMIT + 1))
    assert answer.code == "body-too-large"


@pytest.mark.parametrize("body", [b"{", b'{"text": "x"} more', b"{'text': 'x'}", b'{"text": "x",}', b"text=x"])
def test_what_is_not_json_is_said_to_be_so(body: bytes) -> None:
    answer = call("POST", "/notes", body=body)
    assert (answer.status, answer.code) == (400, "malformed-json")


@pytest.mark.parametrize(
    "body", [b'{"text": "\xff"}', b'{"text": ' + b"[" * 100_000, b'{"text": ' + b"9" * 5000 + b"}"]
)
def test_what_cannot_be_read_is_the_callers_mistake(body: bytes) -> None:
    assert call("POST", "/notes", body=body).status == 400


@pytest.mark.parametrize(
    ("body", "loc", "code"),
    [
        (b'{"text": "x", "more": 1}', ["body", "more"], "extra-forbidden"),
        (b"{}", ["body", "text"], "missing"),
        (b'{"text": 5}', ["body", "text"], "string-type"),
        (b"", ["body"], "missing"),
        (b"null", ["body"], "model-attributes-type"),
        (b"[]", ["body"], "model-attributes-type"),
        (b'"text"', ["body"], "model-attributes-type"),
    ],
)
def test_a_refused_field_is_named(body: bytes, loc: list[str], code: str) -> None:
    answer = call("POST", "/notes", body=body)
    assert (answer.status, answer.code) == (422, "validation-failed")
    (error,) = answer.json["errors"]
    assert (error["loc"], error["code"]) == (loc, code)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    assert b"hunter2" not in call("POST", "/notes", body=b'{"text": ["hunter2"], "password": "hunter2"}').body


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_json_under_another_name_is_not_read(type_: str) -> None:
    answer = call("POST", "/notes", body=b'{"text": "x"}', headers={"content-type": type_})
    assert (answer.status, answer.code) == (422, "validation-failed")


def test_an_unknown_address_is_a_problem() -> None:
    answer = call("GET", "/nothing")
    assert (answer.status, answer.code) == (404, "route-not-found")


def test_a_wrong_method_is_told_the_right_ones() -> None:
    answer = call("DELETE", "/notes")
    assert (answer.status, answer.code) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


def test_nobody_is_redirected_to_the_host_they_named() -> None:
    answer = call("GET", "/large/", headers={"host": "evil.example.com"})
    assert (answer.status, answer.code) == (404, "route-not-found")
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_interface_is_not_shown_to_the_public(path: str) -> None:
    assert call("GET", path).status == 404


def test_29_what_broke_is_hidden() -> None:
    answer = call("GET", "/broken")
    assert (answer.status, answer.code) == (500, "internal-error")
    for inside in (b"hunter2", b"RuntimeError", b"Traceback", b".py"):
        assert inside not in answer.body


def test_what_broke_is_logged_with_its_request(log: ReadLog) -> None:
    call("GET", "/broken", request_id="UpX7vgQJliAEM01=")
    (line,) = log()
    assert line["message"] == "request.failed"
    assert (line["correlation_id"], line["path"]) == ("UpX7vgQJliAEM01=", "/api/sample/broken")
    assert line["exception_name"] == "RuntimeError"


@pytest.mark.usefixtures("database")
def test_a_mistake_in_sql_is_hidden() -> None:
    answer = call("GET", "/query")
    assert (answer.status, answer.code) == (500, "internal-error")
    for inside in (b"hunter2", b"SELECT", b"no_such_column", b"pg8000"):
        assert inside not in answer.body


@pytest.mark.usefixtures("database")
def test_what_is_refused_while_committing_is_no_success() -> None:
    answer = call("GET", "/late")
    assert (answer.status, answer.code) == (500, "internal-error")


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/automations/available", None),
        ("GET", "/api/automations/1", None),
        ("POST", "/api/auth/register", FORM),
        ("POST", "/api/auth/login", {"email": "sara@example.com", "password": "panjereh-roo-be-darya"}),
        (
            "POST",
            "/api/automation-usage/consume",
            {"user_automation_id": 1, "units": 1, "usage_type": "message", "idempotency_key": "a"},
        ),
    ],
)
def test_without_a_database_the_caller_is_asked_to_come_back(method: str, path: str, body: Any) -> None:
    answer = Api().send(method, path, body, headers={"x-zimmer-service-token": "zs_1_secret"})
    assert (answer.status, answer.code) == (503, "database-unavailable")
    assert (answer.headers["retry-after"], answer.json["retry_after_s"]) == ("5", 5)


def test_without_a_database_nobody_is_admitted(api: Api, session: Session, request: pytest.FixtureRequest) -> None:
    token = token_for(session, make_user(session))
    request.getfixturevalue("away")
    assert api.signed_in(token).get("/api/auth/me").code == "database-unavailable"


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("group", GROUPS)
def test_a_groups_health_needs_no_database(group: str) -> None:
    answer = Api().get(f"/api/{group}/health")
    assert (answer.status, answer.json) == (200, {"status": "ok", "group": group})


@pytest.mark.usefixtures("away")
def test_the_platforms_health_needs_no_database() -> None:
    assert Api().get("/api/health").json == {"status": "ok", "group": "platform"}


@pytest.mark.parametrize("path", ["/large", "/huge"])
def test_a_large_answer_is_compressed_for_who_asks(path: str) -> None:
    plain = call("GET", path)
    packed = call("GET", path, headers={"accept-encoding": "gzip, deflate, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(packed.body))
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert len(packed.body) < len(plain.body) / 10
    assert json.loads(gzip.decompress(packed.body)) == plain.json


def test_a_route_that_waits_is_an_error_of_ours() -> None:
    with pytest.raises(RuntimeError, match="waited"):
        call("GET", "/waiting")


def test_an_event_in_other_clothes_is_answered_all_the_same() -> None:
    """`sam local` hands a header's name on as it came; an event that somebody wrote may have none at all."""
    request = Request("GET", "/api/sample/large", "", [], b"", "203.0.113.7", 8000)
    event = event_of(request, Match(Route("ANY", "/api/sample/{proxy+}", "Sample"), {}))
    event["headers"] = {"Accept-Encoding": "gzip"}
    assert answer_of(HANDLER(event, None)).headers["content-encoding"] == "gzip"
    del event["headers"]
    assert answer_of(HANDLER(event, None)).status == 200


def test_a_small_answer_is_not_worth_compressing() -> None:
    answer = call("POST", "/notes", body=b'{"text": "x"}', headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'hunter2'; END $$;
CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse_at_commit()
"""


@pytest.fixture
def committing(own_database: str) -> Iterator[Database]:
    """A database to which the handlers really commit."""
    with closing(Database(own_database)) as database, using(database):
        yield database


def refuse_at_commit(database: Database, table: str) -> None:
    with database.transaction() as session:
        session.execute(text(REFUSE_AT_COMMIT.format(table=table)))


def test_an_account_that_could_not_be_committed_was_not_opened(committing: Database) -> None:
    refuse_at_commit(committing, "users")
    answer = Api().post("/api/auth/register", FORM)
    assert (answer.status, answer.code) == (500, "internal-error")
    assert b"hunter2" not in answer.body
    with committing.transaction() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (User, SignIn)] == [0, 0]


def test_a_copy_that_could_not_be_committed_was_not_added(committing: Database) -> None:
    with committing.transaction() as session:
        token, automation = token_for(session, make_user(session)), make_automation(session)
    refuse_at_commit(committing, "user_automations")
    customer = Api(token)
    assert customer.post(f"/api/user/automations/{automation.id}").status == 500
    assert customer.get("/api/user/automations").json["items"] == []


def test_a_failed_commit_does_not_spoil_the_next_request(committing: Database) -> None:
    refuse_at_commit(committing, "users")
    Api().post("/api/auth/register", FORM)
    with committing.transaction() as session:
        session.execute(text("DROP TRIGGER refused ON users"))
    assert Api().post("/api/auth/register", FORM).status == 201


def test_a_request_that_was_refused_leaves_nothing_behind(committing: Database) -> None:
    assert Api().post("/api/auth/register", FORM).status == 201
    assert Api().post("/api/auth/register", FORM | {"name": "other"}).status == 409
    with committing.transaction() as session:
        assert session.scalars(select(User.name)).all() == [FORM["name"]]
