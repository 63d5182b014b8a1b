"""The outermost layer of every app: ids, headers, the limit on bodies, and nothing internal leaving."""

import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zimmer.errors import BodyTooLarge, ZimmerError
from zimmer.observability import Unit, counting, logger
from zimmer.web.problems import problem_response

BODY_LIMIT = 256 * 1024

Header = tuple[bytes, bytes]

SECURITY_HEADERS: Sequence[Header] = (
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
EVERYWHERE = frozenset({b"x-request-id", *(name for name, _ in SECURITY_HEADERS)})
CACHE_CONTROL = b"cache-control"

_is_cold = True  # until this container has answered once


class Edge:
    """Gives every request its id and every answer its headers; refuses large bodies; hides what broke."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _gateway_request_id(scope) or str(uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        started, status, began = False, 500, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                message["headers"] = _dressed(message["headers"], request_id)
            await send(message)

        try:
            body = await _whole_body(receive)
            await self._app(scope, _replayed(body), answer)
        except BodyTooLarge as error:
            await problem_response(error, request_id)(scope, receive, answer)
        except Exception:
            logger().exception("request.failed", path=scope["path"], request_id=request_id)
            if not started:
                await problem_response(ZimmerError(), request_id)(scope, receive, answer)
        finally:
            _count(scope, status, time.perf_counter() - began)


def _count(scope: Scope, status: int, seconds: float) -> None:
    """One line a request: what was asked, how it ended, how long it took, and whether a container was new."""
    global _is_cold
    route = scope.get("route")
    duration = {"Duration": (round(seconds * 1000, 1), Unit.MILLISECONDS)}
    new: dict[str, Any] = {"cold": True} if _is_cold else {}
    logger().info(
        "http.answered",
        **counting(duration, by={"status": f"{status // 100}xx"}),
        route=f"{scope['method']} {route.path if route else '-'}",
        code=status,
        **new,
    )
    _is_cold = False


async def _whole_body(receive: Receive) -> bytes:
    """Read the body. Raises BodyTooLarge as soon as it passes the limit."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise BodyTooLarge(limit_bytes=BODY_LIMIT)
        if not message.get("more_body"):
            return bytes(body)


def _replayed(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _dressed(headers: Iterable[Header], request_id: str) -> list[Header]:
    """The answer's headers with those that every answer has."""
    own = [header for header in headers if header[0] not in EVERYWHERE]
    private = [] if any(name == CACHE_CONTROL for name, _ in own) else [(CACHE_CONTROL, b"no-store")]
    return [*own, (b"x-request-id", request_id.encode("latin-1")), *SECURITY_HEADERS, *private]


def client_ip(request: Request) -> str | None:
    """Who called, as API Gateway saw them. Never X-Forwarded-For: anyone can write that."""
    http = request.scope.get("aws.event", {}).get("requestContext", {}).get("http", {})
    return http.get("sourceIp") or (request.client.host if request.client else None)


def _gateway_request_id(scope: Scope) -> str | None:
    event = scope.get("aws.event", {})
    found = event.get("requestContext", {}).get("requestId")
    return str(found) if found else None
