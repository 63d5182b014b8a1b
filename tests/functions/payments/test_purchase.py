"""A purchase from the first request to the tokens, through the real handlers."""

import pytest
from sqlalchemy import select

from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.functions.payments.purchases import buy, entries, follow, shown, stored, tokens_of
from zimmer import events
from zimmer.db import Session
from zimmer.models import OutboxMessage, PaymentStatus, UserAutomation


@pytest.mark.usefixtures("gateway")
def test_a_customer_pays_and_gets_the_tokens_once(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, copy: UserAutomation
) -> None:
    bought = buy(customer, copy, tokens=100)

    for _ in range(2):
        returned = follow(customer, zarinpal.pay(bought.authority))
        assert returned.status == 303
        assert returned.headers["location"] == f"http://localhost:3000/payment/return/?payment={bought.transaction_id}"

    assert queue.poll() == 1
    assert queue.poll() == 0
    assert tokens_of(session, copy) == 100
    assert entries(session) == 1
    assert shown(customer, bought.transaction_id) == ("succeeded", "done")
    timeline = customer.get(f"/api/payments/{bought.transaction_id}").json["timeline"]
    assert [step["cause"] for step in timeline] == ["opened", "gateway-accepted", "claimed", "paid", "tokens-credited"]
    assert session.scalars(select(OutboxMessage).where(OutboxMessage.topic == events.CREDIT)).one().message_id
    assert stored(session, bought.transaction_id).status is PaymentStatus.CREDITED
    assert customer.get("/api/payments").json["items"][0]["tracking_code"]
