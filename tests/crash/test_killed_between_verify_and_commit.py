"""A process is killed in the middle of a purchase; what heals it gives the customer the tokens exactly once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from functions.payments import sweep
from functions.payments.gateways.base import Gateway
from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.crash.conftest import Shop
from tests.crash.victims import deaf_server, http_event, killed_when
from tests.functions.payments.purchases import INIT, Bought, deliver, follow, message
from zimmer import clock, events
from zimmer.db import Database
from zimmer.models import OutboxMessage, Payment, PaymentStatus, UserAutomation

S = PaymentStatus
FUNCTION, SWEEP, WORKER = (f"functions.payments.{module}" for module in ("app", "sweep", "worker"))
KEY = {"idempotency-key": "purchase-0001"}
PAST_EVERY_LEASE = timedelta(seconds=61)
ANY_MINUTE, TENTH_MINUTE = ({"time": f"2026-11-22T09:{minute}:00Z"} for minute in ("06", "10"))


@pytest.fixture
def bought(shop: Shop, zarinpal: Zarinpal, gateway: Gateway) -> Bought:
    """A hundred tokens, paid at the bank; the customer's browser is on its way back."""
    answer = shop.customer.post(INIT, {"automation_id": shop.automation_id, "tokens": 100}, headers=KEY)
    assert answer.status == 201
    authority = answer.json["redirect_url"].rpartition("/")[2]
    zarinpal.pay(authority)
    return Bought(answer.json["transaction_id"], authority)


def come_back(bought: Bought) -> dict[str, object]:
    """The event of the customer's return."""
    path = f"/api/payments/zarinpal/callback/{bought.transaction_id}"
    return http_event("GET", path, query={"Authority": bought.authority, "Status": "OK"})


def heal(gateway: Gateway, queue: Poller) -> None:
    """A minute later: the sweep, and whatever is in the queue."""
    clock.travel(PAST_EVERY_LEASE)
    sweep.sweep(gateway)
    while queue.poll():
        pass


def test_killed_after_the_bank_applied_verify_and_before_the_commit(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "apply_then_timeout")
    killed_when(lambda: bool(zarinpal.calls("verify")), FUNCTION, come_back(bought), database_url=shop.database_url)
    assert shop.status() is S.VERIFYING
    heal(gateway, queue)
    assert [call.code for call in zarinpal.calls("verify")] == [None, 101]
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def test_killed_after_the_lease_and_before_the_bank_applied_verify(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "hang")
    killed_when(lambda: bool(zarinpal.calls("verify")), FUNCTION, come_back(bought), database_url=shop.database_url)
    heal(gateway, queue)
    assert [call.code for call in zarinpal.calls("verify")] == [None, 100]
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def test_nobody_touches_the_lease_of_a_process_that_may_still_live(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "apply_then_timeout")
    killed_when(lambda: bool(zarinpal.calls("verify")), FUNCTION, come_back(bought), database_url=shop.database_url)
    sweep.sweep(gateway)
    follow(shop.customer, zarinpal.pay(bought.authority))
    assert len(zarinpal.calls("verify")) == 1


def test_the_customer_who_reloads_after_the_lease_heals_it_too(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "apply_then_timeout")
    killed_when(lambda: bool(zarinpal.calls("verify")), FUNCTION, come_back(bought), database_url=shop.database_url)
    clock.travel(PAST_EVERY_LEASE)
    follow(shop.customer, zarinpal.pay(bought.authority))
    queue.poll()
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def test_killed_after_the_commit_and_before_the_message_was_sent(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, bought: Bought
) -> None:
    with deaf_server() as sqs:
        killed_when(
            sqs.is_called,
            FUNCTION,
            come_back(bought),
            database_url=shop.database_url,
            AWS_ENDPOINT_URL_SQS=sqs.url,
        )
    assert (shop.status(), shop.tokens(), queue.poll()) == (S.VERIFIED, 0, 0)
    heal(gateway, queue)
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)
    with shop.database.transaction() as session:
        credit = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == events.CREDIT)).one()
        assert credit.published_at is not None


def test_killed_while_the_gateway_took_the_order(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller
) -> None:
    body = {"automation_id": shop.automation_id, "tokens": 100}
    zarinpal.fail_next("request", "apply_then_timeout")
    order = http_event("POST", INIT, body=body, headers={**KEY, "authorization": f"Bearer {shop.token}"})
    killed_when(lambda: bool(zarinpal.calls("request")), FUNCTION, order, database_url=shop.database_url)
    assert shop.customer.post(INIT, body, headers=KEY).code == "in-progress"
    clock.travel(PAST_EVERY_LEASE)
    sweep.sweep(gateway)
    started = shop.customer.post(INIT, body, headers=KEY).json
    follow(shop.customer, zarinpal.pay(started["redirect_url"].rpartition("/")[2]))
    queue.poll()
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def test_killed_while_the_gateway_took_the_order_and_paid_all_the_same(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller
) -> None:
    body = {"automation_id": shop.automation_id, "tokens": 100}
    zarinpal.fail_next("request", "apply_then_timeout")
    order = http_event("POST", INIT, body=body, headers={**KEY, "authorization": f"Bearer {shop.token}"})
    killed_when(lambda: bool(zarinpal.calls("request")), FUNCTION, order, database_url=shop.database_url)
    [lost] = zarinpal.calls("request")
    zarinpal.pay(str(lost.authority))
    clock.travel(PAST_EVERY_LEASE)
    sweep.sweep_with_unverified(gateway)
    while queue.poll():
        pass
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def test_a_sweep_killed_while_it_asks_for_the_unverified_is_followed_by_one_that_finishes(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "apply_then_timeout")
    killed_when(lambda: bool(zarinpal.calls("verify")), SWEEP, TENTH_MINUTE, database_url=shop.database_url)
    assert [call.operation for call in zarinpal.calls()] == ["request", "unVerified", "verify"]
    heal(gateway, queue)
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


@pytest.mark.parametrize("operation", ["inquiry", "verify"])
def test_a_sweep_killed_while_it_asks_is_followed_by_one_that_finishes(
    shop: Shop, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, bought: Bought, operation: str
) -> None:
    with shop.database.transaction() as session:
        session.scalars(select(Payment)).one().next_check_at = clock.now()
    zarinpal.fail_next(operation, "apply_then_timeout")
    killed_when(lambda: bool(zarinpal.calls(operation)), SWEEP, ANY_MINUTE, database_url=shop.database_url)
    heal(gateway, queue)
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def test_a_worker_killed_before_its_commit_leaves_the_message_to_the_next(
    shop: Shop, gateway: Gateway, zarinpal: Zarinpal, own_database: str, bought: Bought
) -> None:
    follow(shop.customer, zarinpal.pay(bought.authority))
    credit = message(_payload(shop), "m-1")
    elsewhere = Database(own_database)
    with elsewhere.transaction() as session:  # the worker waits for this lock, and dies waiting
        session.scalars(select(UserAutomation.id).with_for_update()).one()
        killed_when(
            lambda: _somebody_waits(shop.database), WORKER, {"Records": [credit]}, database_url=shop.database_url
        )
    elsewhere.close()
    assert deliver(credit) == set()
    assert (shop.status(), shop.tokens(), shop.entries()) == (S.CREDITED, 100, 1)


def _payload(shop: Shop) -> object:
    with shop.database.transaction() as session:
        return session.scalars(select(OutboxMessage.payload)).one()


def _somebody_waits(database: Database) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with database.transaction() as session:
        return bool(session.scalar(waiting))
