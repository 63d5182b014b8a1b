"""Many uses in one call. What they move is tested with the ledger."""

from typing import Any

import pytest

from tests.api import Answer
from tests.functions.automations.conftest import Meter


def send(meter: Meter, *uses: Any) -> Answer:
    return meter.api.post("/api/automation-usage/batch", {"uses": list(uses)}, headers=meter.headers())


def use(meter: Meter, units: Any, key: str, **fields: Any) -> dict[str, Any]:
    assert meter.copy is not None
    return {
        "user_automation_id": meter.copy.id,
        "units": units,
        "usage_type": "message",
        "idempotency_key": key,
        **fields,
    }


def test_each_use_gets_the_answer_it_would_have_got_alone(meter: Meter) -> None:
    meter.holds(demo=5, paid=4)
    answer = send(meter, use(meter, 6, "a"), use(meter, 9, "b"), use(meter, 3, "c"))
    assert answer.status == 200, answer.body
    first, second, third = answer.json["results"]
    assert (first["accepted"], first["remaining_demo_tokens"], first["remaining_paid_tokens"]) == (True, 0, 3)
    assert (second["status"], second["code"], second["needed"], second["available"]) == (
        402,
        "insufficient-tokens",
        9,
        3,
    )
    assert third["remaining_paid_tokens"] == 0
    assert meter.consume(6, "a").json == first


def test_a_use_that_cannot_be_read_spoils_no_other(meter: Meter) -> None:
    meter.holds(paid=4)
    answer = send(meter, use(meter, 0, "a"), use(meter, 1, "b"), "nonsense", use(meter, 1, "c", more=1))
    zero, good, nonsense, more = answer.json["results"]
    assert good["accepted"]
    assert [(one["status"], one["code"]) for one in (zero, nonsense, more)] == [(422, "validation-failed")] * 3
    assert zero["errors"][0]["loc"] == ["units"]
    assert more["errors"][0] == {"loc": ["more"], "code": "extra-forbidden", "message": more["errors"][0]["message"]}
    assert meter.books()[1] == 3


def test_sent_again_it_is_answered_alike_and_costs_nothing(meter: Meter) -> None:
    meter.holds(paid=4)
    uses = [use(meter, 1, "a"), use(meter, 2, "b")]
    first = send(meter, *uses)
    before = meter.books()
    assert send(meter, *uses).json == first.json
    assert meter.books() == before


@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_has_one_to_a_hundred_uses(count: int, meter: Meter) -> None:
    meter.holds(paid=200)
    answer = send(meter, *(use(meter, 1, f"key-{n}") for n in range(count)))
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert meter.books()[1] == 200


def test_a_hundred_uses_fit(meter: Meter) -> None:
    meter.holds(demo=5, paid=95)
    answer = send(meter, *(use(meter, 1, f"key-{n}") for n in range(100)))
    assert all(result["accepted"] for result in answer.json["results"])
    assert meter.books()[:2] == (0, 0)


def test_a_wrong_token_is_one_refusal_for_all(meter: Meter) -> None:
    meter.holds(paid=4)
    body = {"uses": [use(meter, 1, "a")]}
    answer = meter.api.post("/api/automation-usage/batch", body, headers=meter.headers("zs_1_unknown"))
    assert (answer.status, answer.code) == (401, "service-token-invalid")
