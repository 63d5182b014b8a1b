"""The filters behind the alarms read lines as the code writes them."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from functions.payments.gateways import zarinpal
from functions.payments.gateways.base import Report
from functions.payments.sweep import Swept
from local.rules.complaint import properties
from local.template import Template
from zimmer.observability import logger

FIELDS = re.compile(r"\$\.(\w+)")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the logger writes at the quietest level that the template allows, as CloudWatch gets it."""
    ours, written = logger(), io.StringIO()
    handler, level = ours.registered_handler, ours.log_level
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(written)
    ours.setLevel("INFO")
    yield written
    ours.setLevel(level)
    handler.setStream(before)


def last(lines: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return line


def fields_of(template: Template, metric: str) -> set[str]:
    """What the filters behind a figure look at, the value they add up included."""
    return {
        field
        for metric_filter in properties(template, "AWS::Logs::MetricFilter").values()
        for made in metric_filter["MetricTransformations"]
        if made["MetricName"] == metric
        for field in FIELDS.findall(f"{metric_filter['FilterPattern']} {made['MetricValue']}")
    }


def test_a_line_of_the_sweep_has_what_is_counted(template: Template, lines: io.StringIO) -> None:
    logger().info("sweep.done", **Swept(published=0, requeued=2, asked=1))
    assert last(lines)["message"] == "sweep.done"
    assert last(lines)["requeued"] == 2
    assert fields_of(template, "PaidAndUncredited") == {"message", "requeued"} <= last(lines).keys()


@pytest.mark.parametrize(
    ("report", "is_silent", "is_refused"),
    [
        (Report(80, code=100, http_status=200), False, False),
        (Report(80, code=-51, http_status=200), False, False),
        (Report(8000, reason="timeout"), True, False),
        (Report(90, http_status=502, reason="server-error"), True, False),
        (Report(90, code=-11, http_status=200), False, True),
    ],
)
def test_an_answer_of_the_gateway_is_counted_by_what_it_means(
    report: Report, is_silent: bool, is_refused: bool, template: Template, lines: io.StringIO
) -> None:
    zarinpal._log("verify", zarinpal.Answer({}, report))
    line = last(lines)
    assert line["message"] == "gateway.answered"
    assert ("reason" in line) is is_silent
    assert (line["level"] == "ERROR") is is_refused
    assert fields_of(template, "GatewayTrouble") == {"message", "reason"}
    assert fields_of(template, "TerminalRefused") == {"message", "level"}


def test_the_other_filters_look_at_the_events_name_alone(template: Template) -> None:
    described = {"PaidAndUncredited", "GatewayTrouble", "TerminalRefused"}
    figures = {
        made["MetricName"]
        for metric_filter in properties(template, "AWS::Logs::MetricFilter").values()
        for made in metric_filter["MetricTransformations"]
    }
    assert all(fields_of(template, metric) == {"message"} for metric in figures - described)
