"""Whatever the owner must know of rings, rings somewhere, says what to do, and counts something that exists."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from local.rules.complaint import Complaint, leaves, named, properties
from local.template import ROOT, Template, event_sources, functions, queues

OPERATIONS = "docs/operations.md"
HEADINGS = frozenset(
    {
        "dead-letters",
        "stuck-payment",
        "reconciliation",
        "held-tokens",
        "gateway-outage",
        "database",
        "function-errors",
        "api-errors",
        "mail",
        "egress",
    }
)
# Of the whole platform; queues and functions have theirs each.
MUST_RING = {
    "review": "PaymentsForReview",
    "gateway": "GatewayTrouble",
    "terminal": "TerminalRefused",
    "outbox": "OutboxLeftBehind",
    "sweep": "Sweeps",
    "upkeep": "Upkeeps",
    "mail": "MailFailures",
    "books": "BooksBroken",
    "night": "Nights",
    "throttles": "Throttles",
    "api": "5xx",
    "database CPU": "CPUUtilization",
    "database storage": "FreeStorageSpace",
    "database connections": "DatabaseConnections",
    "egress": "ErrorPortAllocation",
}
WRITES_EVENTS = re.compile(r'(?:logger\(\)\.\w+|tell)\(\s*"([^"]+)"')  # `tell` chooses a level first
ASKS_FOR_EVENTS = re.compile(r'\$\.message = "([^"]+)"')

Watched = set[tuple[str, str | None]]


def watching(template: Template) -> Iterator[Complaint]:
    """Each thing that can go wrong has its alarm."""
    watched = {pair for alarm in properties(template, "AWS::CloudWatch::Alarm").values() for pair in pairs(alarm)}
    metrics = {metric for metric, _ in watched}
    for what, metric in MUST_RING.items():
        if metric not in metrics:
            yield Complaint("no-alarm", what, f"nothing watches {metric}")
    for what, metric, name in per_resource(template):
        if (metric, name) not in watched:
            yield Complaint("no-alarm", name, f"nothing watches its {what}")


def per_resource(template: Template) -> Iterator[tuple[str, str, str]]:
    for name in functions(template):
        yield "errors", "Errors", name
    for source in event_sources(template):
        yield "oldest message", "ApproximateAgeOfOldestMessage", source.queue
    for name in {queue.dead_letters for queue in queues(template).values() if queue.dead_letters}:
        yield "depth", "ApproximateNumberOfMessagesVisible", name


def pairs(alarm: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """(metric, the resource of its first dimension) of an alarm, or of each metric it adds up."""
    metrics = [entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry]
    for metric in [alarm, *metrics] if "MetricName" in alarm else metrics:
        dimensions = metric.get("Dimensions") or [{}]
        yield metric["MetricName"], named(dimensions[0].get("Value"))


def guidance(template: Template) -> Iterator[Complaint]:
    """Whoever is woken is told where to read on, and somebody is woken."""
    for name, alarm in properties(template, "AWS::CloudWatch::Alarm").items():
        found = re.match(rf"{re.escape(OPERATIONS)}#([a-z-]+) ", str(alarm.get("AlarmDescription", "")))
        if not found or found[1] not in HEADINGS or found[1] not in written_headings():
            yield Complaint("alarm-without-advice", name, f"its description names no heading of {OPERATIONS}")
        if not alarm.get("AlarmActions"):
            yield Complaint("alarm-nobody-hears", name, "it has no AlarmActions")


@lru_cache(maxsize=1)
def written_headings() -> frozenset[str]:
    """The anchors that GitHub makes of the page's headings."""
    path = ROOT / OPERATIONS
    if not path.exists():
        return HEADINGS
    lines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", line.strip().lower()).replace(" ", "-") for line in lines)


def sources(template: Template) -> Iterator[Complaint]:
    """A filter asks for events that the code writes, and a figure of ours has a filter that makes it."""
    made = set()
    for name, metric_filter in properties(template, "AWS::Logs::MetricFilter").items():
        made |= {transformation["MetricName"] for transformation in metric_filter["MetricTransformations"]}
        for event in ASKS_FOR_EVENTS.findall(metric_filter["FilterPattern"]):
            if event not in written_events():
                yield Complaint("filter-of-nothing", name, f"no code logs {event}")
    for name, alarm in properties(template, "AWS::CloudWatch::Alarm").items():
        is_ours = any(text.startswith("Zimmer/") for text in leaves(alarm.get("Namespace")))
        if is_ours and alarm["MetricName"] not in made:
            yield Complaint("alarm-of-nothing", name, f"no filter makes {alarm['MetricName']}")


@lru_cache(maxsize=1)
def written_events() -> frozenset[str]:
    """Every event that the functions and the layer log, by name."""
    folders = (ROOT / "functions", ROOT / "layers" / "common" / "zimmer")
    texts = (path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    return frozenset(name for text in texts for name in WRITES_EVENTS.findall(text))


RULES = (watching, guidance, sources)
