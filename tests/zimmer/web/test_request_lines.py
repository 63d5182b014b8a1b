"""Each request leaves one line that counts: its route, how it ended, how long it took."""

import json

import pytest

from tests.api import Api
from tests.logs import ReadLog

pytestmark = pytest.mark.usefixtures("talkative")


def lines(log: ReadLog) -> list[dict[str, object]]:
    return [line for line in log() if line["message"] == "http.answered"]


def test_the_route_is_named_and_not_the_address(api: Api, log: ReadLog) -> None:
    api.get("/api/payments/status/a-number-nobody-has")
    api.get("/api/payments/nothing/like/this")
    api.get("/api/automations/available")
    found = lines(log)
    assert [(line["route"], line["status"], line["code"]) for line in found] == [
        ("GET /api/payments/status/{transaction_id}", "4xx", 404),
        ("GET -", "4xx", 404),
        ("GET /api/automations/available", "2xx", 200),
    ]
    for line in found:
        assert isinstance(line["Duration"], float)
        assert 0 < line["Duration"] < 60_000


def test_a_request_costs_at_most_600_bytes_of_log(api: Api, log: ReadLog) -> None:
    api.get("/api/automations/available")
    [line] = log()
    assert len(json.dumps(line)) <= 600


def test_only_the_first_answer_of_a_container_is_cold(api: Api, log: ReadLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zimmer.web.edge._is_cold", True)
    api.get("/api/health")
    api.get("/api/health")
    assert ["cold" in line for line in lines(log)] == [True, False]
