"""`./zimmer openapi`: the five apps' interfaces merged into `docs/api/openapi.json`, and the codes of their errors.

`--check` writes nothing and fails when a file is stale.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from fastapi import FastAPI

from local.template import ROOT
from zimmer.errors import ZimmerError, catalogue
from zimmer.web import Problem

GROUPS = ("auth", "automations", "payments", "support", "admin")
OPENAPI = ROOT / "docs" / "api" / "openapi.json"
PROBLEMS = ROOT / "docs" / "api" / "problems.md"
PROBLEM_CODES = ROOT / "web" / "packages" / "api" / "src" / "problem-codes.gen.ts"

Document = dict[str, Any]


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
            "description": "AI automations, sold by the token. Errors are application/problem+json (RFC 9457).",
        },
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {
            "schemas": {"Problem": Problem.model_json_schema()},
            "securitySchemes": {"person": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    for group in GROUPS:
        interface = app_of(group).openapi()
        _merge(document["paths"], interface["paths"], group)
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


def _merge(into: Document, more: Mapping[str, Any], group: str) -> None:
    for name, value in more.items():
        ours = _with_our_validation_error(value)
        if into.setdefault(name, ours) != ours:
            raise ValueError(f"{group} defines {name} differently from another group")


def _with_our_validation_error(value: Any) -> Any:
    """FastAPI documents its own 422 body; what leaves is a Problem."""
    if isinstance(value, dict):
        if value.get("$ref") == "#/components/schemas/HTTPValidationError":
            return {"$ref": "#/components/schemas/Problem"}
        return {key: _with_our_validation_error(inner) for key, inner in value.items()}
    return [_with_our_validation_error(inner) for inner in value] if isinstance(value, list) else value


def _first_line(kind: type) -> str:
    return (vars(kind).get("__doc__") or "").strip().split("\n")[0]
