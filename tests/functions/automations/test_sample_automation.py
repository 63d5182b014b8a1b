"""The sample automation, as a developer would copy it, against the real developer API."""

import json
from collections.abc import Iterator

import httpx
import pytest

from examples.automation.service import Automation
from examples.automation.zimmer_api import ZimmerApi
from tests.functions.automations.conftest import Meter


class Wire(httpx.BaseTransport):
    """Carries the sample's requests to the handlers; loses as many answers as it is told."""

    def __init__(self, meter: Meter) -> None:
        self.meter, self.to_lose = meter, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        headers = {"x-zimmer-service-token": request.headers["x-zimmer-service-token"]}
        answer = self.meter.api.send(request.method, request.url.path, body, headers=headers)
        if self.to_lose:
            self.to_lose -= 1
            raise httpx.ReadTimeout("lost")
        return httpx.Response(answer.status, content=answer.body)


@pytest.fixture
def wire(meter: Meter) -> Wire:
    return Wire(meter)


@pytest.fixture
def sample(meter: Meter, wire: Wire) -> Iterator[Automation]:
    with httpx.Client(base_url="http://zimmer.test", transport=wire) as client:
        yield Automation(ZimmerApi(client, service_token=meter.token, pause=lambda _: None))


def test_work_of_a_known_cost_is_charged_once_though_answers_are_lost(
    sample: Automation, wire: Wire, meter: Meter
) -> None:
    copy = meter.holds(paid=10)
    wire.to_lose = 2
    assert sample.run({"user_automation_id": copy.id, "units": 4, "idempotency_key": "a"}).body["done"]
    assert meter.books()[1] == 6


def test_work_of_an_unknown_cost_is_charged_for_what_it_took(sample: Automation, wire: Wire, meter: Meter) -> None:
    copy = meter.holds(paid=30)
    wire.to_lose = 1
    answer = sample.write({"user_automation_id": copy.id, "at_most": 20, "topic": "tea", "idempotency_key": "a"})
    assert (answer.status, answer.body["done"], answer.body["used"]) == (200, True, len(answer.body["text"].split()))
    assert meter.books()[1] == 30 - answer.body["used"]


def test_work_that_came_to_nothing_costs_nothing(sample: Automation, meter: Meter) -> None:
    copy = meter.holds(paid=30)
    answer = sample.write({"user_automation_id": copy.id, "at_most": 20, "topic": " ", "idempotency_key": "a"})
    assert (answer.status, answer.body["done"]) == (422, False)
    assert meter.books()[1] == 30


def test_who_cannot_pay_for_the_most_it_may_cost_gets_no_work(sample: Automation, meter: Meter) -> None:
    copy = meter.holds(paid=10)
    answer = sample.write({"user_automation_id": copy.id, "at_most": 20, "topic": "tea", "idempotency_key": "a"})
    assert (answer.status, answer.body["done"], answer.body["available"]) == (402, False, 10)
    assert meter.books()[1] == 10
