"""The handler that Lambda calls: API Gateway's event in, its answer out.

Mangum reads the event and writes the answer. In between the app's coroutine runs to its end at once: routes call the
database directly, so nothing in a request waits, and an event loop to wait in would cost a tenth of a small one.
"""

import zlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from mangum import Mangum
from mangum.handlers import HTTPGateway
from mangum.types import Message, Response, Scope
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp

from zimmer import snapstart
from zimmer.observability import logger
from zimmer.web.problems import PROBLEM_JSON

COMPRESS_FROM = 1024  # bytes
GZIP = 16 + zlib.MAX_WBITS

Event = dict[str, Any]
LambdaHandler = Callable[[Event, Any], dict[str, Any]]


def lambda_handler(app: FastAPI) -> LambdaHandler:
    """What Lambda calls for this app."""
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
        answer = _Exchange(gateway.scope, gateway.body).run(self.app)
        return gateway(_compressed(answer, gateway.scope))


class _GatewayEvent(HTTPGateway):
    """API Gateway's event. Mangum would make its scope twice: for the app, and to look up the event's version."""

    @cached_property
    def scope(self) -> Scope:
        return super().scope


class _Exchange:
    """One request to an app and its answer."""

    def __init__(self, scope: Scope, body: bytes) -> None:
        self._scope = scope
        self._coming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._answer: Response = {"status": 500, "headers": [], "body": b""}

    def run(self, app: ASGIApp) -> Response:
        """Raises RuntimeError when a route waits for something."""
        try:
            app(self._scope, self._receive, self._send).send(None)  # type: ignore[attr-defined]  # it is a coroutine
        except StopIteration:
            return self._answer
        raise RuntimeError("a route waited for something, and nothing here can be waited for")

    async def _receive(self) -> Message:
        return self._coming.pop() if self._coming else {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._answer["status"], self._answer["headers"] = message["status"], message["headers"]
        else:
            self._answer["body"] += message.get("body", b"")


def _compressed(answer: Response, scope: Scope) -> Response:
    """A large answer as gzip, for who takes that. What keeps a copy has to know that there are two."""
    body = answer["body"]
    if len(body) < COMPRESS_FROM:
        return answer
    headers = MutableHeaders(raw=answer["headers"])  # type: ignore[arg-type]  # pairs, by either name
    headers.add_vary_header("Accept-Encoding")
    if "gzip" not in Headers(scope=scope).get("accept-encoding", "") or "content-encoding" in headers:
        return answer
    packed = zlib.compress(body, wbits=GZIP)
    headers["content-encoding"], headers["content-length"] = "gzip", str(len(packed))
    return {**answer, "body": packed}
