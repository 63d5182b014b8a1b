"""HTTP at the edge: one FastAPI app per endpoint group, and its Lambda handler.

Errors leave as `application/problem+json` (RFC 9457), every answer with security headers, large ones
compressed. Routes and dependencies are `async def` and call the database directly, since a Lambda
environment (and a local sandbox) serves one request at a time; a thread per request would only add a hop.
"""

from collections.abc import Callable, Coroutine
from enum import Enum
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from mangum import Mangum
from mangum.handlers import HTTPGateway
from mangum.protocols import HTTPCycle
from mangum.types import ASGI, Scope
from mangum.types import Response as Answer
from pydantic import BaseModel, Field
from starlette.middleware.gzip import GZipMiddleware

from zimmer import snapstart
from zimmer.lasting import lasting
from zimmer.observability import logger
from zimmer.pagination import LARGEST_BIGINT, LARGEST_ID
from zimmer.web.bodies import StrictBody
from zimmer.web.edge import BODY_LIMIT, Edge, client_ip
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

COMPRESS_FROM = 1024
# Nobody collects spans here, and making them for nobody costs a tenth of a request.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}

PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PathBigId = Annotated[int, Path(ge=1, le=LARGEST_BIGINT)]
RequestId = Annotated[str, Depends(request_id)]
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]

Event = dict[str, Any]
LambdaHandler = Callable[[Event, Any], dict[str, Any]]


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
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESS_FROM)
    app.add_middleware(Edge)
    return app


def lambda_handler(app: FastAPI) -> LambdaHandler:
    """What Lambda calls: API Gateway's event in, its answer out."""
    snapstart.register()
    adapter = _Adapter(app, lifespan="off", text_mime_types=["text/", "application/json", PROBLEM_JSON])

    def handler(event: Event, context: Any) -> dict[str, Any]:
        logger().set_correlation_id(event.get("requestContext", {}).get("requestId"))
        return adapter(event, context)

    return handler


class _Adapter(Mangum):
    """Mangum for events of one kind and an app that never waits."""

    def _setup_event_loop(self) -> None:
        """None is needed."""

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:
        gateway = _GatewayEvent(event, context, self.config)
        return gateway(_Request(gateway.scope, gateway.body)(self.app))


class _GatewayEvent(HTTPGateway):
    """API Gateway's event. Mangum would make its scope twice: for the app, and to look up the event's version."""

    @cached_property
    def scope(self) -> Scope:
        return super().scope


class _Request(HTTPCycle):
    """One request through the app. Its coroutine runs to its end at once, since routes call the database directly;
    an event loop to wait in would cost a tenth of a small request.
    """

    def __call__(self, app: ASGI) -> Answer:
        try:
            self.run(app).send(None)
        except StopIteration:
            return {"status": self.status, "headers": self.headers, "body": self.body}
        raise RuntimeError("a route waited for something, and a container has nothing to wait in")


def _health(group: str) -> APIRouter:
    router = routes()

    @router.get(f"/api/{group}/health", operation_id=f"{group}_health")
    async def health() -> GroupHealth:
        """Whether this group answers, without asking the database."""
        return GroupHealth(group=group)

    return router


def _name_of(route: APIRoute) -> str:
    return route.name
