"""Purchases for tests: bought through the routes, or rows brought to a status by the moves of the table."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select

from functions.payments import worker
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import purchase_in
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Payment, PaymentEvent, PaymentStatus, TokenEntry, UserAutomation
from zimmer.settings import get_settings

S = PaymentStatus
INIT = "/api/payments/zarinpal/init"
QUOTE = "/api/payments/quote"


@dataclass(frozen=True)
class Bought:
    """What a customer knows of a purchase that waits at the bank."""

    transaction_id: str
    authority: str


def ask_to_buy(customer: Api, copy: UserAutomation, *, tokens: object = 100, key: str = "purchase-0001") -> Answer:
    """The panel's request for a purchase."""
    body = {"automation_id": copy.automation_id, "tokens": tokens}
    return customer.post(INIT, body, headers={"idempotency-key": key})


def buy(customer: Api, copy: UserAutomation, *, tokens: int = 100, key: str = "purchase-0001") -> Bought:
    """A purchase that the gateway took; the customer is at the bank."""
    answer = ask_to_buy(customer, copy, tokens=tokens, key=key)
    assert answer.status == 201, answer.body
    return Bought(answer.json["transaction_id"], answer.json["redirect_url"].rpartition("/")[2])


def follow(browser: Api, url: str) -> Answer:
    """The browser follows the bank's redirect."""
    parts = urlsplit(url)
    return browser.get(parts.path, params={name: values[0] for name, values in parse_qs(parts.query).items()})


def come_back(browser: Api, transaction_id: str, **query: str) -> Answer:
    """The callback as anybody can write it."""
    return browser.get(f"/api/payments/zarinpal/callback/{transaction_id}", params=query)


def shown(customer: Api, transaction_id: str) -> tuple[str, str]:
    """The status and the phase on the wire."""
    answer = customer.get(f"/api/payments/{transaction_id}")
    assert answer.status == 200, answer.body
    return answer.json["status"], answer.json["phase"]


def stored(session: Session, transaction_id: str) -> Payment:
    """The purchase as it stands now, not as this session remembers it."""
    query = select(Payment).where(Payment.transaction_id == transaction_id)
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def causes(session: Session, payment: Payment) -> list[str]:
    """What happened to a purchase, in order."""
    return list(
        session.scalars(
            select(PaymentEvent.cause).where(PaymentEvent.payment_id == payment.id).order_by(PaymentEvent.seq)
        )
    )


def tokens_of(session: Session, copy: UserAutomation) -> int:
    """The paid tokens a customer has for a copy."""
    session.refresh(copy)
    return copy.tokens_remaining


def entries(session: Session) -> int:
    """How many movements the ledger has."""
    return session.scalar(select(func.count()).select_from(TokenEntry)) or 0


def purchase_at(
    zarinpal: Zarinpal, session: Session, status: PaymentStatus = S.PENDING, *, due: bool = True, **columns: Any
) -> Payment:
    """Like `purchase_in`, and the bank knows it. `due`: the sweep may ask about it now."""
    payment = purchase_in(session, status, **columns)
    opened = zarinpal.gateway.bank.open(
        merchant_id=get_settings().zarrinpal_merchant_id,
        amount=payment.amount,
        description="خرید",
        callback_url=f"{get_settings().api_base_url}/api/payments/zarinpal/callback/{payment.transaction_id}",
    )
    payment.authority = opened.authority
    payment.next_check_at = clock.now() + (timedelta(seconds=-1) if due else timedelta(days=1))
    session.flush()
    return payment


def paid_but_lost(
    zarinpal: Zarinpal,
    session: Session,
    copy: UserAutomation | None = None,
    status: PaymentStatus = S.INIT_UNKNOWN,
    *,
    at_the_bank: int | None = None,
    **columns: Any,
) -> Payment:
    """A purchase whose gateway answer was lost and which was paid all the same, perhaps with another amount."""
    payment = purchase_in(session, status, copy, **{"authority": None, "next_check_at": None, **columns})
    paid_stray(zarinpal, payment.transaction_id, amount=at_the_bank or payment.amount)
    return payment


def paid_stray(zarinpal: Zarinpal, transaction_id: str, *, amount: int, base: str | None = None) -> str:
    """The authority of a paid order whose callback URL names a purchase."""
    callback = f"{base or get_settings().api_base_url}/api/payments/zarinpal/callback/{transaction_id}"
    merchant_id = get_settings().zarrinpal_merchant_id
    opened = zarinpal.gateway.bank.open(
        merchant_id=merchant_id, amount=amount, description="خرید", callback_url=callback
    )
    zarinpal.pay(opened.authority)
    return opened.authority


def quote_for(customer: Api, copy: UserAutomation, *, tokens: object = 100) -> Answer:
    """The panel's request for a price."""
    return customer.post(QUOTE, {"automation_id": copy.automation_id, "tokens": tokens})


def init_with(customer: Api, quote: object, *, key: str = "purchase-0001") -> Answer:
    """The panel's request for a purchase at a quoted price."""
    return customer.post(INIT, {"quote": quote}, headers={"idempotency-key": key})


def message(body: object, message_id: str) -> dict[str, Any]:
    """One SQS record. A text is the body as it stands, anything else goes as JSON."""
    return {"messageId": message_id, "body": body if isinstance(body, str) else json.dumps(body)}


def deliver(*records: dict[str, Any]) -> set[str]:
    """Give a batch to the worker; the ids of the messages it wants again."""
    answer = worker.handler({"Records": list(records)}, None)
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}


def credit_message(payment: Payment, message_id: str | None = None) -> dict[str, Any]:
    """The message that asks for one payment's tokens."""
    return message({"payment_id": payment.id, "v": 1}, message_id or f"m-{payment.id}")
