"""The API Gateway of this machine: routes and CORS from template.yaml, handlers in sandboxes, its own few answers.

It knows HTTP and the template, and nothing about payments, people or tokens.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from local import docs
from local.http_event import Headers, MalformedAnswer, Reply, Request, cookies_of, event_of, reply_of
from local.sandbox import NoneFree, SandboxError, TimedOut
from local.template import Cors, Route, find_route
from local.throttle import Throttle

BODY_LIMIT = 10 * 1024 * 1024  # bytes; API Gateway's, and not to be raised there
IN_FLIGHT = 64  # requests that may wait for sandboxes at once; waiting costs a thread
# Pretended customers have addresses of their own, named by a header or, where a header would make a browser ask for
# leave first, by a cookie. Neither reaches the functions, and on AWS nobody chooses an address.
COMES_FROM = "x-local-comes-from"
QUIET = "/_local"  # its page asks every second
HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding"}

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger("local.gateway")


class Functions(Protocol):
    """Whoever runs handlers: the sandboxes, or a stand-in for them."""

    def invoke(self, function: str, event: Any) -> Any: ...


class Gateway:
    """An ASGI application that answers as API Gateway in front of these functions would.

    `before` is asked first about every request and may answer it: what this machine has and AWS has not.
    """

    def __init__(
        self,
        table: list[Route],
        functions: Functions,
        *,
        cors: Cors,
        origins: list[str],
        port: int,
        throttle: Throttle | None = None,
        before: Callable[[Request], Reply | None] | None = None,
    ) -> None:
        self._table = table
        self._functions = functions
        self._cors = cors
        self._origins = origins
        self._port = port
        self._throttle = throttle
        self._before = before
        self._threads = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="gateway")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        request = await self._read(scope, receive)
        if request is None:
            reply = own_answer(413, "Request Entity Too Large")
        else:
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(self._threads, self.answer, request)
        await respond(send, reply)
        milliseconds = (time.perf_counter() - started) * 1000
        level = logging.DEBUG if scope["path"].startswith(QUIET) else logging.INFO
        log.log(level, "%s %s %d %.0f ms", scope["method"], scope["path"], reply.status, milliseconds)

    def answer(self, request: Request) -> Reply:
        """The whole answer to a request, CORS applied."""
        if self._before and (own := self._before(request)):
            return own
        origin = request.header("origin")
        if is_preflight(request):
            return Reply(204, preflight(self._cors, origin) if origin in self._origins else [], b"")
        reply = self._routed(request)
        headers = [(name, value) for name, value in reply.headers if not name.startswith("access-control-")]
        headers.append(("apigw-requestid", request.request_id))
        if origin in self._origins:
            headers += cross_origin(self._cors, origin)
        return Reply(reply.status, headers, reply.body)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _routed(self, request: Request) -> Reply:
        match = find_route(self._table, request.method, request.path)
        if match is None:
            return docs.page(request) or own_answer(404, "Not Found")
        if self._throttle and not self._throttle.lets_through(match.route.key):
            return own_answer(429, "Too Many Requests")
        try:
            return reply_of(self._functions.invoke(match.route.function, event_of(request, match)))
        except (TimedOut, NoneFree) as error:
            log.warning("%s", error)
            return own_answer(503, "Service Unavailable")
        except (SandboxError, MalformedAnswer) as error:
            log.warning("%s: %s", match.route.function, error)
            return own_answer(500, "Internal Server Error")

    async def _read(self, scope: Scope, receive: Receive) -> Request | None:
        """The request with its body, or None when that is longer than API Gateway takes."""
        body, more = bytearray(), True
        while more:  # to the end even when it is too long: a client that still sends would not read the answer
            message = await receive()
            body += message.get("body", b"")[: BODY_LIMIT + 1 - len(body)]
            more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            return None
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        pretended, headers = pretended_address(headers)
        return Request(
            method=scope["method"],
            path=(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=bytes(body),
            source_ip=pretended or (scope.get("client") or ("127.0.0.1", 0))[0],
            port=self._port,
        )


def pretended_address(headers: Headers) -> tuple[str, Headers]:
    """Where the caller says it comes from, empty when it says nothing, and its headers without that."""
    cookies = [cookie.partition("=") for cookie in cookies_of(headers)]
    said = [value for name, value in headers if name == COMES_FROM]
    said += [value for name, _, value in cookies if name == COMES_FROM]
    if not said:
        return "", headers
    kept = "; ".join(f"{name}{equals}{value}" for name, equals, value in cookies if name != COMES_FROM)
    others = [(name, value) for name, value in headers if name not in (COMES_FROM, "cookie")]
    return said[0], [*others, *([("cookie", kept)] if kept else [])]


def local_origins(cors: Cors, parameters: Mapping[str, str]) -> list[str]:
    """The template's origins with its parameters put in."""
    return [parameters[origin["Ref"]] if isinstance(origin, dict) else origin for origin in cors.origins]


def is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and bool(
        request.header("origin") and request.header("access-control-request-method")
    )


def preflight(cors: Cors, origin: str) -> Headers:
    return [
        *cross_origin(cors, origin),
        ("access-control-allow-methods", ",".join(cors.methods)),
        ("access-control-allow-headers", ",".join(cors.headers)),
        ("access-control-max-age", str(cors.max_age_seconds)),
    ]


def cross_origin(cors: Cors, origin: str) -> Headers:
    headers = [("access-control-allow-origin", origin)]
    if cors.credentials:
        headers.append(("access-control-allow-credentials", "true"))
    if cors.expose:
        headers.append(("access-control-expose-headers", ",".join(cors.expose)))
    return headers


def own_answer(status: int, message: str) -> Reply:
    """What API Gateway says in its own name, without any handler."""
    return Reply(status, [("content-type", "application/json")], json.dumps({"message": message}).encode())


async def respond(send: Send, reply: Reply) -> None:
    headers = [(name, value) for name, value in reply.headers if name not in HOP_BY_HOP]
    if reply.status not in (204, 304):
        headers.append(("content-length", str(len(reply.body))))
    wire = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": wire})
    await send({"type": "http.response.body", "body": reply.body})
