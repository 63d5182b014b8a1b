"""Every refusal has one shape, and the list of codes is complete."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.openapi import PROBLEMS
from tests.api import Answer, Api
from tests.factories import make_automation, make_copy, make_service_token, make_user, token_for
from zimmer.db import Session
from zimmer.errors import ZimmerError, catalogue
from zimmer.models import Role
from zimmer.web import Problem

KINDS = {kind.code: kind for kind in catalogue() if "code" in vars(kind)}
FORM = {"name": "سارا", "email": "sara@example.com", "password": "panjereh-roo-be-darya"}


@dataclass(frozen=True)
class Refused:
    """A request that is refused with `code`, and what the refusal says besides."""

    code: str
    method: str
    path: str
    body: Any = None
    content: bytes | None = None
    who: str = "nobody"
    more: frozenset[str] = field(default_factory=frozenset)


CASES = [
    Refused("malformed-json", "POST", "/api/auth/login", content=b"{"),
    Refused("bad-request", "POST", "/api/auth/login", content=b'{"\xff": 1}'),
    Refused("not-signed-in", "GET", "/api/auth/me"),
    Refused("token-invalid", "GET", "/api/auth/me", who="stranger"),
    Refused("wrong-credentials", "POST", "/api/auth/login", {"email": "a@example.com", "password": "x"}),
    Refused(
        "service-token-invalid",
        "POST",
        "/api/automation-usage/consume",
        {"user_automation_id": 1, "units": 1, "usage_type": "message", "idempotency_key": "a"},
    ),
    Refused("not-allowed", "GET", "/api/user/automations", who="manager"),
    Refused("route-not-found", "GET", "/api/admin/nothing"),
    Refused("automation-not-found", "GET", "/api/automations/2147483647"),
    Refused("user-automation-not-found", "GET", "/api/user/automations/2147483647", who="customer"),
    Refused("payment-not-found", "GET", "/api/payments/nothing", who="customer"),
    Refused("method-not-allowed", "POST", "/api/auth/me"),
    Refused("body-too-large", "POST", "/api/auth/login", content=b"x" * 300_000, more=frozenset({"limit_bytes"})),
    Refused("validation-failed", "POST", "/api/auth/register", {}, more=frozenset({"errors"})),
]


def send(case: Refused, api: Api, session: Session) -> Answer:
    match case.who:
        case "nobody":
            pass
        case "stranger":
            api = api.signed_in("not.a.token")
        case role:
            api = api.signed_in(token_for(session, make_user(session, role=Role(role))))
    return api.send(case.method, case.path, case.body, content=case.content)


def assert_problem(answer: Answer, code: str, *, more: frozenset[str] = frozenset()) -> None:
    """The answer is this problem, in the one shape, with nothing but `more` beside it."""
    kind = KINDS[code]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert answer.json["detail"]
    told = {name: value for name, value in answer.json.items() if name not in {"request_id", "detail"}}
    assert told.keys() == {"type", "title", "status", "code"} | more
    assert answer.status == told["status"] == kind.status
    assert (told["type"], told["title"]) == (f"https://zimmerai.com/problems/{code}", kind.title)
    Problem.model_validate(answer.json)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_refusal_is_a_problem(case: Refused, api: Api, session: Session) -> None:
    assert_problem(send(case, api, session), case.code, more=case.more)


def test_a_conflict_is_a_problem(api: Api) -> None:
    api.post("/api/auth/register", FORM)
    assert_problem(api.post("/api/auth/register", FORM), "email-taken")


def test_a_refusal_to_spend_is_a_problem(api: Api, session: Session) -> None:
    copy = make_copy(session, automation=make_automation(session))
    body = {"user_automation_id": copy.id, "units": 1, "usage_type": "message", "idempotency_key": "a"}
    headers = {"x-zimmer-service-token": make_service_token(session, copy.automation_id)}
    answer = api.post("/api/automation-usage/consume", body, headers=headers)
    assert_problem(answer, "insufficient-tokens", more=frozenset({"needed", "available"}))


def test_the_page_lists_every_code_once() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", PROBLEMS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted((code, str(kind.status)) for code, kind in KINDS.items())


def test_every_situation_has_a_code_of_its_own_or_its_familys() -> None:
    assert all(kind.code in KINDS for kind in catalogue())
    assert KINDS["internal-error"] is ZimmerError
