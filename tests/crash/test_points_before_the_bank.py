"""Crash points 1 to 8: from the first click to the return from the bank."""

from datetime import timedelta

from tests.crash.world import TOKENS, World, dying
from zimmer import clock
from zimmer.models import PaymentStatus

S = PaymentStatus


def test_crash_01_init_answer_lost(world: World) -> None:
    first = world.order().json  # the answer never reaches the panel
    assert world.order().json == first
    assert world.calls("request") == [100]


def test_crash_02_after_the_first_commit(world: World) -> None:
    world.database.dies_after(1)
    with dying():
        world.order()
    assert (world.payment().status, world.calls("request")) == (S.CREATED, [])
    assert world.order().code == "in-progress"  # whoever holds the lease may still live
    clock.travel(timedelta(seconds=21))
    assert world.order().status == 201
    world.bank.pay(world.payment().authority or "")
    world.heal(after=timedelta(minutes=3))
    world.credited_once(world.payment())


def test_crash_03_request_accepted_answer_lost(world: World) -> None:
    world.bank.fail_next("request", "apply_then_timeout", seconds=1)
    assert world.order().code == "gateway-unavailable"
    assert world.payment().status is S.INIT_UNKNOWN
    assert world.order().status == 201
    world.bank.pay(world.payment().authority or "")
    world.heal(after=timedelta(minutes=3))
    world.credited_once(world.payment())


def test_crash_04_before_the_authority_is_stored(world: World) -> None:
    world.gateway.dies_after("start")
    with dying():
        world.order()
    lost = world.payment()
    assert (lost.status, lost.authority) == (S.CREATED, None)
    [order] = world.bank.gateway.bank.payments()
    world.bank.pay(order.authority)  # its customer had the bank's page open in another tab
    world.heal(unverified=True)
    world.credited_once(lost)


def test_crash_05_authority_stored_before_the_answer(world: World) -> None:
    world.database.dies_after(2)
    with dying():
        world.order()
    assert world.payment().status is S.PENDING
    answer = world.order()
    assert answer.json["redirect_url"].endswith(world.payment().authority or "?")
    assert world.calls("request") == [100]


def test_crash_06_customer_leaves_before_paying(world: World) -> None:
    payment = world.bought()
    world.heal_until_settled(hours=1)
    assert (world.stands(payment), world.tokens()) == (S.EXPIRED, 0)
    assert world.customer.get(f"/api/payments/status/{payment.transaction_id}").json["status"] == "failed"


def test_crash_07_paid_tab_closed(world: World) -> None:
    payment = world.paid()
    world.heal(after=timedelta(minutes=3))
    world.credited_once(payment)


def test_crash_08_callback_dies_before_the_lease(world: World) -> None:
    payment = world.paid()
    world.database.dies_before(1)
    with dying():
        world.come_back(payment)
    assert (world.stands(payment), world.calls("verify")) == (S.PENDING, [])
    world.heal(after=timedelta(minutes=3))
    world.credited_once(payment)


def test_money_paid_for_a_purchase_that_was_asked_for_again_is_credited_once_each(world: World) -> None:
    world.gateway.dies_after("start")
    with dying():
        world.order()
    clock.travel(timedelta(seconds=21))
    payment = world.bought()
    world.bank.pay(payment.authority or "")
    world.heal(after=timedelta(minutes=3), unverified=True)
    world.credited_once(payment)
    assert world.tokens() == TOKENS
