"""Crash points 15 to 19 and 29 to 32: from the message to the tokens, and back again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from tests.api import Api
from tests.concurrency.races import at_once
from tests.crash.test_poison_and_redrive import dead_letters, redrive, waiting
from tests.crash.world import TOKENS, World, dying
from tests.factories import make_service_token, make_user, token_for
from zimmer import clock
from zimmer.models import (
    Audience,
    Automation,
    DiscountCode,
    Payment,
    PaymentStatus,
    Role,
)

S = PaymentStatus


def verified(world: World) -> Payment:
    payment = world.paid()
    world.come_back(payment)
    assert world.stands(payment) is S.VERIFIED
    return payment


def credited(world: World) -> Payment:
    payment = verified(world)
    world.work()
    world.credited_once(payment)
    return payment


def manager(world: World) -> Api:
    with world.database.transaction() as session:
        return Api(token_for(session, make_user(session, role=Role.MANAGER), audience=Audience.ADMIN))


def spend(world: World, units: int) -> None:
    with world.database.transaction() as session:
        service = {"x-zimmer-service-token": make_service_token(session, world.automation_id)}
    use = {"user_automation_id": world.copy_id, "units": units, "usage_type": "message", "idempotency_key": "use-1"}
    assert Api().post("/api/automation-usage/consume", use, headers=service).status == 200


def test_crash_15_delivered_twice_at_once(world: World, own_database: str) -> None:
    payment = verified(world)
    [message] = world.messages()
    again = {**message, "messageId": "the same, from another reader"}
    failures = at_once(own_database, lambda number: world.worker([message, again][number]), threads=2)
    assert list(failures) == [[], []]
    world.credited_once(payment)


def test_crash_16_worker_dies_before_commit(world: World) -> None:
    payment = verified(world)
    [message] = world.messages()
    world.database.dies_before_a_statement()
    with dying():
        world.worker(message)
    assert (world.stands(payment), world.tokens()) == (S.VERIFIED, 0)
    assert world.worker(message) == []  # its visibility has ended
    world.credited_once(payment)


def test_crash_17_commit_done_ack_lost(world: World) -> None:
    payment = verified(world)
    [message] = world.messages()
    world.database.dies_after_a_statement()
    with dying():
        world.worker(message)
    assert world.worker(message) == []
    world.credited_once(payment)


def test_crash_18_poison_five_times_dead_letters_redrive(world: World) -> None:
    payment, queue = verified(world), world.queue
    queue.sqs.set_queue_attributes(QueueUrl=queue.queue.url, Attributes={"VisibilityTimeout": "0"})
    with world.database.transaction() as session:  # somebody has put the purchase where no worker may touch it
        session.execute(update(Payment).where(Payment.id == payment.id).values(status=S.VERIFYING))
    for _ in range(6):
        assert queue.poll() == 0
    assert (waiting(queue, dead_letters(queue)), world.tokens()) == (1, 0)
    with world.database.transaction() as session:
        session.execute(update(Payment).where(Payment.id == payment.id).values(status=S.VERIFIED))
    redrive(queue)
    world.work()
    world.credited_once(payment)
    assert waiting(queue, dead_letters(queue)) == 0


def test_crash_19_message_lost(world: World) -> None:
    payment = verified(world)
    assert len(world.messages()) == 1
    world.queue.sqs.purge_queue(QueueUrl=world.queue.queue.url)
    world.heal()
    world.credited_once(payment)


@pytest.mark.parametrize("columns", [{"is_listed": False}, {"status": False}], ids=["unlisted", "withdrawn"])
def test_crash_29_automation_removed_while_paying(world: World, columns: dict[str, bool]) -> None:
    payment = world.paid()
    with world.database.transaction() as session:
        session.execute(update(Automation).where(Automation.id == world.automation_id).values(**columns))
    world.come_back(payment)
    world.work()
    world.credited_once(payment)


def test_crash_30_discount_cap_reached_between_init_and_credit(world: World) -> None:
    with world.database.transaction() as session:
        session.add(DiscountCode(code="ONCE", percent=Decimal(20), max_uses=1, created_at=clock.now()))
    answer = world.order(discount_code="ONCE")
    assert (answer.status, answer.json["amount"]) == (201, 400_000)
    with world.database.transaction() as session:
        session.execute(update(DiscountCode).values(is_active=False, max_uses=1))
    payment = world.payment()
    world.bank.pay(payment.authority or "")
    world.come_back(payment)
    world.work()
    world.credited_once(payment)
    assert world.payment().amount == 400_000


@pytest.mark.parametrize("dies", ["before the call", "after the call", "before the commit"])
def test_crash_31_reverse_done_commit_lost(world: World, dies: str) -> None:
    payment, desk = credited(world), manager(world)
    if dies == "before the call":
        world.gateway.dies_before("reverse")
    elif dies == "after the call":
        world.gateway.dies_after("reverse")
    else:
        world.database.dies_before(2)  # begun, reversed
    with dying():
        desk.post(f"/api/admin/payments/{payment.id}/reverse", {"reason": "bought twice"})
    assert (world.stands(payment), world.tokens()) == (S.REVERSING, 0)
    world.heal(after=timedelta(minutes=3))
    assert (world.stands(payment), world.entries()) == (S.REVERSED, [("purchase", TOKENS), ("clawback", -TOKENS)])


def test_crash_32_refund_after_the_tokens_were_spent(world: World) -> None:
    payment, desk = credited(world), manager(world)
    spend(world, 60)
    assert desk.post(f"/api/admin/payments/{payment.id}/reverse", {"reason": "not wanted"}).json["reason"] == "spent"
    refund = desk.post(f"/api/admin/payments/{payment.id}/refund", {"reason": "not wanted"})
    assert refund.json["status"] == "refund_pending"
    assert (world.tokens(), world.payment().refunded_amount) == (0, 200_000)
    assert world.entries()[-1] == ("clawback", -40)
