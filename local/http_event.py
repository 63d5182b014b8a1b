"""An HTTP request as the event API Gateway's HTTP API makes of it (payload format 2.0), and an answer as HTTP.

Pure translation: it knows nothing of routes, sandboxes or sockets.
Source: the API Gateway developer guide, "Lambda proxy integrations for HTTP APIs"; that the path arrives decoded
and the query string does not, that forms and types API Gateway does not know arrive in base64, is observed.
"""

import base64
import binascii
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.template import Match

ACCOUNT = "123456789012"
TEXT = ("text/", "application/json", "application/javascript", "application/xml")

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """What came over the wire; header names in lower case, `path` still percent-encoded."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    source_ip: str
    port: int
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Headers
    body: bytes


class MalformedAnswer(Exception):
    """The handler's answer is nothing that API Gateway could send on."""


def event_of(request: Request, match: Match) -> dict[str, Any]:
    """The event of a request; fields without content are absent, as they are on AWS."""
    path = unquote(request.path)
    body, is_base64 = encoded(request)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": path,
        "rawQueryString": request.query,
        "cookies": cookies_of(request.headers),
        "headers": combined_headers(request),
        "queryStringParameters": joined(parse_qsl(request.query, keep_blank_values=True)),
        "requestContext": context_of(request, match, path),
        "pathParameters": {name: unquote(value) for name, value in match.path_parameters.items()},
        "body": body,
        "isBase64Encoded": is_base64,
    }
    optional = ("cookies", "queryStringParameters", "pathParameters", "body")
    return {name: value for name, value in event.items() if value or name not in optional}


def context_of(request: Request, match: Match, path: str) -> dict[str, Any]:
    host = request.header("host").partition(":")[0]
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent"),
        },
        "requestId": request.request_id,
        "routeKey": match.route.key,
        "stage": "$default",
        "time": request.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(request.at.timestamp() * 1000),
    }


def combined_headers(request: Request) -> dict[str, str]:
    """One value per name, several joined by commas, with the ones API Gateway adds; cookies stand elsewhere."""
    forwarded = [
        ("x-amzn-trace-id", f"Root=1-{int(request.at.timestamp()):08x}-{uuid.uuid4().hex[:24]}"),
        ("x-forwarded-for", request.source_ip),
    ]
    plain = [(name, value) for name, value in [*request.headers, *forwarded] if name != "cookie"]
    return {**joined(plain), "x-forwarded-port": str(request.port), "x-forwarded-proto": "http"}


def cookies_of(headers: Headers) -> list[str]:
    sent = [part.strip() for name, value in headers if name == "cookie" for part in value.split(";")]
    return [cookie for cookie in sent if cookie]


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    together: dict[str, str] = {}
    for name, value in pairs:
        together[name] = f"{together[name]},{value}" if name in together else value
    return together


def encoded(request: Request) -> tuple[str, bool]:
    """The body as text, and whether that text is base64."""
    if request.header("content-type").lower().startswith(TEXT):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), bool(request.body)


def reply_of(answer: Any) -> Reply:
    """What goes to the client. An answer without a status code is the body of a 200. Raises MalformedAnswer."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        body = answer if isinstance(answer, str) else json.dumps(answer)
        return Reply(200, [("content-type", "application/json")], body.encode())
    try:
        status = int(answer["statusCode"])
        headers = [(str(name).lower(), str(value)) for name, value in (answer.get("headers") or {}).items()]
        headers += [("set-cookie", str(cookie)) for cookie in answer.get("cookies") or []]
        body_bytes = decoded(answer.get("body") or "", is_base64=bool(answer.get("isBase64Encoded")))
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise MalformedAnswer(str(error)) from error
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Reply(status, headers, body_bytes)


def decoded(body: str, *, is_base64: bool) -> bytes:
    return base64.b64decode(body, validate=True) if is_base64 else body.encode()
