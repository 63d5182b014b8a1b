"""One thing that is wrong: its name, which stays the same, where it is, and why it matters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.template import Template, resources


@dataclass(frozen=True)
class Complaint:
    """`name` is for a test or a search, `where` a logical id or a route, `why` one clause for the reader."""

    name: str
    where: str
    why: str


def properties(template: Template, type_: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of one type, by logical id."""
    return {name: resource.get("Properties", {}) for name, resource in resources(template, type_).items()}


def leaves(node: Any) -> Iterator[str]:
    """Every text below a node, keys left out."""
    if isinstance(node, str):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from leaves(inner)


def listed(one_or_many: Any) -> list[Any]:
    """CloudFormation takes a value where it takes a list of them."""
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def named(reference: Any) -> str | None:
    """The logical id that a `Ref` or `GetAtt` points at."""
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case _:
            return None
