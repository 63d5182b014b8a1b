"""The sample events are what the template's routes and sources would really deliver."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from local.template import ROOT, Template, event_sources, find_route, load_template, routes

TABLE = routes(load_template())
SAMPLES = sorted((ROOT / "events").glob("*.json"))
HTTP = {
    "register": "AuthFunction",
    "login": "AuthFunction",
    "me": "AuthFunction",
    "catalogue": "AutomationsFunction",
    "consume": "AutomationsFunction",
    "init-payment": "PaymentsFunction",
    "zarinpal-callback": "PaymentsFunction",
}


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def test_every_sample_is_known_here() -> None:
    assert {path.stem for path in SAMPLES} == HTTP.keys() | {"credit-batch", "delivery-batch", "sweep"}


@pytest.mark.parametrize("name", HTTP)
def test_a_request_carries_what_its_route_would_give_it(name: str) -> None:
    request = event(name)
    http = request["requestContext"]["http"]
    found = find_route(TABLE, http["method"], http["path"])
    assert found is not None
    assert found.route.function == HTTP[name]
    assert request["routeKey"] == request["requestContext"]["routeKey"] == found.route.key
    assert request.get("pathParameters", {}) == found.path_parameters
    assert request["rawPath"] == http["path"]
    assert request["version"] == "2.0"


@pytest.mark.parametrize("name", HTTP)
def test_a_requests_body_is_as_long_as_it_says(name: str) -> None:
    request = event(name)
    body = request.get("body", "")
    assert int(request["headers"].get("content-length", 0)) == len(body.encode())
    assert not request["isBase64Encoded"]
    assert not body or isinstance(json.loads(body), dict)


@pytest.mark.parametrize(
    ("sample", "queue", "names"),
    [("credit-batch", "CreditQueue", "payment_id"), ("delivery-batch", "DeliveryQueue", "delivery_id")],
)
def test_a_batch_fits_its_readers_source(template: Template, sample: str, queue: str, names: str) -> None:
    records = event(sample)["Records"]
    source = next(source for source in event_sources(template) if source.queue == queue)
    assert 1 < len(records) <= source.batch_size
    for number, record in enumerate(records, start=1):
        assert json.loads(record["body"]) == {names: number, "v": 1}
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
        assert source.queue in record["eventSourceARN"]


def test_the_tick_is_one_of_eventbridge() -> None:
    assert event("sweep")["detail-type"] == "Scheduled Event"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_sample_carries_a_real_token(path: Path) -> None:
    headers = json.loads(path.read_text(encoding="utf-8")).get("headers", {})
    assert headers.get("authorization") in {None, "Bearer ACCESS_TOKEN"}
    assert headers.get("x-zimmer-service-token") in {None, "zs_1_SERVICE_TOKEN"}
