"""The sweep: whatever was left half done is finished, and the gateway is not worn out by it."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from functions.payments import sweep
from functions.payments.gateways.base import Gateway, Inquired, Unknown
from functions.payments.gateways.zarinpal import Zarinpal as Client
from functions.payments.settlement import next_check
from functions.payments.sweep import requeue_unsent_mail
from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Api, InProcess
from tests.factories import make_delivery, make_user, purchase_in, token_for
from tests.functions.payments.purchases import (
    buy,
    causes,
    entries,
    follow,
    purchase_at,
    shown,
    stored,
    tokens_of,
)
from zimmer import clock, events
from zimmer.db import Database, Session, using
from zimmer.events import DeliverMessage
from zimmer.models import DeliveryState, OutboxMessage, Payment, PaymentStatus, ScheduleRun, User, UserAutomation
from zimmer.settings import get_settings

S = PaymentStatus


def gateway_that_says(data: dict[str, object]) -> Gateway:
    """A gateway that gives every call the same answer, for what the pretend bank does not say."""
    answer = httpx.Response(200, content=json.dumps({"data": data, "errors": []}))
    client = httpx.Client(transport=httpx.MockTransport(lambda request: answer), trust_env=False)
    return Client(client, base_url="https://gateway.test/", merchant_id="merchant")


@pytest.fixture
def deaf_queue() -> Iterator[Callable[[bool], None]]:
    """Lets the queue not exist (True) and exist again (False)."""
    real = os.environ["CREDIT_QUEUE_URL"]

    def deafen(deaf: bool) -> None:
        os.environ["CREDIT_QUEUE_URL"] = real.rpartition("/")[0] + "/no-such-queue" if deaf else real
        get_settings.cache_clear()

    yield deafen
    deafen(False)


# promises


def test_it_sends_what_the_outbox_holds(session: Session, gateway: Gateway, queue: Poller) -> None:
    payment = purchase_in(session, S.VERIFIED)
    events.promise(session, events.CreditPayment(payment.id))
    assert sweep.sweep(gateway)["published"] == 1
    assert queue.poll() == 1


def test_a_message_that_the_queue_lost_is_sent_again(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    follow(customer, zarinpal.pay(buy(customer, copy).authority))
    queue.sqs.purge_queue(QueueUrl=queue.queue.url)
    clock.travel(timedelta(seconds=61))
    assert sweep.sweep(gateway)["requeued"] == 1
    queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


def test_a_message_that_is_still_young_is_left_to_the_queue(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    follow(customer, zarinpal.pay(buy(customer, copy).authority))
    clock.travel(timedelta(seconds=55))
    assert sweep.sweep(gateway)["requeued"] == 0


def test_a_message_is_sent_again_every_minute_until_it_has_its_effect(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    follow(customer, zarinpal.pay(buy(customer, copy).authority))
    sent = 0
    for _ in range(3):
        clock.travel(timedelta(seconds=61))
        sent += sweep.sweep(gateway)["published"]
    assert sent == 3


def test_a_message_that_came_twice_after_all_credits_once(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    follow(customer, zarinpal.pay(buy(customer, copy).authority))
    clock.travel(timedelta(seconds=61))
    sweep.sweep(gateway)
    assert queue.poll() == 2
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


def test_a_credited_payment_is_not_sent_again(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    follow(customer, zarinpal.pay(buy(customer, copy).authority))
    queue.poll()
    assert sweep.sweep(gateway)["published"] == 1  # the mail about it
    clock.travel(timedelta(hours=1))
    swept = sweep.sweep(gateway)  # what it publishes is the mail about it, which nobody has sent here
    assert (swept["requeued"], swept["asked"]) == (0, 0)


def test_a_verified_payment_whose_promise_is_missing_is_promised_again(
    session: Session, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    purchase_in(session, S.VERIFIED, copy, next_check_at=clock.now())
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


def test_a_queue_that_is_away_does_not_keep_the_gateway_from_being_asked(
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    copy: UserAutomation,
    deaf_queue: Callable[[bool], None],
) -> None:
    waiting = purchase_in(session, S.VERIFIED, copy)
    events.promise(session, events.CreditPayment(waiting.id))
    paid = purchase_at(zarinpal, session)
    zarinpal.pay(str(paid.authority))
    deaf_queue(True)
    assert sweep.sweep(gateway) == {"published": 0, "requeued": 0, "asked": 1}
    session.refresh(paid)
    assert paid.status is S.VERIFIED


def test_when_the_queue_is_back_everything_is_credited(
    session: Session,
    gateway: Gateway,
    queue: Poller,
    copy: UserAutomation,
    deaf_queue: Callable[[bool], None],
) -> None:
    waiting = purchase_in(session, S.VERIFIED, copy)
    events.promise(session, events.CreditPayment(waiting.id))
    deaf_queue(True)
    sweep.sweep(gateway)
    deaf_queue(False)
    clock.travel(timedelta(seconds=31))
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


# customers who never came back


def test_paid_and_tab_closed_is_credited(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    zarinpal.pay(bought.authority)
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(gateway)
    queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)
    assert shown(customer, bought.transaction_id) == ("succeeded", "done")


def test_an_inquiry_comes_before_the_verify(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    zarinpal.pay(buy(customer, copy).authority)
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(gateway)
    assert [call.operation for call in zarinpal.calls()] == ["request", "inquiry", "verify"]


def test_a_payment_that_the_terminal_verified_by_itself_is_credited(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    zarinpal.pay(str(payment.authority))
    zarinpal.gateway.bank.verify(
        str(payment.authority), merchant_id=get_settings().zarrinpal_merchant_id, amount=payment.amount
    )
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


def test_a_customer_at_the_bank_is_asked_about_later_and_later(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    buy(customer, copy)
    answered = []
    for minutes in (2, 4, 8, 15, 30, 60, 60):
        clock.travel(timedelta(minutes=minutes) - timedelta(seconds=5))
        early = sweep.sweep(gateway)["asked"]
        clock.travel(timedelta(seconds=6))
        answered.append((early, sweep.sweep(gateway)["asked"]))
    assert answered == [(0, 1)] * 7


HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("age", "checks", "wait"),
    [
        (timedelta(0), 0, timedelta(minutes=2)),
        (timedelta(minutes=2), 1, timedelta(minutes=4)),
        (timedelta(minutes=6), 2, timedelta(minutes=8)),
        (timedelta(minutes=14), 3, timedelta(minutes=15)),
        (timedelta(minutes=29), 4, timedelta(minutes=30)),
        (timedelta(minutes=59), 5, HOURS),
        (24 * HOURS - timedelta(seconds=1), 28, HOURS),
        (24 * HOURS, 29, 6 * HOURS),
        (72 * HOURS - timedelta(seconds=1), 37, 6 * HOURS),
        (72 * HOURS, 38, None),
        (72 * HOURS, 0, None),
    ],
)
def test_the_wait_grows_with_the_checks_and_the_age(age: timedelta, checks: int, wait: timedelta | None) -> None:
    opened_at = clock.now()
    due = next_check(opened_at, checks, opened_at + age)
    assert due == (None if wait is None else opened_at + age + wait)


def test_after_three_days_nobody_is_asked_any_more(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    purchase_at(zarinpal, session)
    clock.travel(timedelta(hours=72))
    assert sweep.sweep(gateway)["asked"] == 1
    clock.travel(timedelta(days=30))
    assert sweep.sweep(gateway)["asked"] == 0


def test_a_purchase_that_nobody_paid_expires_after_its_time(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    clock.travel(timedelta(minutes=30, seconds=1))
    sweep.sweep(gateway)
    assert shown(customer, bought.transaction_id) == ("failed", "not_paid")


def test_a_purchase_does_not_expire_while_the_gateway_is_silent(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    zarinpal.fail_next("inquiry", "http_500")
    clock.travel(timedelta(minutes=31))
    sweep.sweep(gateway)
    assert shown(customer, bought.transaction_id)[0] == "pending"


def test_a_success_after_the_end_is_accepted(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    clock.travel(timedelta(minutes=31))
    sweep.sweep(gateway)
    zarinpal.pay(bought.authority)
    clock.travel(timedelta(minutes=5))
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100
    assert shown(customer, bought.transaction_id) == ("succeeded", "done")


def test_an_expired_purchase_does_not_count_as_open(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    for _ in range(5):
        purchase_at(zarinpal, session, copy=copy)
    clock.travel(timedelta(minutes=31))
    sweep.sweep(gateway)
    assert buy(customer, copy)


def test_a_payment_that_failed_at_the_bank_is_not_paid(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    zarinpal.cancel(bought.authority)
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(gateway)
    assert stored(session, bought.transaction_id).status is S.NOT_PAID
    assert shown(customer, bought.transaction_id) == ("pending", "checking")


@pytest.mark.parametrize("status", [S.PENDING, S.NOT_PAID, S.EXPIRED])
def test_money_that_the_bank_gave_back_is_reversed(session: Session, status: PaymentStatus) -> None:
    payment = purchase_in(session, status, next_check_at=clock.now())
    sweep.sweep(gateway_that_says({"status": "REVERSED", "code": 100}))
    session.refresh(payment)
    assert (payment.status, payment.next_check_at) == (S.REVERSED, None)


@pytest.mark.parametrize("standing", ["IN_BANK", "FAILED"])
@pytest.mark.parametrize("status", [S.PENDING, S.NOT_PAID, S.EXPIRED])
def test_what_an_inquiry_says_is_written_down(session: Session, status: PaymentStatus, standing: str) -> None:
    payment = purchase_in(session, status, next_check_at=clock.now())
    sweep.sweep(gateway_that_says({"status": standing, "code": 100}))
    assert causes(session, payment)[-1] == f"inquiry-{standing.lower().replace('_', '-')}"


@pytest.mark.parametrize("fault", ["hang", "http_500", "html", "refuse"])
def test_an_inquiry_that_says_nothing_changes_nothing(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, fault: str
) -> None:
    payment = purchase_at(zarinpal, session)
    zarinpal.fail_next("inquiry", fault, seconds=1)
    sweep.sweep(gateway)
    session.refresh(payment)
    assert (payment.status, causes(session, payment)[-1]) == (S.PENDING, "inquiry-unknown")


def test_a_lease_that_ended_is_taken_over_by_a_verify(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    payment = purchase_at(zarinpal, session, S.VERIFYING)
    payment.lease_until = clock.now() - timedelta(seconds=1)
    session.flush()
    zarinpal.pay(str(payment.authority))
    sweep.sweep(gateway)
    session.refresh(payment)
    assert payment.status is S.VERIFIED
    assert [call.operation for call in zarinpal.calls()] == ["verify"]


def test_a_purchase_whose_process_died_before_the_gateways_answer_can_be_started_again(
    session: Session, gateway: Gateway, zarinpal: Zarinpal
) -> None:
    payment = purchase_in(session, S.CREATED, authority=None, next_check_at=clock.now())
    sweep.sweep(gateway)
    session.refresh(payment)
    assert (payment.status, payment.lease_until, payment.next_check_at) == (S.INIT_UNKNOWN, None, None)
    assert zarinpal.calls() == []


@pytest.mark.parametrize("status", [S.REVIEW, S.REVERSED, S.REJECTED, S.INIT_UNKNOWN])
def test_what_is_settled_is_not_asked_about(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, status: PaymentStatus
) -> None:
    purchase_in(session, status, next_check_at=clock.now())
    sweep.sweep(gateway)
    assert zarinpal.calls() == []


# while the sweep asks, the customer comes back


class Meanwhile:
    """Our gateway, and something that happens while an inquiry is on its way."""

    def __init__(self, gateway: Gateway, happens: Callable[[], object]) -> None:
        self.start, self.verify, self.unverified = gateway.start, gateway.verify, gateway.unverified
        self.reverse = gateway.reverse
        self._inquire, self._happens = gateway.inquire, happens

    def inquire(self, authority: str) -> Inquired | Unknown:
        answer = self._inquire(authority)
        self._happens()
        return answer


@pytest.mark.parametrize("fault", ["http_500", None])
def test_what_the_customers_return_found_out_meanwhile_is_not_overwritten(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation, fault: str | None
) -> None:
    bought = buy(customer, copy)
    if fault:
        zarinpal.fail_next("inquiry", fault)
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(Meanwhile(gateway, lambda: follow(customer, zarinpal.pay(bought.authority))))
    assert causes(session, stored(session, bought.transaction_id))[-1] == "paid"


@pytest.mark.parametrize("fault", ["http_500", None])
def test_a_payment_that_was_verified_meanwhile_is_sent_again_when_the_queue_loses_it(
    customer: Api,
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    copy: UserAutomation,
    fault: str | None,
) -> None:
    bought = buy(customer, copy)
    if fault:
        zarinpal.fail_next("inquiry", fault)
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(Meanwhile(gateway, lambda: follow(customer, zarinpal.pay(bought.authority))))
    queue.sqs.purge_queue(QueueUrl=queue.queue.url)
    clock.travel(timedelta(seconds=61))
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


def test_a_second_run_meanwhile_does_not_ask_about_the_same_payment(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    purchase_at(zarinpal, session)
    sweep.sweep(Meanwhile(gateway, lambda: sweep.sweep(gateway)))
    assert len(zarinpal.calls("inquiry")) == 1


def test_a_customer_who_says_nok_meanwhile_is_not_forgotten(
    customer: Api, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(Meanwhile(gateway, lambda: follow(customer, zarinpal.cancel(bought.authority))))
    clock.travel(timedelta(minutes=5))
    sweep.sweep(gateway)
    assert shown(customer, bought.transaction_id) == ("canceled", "canceled")


# its own limits


def test_the_gateways_wish_for_patience_ends_the_run(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    for _ in range(3):
        purchase_at(zarinpal, session)
    zarinpal.fail_next("inquiry", "refuse", code=-12)
    assert sweep.sweep(gateway)["asked"] == 1
    assert len(zarinpal.calls()) == 1


def test_patience_is_also_kept_when_a_verify_asks_for_it(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    for _ in range(3):
        zarinpal.pay(str(purchase_at(zarinpal, session).authority))
    zarinpal.fail_next("verify", "refuse", code=-12)
    assert sweep.sweep(gateway)["asked"] == 1


def test_the_next_run_goes_on_where_patience_ended_this_one(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    for _ in range(3):
        purchase_at(zarinpal, session)
    zarinpal.fail_next("inquiry", "refuse", code=-12)
    sweep.sweep(gateway)
    assert sweep.sweep(gateway)["asked"] == 2


@pytest.mark.parametrize("paid", [False, True])
def test_a_run_calls_the_gateway_forty_times_at_most(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, paid: bool
) -> None:
    for payment in [purchase_at(zarinpal, session) for _ in range(45)]:
        if paid:
            zarinpal.pay(str(payment.authority))
    sweep.sweep(gateway)
    assert 38 <= len(zarinpal.calls()) <= 40


def test_who_waits_longest_is_asked_about_first(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    payments = [purchase_at(zarinpal, session) for _ in range(3)]
    for payment, minutes in zip(payments, (1, 3, 2), strict=True):
        payment.next_check_at = clock.now() - timedelta(minutes=minutes)
    session.flush()
    sweep.sweep(gateway)
    asked = [call.authority for call in zarinpal.calls("inquiry")]
    assert asked == [payments[n].authority for n in (1, 2, 0)]


def test_a_second_run_right_after_the_first_asks_nobody_again(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    purchase_at(zarinpal, session)
    sweep.sweep(gateway)
    assert sweep.sweep(gateway)["asked"] == 0


def test_a_purchase_that_another_run_holds_is_passed_over(
    own_database: str, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    here, elsewhere = Database(own_database), Database(own_database)
    with elsewhere.transaction() as session:
        session.execute(text(f"ALTER DATABASE {own_database.rpartition('/')[2]} SET lock_timeout = '5s'"))
    with here.transaction() as session:
        held, free = (purchase_at(zarinpal, session).id for _ in range(2))
    with elsewhere.transaction() as session:
        session.scalars(select(Payment).where(Payment.id == held).with_for_update()).one()
        with using(here):
            assert sweep.sweep(gateway)["asked"] == 1
    with here.transaction() as session:
        assert causes(session, session.get_one(Payment, held)) == ["arranged"]
        assert causes(session, session.get_one(Payment, free)) == ["arranged", "inquiry-in-bank"]
    here.close()
    elsewhere.close()


def test_the_schedule_runs_the_sweep_with_the_container_s_own_gateway(
    session: Session, zarinpal: Zarinpal, queue: Poller, copy: UserAutomation
) -> None:
    zarinpal.pay(str(purchase_at(zarinpal, session, copy=copy).authority))
    assert InProcess().invoke("PaymentsSweep", {}) == {"published": 0, "requeued": 0, "asked": 1}
    queue.poll()
    assert tokens_of(session, copy) == 100


def test_the_schedule_notes_when_it_ran_last_and_what_it_did(session: Session, zarinpal: Zarinpal) -> None:
    purchase_at(zarinpal, session)
    for asked in (1, 0):
        InProcess().invoke("PaymentsSweep", {})
        noted = session.scalars(select(ScheduleRun).execution_options(populate_existing=True)).one()
        assert (noted.name, noted.ok) == ("payments-sweep", True)
        assert noted.done == {"published": 0, "requeued": 0, "asked": asked}
        assert clock.now() - noted.last_run < timedelta(seconds=10)


def test_the_schedule_notes_a_step_that_failed(session: Session, zarinpal: Zarinpal) -> None:
    session.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    InProcess().invoke("PaymentsSweep", {})
    session.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    assert session.scalars(select(ScheduleRun)).one().ok is False


def test_after_days_of_silence_the_customer_finds_the_tokens(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    bought = buy(customer, copy)
    zarinpal.pay(bought.authority)
    zarinpal.fail_next("inquiry", "http_500", times=30)
    for _ in range(12):
        clock.travel(timedelta(hours=5))
        sweep.sweep(gateway)
    zarinpal.gateway.faults.clear()
    clock.travel(timedelta(hours=6))
    sweep.sweep(gateway)
    queue.poll()
    later = customer.signed_in(token_for(session, session.get_one(User, copy.user_id)))
    assert shown(later, bought.transaction_id) == ("succeeded", "done")
    credit = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == events.CREDIT)).one()
    assert credit.published_at is not None


# when nothing is ever learned, and when something breaks


@pytest.mark.parametrize("status", [S.PENDING, S.VERIFY_UNKNOWN])
def test_three_days_of_silence_end_with_a_person(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, status: PaymentStatus
) -> None:
    payment = purchase_at(zarinpal, session, status)
    for operation in ("inquiry", "verify"):
        zarinpal.fail_next(operation, "http_500")
    clock.travel(timedelta(hours=72))
    sweep.sweep(gateway)
    session.refresh(payment)
    assert (payment.status, payment.next_check_at) == (S.REVIEW, None)


class Broken:
    """A gateway client with a mistake of ours in it, for one payment."""

    def __init__(self, gateway: Gateway, authority: str | None) -> None:
        self.start, self.verify, self.unverified = gateway.start, gateway.verify, gateway.unverified
        self.reverse = gateway.reverse
        self._inquire, self._authority = gateway.inquire, authority

    def inquire(self, authority: str) -> Inquired | Unknown:
        if authority == self._authority:
            raise AssertionError("a mistake of ours")
        return self._inquire(authority)


def test_a_payment_that_cannot_be_healed_does_not_keep_the_others_waiting(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    poisoned, healthy = purchase_at(zarinpal, session), purchase_at(zarinpal, session)
    zarinpal.pay(str(healthy.authority))
    assert sweep.sweep(Broken(gateway, poisoned.authority))["asked"] == 2
    session.refresh(healthy)
    session.refresh(poisoned)
    assert healthy.status is S.VERIFIED
    assert poisoned.next_check_at is not None
    assert poisoned.next_check_at > clock.now()


# mail whose message was lost


def test_mail_whose_message_was_lost_is_promised_again_after_an_hour(session: Session, queue: Poller) -> None:
    delivery = make_delivery(session, make_user(session))
    events.promise(session, DeliverMessage(delivery.id))
    assert events.publish() == 1
    assert requeue_unsent_mail() == 0
    clock.travel(timedelta(minutes=61))
    assert requeue_unsent_mail() == 1
    assert events.publish() == 1
    assert requeue_unsent_mail() == 0


@pytest.mark.parametrize(
    "columns",
    [{"state": DeliveryState.SENT}, {"state": DeliveryState.FAILED}, {"attempts": 10}],
    ids=["sent", "given up", "tried too often"],
)
def test_mail_that_is_over_is_not_promised_again(session: Session, queue: Poller, columns: dict[str, Any]) -> None:
    delivery = make_delivery(session, make_user(session), **columns)
    events.promise(session, DeliverMessage(delivery.id))
    events.publish()
    clock.travel(timedelta(hours=2))
    assert requeue_unsent_mail() == 0
