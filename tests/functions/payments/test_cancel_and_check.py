"""The customer gives a purchase up, or asks about it; and what a browser without a sign-in may see of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from functions.payments import service, sweep
from functions.payments.gateways.base import Gateway
from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_user, person_of, purchase_in, token_for
from tests.functions.payments.purchases import (
    Bought,
    ask_to_buy,
    buy,
    causes,
    come_back,
    entries,
    follow,
    purchase_at,
    shown,
    stored,
    tokens_of,
)
from tests.gateways import ask_instead
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Automation, Notification, Payment, PaymentStatus, Role, UserAutomation

pytestmark = pytest.mark.usefixtures("gateway")

S = PaymentStatus
SETTLED = [S.VERIFYING, S.VERIFY_UNKNOWN, S.NOT_PAID, S.EXPIRED, S.REJECTED, S.REVIEW, S.VERIFIED, S.REVERSED]
NOTHING_TO_ASK = [S.CREATED, S.INIT_UNKNOWN, S.REJECTED, S.REVIEW, S.VERIFIED, S.REVERSED]
TEN_SECONDS = timedelta(seconds=10, milliseconds=1)


@pytest.fixture
def bought(customer: Api, copy: UserAutomation) -> Bought:
    """A purchase of 100 tokens; its customer is at the bank."""
    return buy(customer, copy, tokens=100)


def cancel(customer: Api, transaction_id: str) -> Answer:
    return customer.post(f"/api/payments/{transaction_id}/cancel")


def check(customer: Api, transaction_id: str) -> Answer:
    return customer.post(f"/api/payments/{transaction_id}/check")


def on_the_wire(answer: Answer) -> tuple[str, str]:
    assert answer.status == 200, answer.body
    return answer.json["status"], answer.json["phase"]


# cancel


def test_a_purchase_at_the_bank_can_be_given_up(customer: Api, session: Session, bought: Bought) -> None:
    assert on_the_wire(cancel(customer, bought.transaction_id)) == ("canceled", "canceled")
    payment = stored(session, bought.transaction_id)
    assert payment.status is S.NOT_PAID
    assert payment.canceled_at
    assert causes(session, payment)[-1] == "canceled"


def test_the_answer_is_the_purchase(customer: Api, bought: Bought) -> None:
    answer = cancel(customer, bought.transaction_id).json
    assert answer == customer.get(f"/api/payments/{bought.transaction_id}").json
    assert answer["redirect_url"] is None


@pytest.mark.parametrize("status", [S.CREATED, S.INIT_UNKNOWN])
def test_a_purchase_that_has_not_reached_the_bank_can_be_given_up(
    customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = purchase_in(session, status, copy, authority=None)
    assert on_the_wire(cancel(customer, payment.transaction_id)) == ("canceled", "canceled")
    assert causes(session, payment)[-1] == "canceled"


@pytest.mark.parametrize("status", [S.CREATED, S.INIT_UNKNOWN, S.PENDING])
def test_giving_up_twice_is_giving_up_once(
    customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = purchase_in(session, status, copy)
    first = cancel(customer, payment.transaction_id)
    clock.travel(timedelta(minutes=1))
    assert cancel(customer, payment.transaction_id).json == first.json
    assert causes(session, payment).count("canceled") == 1


@pytest.mark.parametrize("status", SETTLED)
def test_what_is_settled_or_being_settled_stays_as_it_is(
    customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = purchase_in(session, status, copy)
    before, told = shown(customer, payment.transaction_id), causes(session, payment)
    assert on_the_wire(cancel(customer, payment.transaction_id)) == before
    session.refresh(payment)
    assert (payment.status, payment.canceled_at, causes(session, payment)) == (status, None, told)


def test_a_canceled_purchase_does_not_count_as_open(customer: Api, session: Session, copy: UserAutomation) -> None:
    open_ones = [purchase_in(session, S.PENDING, copy).transaction_id for _ in range(5)]
    assert ask_to_buy(customer, copy).code == "too-many-open-payments"
    cancel(customer, open_ones[0])
    assert ask_to_buy(customer, copy).status == 201


def test_a_canceled_purchase_that_is_paid_all_the_same_is_credited_and_announced(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    cancel(customer, bought.transaction_id)
    follow(customer, zarinpal.pay(bought.authority))
    queue.poll()
    assert shown(customer, bought.transaction_id) == ("succeeded", "done")
    assert (tokens_of(session, copy), entries(session)) == (100, 1)
    assert session.scalars(select(Notification.kind)).all() == ["tokens-credited"]


def test_a_canceled_purchase_whose_customer_had_paid_and_left_is_found(
    customer: Api,
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    bought: Bought,
    copy: UserAutomation,
) -> None:
    zarinpal.pay(bought.authority)
    cancel(customer, bought.transaction_id)
    clock.travel(timedelta(seconds=6))
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


def test_a_canceled_purchase_stays_watched_and_stays_canceled(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, bought: Bought
) -> None:
    cancel(customer, bought.transaction_id)
    for wait in (timedelta(seconds=6), timedelta(minutes=31)):
        clock.travel(wait)
        sweep.sweep(gateway)
        assert shown(customer, bought.transaction_id) == ("canceled", "canceled")
    assert len(zarinpal.calls("inquiry")) == 2
    payment = stored(session, bought.transaction_id)
    assert payment.status is S.EXPIRED
    assert payment.next_check_at


def test_a_nok_after_a_cancel_is_checked_and_changes_nothing(customer: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    cancel(customer, bought.transaction_id)
    follow(customer, zarinpal.cancel(bought.authority))
    assert shown(customer, bought.transaction_id) == ("canceled", "canceled")


def test_an_ok_after_a_cancel_without_a_payment_is_not_believed(customer: Api, bought: Bought) -> None:
    cancel(customer, bought.transaction_id)
    come_back(customer, bought.transaction_id, Authority=bought.authority, Status="OK")
    assert shown(customer, bought.transaction_id) == ("canceled", "canceled")


def test_the_same_key_takes_up_again_what_never_reached_the_bank(
    customer: Api, session: Session, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    zarinpal.fail_next("request", "http_500")
    ask_to_buy(customer, copy)
    payment = session.scalars(select(Payment)).one()
    cancel(customer, payment.transaction_id)
    assert ask_to_buy(customer, copy).status == 201
    assert shown(customer, payment.transaction_id) == ("pending", "at_bank")


class Meanwhile:
    """Our gateway, and something that happens while a call is on its way."""

    def __init__(self, gateway: Gateway, happens: Callable[[], object]) -> None:
        self._gateway, self._happens = gateway, happens

    def start(self, order: Any) -> Any:
        answer = self._gateway.start(order)
        self._happens()
        return answer

    def verify(self, authority: str, amount: Any) -> Any:
        answer = self._gateway.verify(authority, amount)
        self._happens()
        return answer


def test_a_purchase_given_up_while_the_gateway_takes_it_is_canceled(
    customer: Api, session: Session, copy: UserAutomation, gateway: Gateway, zarinpal: Zarinpal, queue: Poller
) -> None:
    buyer = person_of(session, copy)

    def give_up() -> None:
        service.cancel(buyer, session.scalars(select(Payment.transaction_id)).one(), trace_id="meanwhile")

    ask_instead(Meanwhile(gateway, give_up))
    bought = buy(customer, copy)
    assert shown(customer, bought.transaction_id) == ("canceled", "canceled")
    follow(customer, zarinpal.pay(bought.authority))
    queue.poll()
    assert tokens_of(session, copy) == 100


# check


def test_a_check_finds_the_payment_of_a_customer_who_did_not_come_back(
    customer: Api, zarinpal: Zarinpal, bought: Bought
) -> None:
    zarinpal.pay(bought.authority)
    clock.travel(TEN_SECONDS)
    assert on_the_wire(check(customer, bought.transaction_id)) == ("succeeded", "crediting")


@pytest.mark.parametrize("status", [S.PENDING, S.NOT_PAID, S.EXPIRED, S.VERIFY_UNKNOWN])
def test_a_check_asks_whatever_may_turn_out_to_be_paid(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = purchase_at(zarinpal, session, status, copy=copy)
    zarinpal.pay(str(payment.authority))
    assert on_the_wire(check(customer, payment.transaction_id)) == ("succeeded", "crediting")
    queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


@pytest.mark.parametrize("status", NOTHING_TO_ASK)
def test_a_check_of_what_is_settled_asks_nobody(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = purchase_in(session, status, copy)
    before = shown(customer, payment.transaction_id)
    assert on_the_wire(check(customer, payment.transaction_id)) == before
    assert zarinpal.calls() == []


def test_the_gateway_is_asked_once_in_ten_seconds(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    asked = []
    for wait in (0, 1, 8, 2, 1):
        clock.travel(timedelta(seconds=wait))
        check(customer, payment.transaction_id)
        asked.append(len(zarinpal.calls("verify")))
    assert asked == [1, 1, 1, 2, 2]


def test_each_payment_has_ten_seconds_of_its_own(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    for _ in range(3):
        check(customer, purchase_at(zarinpal, session, copy=copy).transaction_id)
    assert len(zarinpal.calls("verify")) == 3


def test_a_sweep_that_has_just_asked_is_answer_enough(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    sweep.sweep(gateway)
    check(customer, payment.transaction_id)
    assert [call.operation for call in zarinpal.calls()] == ["inquiry"]


def test_a_check_does_not_keep_the_customers_return_waiting(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    check(customer, payment.transaction_id)
    follow(customer, zarinpal.pay(str(payment.authority)))
    assert shown(customer, payment.transaction_id) == ("succeeded", "crediting")


def test_a_check_during_anothers_lease_asks_nobody(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, S.VERIFYING, copy=copy)
    payment.lease_until = clock.now() + timedelta(seconds=59)
    session.flush()
    assert on_the_wire(check(customer, payment.transaction_id)) == ("pending", "checking")
    assert zarinpal.calls() == []


def test_a_check_during_a_check_asks_nobody(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    zarinpal.pay(str(payment.authority))
    buyer = person_of(session, copy)

    def impatient() -> None:
        service.check(buyer, payment.transaction_id, gateway=gateway, trace_id="meanwhile")

    ask_instead(Meanwhile(gateway, impatient))
    assert on_the_wire(check(customer, payment.transaction_id)) == ("succeeded", "crediting")
    assert len(zarinpal.calls("verify")) == 1


@pytest.mark.parametrize("fault", ["hang", "http_500", "html"])
def test_a_check_that_learns_nothing_says_checking(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation, fault: str
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    zarinpal.fail_next("verify", fault, seconds=1)
    assert on_the_wire(check(customer, payment.transaction_id)) == ("pending", "checking")


def test_a_check_shows_the_customer_as_the_one_who_asked(
    customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    payment = purchase_at(zarinpal, session, copy=copy)
    timeline = check(customer, payment.transaction_id).json["timeline"]
    assert [step["cause"] for step in timeline[-2:]] == ["claimed", "not-paid"]


# both


@pytest.mark.parametrize("act", [cancel, check])
def test_somebody_elses_purchase_is_not_found(
    customer: Api, session: Session, zarinpal: Zarinpal, act: Callable[[Api, str], Answer]
) -> None:
    theirs = purchase_at(zarinpal, session)
    answer = act(customer, theirs.transaction_id)
    session.refresh(theirs)
    assert (answer.status, answer.code, theirs.status) == (404, "payment-not-found", S.PENDING)
    assert act(customer, "no-such-transaction").code == "payment-not-found"
    assert zarinpal.calls() == []


@pytest.mark.parametrize("act", [cancel, check])
def test_only_the_owner_may(api: Api, session: Session, act: Callable[[Api, str], Answer]) -> None:
    payment = purchase_in(session, S.PENDING)
    staff = api.signed_in(token_for(session, make_user(session, role=Role.MANAGER)))
    assert act(api, payment.transaction_id).code == "not-signed-in"
    assert act(staff, payment.transaction_id).code == "not-allowed"


# the public status


def status_of(api: Api, transaction_id: str) -> Answer:
    return api.get(f"/api/payments/status/{transaction_id}")


def test_whoever_knows_the_id_sees_how_a_purchase_goes(
    api: Api, customer: Api, session: Session, zarinpal: Zarinpal, bought: Bought, copy: UserAutomation
) -> None:
    follow(api, zarinpal.pay(bought.authority))
    seen, payment = status_of(api, bought.transaction_id).json, stored(session, bought.transaction_id)
    assert seen == {
        "status": "succeeded",
        "phase": "crediting",
        "amount": 500_000,
        "currency": "IRR",
        "tokens": 100,
        "automation_name": session.get_one(Automation, copy.automation_id).name,
        "tracking_code": payment.ref_id,
        "created_at": payment.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": seen["updated_at"],
    }
    assert seen["created_at"] < seen["updated_at"]


@pytest.mark.parametrize("change", ["nok", "cancel", "paid"])
def test_a_status_says_when_it_changed(
    api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought, change: str
) -> None:
    before = status_of(api, bought.transaction_id).json["updated_at"]
    clock.travel(timedelta(seconds=1))
    if change == "cancel":
        cancel(customer, bought.transaction_id)
    else:
        follow(api, (zarinpal.pay if change == "paid" else zarinpal.cancel)(bought.authority))
    after = status_of(api, bought.transaction_id).json["updated_at"]
    assert after > before
    come_back(api, bought.transaction_id, Authority="A" * 36, Status="OK")
    assert status_of(api, bought.transaction_id).json["updated_at"] == after


def test_a_purchase_that_nobody_has_touched_was_changed_when_it_was_made(api: Api, session: Session) -> None:
    payment = purchase_in(session, S.CREATED)
    seen = status_of(api, payment.transaction_id).json
    assert seen["updated_at"] == seen["created_at"]


def test_an_unknown_purchase_has_no_status(api: Api, session: Session) -> None:
    payment = purchase_in(session, S.PENDING)
    for unknown in ("no-such-transaction", str(payment.id)):
        assert (status_of(api, unknown).status, status_of(api, unknown).code) == (404, "payment-not-found")
    assert status_of(api, "a b").status == 422
