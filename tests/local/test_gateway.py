"""The local gateway promises what API Gateway does: its events, its choice of routes, its own few answers."""

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import ports
from local.environment import plain_environment
from local.gateway import BODY_LIMIT, COMES_FROM, Gateway
from local.http_event import MalformedAnswer, Request, event_of, reply_of
from local.leash import Leash
from local.sandbox import HandlerRaised, NoneFree, SandboxDied, Sandboxes, Surroundings, TimedOut
from local.serving import serving
from local.source_sandbox import from_source
from local.template import Cors, LambdaFunction, Limit, Match, Route, limits, load_template, routes
from local.throttle import Throttle

PANEL = "http://localhost:3000"
CORS = Cors(
    origins=[PANEL],
    methods=["GET", "POST"],
    headers=["authorization"],
    expose=["etag"],
    credentials=True,
    max_age_seconds=600,
)


class Recorder:
    """Functions that remember their events and answer, or raise, as told."""

    def __init__(self, outcome: Any = "ok") -> None:
        self.outcome = outcome
        self.calls: list[tuple[str, Any]] = []

    def invoke(self, function: str, event: Any) -> Any:
        self.calls.append((function, event))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def gateway(functions: Any, *table: tuple[str, str, str]) -> Gateway:
    routes = [Route(*row) for row in table or [("ANY", "/api/{proxy+}", "Api")]]
    return Gateway(routes, functions, cors=CORS, origins=[PANEL], port=8000)


def request(method: str = "GET", path: str = "/api/x", **fields: Any) -> Request:
    defaults: dict[str, Any] = {"query": "", "headers": [], "body": b"", "source_ip": "127.0.0.1", "port": 8000}
    return Request(method=method, path=path, **{**defaults, **fields})


def event(**fields: Any) -> dict[str, Any]:
    sent = request(**fields)
    return event_of(sent, Match(Route("ANY", "/api/{proxy+}", "Api"), {"proxy": sent.path.removeprefix("/api/")}))


# the event


def test_repeated_query_parameters_are_joined_and_the_raw_query_stays_as_it_came() -> None:
    made = event(query="a=1&a=2&b=%D8%B3&c=")
    assert made["rawQueryString"] == "a=1&a=2&b=%D8%B3&c="
    assert made["queryStringParameters"] == {"a": "1,2", "b": "س", "c": ""}


def test_cookies_stand_beside_the_headers() -> None:
    made = event(headers=[("cookie", "a=1; b=2"), ("cookie", "c=3"), ("accept", "text/html")])
    assert made["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in made["headers"]


def test_repeated_headers_are_joined_by_commas() -> None:
    assert event(headers=[("x-tag", "one"), ("x-tag", "two")])["headers"]["x-tag"] == "one,two"


def test_the_caller_s_address_is_added_to_those_it_was_forwarded_for() -> None:
    headers = event(headers=[("x-forwarded-for", "10.0.0.1")], source_ip="127.0.0.1")["headers"]
    assert headers["x-forwarded-for"] == "10.0.0.1,127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"


def test_a_json_body_stays_text() -> None:
    made = event(
        method="POST", headers=[("content-type", "application/json; charset=utf-8")], body='{"a":"س"}'.encode()
    )
    assert (made["body"], made["isBase64Encoded"]) == ('{"a":"س"}', False)


@pytest.mark.parametrize("content_type", ["image/png", "application/x-www-form-urlencoded", "", "text/plain"])
def test_bytes_travel_in_base64(content_type: str) -> None:
    made = event(method="POST", headers=[("content-type", content_type)], body=b"\x89PNG\xff")
    assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (b"\x89PNG\xff", True)


def test_what_is_empty_is_absent() -> None:
    assert {"cookies", "queryStringParameters", "body"}.isdisjoint(event())


def test_an_encoded_path_arrives_decoded() -> None:
    made = event(path="/api/%D8%B3%20x")
    assert made["rawPath"] == "/api/س x"
    assert made["requestContext"]["http"]["path"] == "/api/س x"
    assert made["pathParameters"] == {"proxy": "س x"}


def test_the_context_names_request_route_and_caller() -> None:
    made = event(method="PATCH", headers=[("user-agent", "curl"), ("host", "localhost:8000")])
    context = made["requestContext"]
    assert (made["version"], made["routeKey"]) == ("2.0", "ANY /api/{proxy+}")
    assert (context["routeKey"], context["stage"], context["domainName"]) == (made["routeKey"], "$default", "localhost")
    assert (context["http"]["method"], context["http"]["userAgent"]) == ("PATCH", "curl")
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert context["requestId"]
    assert context["time"].endswith("+0000")


# the answer


def test_an_answer_without_a_status_code_is_the_body_of_a_200() -> None:
    reply = reply_of({"hello": "world"})
    assert (reply.status, reply.body) == (200, b'{"hello": "world"}')
    assert ("content-type", "application/json") in reply.headers


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "many"},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "%%%", "isBase64Encoded": True},
    ],
)
def test_an_answer_nobody_can_send_on_is_refused(answer: Any) -> None:
    with pytest.raises(MalformedAnswer):
        reply_of(answer)


# routes and the gateway's own answers


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/api/admin/users", "Admin"),
        ("POST", "/api/admin/payments/7/check", "Payments"),
        ("GET", "/api/admin/payments/7/check", "Admin"),
        ("GET", "/api/admin", "Root"),
        ("POST", "/api/admin/payments/export", "Admin"),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, function: str) -> None:
    functions = Recorder()
    table = [
        ("ANY", "/api/admin/{proxy+}", "Admin"),
        ("POST", "/api/admin/payments/{id}/check", "Payments"),
        ("ANY", "/api/admin", "Root"),
    ]
    gateway(functions, *table).answer(request(method, path))
    assert [name for name, _ in functions.calls] == [function]


def test_no_route_is_a_404_in_the_gateway_s_own_words() -> None:
    reply = gateway(Recorder()).answer(request(path="/elsewhere"))
    assert (reply.status, reply.body) == (404, b'{"message": "Not Found"}')


@pytest.mark.parametrize(
    ("outcome", "status", "message"),
    [
        (TimedOut("too late"), 503, b'{"message": "Service Unavailable"}'),
        (NoneFree("busy"), 503, b'{"message": "Service Unavailable"}'),
        (HandlerRaised("ValueError: no"), 500, b'{"message": "Internal Server Error"}'),
        ({"statusCode": "many"}, 500, b'{"message": "Internal Server Error"}'),
    ],
)
def test_a_function_that_fails_is_hidden_behind_the_gateway(outcome: Any, status: int, message: bytes) -> None:
    reply = gateway(Recorder(outcome)).answer(request())
    assert (reply.status, reply.body) == (status, message)


def test_a_preflight_is_answered_without_the_function() -> None:
    functions = Recorder()
    asked = [("origin", PANEL), ("access-control-request-method", "POST")]
    reply = gateway(functions).answer(request("OPTIONS", headers=asked))
    assert (reply.status, functions.calls) == (204, [])
    assert dict(reply.headers) == {
        "access-control-allow-origin": PANEL,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "etag",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization",
        "access-control-max-age": "600",
    }


def test_a_stranger_s_preflight_allows_nothing() -> None:
    asked = [("origin", "http://evil.example"), ("access-control-request-method", "POST")]
    assert gateway(Recorder()).answer(request("OPTIONS", headers=asked)).headers == []


def test_only_the_template_s_cors_headers_go_out() -> None:
    functions = Recorder({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": "x"})
    panel = dict(gateway(functions).answer(request(headers=[("origin", PANEL)])).headers)
    stranger = dict(gateway(functions).answer(request(headers=[("origin", "http://evil.example")])).headers)
    assert panel["access-control-allow-origin"] == PANEL
    assert not [name for name in stranger if name.startswith("access-control-")]


# its throttling


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate() -> None:
    seconds = Seconds()
    throttle = Throttle(Limit(rate=2, burst=3), {}, seconds=seconds)
    assert [throttle.lets_through("ANY /api/x") for _ in range(5)] == [True, True, True, False, False]
    seconds.now += 1
    assert [throttle.lets_through("ANY /api/x") for _ in range(3)] == [True, True, False]
    seconds.now += 3600
    assert [throttle.lets_through("ANY /api/x") for _ in range(4)] == [True, True, True, False]


def test_each_route_has_a_bucket_of_its_own() -> None:
    throttle = Throttle(Limit(rate=1, burst=1), {"ANY /api/auth": Limit(rate=1, burst=2)}, seconds=Seconds())
    assert [throttle.lets_through("ANY /api/auth") for _ in range(3)] == [True, True, False]
    assert throttle.lets_through("ANY /api/user")


def test_too_many_requests_are_refused_without_the_function() -> None:
    functions = Recorder()
    table = [Route("ANY", "/api/{proxy+}", "Api")]
    throttle = Throttle(Limit(rate=0, burst=1), {}, seconds=Seconds())
    app = Gateway(table, functions, cors=CORS, origins=[PANEL], port=8000, throttle=throttle)
    replies = [app.answer(request(headers=[("origin", PANEL)])) for _ in range(2)]
    assert [reply.status for reply in replies] == [200, 429]
    assert replies[1].body == b'{"message": "Too Many Requests"}'
    assert dict(replies[1].headers)["access-control-allow-origin"] == PANEL
    assert len(functions.calls) == 1


def test_the_template_s_limits_are_read() -> None:
    usual, own = limits(load_template())
    assert usual == Limit(rate=50, burst=100)
    assert {route.key for route in routes(load_template())} >= set(own)


# over real sockets, in real sandboxes


def function(name: str, *, timeout_seconds: int = 20) -> LambdaFunction:
    return LambdaFunction(name, f"tests.local.handlers.{name}", timeout_seconds, 512, None, {"DB_PORT": "5432"})


@pytest.fixture(scope="module")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandboxes]:
    names = ("echo", "describe", "raises", "dies", "dies_once", "cookies_and_bytes", "too_long")
    known = {name: function(name) for name in names} | {"hangs": function("hangs", timeout_seconds=1)}
    known["missing"] = LambdaFunction("missing", "tests.local.no_such_module.handler", 5, 512, None, {})
    with Leash() as leash:
        environment = {**plain_environment(), "AWS_REGION": "eu-central-1"}
        running = Sandboxes(known, from_source(Surroundings(environment, tmp_path_factory.mktemp("logs"), leash)))
        yield running
        running.stop()


@pytest.fixture(scope="module")
def client(sandboxes: Sandboxes) -> Iterator[httpx.Client]:
    port = ports.free_port()
    table = [(name, f"/{name}") for name in ("echo", "raises", "dies", "hangs", "cookies_and_bytes", "too_long")]
    app = gateway(sandboxes, *(("ANY", f"{path}/{{proxy+}}", name) for name, path in table))
    with serving(app, ports.take(port)), httpx.Client(base_url=f"http://localhost:{port}", timeout=30) as browser:
        yield browser


def test_a_request_reaches_the_handler_as_an_event(client: httpx.Client) -> None:
    response = client.post("/echo/%D8%B3?a=1&a=2", json={"n": 1}, headers={"cookie": "s=1"})
    seen = response.json()
    assert response.status_code == 200
    assert (seen["rawPath"], seen["rawQueryString"]) == ("/echo/س", "a=1&a=2")
    assert (seen["cookies"], seen["body"]) == (["s=1"], '{"n":1}')
    assert seen["requestContext"]["http"]["method"] == "POST"
    assert response.headers["apigw-requestid"] == seen["requestContext"]["requestId"]


def test_cookies_and_bytes_come_back(client: httpx.Client) -> None:
    response = client.get("/cookies_and_bytes/x")
    assert (response.status_code, response.content) == (201, base64.b64decode("iVBO/w=="))
    assert response.headers.get_list("set-cookie") == ["a=1; HttpOnly", "b=2"]


@pytest.mark.parametrize(
    ("path", "status"), [("/raises/x", 500), ("/dies/x", 500), ("/too_long/x", 500), ("/hangs/x", 503)]
)
def test_a_sandbox_that_fails_is_an_answer_all_the_same(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_a_body_longer_than_api_gateway_takes_is_refused(client: httpx.Client) -> None:
    response = client.post("/echo/x", content=b"x" * (BODY_LIMIT + 1))
    assert (response.status_code, response.json()) == (413, {"message": "Request Entity Too Large"})


def test_the_context_is_lambda_s(sandboxes: Sandboxes) -> None:
    told = sandboxes.invoke("describe", {})
    assert (told["function"], told["memory"], told["input"]) == ("describe", "512", "")
    assert told["arn"] == "arn:aws:lambda:eu-central-1:123456789012:function:describe"
    assert told["request"]
    assert 0 < told["left"] <= 20_000


def test_a_pretended_customer_has_an_address_of_their_own(client: httpx.Client) -> None:
    seen = client.get("/echo/x", headers={COMES_FROM: "2001:db8::1"}).json()
    assert seen["requestContext"]["http"]["sourceIp"] == "2001:db8::1"
    assert COMES_FROM not in seen["headers"]


def test_a_browser_names_its_address_in_a_cookie_that_no_function_sees(client: httpx.Client) -> None:
    cookies = f"a=1; {COMES_FROM}=2001:db8::2; b=2=3"
    seen = client.get("/echo/x", headers={"cookie": cookies}).json()
    assert seen["requestContext"]["http"]["sourceIp"] == "2001:db8::2"
    assert seen["cookies"] == ["a=1", "b=2=3"]
    assert "cookies" not in client.get("/echo/x", headers={"cookie": f"{COMES_FROM}=2001:db8::2"}).json()


def test_a_killed_function_serves_the_next_event_from_a_new_process(sandboxes: Sandboxes) -> None:
    before = sandboxes.invoke("describe", {})["pid"]
    assert sandboxes.kill("describe") == 1
    with contextlib.suppress(SandboxDied):  # unless the death was noticed before the event was sent
        sandboxes.invoke("describe", {})
    assert sandboxes.invoke("describe", {})["pid"] != before


def test_a_warm_sandbox_is_used_again(sandboxes: Sandboxes) -> None:
    assert sandboxes.invoke("describe", {})["pid"] == sandboxes.invoke("describe", {})["pid"]


def test_a_dead_sandbox_is_replaced_by_the_next_event(sandboxes: Sandboxes) -> None:
    with pytest.raises(Exception, match="died"):
        sandboxes.invoke("dies_once", {"again": False})
    assert sandboxes.invoke("dies_once", {"again": True}) == "alive"


def test_a_handler_that_cannot_be_imported_says_which(sandboxes: Sandboxes) -> None:
    with pytest.raises(Exception, match="no_such_module"):
        sandboxes.invoke("missing", {})


def test_what_a_handler_prints_lands_in_its_log(tmp_path: Path) -> None:
    with Leash() as leash:
        running = Sandboxes({"echo": function("echo")}, from_source(Surroundings(plain_environment(), tmp_path, leash)))
        assert running.invoke("echo", "hello") == "hello"
        running.stop()
    assert "a handler's own words" in (tmp_path / "echo.log").read_text()


def test_the_template_s_database_does_not_reach_a_sandbox() -> None:
    from local.sandbox import environment_of

    assert "DB_PORT" not in environment_of(function("echo"), {"DATABASE_URL": "postgresql://localhost/x"})
