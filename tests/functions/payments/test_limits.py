"""How often one may try. The counters themselves are tested with the throttle."""

from datetime import timedelta

import pytest

from tests.api import Api
from tests.functions.payments.purchases import ask_to_buy
from zimmer import clock
from zimmer.models import UserAutomation

pytestmark = pytest.mark.usefixtures("gateway")


def test_the_eleventh_try_to_buy_within_a_minute_is_refused(customer: Api, copy: UserAutomation) -> None:
    for _ in range(10):
        assert ask_to_buy(customer, copy, tokens=100).status == 201  # the same key: one purchase
    refused = ask_to_buy(customer, copy, tokens=100)
    assert (refused.status, refused.code) == (429, "too-many-requests")
    assert int(refused.headers["retry-after"]) == refused.json["retry_after_s"] <= 60
    clock.travel(timedelta(minutes=1, seconds=1))
    assert ask_to_buy(customer, copy, tokens=100).status == 201


def test_ids_cannot_be_tried_out_from_one_address(api: Api) -> None:
    answers = [api.get(f"/api/payments/status/guess-{n}").status for n in range(301)]
    assert answers == [404] * 300 + [429]
