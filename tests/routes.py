"""The apps' own route tables: what is really served, also what no interface document shows."""

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi.routing import RouteContext, iter_route_contexts

from local.openapi import GROUPS, app_of

Route = tuple[str, str]  # GET, /api/payments/{transaction_id}


@cache
def served() -> dict[Route, RouteContext]:
    """Every route of every app by its method and path."""
    return {
        (method, str(route.path)): route
        for group in GROUPS
        for route in iter_route_contexts(app_of(group).routes)
        for method in route.methods or ()
    }


def dependencies_of(route: Route) -> list[Callable[..., Any]]:
    """What a route asks for, in the order in which it is prepared."""
    return [dependency.call for dependency in served()[route].dependant.dependencies]
