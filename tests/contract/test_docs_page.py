"""The interface as a page: it works from the local platform alone, and is on no other."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from local import ports
from local.gateway import Gateway
from local.serving import serving
from local.template import ROOT, cors, find_route, load_template, routes

TEMPLATE = load_template()
PAGE, ASSETS = "/docs", ("/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/start.js", "/docs/openapi.json")


class Names:
    """Functions that answer with their own name."""

    def invoke(self, function: str, event: Any) -> Any:
        return {"statusCode": 200, "body": function}


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    """Asks the local gateway, over HTTP."""
    port = ports.free_port()
    gateway = Gateway(routes(TEMPLATE), Names(), cors=cors(TEMPLATE), origins=[], port=port)
    with ExitStack() as undo:
        sockets = ports.take(port)
        for held in sockets:
            undo.callback(held.close)
        undo.enter_context(serving(gateway, sockets))
        yield undo.enter_context(httpx.Client(base_url=f"http://localhost:{port}", trust_env=False))


@pytest.mark.parametrize("path", [PAGE, "/docs/", *ASSETS])
def test_the_page_and_all_it_loads_are_served(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_loads_these_files_and_no_others(browser: httpx.Client) -> None:
    loaded = re.findall(r'(?:src|href)="([^"]+)"', browser.get(PAGE).text)
    loaded += re.findall(r'url: "([^"]+)"', browser.get("/docs/start.js").text)
    assert set(loaded) - {"data:,"} == set(ASSETS)


@pytest.mark.parametrize("path", [PAGE, "/docs/start.js", "/docs/openapi.json"])
def test_nothing_of_ours_names_another_host(browser: httpx.Client, path: str) -> None:
    assert not re.findall(r"\w+://(?!localhost)", browser.get(path).text)


def test_the_style_sheet_loads_nothing_from_elsewhere(browser: httpx.Client) -> None:
    sheet = browser.get("/docs/swagger-ui.css").text
    assert "@import" not in sheet
    assert not re.findall(r"url\((?![\"']?data:)", sheet)


@pytest.mark.parametrize("path", [PAGE, *ASSETS])
def test_a_browser_may_ask_nobody_but_this_server(browser: httpx.Client, path: str) -> None:
    """Swagger UI's script names hosts (a validator, examples); its policy keeps it from asking them."""
    rules = [rule.split() for rule in browser.get(path).headers["content-security-policy"].split("; ")]
    policy = {name: set(sources) for name, *sources in rules}
    assert policy["default-src"] == {"'none'"}
    assert set().union(*policy.values()) <= {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert policy["script-src"] == policy["connect-src"] == {"'self'"}


def test_it_shows_the_written_interface_and_asks_for_a_token(browser: httpx.Client) -> None:
    written = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text(encoding="utf-8"))
    shown = browser.get("/docs/openapi.json").json()
    assert shown == written
    schemes = shown["components"]["securitySchemes"]
    asked = {
        scheme
        for ways in shown["paths"].values()
        for way in ways.values()
        for one in way.get("security", ())
        for scheme in one
    }
    assert asked == schemes.keys()


def test_a_request_tried_out_reaches_a_function_behind_the_same_address(browser: httpx.Client) -> None:
    server = browser.get("/docs/openapi.json").json()["servers"][0]["url"]
    assert browser.get(f"{server}api/auth/me").text == "AuthFunction"


def test_only_reading_is_answered_and_only_the_page(browser: httpx.Client) -> None:
    assert browser.post(PAGE).status_code == 404
    assert browser.get("/docs/../pyproject.toml").status_code == 404
    assert browser.get("/docs/redoc.standalone.js").status_code == 404


@pytest.mark.parametrize("path", [PAGE, *ASSETS])
def test_the_template_has_no_such_route(path: str) -> None:
    assert find_route(routes(TEMPLATE), "GET", path) is None
