"""Crash points 9 to 14 and 20 to 28: between the bank's word and our commit, and a bank that says odd things."""

from datetime import timedelta

import pytest

from functions.payments.service import bank_returned
from functions.payments.sweep import sweep
from tests.concurrency.races import at_once
from tests.crash.world import TOKENS, World, dying, no_queue
from zimmer import clock, events
from zimmer.db import Database, using
from zimmer.models import PaymentStatus

S = PaymentStatus
LATE = timedelta(minutes=3)


def test_crash_09_after_the_lease_before_verify(world: World) -> None:
    payment = world.paid()
    world.gateway.dies_before("verify")
    with dying():
        world.come_back(payment)
    assert (world.stands(payment), world.calls("verify")) == (S.VERIFYING, [])
    world.heal()
    world.credited_once(payment)


def test_crash_10_verify_applied_answer_lost(world: World) -> None:
    payment = world.paid()
    world.bank.fail_next("verify", "apply_then_timeout", seconds=1)
    world.come_back(payment)
    assert world.stands(payment) is S.VERIFY_UNKNOWN
    world.heal(after=LATE)
    world.credited_once(payment)
    assert world.calls("verify")[-1] == 101


def test_crash_11_before_the_commit(world: World) -> None:
    payment = world.paid()
    world.database.dies_before(2)  # leased, verified
    with dying():
        world.come_back(payment)
    assert world.stands(payment) is S.VERIFYING
    world.heal()
    world.credited_once(payment)
    assert world.calls("verify") == [100, 101]


def test_crash_12_commit_outcome_unknown(world: World) -> None:
    payment = world.paid()
    world.database.dies_after(2)
    with dying():
        world.come_back(payment)
    assert (world.stands(payment), world.messages()) == (S.VERIFIED, [])
    world.heal(after=timedelta(seconds=30))  # before the sweep would promise it a second time
    world.credited_once(payment)


def test_crash_13_committed_send_message_fails(world: World) -> None:
    payment = world.paid()
    with no_queue():
        assert world.come_back(payment).status == 303
    assert world.messages() == []
    world.heal(after=timedelta(seconds=30))
    world.credited_once(payment)


def test_crash_14_sent_mark_lost(world: World) -> None:
    payment = world.paid()
    world.database.dies_before_a_statement(2)  # the outbox claimed, the outbox marked
    with dying():
        world.come_back(payment)
    world.work()
    world.credited_once(payment)
    clock.travel(timedelta(minutes=2))
    assert events.publish() >= 1  # it was never marked, so it is sent once more
    world.work()
    world.credited_once(payment)


def test_crash_20_database_down_during_the_callback(world: World) -> None:
    payment = world.paid()
    with using(Database("postgresql+pg8000://zimmer@localhost:1/nothing")):
        answer = world.come_back(payment)
    assert (answer.status, world.calls("verify")) == (303, [])
    world.heal(after=LATE)
    world.credited_once(payment)


@pytest.mark.parametrize("fault", ["http_500", "hang", "html", "truncated_json"])
def test_crash_21_gateway_down_or_slow(world: World, fault: str) -> None:
    payment = world.paid()
    world.bank.fail_next("verify", fault, times=3, seconds=1)
    assert world.come_back(payment).status == 303
    assert world.customer.get(f"/api/payments/{payment.transaction_id}").json["status"] == "pending"
    world.heal_until_settled(hours=1)
    world.credited_once(payment)


def test_crash_22_callback_after_expired(world: World) -> None:
    payment = world.bought()
    world.heal_until_settled(hours=1)
    assert world.stands(payment) is S.EXPIRED
    world.bank.pay(payment.authority or "")
    world.come_back(payment)
    world.work()
    world.credited_once(payment)


def test_crash_23_two_callbacks_and_the_sweep_at_once(world: World, own_database: str) -> None:
    payment = world.paid()
    clock.travel(LATE)

    def act(number: int) -> None:
        if number == 0:
            sweep(world.gateway)
        else:
            authority = payment.authority or ""
            bank_returned(payment.transaction_id, authority, paid=True, gateway=world.gateway, trace_id="race")

    at_once(own_database, act, threads=3)
    world.work()
    world.credited_once(payment)
    assert world.calls("verify") == [100]


@pytest.mark.parametrize(
    "query", [{"Authority": "S" + "0" * 35}, {"Authority": ""}, {"Status": "NOK"}], ids=["another", "none", "NOK"]
)
def test_crash_24_forged_callback(world: World, query: dict[str, str]) -> None:
    payment = world.paid()
    world.come_back(payment, **query)
    assert (world.stands(payment), world.calls("verify"), world.tokens()) == (S.PENDING, [], 0)
    world.heal(after=LATE)
    world.credited_once(payment)


def test_crash_25_authority_of_one_replayed_for_another(world: World) -> None:
    paid, other = world.paid(), world.bought("purchase-0002")
    world.come_back(other, Authority=paid.authority or "")
    assert (world.stands(other), world.calls("verify")) == (S.PENDING, [])
    world.heal_until_settled(hours=1)
    world.credited_once(paid)
    assert world.stands(other) is S.EXPIRED


def test_crash_26_amount_differs(world: World) -> None:
    payment = world.paid()
    world.bank.fail_next("verify", "refuse", code=-50)
    world.come_back(payment)
    world.heal_until_settled()
    assert (world.stands(payment), world.tokens()) == (S.REVIEW, 0)


def test_crash_27_money_returned_before_verify(world: World) -> None:
    payment = world.paid()
    world.bank.gateway.bank.give_back(payment.authority or "")
    world.heal_until_settled(hours=1)
    assert (world.stands(payment), world.tokens()) == (S.REVERSED, 0)


def test_crash_28_auto_verified_customer_never_returns(world: World) -> None:
    payment = world.bought()
    world.bank.gateway.bank.let_verify_itself(payment.authority or "")
    world.bank.pay(payment.authority or "")
    world.heal(after=LATE)
    world.credited_once(payment)
    assert (world.calls("verify"), world.tokens()) == ([101], TOKENS)
