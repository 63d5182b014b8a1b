"""A purchase from the first request to the tokens, through the real handlers."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_copy, make_user, token_for
from zimmer.db import Session
from zimmer.models import OutboxMessage, Payment, PaymentStatus, TokenEntry, UserAutomation

KEY = {"idempotency-key": "purchase-0001"}


def bank_sends_back(api: Api, url: str) -> Answer:
    """The customer's browser follows the bank's redirect."""
    parts = urlsplit(url)
    return api.get(parts.path, params={name: values[0] for name, values in parse_qs(parts.query).items()})


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, make_user(session))


@pytest.fixture
def customer(api: Api, session: Session, copy: UserAutomation) -> Api:
    from zimmer.models import User

    return api.signed_in(token_for(session, session.get_one(User, copy.user_id)))


@pytest.mark.usefixtures("gateway")
def test_a_customer_pays_and_gets_the_tokens_once(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, copy: UserAutomation
) -> None:
    started = customer.post(
        "/api/payments/zarinpal/init", {"automation_id": copy.automation_id, "tokens": 100}, headers=KEY
    )
    assert started.status == 201, started.body
    transaction_id = started.json["transaction_id"]
    authority = started.json["redirect_url"].rpartition("/")[2]

    for _ in range(2):
        returned = bank_sends_back(customer, zarinpal.pay(authority))
        assert returned.status == 303
        assert returned.headers["location"] == f"http://localhost:3000/payment/return/?payment={transaction_id}"

    assert queue.poll() == 1
    assert queue.poll() == 0
    session.refresh(copy)
    assert copy.tokens_remaining == 100
    assert session.scalar(select(func.count()).select_from(TokenEntry)) == 1
    shown = customer.get(f"/api/payments/{transaction_id}").json
    assert (shown["status"], shown["phase"]) == ("succeeded", "done")
    assert [step["cause"] for step in shown["timeline"]] == [
        "opened",
        "gateway-accepted",
        "claimed",
        "paid",
        "tokens-credited",
    ]
    assert session.scalars(select(OutboxMessage)).one().message_id
    assert session.scalars(select(Payment)).one().status is PaymentStatus.CREDITED
    assert customer.get("/api/payments").json["items"][0]["tracking_code"]
