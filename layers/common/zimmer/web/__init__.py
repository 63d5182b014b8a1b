"""HTTP at the edge: one FastAPI app per endpoint group, and its Lambda handler.

Errors leave as `application/problem+json` (RFC 9457), every answer with security headers, large ones
compressed. Routes and dependencies are `async def` and call the database directly, since a Lambda
environment (and a local sandbox) serves one request at a time; a thread per request would only add a hop.
`handler` is what Lambda calls, `edge` what every request passes, `problems` the errors.
"""

from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, Field

from zimmer.lasting import lasting
from zimmer.pagination import LARGEST_BIGINT, LARGEST_ID
from zimmer.web.bodies import StrictBody
from zimmer.web.edge import BODY_LIMIT, Edge, client_ip
from zimmer.web.handler import lambda_handler
from zimmer.web.problems import (
    AS_BEFORE,
    PROBLEM_JSON,
    Problem,
    answer_as_problems,
    field_errors,
    problem_of,
    problems,
    request_id,
)

__all__ = [
    "AS_BEFORE",
    "BODY_LIMIT",
    "PROBLEM_JSON",
    "GroupHealth",
    "PathBigId",
    "PathId",
    "Problem",
    "RequestId",
    "RowId",
    "StrictBody",
    "build_app",
    "client_ip",
    "field_errors",
    "lambda_handler",
    "problem_of",
    "problems",
    "routes",
]

# Nobody collects spans here, and making them for nobody costs a tenth of a request.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}

PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PathBigId = Annotated[int, Path(ge=1, le=LARGEST_BIGINT)]
RequestId = Annotated[str, Depends(request_id)]
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class GroupHealth(BaseModel):
    """The group answers. It says nothing about the database."""

    status: str = "ok"
    group: str


class _StandIns:
    """Where FastAPI looks for what a test has put in a dependency's place."""

    def __init__(self) -> None:
        self.dependency_overrides: dict[Callable[..., Any], Callable[..., Any]] = {}


_stand_ins = _StandIns()


class Route(APIRoute):
    """A route with what lasts as long as it is worked on."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_and_finish(request: Request) -> Response:
            with lasting(request):
                return await answer(request)

        return answer_and_finish


def routes(prefix: str = "", *, tags: list[str | Enum] | None = None) -> APIRouter:
    """A router whose routes `build_app` takes as they are.

    FastAPI goes through an included router three times for each request.
    """
    return APIRouter(
        prefix=prefix,
        tags=tags,
        route_class=Route,
        generate_unique_id_function=_name_of,
        dependency_overrides_provider=_stand_ins,
    )


def build_app(group: str, *routers: APIRouter) -> FastAPI:
    """The app of one endpoint group, with everything that all groups share."""
    app = FastAPI(
        title=f"Zimmer {group}",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # its Location would repeat whatever Host the caller sent
        telemetry=NO_TELEMETRY,
    )
    app.state.group = group
    app.dependency_overrides = _stand_ins.dependency_overrides
    for router in (_health(group), *routers):
        app.router.routes += router.routes
    answer_as_problems(app)
    app.add_middleware(Edge)
    return app


def _health(group: str) -> APIRouter:
    router = routes()

    @router.get(f"/api/{group}/health", operation_id=f"{group}_health")
    async def health() -> GroupHealth:
        """Whether this group answers, without asking the database."""
        return GroupHealth(group=group)

    return router


def _name_of(route: APIRoute) -> str:
    return route.name
