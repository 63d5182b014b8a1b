"""A client that speaks to the real handlers: API Gateway's event in, the handler's answer out.

The route is looked up in template.yaml, so a request that the template would not deliver fails here too.
"""

import base64
import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlencode

from local.http_event import Request, event_of
from local.template import find_route, functions, load_template, routes

Json = Any


@dataclass(frozen=True)
class Answer:
    """What the handler answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()  # whole Set-Cookie values

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str | None:
        """The problem's code, when this is a problem."""
        is_problem = self.headers.get("content-type") == "application/problem+json"
        return str(self.json["code"]) if is_problem else None


class InProcess:
    """Calls a function's handler in this process, by the name template.yaml gives it."""

    def invoke(self, function: str, event: Any) -> Any:
        return handler_of(function)(event, None)


class Api:
    """One caller at one address. `token` is sent as Bearer when there is one."""

    def __init__(self, token: str | None = None, *, ip: str = "203.0.113.7") -> None:
        self._token, self._ip = token, ip

    def signed_in(self, token: str) -> "Api":
        return Api(token, ip=self._ip)

    def get(self, path: str, *, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Answer:
        return self.send("GET", path, params=params, headers=headers)

    def post(
        self, path: str, body: Json = None, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        return self.send("POST", path, body, content=content, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        content: bytes | None = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"host": "localhost:8000", "user-agent": "tests", **(headers or {})}
        if self._token:
            sent.setdefault("authorization", f"Bearer {self._token}")
        if content is None and body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent.setdefault("content-type", "application/json")
        match = find_route(route_table(), method, path)
        assert match, f"template.yaml has no route for {method} {path}"
        request = Request(
            method=method,
            path=quote(path),
            query=urlencode(params or {}),
            headers=list(sent.items()),
            body=content or b"",
            source_ip=self._ip,
            port=8000,
        )
        return answer_of(handler_of(match.route.function)(event_of(request, match), None))


def answer_of(answer: dict[str, Any]) -> Answer:
    """A handler's answer, decoded."""
    raw = answer.get("body") or ""
    body = base64.b64decode(raw) if answer.get("isBase64Encoded") else raw.encode()
    return Answer(answer["statusCode"], answer.get("headers", {}), body, tuple(answer.get("cookies", ())))


@cache
def route_table() -> Any:
    return routes(load_template())


@cache
def handler_of(function: str) -> Any:
    module, _, name = functions(load_template())[function].handler.rpartition(".")
    return getattr(import_module(module), name)
