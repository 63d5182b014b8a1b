"""What `./zimmer fuzz` calls a fault, on requests drawn from the written interface and answers made by hand."""

import json
from random import Random
from typing import Any

import pytest
import requests
from schemathesis import Response

from local.errors import StepFailed
from local.fuzz import people
from local.fuzz.asking import likely_caller
from local.fuzz.cases import AnyCase, Cases, Operation, operations, tidy
from local.fuzz.judging import Fault, Judge
from local.fuzz.known import told_in
from local.fuzz.run import refuse_others
from local.fuzz.tally import Finding, Tally, table, told
from local.gateway import COMES_FROM
from local.openapi import OPENAPI
from zimmer.models import Role

ALWAYS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}
WORKING_KEY = "a key that nobody may see"


class Bank:
    def __init__(self, *, out: bool = False) -> None:
        self._out = out

    def is_out(self) -> bool:
        return self._out


class NothingKnown:
    """No id exists."""

    def one(self, name: str, random: Random) -> Any:
        return None

    own = one

    def etag(self, operation: str) -> None:
        return None

    def waiting_purchase(self, random: Random) -> None:
        return None


@pytest.fixture(scope="module")
def written() -> dict[str, Operation]:
    return {operation.label: operation for operation in operations(OPENAPI)}


def case_of(operation: Operation, **parts: Any) -> AnyCase:
    return operation.Case(**parts)


def answered(
    status: int, body: Any, *, kind: str = "application/json", headers: dict[str, str] | None = None
) -> Response:
    request = requests.Request("GET", "http://localhost:8000/").prepare()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": kind, **ALWAYS, **(headers or {})}
    return Response(status, {name: [value] for name, value in sent.items()}, content, request, 0.01, verify=False)


def problem(status: int, code: str, /, **more: Any) -> Response:
    body = {
        "type": f"https://zimmerai.com/problems/{code}",
        "title": "Something",
        "status": status,
        "code": code,
        "detail": "Something",
        "request_id": "1",
        **more,
    }
    waits = {"retry-after": str(more["retry_after_s"])} if "retry_after_s" in more else None
    return answered(status, body, kind="application/problem+json", headers=waits)


def faults(case: AnyCase, response: Response, *, bank_is_out: bool = False) -> list[str]:
    return [fault.what for fault in Judge(Bank(out=bank_is_out), [WORKING_KEY]).faults(case, response)]


@pytest.fixture
def health(written: dict[str, Operation]) -> AnyCase:
    return case_of(written["GET /api/health"])


@pytest.fixture
def quote(written: dict[str, Operation]) -> AnyCase:
    return case_of(
        written["POST /api/payments/quote"],
        body={"automation_id": 1, "tokens": 10},
        media_type="application/json",
    )


def test_an_answer_as_it_is_written_has_no_fault(health: AnyCase) -> None:
    assert faults(health, answered(200, {"status": "ok", "group": "platform"})) == []


def test_what_is_as_before_needs_no_body(written: dict[str, Operation]) -> None:
    assert faults(case_of(written["GET /api/automations/available"]), answered(304, b"")) == []


def test_a_refusal_as_it_is_written_has_no_fault(quote: AnyCase) -> None:
    assert faults(quote, problem(404, "automation-not-found")) == []


def test_what_the_interface_does_not_promise_is_a_fault(health: AnyCase) -> None:
    assert "Undocumented status code" in faults(health, problem(409, "email-taken"))
    assert "Undocumented Content-Type" in faults(health, answered(200, b"<p>", kind="text/html"))
    assert "Response violates schema" in faults(health, answered(200, {"status": 1}))


@pytest.mark.parametrize(
    "response",
    [
        answered(404, {"message": "Not Found"}),
        problem(404, "not-on-the-list"),
        problem(404, "email-taken"),
        problem(404, "automation-not-found", status=400),
        problem(404, "automation-not-found", request_id=""),
        problem(404, "automation-not-found", type="about:blank"),
        problem(422, "validation-failed"),
        problem(429, "too-many-requests"),
    ],
    ids=range(8),
)
def test_a_refusal_of_another_shape_is_a_fault(quote: AnyCase, response: Response) -> None:
    assert faults(quote, response)


def test_a_failure_of_ours_is_a_fault(quote: AnyCase) -> None:
    assert "a failure of ours: 500" in faults(quote, problem(500, "internal-error"))
    assert "a failure of ours: 503" in faults(
        quote, problem(503, "database-unavailable", retry_after_s=5), bank_is_out=True
    )


def test_a_purchase_may_hear_of_the_banks_outage_only_while_there_is_one(quote: AnyCase) -> None:
    refusal = problem(503, "gateway-unavailable", retry_after_s=30)
    assert faults(quote, refusal, bank_is_out=True) == []
    assert faults(quote, refusal) == ["the bank is said to be out, and it is not"]


@pytest.mark.parametrize(
    "leak",
    [
        'Traceback (most recent call last): File "/var/task/functions/auth/service.py", line 1',
        "(pg8000.exceptions.DatabaseError) relation does not exist",
        "$argon2id$v=19$m=19456,t=2,p=1$abc$def",
        "v1.k1.AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.AAAAAAAAAAAA",
        "zs_12_local-sample-automation",
        WORKING_KEY,
    ],
)
def test_what_nobody_may_see_is_a_fault(health: AnyCase, leak: str) -> None:
    assert faults(health, answered(200, {"status": "ok", "group": leak}))


def test_a_token_may_stand_where_it_is_handed_out(written: dict[str, Operation]) -> None:
    case = case_of(written["POST /api/auth/refresh"], body={}, media_type="application/json")
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.AAAAAAAAAAAA"
    assert "a token of a person is shown" not in faults(case, answered(200, {"access_token": token}))
    assert "a token of a person is shown" in faults(case, answered(200, {"user": {"name": token}}))


def test_a_password_is_not_repeated(written: dict[str, Operation]) -> None:
    form = {"email": "a@example.com", "password": "correct horse battery"}
    case = case_of(written["POST /api/auth/login"], body=form, media_type="application/json")
    refusal = problem(422, "validation-failed", errors=[{"input": form["password"]}])
    assert "what was told as password is repeated" in faults(case, refusal)


def test_what_is_wrong_by_the_interface_and_taken_is_a_fault(written: dict[str, Operation]) -> None:
    cases = Cases(7, NothingKnown())  # type: ignore[arg-type]  # it is asked for ids only
    operation = written["POST /api/payments/quote"]
    taken = {"quote": "q", "unit_price": 1, "amount": 1, "discount": 0, "amount_before": 1}
    taken |= {"expires_at": "2026-11-26T12:00:00Z", "expires_in": 900}
    wrong = [case for case in (cases.wrong(operation) for _ in range(20)) if case is not None]
    assert any("Schema-violating request accepted" in faults(case, answered(200, taken)) for case in wrong)


def test_the_same_seed_asks_the_same(written: dict[str, Operation]) -> None:
    def asked(seed: int) -> list[str]:
        cases = Cases(seed, NothingKnown())  # type: ignore[arg-type]  # it is asked for ids only
        operation = written["POST /api/support/tickets"]
        return [repr(cases.right(operation)) for _ in range(12)]

    assert asked(3) == asked(3)
    assert asked(3) != asked(4)


def test_a_request_becomes_as_people_type_it() -> None:
    assert tidy("icon_url", "\0x") == "https://example.com/icon_url"
    assert tidy("examples", [{"title": "a\u202eb", "tokens": 7.0}]) == [{"title": "abب", "tokens": 7}]


def test_answers_tell_what_a_later_request_gives_back() -> None:
    assert list(told_in({"items": [{"quote": "q"}], "next_cursor": "c", "name": "n"})) == [
        ("quote", "q"),
        ("next_cursor", "c"),
    ]


def test_an_operation_is_covered_when_somebody_was_let_in() -> None:
    tally = Tally(["GET /a", "GET /b"])
    for operation, status in (("GET /a", 401), ("GET /a", 422), ("GET /b", 401), ("GET /b", 403)):
        tally.count(operation, status)
    lines = list(told(tally))
    assert "✗ nobody was let in: GET /b" in lines
    assert "operations covered 1 of 2, 0 with a success" in lines
    assert lines[-1] == "4 answers: 4xx 4; 0 kinds of faults"
    assert any("401×1 422×1" in line for line in table(tally))


def test_a_finding_is_told_once_with_the_line_that_asks_again() -> None:
    tally = Tally(["GET /a"])
    for curl in ("curl first", "curl second"):
        tally.note(Finding("GET /a", 500, "nobody", Fault("a failure of ours: 500", "boom"), curl))
    told_lines = "\n".join(told(tally))
    assert "GET /a → 500 as nobody, 2×: a failure of ours: 500\n    boom\n    curl first" in told_lines
    assert "curl second" not in told_lines


def test_a_request_can_be_repeated_from_a_shell(quote: AnyCase) -> None:
    browser = people.new_browser()
    browser.headers.update({"authorization": "Bearer mine", COMES_FROM: people.address(Random(1))})
    line = quote.as_curl_command(headers=dict(people.proofs(browser)), base_url="http://localhost:8000")
    assert line.startswith("curl -X POST")
    assert "authorization: Bearer mine" in line
    assert """-d '{"automation_id":1,"tokens":10}'""" in line.replace(": ", ":").replace(", ", ",")
    assert line.endswith("http://localhost:8000/api/payments/quote")


def test_nothing_but_this_machine_is_asked() -> None:
    refuse_others("http://localhost:8000")
    with pytest.raises(StepFailed):
        refuse_others("https://zimmerai.com")


@pytest.mark.parametrize(
    ("path", "caller"),
    [
        ("/api/admin/users", Role.MANAGER),
        ("/api/payments/quote", Role.CUSTOMER),
        ("/api/automation-usage/consume", people.AUTOMATION),
        ("/api/auth/login", people.NOBODY),
    ],
)
def test_who_is_likely_to_be_let_in_asks_first(path: str, caller: str) -> None:
    assert likely_caller(path) == caller
