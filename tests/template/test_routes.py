import pytest

from local.template import Template, cors, find_route, load_template, resources, routes

TABLE = routes(load_template())

PREFIXES = {
    "/api/auth": "AuthFunction",
    "/api/automations": "AutomationsFunction",
    "/api/user": "AutomationsFunction",
    "/api/automation-usage": "AutomationsFunction",
    "/api/llm": "AutomationsFunction",
    "/api/payments": "PaymentsFunction",
    "/api/support": "SupportFunction",
    "/api/notifications": "SupportFunction",
    "/api/admin/notifications/broadcast": "SupportFunction",
    "/api/admin": "AdminFunction",
}


def function_of(method: str, path: str) -> str | None:
    found = find_route(TABLE, method, path)
    return found.route.function if found else None


@pytest.mark.parametrize("rest", ["", "/one", "/one/two/three"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_prefix_belongs_to_one_function(prefix: str, method: str, rest: str) -> None:
    assert function_of(method, prefix + rest) == PREFIXES[prefix]


def test_health_is_answered_by_auth() -> None:
    assert function_of("GET", "/api/health") == "AuthFunction"


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("POST", "/api/admin/payments/7/check", "PaymentsFunction"),
        ("POST", "/api/admin/payments/7/reverse", "PaymentsFunction"),
        ("POST", "/api/admin/payments/7/refund", "PaymentsFunction"),
        ("POST", "/api/admin/payments/7/review", "PaymentsFunction"),
        ("POST", "/api/admin/sweep", "PaymentsFunction"),
        ("POST", "/api/admin/automations/7/health-check", "AutomationsFunction"),
        ("POST", "/api/admin/automations/7/service-token/rotate", "AutomationsFunction"),
        ("POST", "/api/admin/openai-keys/7/test", "AutomationsFunction"),
        ("POST", "/api/admin/notifications/broadcast/preview", "SupportFunction"),
    ],
)
def test_a_staff_route_goes_to_the_function_that_owns_its_code(method: str, path: str, function: str) -> None:
    assert function_of(method, path) == function


@pytest.mark.parametrize(
    "path",
    [
        "/api/admin/payments",
        "/api/admin/payments/7",
        "/api/admin/payments/review-queue",
        "/api/admin/automations/7",
        "/api/admin/openai-keys/7/disable",
        "/api/admin/dashboard/stats",
        "/api/admin/system/dlq/redrive",
    ],
)
def test_the_rest_of_admin_stays_with_admin(path: str) -> None:
    assert function_of("GET", path) == "AdminFunction"


@pytest.mark.parametrize("path", ["/", "/api", "/api/unknown", "/api/authors", "/internal/migrate"])
def test_what_is_no_prefix_reaches_no_function(path: str) -> None:
    assert function_of("GET", path) is None


def test_no_route_stands_twice() -> None:
    keys = [route.key for route in TABLE]
    assert len(keys) == len(set(keys))


def test_every_function_stands_behind_the_one_api(template: Template) -> None:
    events = [
        event["Properties"]["ApiId"]
        for function in resources(template, "AWS::Serverless::Function").values()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    assert len(events) == len(TABLE)
    assert all(api == {"Ref": "Api"} for api in events)


def test_throttled_routes_exist(template: Template) -> None:
    api = resources(template, "AWS::Serverless::HttpApi")["Api"]["Properties"]
    assert api["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert set(api["RouteSettings"]) <= {route.key for route in TABLE}


def test_cors_lets_in_two_exact_origins(template: Template) -> None:
    block = cors(template)
    assert block.origins == [{"Ref": "FrontendUrl"}, {"Ref": "AdminUrl"}]
    assert block.credentials
    assert set(block.methods) == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert set(block.headers) == {"authorization", "content-type", "idempotency-key", "if-none-match"}
    assert set(block.expose) == {"etag", "retry-after", "x-request-id"}
