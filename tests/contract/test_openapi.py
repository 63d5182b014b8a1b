"""The written interface is the one that runs, and the template delivers all of it."""

import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from local import openapi
from local.openapi import GROUPS, app_of
from local.template import find_route, functions, load_template, routes
from tests.contract.test_permissions import ROUTES, Door
from zimmer.auth.roles import Right
from zimmer.errors import catalogue

TEMPLATE = load_template()
TABLE = routes(TEMPLATE)
DOCUMENT = openapi.merged()
OPERATIONS = [
    (group, method.upper(), path)
    for group in GROUPS
    for path, operations in app_of(group).openapi()["paths"].items()
    for method in operations
]


def parameters(found: dict[str, Any]) -> list[dict[str, Any]]:
    return list(found.get("parameters", []))


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
    return found


def test_the_written_interface_is_fresh() -> None:
    assert openapi.main(["--check"]) == 0


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for operations in DOCUMENT["paths"].values() for operation in operations.values()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("group", GROUPS)
def test_no_route_is_hidden_from_the_document(group: str) -> None:
    found = {
        (method, context.path_format)
        for context in iter_route_contexts(app_of(group).routes)
        for method in context.methods or ()
    }
    assert found == {(method, path) for owner, method, path in OPERATIONS if owner == group}


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_the_template_delivers_a_route_to_the_app_that_defines_it(group: str, method: str, path: str) -> None:
    found = find_route(TABLE, method, re.sub(r"\{\w+\}", "1", path))
    assert found is not None
    assert functions(TEMPLATE)[found.route.function].handler == f"functions.{group}.app.handler"


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_a_route_says_what_it_promises(group: str, method: str, path: str) -> None:
    assert operation(method, path)["description"].endswith(".")


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_a_route_promises_only_problems_that_exist(group: str, method: str, path: str) -> None:
    codes = {kind.code: kind.status for kind in catalogue()}
    for status, response in operation(method, path)["responses"].items():
        for code in re.findall(r"`([a-z-]+)`", response["description"]):
            assert codes[code] == int(status)


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_every_refusal_is_written_as_a_problem(group: str, method: str, path: str) -> None:
    refusals = {status: one for status, one in operation(method, path)["responses"].items() if status >= "4"}
    assert {status: list(one["content"]) for status, one in refusals.items()} == {
        status: ["application/problem+json"] for status in refusals
    }


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_a_body_may_be_unreadable_or_too_large(group: str, method: str, path: str) -> None:
    found = operation(method, path)
    assert ({"400", "413"} <= found["responses"].keys()) == ("requestBody" in found)


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_the_interface_says_who_may_call(group: str, method: str, path: str) -> None:
    found, door = operation(method, path), ROUTES[method, path]
    if door is Door.SERVICE:
        assert (found["security"], "401" in found["responses"]) == ([{"automation": []}], True)
    elif isinstance(door, Right):
        assert found["security"] == [{"person": []}]
        assert "not-signed-in" in found["responses"]["401"]["description"]
        if door is not Right.OWN_PROFILE:  # everybody who is signed in has this one
            assert "not-allowed" in found["responses"]["403"]["description"]
    else:
        assert found.get("security", [{}])[-1] == {}, "who calls is asked of nobody"


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_who_may_name_an_etag_may_hear_that_it_holds(group: str, method: str, path: str) -> None:
    found = operation(method, path)
    assert ("304" in found["responses"]) == ("if-none-match" in {one["name"] for one in parameters(found)})


def test_no_proof_of_a_caller_is_a_plain_parameter() -> None:
    found = [one["name"] for ways in DOCUMENT["paths"].values() for way in ways.values() for one in parameters(way)]
    assert not {"authorization", "x-zimmer-service-token"} & set(found)


@pytest.mark.parametrize(("group", "method", "path"), OPERATIONS, ids=str)
def test_a_route_with_a_body_refuses_unknown_fields(group: str, method: str, path: str) -> None:
    body = operation(method, path).get("requestBody")
    if body is not None:
        schema = body["content"]["application/json"]["schema"]
        for form in schema.get("anyOf", [schema]):
            name = form["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["schemas"][name]["additionalProperties"] is False


def test_no_schema_of_the_framework_is_left() -> None:
    assert "HTTPValidationError" not in str(DOCUMENT)
