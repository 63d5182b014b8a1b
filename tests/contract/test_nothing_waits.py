"""A request is worked on without an event loop, so no route may need one: see `zimmer.web` and `zimmer.lasting`."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant

from tests.routes import Route, served


def called_by(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        yield from called_by(dependency)
    if dependant.call:
        yield dependant.call


@pytest.mark.parametrize("route", served(), ids=" ".join)
def test_a_route_and_what_it_asks_for_are_coroutines(route: Route) -> None:
    """FastAPI hands plain functions to threads, and what yields to a scope of its own; both wait in a loop."""
    plain = [one for one in called_by(served()[route].dependant) if not inspect.iscoroutinefunction(one)]
    assert plain == []
