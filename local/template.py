"""What `template.yaml` promises, as plain values: routes, functions, queues, schedules.

The local gateway and the tests read the deployed template itself, so a route or a time-out exists once.
It knows CloudFormation's shape and nothing about how anything is run.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"

Template = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """One line of the API's routing table; `method` is a verb or ANY, `path` may end in `{proxy+}`."""

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        """The route key as API Gateway writes it into an event: `ANY /api/auth/{proxy+}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Match:
    """A route that takes a request, and the path parameters it found in it."""

    route: Route
    path_parameters: dict[str, str]


@dataclass(frozen=True)
class LambdaFunction:
    """A function as Lambda would run it; `environment` holds the literal variables, not the references."""

    logical_id: str
    handler: str
    timeout_seconds: int
    memory_mb: int
    reserved_concurrency: int | None
    environment: dict[str, str]


@dataclass(frozen=True)
class Schedule:
    """A function that a clock calls: `every` so often, or each day `at` an hour of UTC."""

    function: str
    expression: str
    every: timedelta | None
    at: time | None = None


@dataclass(frozen=True)
class EventSource:
    """A queue that feeds a function in batches."""

    queue: str
    function: str
    batch_size: int
    window_seconds: int
    reports_item_failures: bool
    most_at_once: int | None = None  # batches in work at the same time; None leaves it to Lambda


@dataclass(frozen=True)
class Queue:
    """A queue; `max_receive_count` and `dead_letters` (a logical id) are None where nothing is redriven."""

    logical_id: str
    visibility_seconds: int
    retention_seconds: int
    max_receive_count: int | None
    dead_letters: str | None


@dataclass(frozen=True)
class Cors:
    """What API Gateway answers to another origin; `origins` still hold their `{"Ref": parameter}`."""

    origins: list[Any]
    methods: list[str]
    headers: list[str]
    expose: list[str]
    credentials: bool
    max_age_seconds: int


@dataclass(frozen=True)
class Limit:
    """How many requests a second API Gateway lets through, and how many at once after a pause."""

    rate: float
    burst: int


class _CloudFormationLoader(yaml.CSafeLoader):
    """YAML plus CloudFormation's short tags, read as their long forms."""


def _long_form(loader: _CloudFormationLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


_CloudFormationLoader.add_multi_constructor("!", _long_form)


def load_template(path: Path = TEMPLATE) -> Template:
    """The template with `!Ref Api` read as `{"Ref": "Api"}` and Globals left where they stand."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_CloudFormationLoader)
    if not isinstance(loaded, dict):
        raise TypeError(f"{path} is not a template")
    return loaded


def functions(template: Template) -> dict[str, LambdaFunction]:
    """Every function with the Globals' defaults applied, by logical id."""
    defaults = template.get("Globals", {}).get("Function", {})
    return {
        logical_id: _function(logical_id, defaults | resource["Properties"], defaults)
        for logical_id, resource in resources(template, "AWS::Serverless::Function").items()
    }


def routes(template: Template) -> list[Route]:
    """The API's routes in the order they stand in the template."""
    return [
        Route(method=event["Method"].upper(), path=event["Path"], function=function)
        for function, event in _events(template, "HttpApi")
    ]


def find_route(table: list[Route], method: str, path: str) -> Match | None:
    """The most specific route for a request, as API Gateway chooses.

    Fixed words win over `{id}`, `{id}` over `{proxy+}`, and on the same path a named method over ANY.
    """
    matches = [
        Match(route, parameters)
        for route in table
        if route.method in {method.upper(), "ANY"} and (parameters := _parameters(route.path, path)) is not None
    ]
    return min(matches, key=lambda match: _specificity(match.route), default=None)


def schedules(template: Template) -> list[Schedule]:
    """The functions that a clock calls."""
    return [
        Schedule(
            function=function, expression=event["Schedule"], every=_rate(event["Schedule"]), at=_hour(event["Schedule"])
        )
        for function, event in _events(template, "Schedule")
    ]


def event_sources(template: Template) -> list[EventSource]:
    """The queues that feed functions."""
    return [
        EventSource(
            queue=event["Queue"]["Fn::GetAtt"][0],
            function=function,
            batch_size=event.get("BatchSize", 10),
            window_seconds=event.get("MaximumBatchingWindowInSeconds", 0),
            reports_item_failures="ReportBatchItemFailures" in event.get("FunctionResponseTypes", []),
            most_at_once=event.get("ScalingConfig", {}).get("MaximumConcurrency"),
        )
        for function, event in _events(template, "SQS")
    ]


def queues(template: Template) -> dict[str, Queue]:
    """Every queue by logical id, with SQS's own defaults where the template is silent."""
    return {
        logical_id: _queue(logical_id, resource.get("Properties", {}))
        for logical_id, resource in resources(template, "AWS::SQS::Queue").items()
    }


def cors(template: Template) -> Cors:
    """The one CORS block, which the API applies whatever the functions answer."""
    (api,) = resources(template, "AWS::Serverless::HttpApi").values()
    block = api["Properties"]["CorsConfiguration"]
    return Cors(
        origins=block["AllowOrigins"],
        methods=block["AllowMethods"],
        headers=block["AllowHeaders"],
        expose=block["ExposeHeaders"],
        credentials=block["AllowCredentials"],
        max_age_seconds=block["MaxAge"],
    )


def limits(template: Template) -> tuple[Limit, dict[str, Limit]]:
    """The API's throttling: for any route, and for the route keys that have their own."""
    (api,) = resources(template, "AWS::Serverless::HttpApi").values()
    own = {key: _limit(block) for key, block in api["Properties"]["RouteSettings"].items()}
    return _limit(api["Properties"]["DefaultRouteSettings"]), own


def resources(template: Template, type_: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == type_}


def _function(logical_id: str, properties: dict[str, Any], defaults: dict[str, Any]) -> LambdaFunction:
    shared = defaults.get("Environment", {}).get("Variables", {})
    own = properties.get("Environment", {}).get("Variables", {})
    return LambdaFunction(
        logical_id=logical_id,
        handler=properties["Handler"],
        timeout_seconds=properties["Timeout"],
        memory_mb=properties["MemorySize"],
        reserved_concurrency=properties.get("ReservedConcurrentExecutions"),
        environment={name: value for name, value in (shared | own).items() if isinstance(value, str)},
    )


def _events(template: Template, type_: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (logical_id, event["Properties"])
        for logical_id, resource in resources(template, "AWS::Serverless::Function").items()
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == type_
    ]


def _queue(logical_id: str, properties: dict[str, Any]) -> Queue:
    redrive = properties.get("RedrivePolicy", {})
    return Queue(
        logical_id=logical_id,
        visibility_seconds=properties.get("VisibilityTimeout", 30),
        retention_seconds=properties.get("MessageRetentionPeriod", 4 * 24 * 3600),
        max_receive_count=redrive.get("maxReceiveCount"),
        dead_letters=redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] if redrive else None,
    )


def _limit(block: dict[str, Any]) -> Limit:
    return Limit(rate=block["ThrottlingRateLimit"], burst=block["ThrottlingBurstLimit"])


def _rate(expression: str) -> timedelta | None:
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    return timedelta(**{f"{found[2]}s": int(found[1])}) if found else None


def _hour(expression: str) -> time | None:
    found = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", expression)
    return time(int(found[2]), int(found[1])) if found else None


def _parameters(pattern: str, path: str) -> dict[str, str] | None:
    words = [_word(word) for word in pattern.strip("/").split("/")]
    found = re.fullmatch("/" + "/".join(words), path)
    return found.groupdict() if found else None


def _word(word: str) -> str:
    name = word.strip("{}+")
    if word.endswith("+}"):
        return f"(?P<{name}>.+)"
    return f"(?P<{name}>[^/]+)" if word.startswith("{") else re.escape(word)


def _specificity(route: Route) -> tuple[list[int], bool]:
    ranks = [2 if word.endswith("+}") else int(word.startswith("{")) for word in route.path.strip("/").split("/")]
    return ranks, route.method == "ANY"
