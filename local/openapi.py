"""`./zimmer openapi`: the five apps' interfaces merged into `docs/api/openapi.json`, and the codes of their errors.

`--check` writes nothing and fails when a file is stale.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from local.template import ROOT
from zimmer.errors import (
    BodyTooLarge,
    MalformedJson,
    NotAllowed,
    NotSignedIn,
    ServiceTokenInvalid,
    TokenExpired,
    TokenInvalid,
    ZimmerError,
    catalogue,
)
from zimmer.web import PROBLEM_JSON, Problem, problems

GROUPS = ("auth", "automations", "payments", "support", "admin")
OPENAPI = ROOT / "docs" / "api" / "openapi.json"
PROBLEMS = ROOT / "docs" / "api" / "problems.md"
PROBLEM_CODES = ROOT / "web" / "packages" / "api" / "src" / "problem-codes.gen.ts"

Document = dict[str, Any]

SECURITY_SCHEMES = {
    "person": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "automation": {"type": "apiKey", "in": "header", "name": "X-Zimmer-Service-Token"},
}
# What asks for a proof, by the dependency's name, or by the name of a header that a route reads itself.
PROOFS = {"signed_in": "person", "service_caller": "automation", "authorization": "person"}
# What a dependency may refuse before its route begins, by the beginning of its name.
REFUSALS = {
    "signed_in": problems(NotSignedIn, TokenExpired, TokenInvalid),
    "service_caller": problems(ServiceTokenInvalid),
    "require.": problems(NotAllowed),
    "_acting.": problems(NotAllowed),
}
FRAMEWORKS_OWN = {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}}
UNREADABLE = problems(MalformedJson, BodyTooLarge)


def main(arguments: Sequence[str]) -> int:
    """Write the files, or compare them with `--check`."""
    fresh = {
        OPENAPI: json.dumps(merged(), ensure_ascii=False, indent=1) + "\n",
        PROBLEMS: problem_list(),
        PROBLEM_CODES: problem_codes(),
    }
    if "--check" not in arguments:
        for path, text in fresh.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT)}")
        return 0
    stale = [path for path, text in fresh.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is stale; write it anew with: ./zimmer openapi", file=sys.stderr)
    return 1 if stale else 0


def merged() -> Document:
    """One document for the whole API. Raises ValueError when two groups define the same path or schema differently."""
    document: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Zimmer",
            "version": "1",
            "description": (
                "AI automations, sold by the token. Errors are application/problem+json (RFC 9457). Besides what stands"
                " at an operation, any may answer 500 `internal-error` and 503 `database-unavailable`; and API Gateway"
                " says 413, 429 and 503 in its own words, a `message` in JSON."
            ),
        },
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {
            "schemas": {"Problem": Problem.model_json_schema()},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }
    for group in GROUPS:
        interface = app_of(group).openapi()
        _merge(document["paths"], _completed(interface["paths"], app_of(group)), group)
        _merge(document["components"]["schemas"], _schemas(interface), group)
    return document


def app_of(group: str) -> FastAPI:
    """The FastAPI app of an endpoint group."""
    app: FastAPI = import_module(f"functions.{group}.app").app
    return app


def problem_list() -> str:
    """Every code an error can carry, as a page."""
    rows = [f"| `{kind.code}` | {kind.status} | {kind.title} | {_first_line(kind)} |" for kind in _kinds()]
    head = ["# Problems", "", "Every error is `application/problem+json` with one of these codes.", ""]
    return "\n".join([*head, "| code | status | title | when |", "|---|---|---|---|", *rows]) + "\n"


def problem_codes() -> str:
    """The same codes as a TypeScript union: a panel compiles only when it has a sentence for each."""
    head = ["// Written by ./zimmer openapi from zimmer/errors.py. Do not change it by hand.", ""]
    codes = [f'  "{code}",' for code in sorted({kind.code for kind in _kinds()})]
    foot = ["] as const", "", "export type ProblemCode = (typeof PROBLEM_CODES)[number]"]
    return "\n".join([*head, "export const PROBLEM_CODES = [", *codes, *foot]) + "\n"


def _kinds() -> list[type[ZimmerError]]:
    """Every error with a code of its own, in the order of the wire."""
    with_code = [kind for kind in catalogue() if "code" in vars(kind)]
    return sorted(with_code, key=lambda kind: (kind.status, kind.code))


def _schemas(interface: Mapping[str, Any]) -> Document:
    """A group's schemas without FastAPI's own validation error: ours is Problem."""
    found = interface.get("components", {}).get("schemas", {})
    return {name: schema for name, schema in found.items() if name not in {"HTTPValidationError", "ValidationError"}}


def _completed(paths: Mapping[str, Any], app: FastAPI) -> Document:
    """The operations with what no route says of itself: who may call, and what they are refused before it begins."""
    behind = {
        (method.lower(), str(route.path_format)): _dependencies_of(route.dependant)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }
    return {
        path: {method: _whole(operation, behind[method, path]) for method, operation in operations.items()}
        for path, operations in paths.items()
    }


def _dependencies_of(dependant: Dependant) -> Iterator[str]:
    """The names of all that has to be there before a route begins."""
    for needed in dependant.dependencies:
        yield getattr(needed.call, "__qualname__", "")
        yield from _dependencies_of(needed)


def _whole(operation: Mapping[str, Any], needs: Iterable[str]) -> Document:
    needs = list(needs)
    refusals = [refusal for name in needs for asks, refusal in REFUSALS.items() if name.startswith(asks)]
    responses: Document = dict(operation["responses"])
    for refusal in [*refusals, *([UNREADABLE] if "requestBody" in operation else [])]:
        responses = _both(responses, refusal)
    parameters = operation.get("parameters", [])
    asked = dict.fromkeys([*needs, *(one["name"] for one in parameters)])
    schemes: list[Document] = [{PROOFS[name]: []} for name in asked if name in PROOFS]
    optional: list[Document] = [] if refusals else [{}]  # a logout takes a token and needs none
    others = [one for one in parameters if one["name"] not in PROOFS]
    return {
        **{name: value for name, value in operation.items() if name != "parameters"},
        **({"parameters": others} if others else {}),
        **({"security": schemes + optional} if schemes else {}),
        "responses": dict(sorted(responses.items())),
    }


def _both(responses: Mapping[str, Any], more: Mapping[int | str, Any]) -> Document:
    """What is answered with the same status is described side by side, each code once."""
    together = dict(responses)
    for status, response in more.items():
        said = together.get(str(status), {}).get("description", "")
        new = [line for line in response["description"].split("; ") if line not in said]
        together[str(status)] = {**response, "description": "; ".join([*([said] if said else []), *new])}
    return together


def _merge(into: Document, more: Mapping[str, Any], group: str) -> None:
    for name, value in more.items():
        ours = _with_our_validation_error(value)
        if into.setdefault(name, ours) != ours:
            raise ValueError(f"{group} defines {name} differently from another group")


def _with_our_validation_error(value: Any) -> Any:
    """FastAPI documents its own 422 body; what leaves is a Problem, and says so in its type."""
    if isinstance(value, dict):
        if value == FRAMEWORKS_OWN:
            return {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        return {key: _with_our_validation_error(inner) for key, inner in value.items()}
    return [_with_our_validation_error(inner) for inner in value] if isinstance(value, list) else value


def _first_line(kind: type) -> str:
    return (vars(kind).get("__doc__") or "").strip().split("\n")[0]
