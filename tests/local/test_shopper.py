"""The stories' customer is as patient as a person: a door that is full is tried again, a refusal is an answer."""

import time

import httpx
import pytest

from local import shopper
from local.shopper import PatientShopper, StoryBroken

THROTTLED = httpx.Response(429, json={"message": "Too Many Requests"})
BUSY = httpx.Response(503, json={"message": "Service Unavailable"})
REFUSED = httpx.Response(429, json={"code": "too-many-attempts"}, headers={"retry-after": "60"})
SERVED = httpx.Response(200, json={"id": 7})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shopper, "ASKS_EVERY_SECONDS", 0.0)


@pytest.mark.parametrize("full", [THROTTLED, BUSY])
def test_a_full_door_is_tried_again(full: httpx.Response) -> None:
    assert patient(full, full, SERVED).api("GET", "/api/auth/me") == {"id": 7}


def test_a_refusal_with_its_pause_is_an_answer() -> None:
    with pytest.raises(StoryBroken, match="too-many-attempts"):
        patient(REFUSED, SERVED).api("GET", "/api/auth/me")


def test_patience_ends_at_the_deadline() -> None:
    with pytest.raises(StoryBroken, match="Too Many Requests"):
        patient(THROTTLED, SERVED, within=-1.0).api("GET", "/api/auth/me")


def patient(*answers: httpx.Response, within: float = 60.0) -> PatientShopper:
    """A customer whom the platform gives these answers in turn."""
    prepared = iter(answers)
    browser = httpx.Client(transport=httpx.MockTransport(lambda _: next(prepared)))
    return PatientShopper("http://api.example", browser, time.monotonic() + within)
