"""Every body of the interface takes numbers for numbers and truths for truths, and nothing else for either."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError

from local.openapi import GROUPS, app_of
from zimmer.web import StrictBody

NEITHER = {"integer": ["7", True, 7.5, 7.0], "boolean": ["true", "yes", 1, 0]}


def descendants(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def fields_of(type_: str) -> list[tuple[type[BaseModel], str, bool]]:
    """Each field of a body that is a number (or a truth), alone or in a list."""
    for group in GROUPS:
        assert list(iter_route_contexts(app_of(group).routes)), "the apps define the bodies"
    return [
        (body, name, schema.get("type") == "array")
        for body in sorted(set(descendants(StrictBody)), key=lambda one: (one.__module__, one.__name__))
        for name, schema in body.model_json_schema()["properties"].items()
        if type_ in kinds(schema)
    ]


def kinds(schema: dict[str, Any]) -> set[str]:
    inner = [schema, *schema.get("anyOf", []), schema.get("items", {})]
    return {str(one["type"]) for one in inner if "type" in one}


@pytest.mark.parametrize(("body", "name", "is_list"), fields_of("integer"), ids=str)
def test_a_number_is_a_number(body: type[BaseModel], name: str, is_list: bool) -> None:
    for value in NEITHER["integer"]:
        assert is_refused(body, name, [value] if is_list else value), f"{value!r} was taken for a number"


@pytest.mark.parametrize(("body", "name", "is_list"), fields_of("boolean"), ids=str)
def test_a_truth_is_a_truth(body: type[BaseModel], name: str, is_list: bool) -> None:
    for value in NEITHER["boolean"]:
        assert is_refused(body, name, [value] if is_list else value), f"{value!r} was taken for a truth"


def is_refused(body: type[BaseModel], name: str, value: Any) -> bool:
    try:
        TypeAdapter(body).validate_python({name: value})
    except ValidationError as error:
        return any(problem["loc"][0] == name for problem in error.errors())
    return False


def test_dates_and_words_of_a_list_still_come_as_text() -> None:
    from functions.admin.schemas.system import QueueName, Redrive

    assert TypeAdapter(Redrive).validate_python({"queue": "credit"}).queue is QueueName.CREDIT
