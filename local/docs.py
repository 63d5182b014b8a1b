"""The API's interface as a page to try it out: Swagger UI at /docs, on the local platform only.

template.yaml has no such route, so nothing of this is on AWS. Whatever the page loads comes from this server:
Swagger UI's files lie in the fastapi-offline package, which is a place to take them from and is never imported.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from local.http_event import Headers, Reply, Request
from local.template import ROOT

OPENAPI = ROOT / "docs" / "api" / "openapi.json"  # local.openapi would bring all of FastAPI with it
HTML, JS, CSS, JSON = "text/html; charset=utf-8", "text/javascript", "text/css", "application/json"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Zimmer API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# validatorUrl: without it Swagger UI shows a badge that a server of its makers draws.
START = """SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""

# Inline styles and data: images are Swagger UI's own; it needs no inline script and nobody else's server.
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def page(request: Request) -> Reply | None:
    """The part of the page that was asked for; None when this is no request for one."""
    if request.method not in {"GET", "HEAD"}:
        return None
    match request.path:
        case "/docs" | "/docs/":
            return _reply(HTML, PAGE.encode())
        case "/docs/start.js":
            return _reply(JS, START.encode())
        case "/docs/openapi.json":
            return _reply(JSON, OPENAPI.read_bytes())  # it asks for the token where one is needed
        case "/docs/swagger-ui.css":
            return _reply(CSS, _asset("swagger-ui.css"))
        case "/docs/swagger-ui-bundle.js":
            return _reply(JS, _asset("swagger-ui-bundle.js"))
        case _:
            return None


def _reply(content_type: str, body: bytes) -> Reply:
    headers: Headers = [("content-type", content_type), ("cache-control", "no-cache"), *SECURITY_HEADERS.items()]
    return Reply(200, headers, body)


@cache
def _asset(name: str) -> bytes:
    return (_assets() / name).read_bytes()


def _assets() -> Path:
    package = find_spec("fastapi_offline")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("fastapi-offline is not installed; ./zimmer up installs it")
    return Path(package.submodule_search_locations[0]) / "static"
