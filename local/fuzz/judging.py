"""What is wrong with an answer: a failure of ours, something the interface does not promise, a secret that got out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from schemathesis import Case, Response
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from zimmer.errors import catalogue
from zimmer.web import PROBLEM_JSON

JUDGED_ONE_BY_ONE = {("POST", "/api/automation-usage/batch")}
PROMISES: Sequence[CheckFunction] = (
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
)
PROBLEM_BASE = "https://zimmerai.com/problems/"
STATUS_OF = {kind.code: kind.status for kind in catalogue()}
BANKS_OUTAGE = ("gateway-unavailable", "gateway-refused")
ASKS_TO_WAIT = (429, 503)
SEVERE = 500
ALWAYS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

INSIDES = re.compile(r'Traceback \(most recent call last\)|File "[^"]+\.py"|site-packages|sqlalchemy|pg8000|\bpsycopg')
TOKEN = re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
SECRETS = {
    "a password's hash": re.compile(r"\$argon2"),
    "a sealed value": re.compile(r"\bv1\.\w+\.[\w+/=-]{12,}\.[\w+/=-]{8,}"),
    "a token of a person": TOKEN,
    "a token of an automation": re.compile(r"\bzs_\d+_[\w-]{8,}"),
}
MAY_HOLD = {  # fields that are there to hand out what they hold
    "access_token": "a token of a person",
    "challenge_token": "a token of a person",
    "token": "a token of an automation",
}
TOLD_IN_CONFIDENCE = ("password", "current_password", "new_password", "key", "bot_token")
LONG_ENOUGH = 12  # characters; shorter ones stand in an answer by chance


class Bank(Protocol):
    """Whether somebody has made the pretend bank, or the way to it, fail."""

    def is_out(self) -> bool: ...


@dataclass(frozen=True)
class Fault:
    """Something that must not be, in one line, with what more there is to say."""

    what: str
    more: str = ""


class Judge:
    """Finds faults. `secrets` are texts that no answer may ever hold."""

    def __init__(self, bank: Bank, secrets: Sequence[str]) -> None:
        self._bank = bank
        self._secrets = secrets

    def faults(self, case: Case[Any], response: Response) -> Iterator[Fault]:
        """Everything that is wrong with this answer."""
        yield from self._failure(response)
        yield from broken_promises(case, response)
        yield from misshapen(response)
        yield from self._leaks(case, response)

    def _failure(self, response: Response) -> Iterator[Fault]:
        if response.status_code < SEVERE:
            return
        if code_of(response) not in BANKS_OUTAGE:
            yield Fault(f"a failure of ours: {response.status_code}", response.text[:500])
        elif not self._bank.is_out():
            yield Fault("the bank is said to be out, and it is not", response.text[:500])

    def _leaks(self, case: Case[Any], response: Response) -> Iterator[Fault]:
        text = response.content.decode("utf-8", errors="replace")  # a paper is no text
        if found := INSIDES.search(text):
            yield Fault("our insides are shown", found.group())
        for what in sorted(set(secrets_in(text, json_of(response)))):
            yield Fault(f"{what} is shown")
        for secret in self._secrets:
            if secret in text:
                yield Fault("a secret of the platform is shown")
        for name, told in confidences(case.body):
            if told in text:
                yield Fault(f"what was told as {name} is repeated")


def broken_promises(case: Case[Any], response: Response) -> Iterator[Fault]:
    """Where the answer differs from the written interface."""
    try:
        case.validate_response(response, checks=list(PROMISES))
    except FailureGroup as group:
        for failure in group.exceptions:
            if not _is_no_promise(case, failure):
                yield Fault(failure.title, failure.message)


def _is_no_promise(case: Case[Any], failure: Failure) -> bool:
    """What was accepted although the case was made to be wrong, and rightly so.

    Wrong numbers in an address have been put right with those of things that exist; a query that we do not know is
    not read; and an item of a batch that cannot be read gets its problem in its place.
    """
    if not isinstance(failure, AcceptedNegativeData):
        return False
    return "body" not in failure.message or (case.method, case.operation.path) in JUDGED_ONE_BY_ONE


def misshapen(response: Response) -> Iterator[Fault]:
    """A refusal that is no problem+json as all of ours are, or an answer without the headers of all."""
    for name, value in ALWAYS.items():
        if value not in response.headers.get(name, []):
            yield Fault(f"{name} is missing")
    if response.status_code < 400:
        return
    if response.headers.get("content-type") != [PROBLEM_JSON]:
        yield Fault(f"a refusal that is not {PROBLEM_JSON}", str(response.headers.get("content-type")))
        return
    yield from misshapen_problem(response, json_of(response))


def misshapen_problem(response: Response, problem: Any) -> Iterator[Fault]:
    if not isinstance(problem, Mapping):
        yield Fault("a problem that is no object")
        return
    code = problem.get("code")
    if STATUS_OF.get(str(code)) != response.status_code or problem.get("status") != response.status_code:
        yield Fault(f"a {response.status_code} that calls itself {code} {problem.get('status')}")
    if problem.get("type") != f"{PROBLEM_BASE}{code}":
        yield Fault(f"a problem of type {problem.get('type')}")
    if not all(problem.get(name) for name in ("title", "detail", "request_id")):
        yield Fault("a problem without title, detail or request_id")
    if code == "validation-failed" and not problem.get("errors"):
        yield Fault("a validation-failed that does not say what failed")
    if response.status_code in ASKS_TO_WAIT:
        waits = problem.get("retry_after_s")
        if response.headers.get("retry-after") != [str(waits)] or not isinstance(waits, int):
            yield Fault(f"a {response.status_code} that does not say how long to wait")


def secrets_in(text: str, body: Any) -> Iterator[str]:
    """The kinds of secrets in an answer, but for those it is there to hand out."""
    if body is None:
        yield from kinds_in(text)
    elif isinstance(body, str):
        yield from kinds_in(body)
    elif isinstance(body, Mapping):
        for name, value in body.items():
            yield from (kind for kind in secrets_in("", value) if kind != MAY_HOLD.get(name))
    elif isinstance(body, list):
        for value in body:
            yield from secrets_in("", value)


def kinds_in(text: str) -> Iterator[str]:
    return (kind for kind, pattern in SECRETS.items() if pattern.search(text))


def confidences(body: Any) -> Iterator[tuple[str, str]]:
    """What a request tells us and nobody is to hear again."""
    if isinstance(body, Mapping):
        for name in TOLD_IN_CONFIDENCE:
            told = body.get(name)
            if isinstance(told, str) and len(told) >= LONG_ENOUGH:
                yield name, told


def code_of(response: Response) -> str | None:
    """The problem's code, when this is one."""
    problem = json_of(response)
    return str(problem["code"]) if isinstance(problem, Mapping) and "code" in problem else None


def json_of(response: Response) -> Any:
    """The body when it is JSON, and None."""
    if not any("json" in kind for kind in response.headers.get("content-type", [])):
        return None
    try:
        return response.json()
    except ValueError:
        return None
