"""What the gateway holds unverified: paid, and nobody came to say so, not even the gateway's own answer."""

import json
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from functions.payments import sweep
from functions.payments.gateways.base import Gateway, NotPaid, Paid, Suspicious, Unknown, Unverified, Waiting
from functions.payments.gateways.zarinpal import Zarinpal as Client
from functions.payments.strays import transaction_of
from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Api, InProcess
from tests.factories import make_copy, purchase_in
from tests.functions.payments.purchases import (
    ask_to_buy,
    buy,
    causes,
    entries,
    follow,
    paid_but_lost,
    paid_stray,
    purchase_at,
    shown,
    stored,
    tokens_of,
)
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Payment, PaymentStatus, UserAutomation
from zimmer.money import Rial
from zimmer.observability import logger

S = PaymentStatus
BASE = "http://localhost:8000/api/payments/zarinpal/callback"
LEASE_OVER = timedelta(seconds=61)

Alarms = Callable[[], list[str]]


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Alarms:
    """The errors that were logged."""
    raised: list[str] = []
    monkeypatch.setattr(logger(), "error", lambda event, **facts: raised.append(event))
    return lambda: raised


def refreshed(session: Session, payment: Payment) -> Payment:
    session.refresh(payment)
    return payment


# an authority we know


def test_a_known_payment_is_verified_before_its_turn(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    zarinpal.pay(str(purchase_at(zarinpal, session, copy=copy, due=False).authority))
    assert sweep.sweep_with_unverified(gateway)["asked"] == 1
    queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)
    assert [call.operation for call in zarinpal.calls()] == ["unVerified", "verify"]


@pytest.mark.parametrize("status", [S.NOT_PAID, S.EXPIRED, S.VERIFY_UNKNOWN, S.VERIFYING])
def test_a_known_payment_is_verified_wherever_it_stands(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, status: PaymentStatus
) -> None:
    payment = purchase_at(zarinpal, session, status, due=False)
    zarinpal.pay(str(payment.authority))
    sweep.sweep_with_unverified(gateway)
    assert refreshed(session, payment).status is S.VERIFIED


@pytest.mark.parametrize("status", [S.REVIEW, S.VERIFIED, S.REVERSED])
def test_a_settled_payment_is_left_alone(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, status: PaymentStatus, alarms: Alarms
) -> None:
    payment = purchase_at(zarinpal, session, status, due=False)
    zarinpal.pay(str(payment.authority))
    sweep.sweep_with_unverified(gateway)
    assert (refreshed(session, payment).status, zarinpal.calls("verify"), alarms()) == (status, [], [])


def test_somebody_elses_lease_is_kept(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    payment = purchase_at(zarinpal, session, S.VERIFYING, due=False)
    payment.lease_until = clock.now() + timedelta(seconds=30)
    session.flush()
    zarinpal.pay(str(payment.authority))
    assert sweep.sweep_with_unverified(gateway)["asked"] == 0
    assert zarinpal.calls("verify") == []


# an authority we never heard of


def test_a_purchase_whose_answer_was_lost_and_which_was_paid_is_credited(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    zarinpal.fail_next("request", "apply_then_timeout", seconds=1)
    assert ask_to_buy(customer, copy).status == 503
    [lost] = zarinpal.calls("request")
    follow(customer, zarinpal.pay(str(lost.authority)))  # the callback cannot know this authority
    [line] = customer.get("/api/payments").json["items"]
    assert (line["status"], line["phase"]) == ("pending", "starting")
    sweep.sweep_with_unverified(gateway)
    queue.poll()
    assert shown(customer, line["transaction_id"]) == ("succeeded", "done")
    assert (tokens_of(session, copy), entries(session)) == (100, 1)
    assert causes(session, stored(session, line["transaction_id"])) == [
        "opened",
        "gateway-silent",
        "foreign-authority",
        "found-unverified",
        "claimed",
        "paid",
        "tokens-credited",
    ]


@pytest.mark.parametrize("status", [S.CREATED, S.INIT_UNKNOWN])
def test_it_is_found_before_and_after_the_sweep_gave_up_waiting(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, status: PaymentStatus
) -> None:
    payment = paid_but_lost(zarinpal, session, status=status)
    sweep.sweep_with_unverified(gateway)
    assert refreshed(session, payment).status is S.VERIFIED
    assert payment.authority


def test_a_purchase_that_was_given_up_is_found_too(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation
) -> None:
    payment = paid_but_lost(zarinpal, session, copy)
    customer.post(f"/api/payments/{payment.transaction_id}/cancel")
    sweep.sweep_with_unverified(gateway)
    assert shown(customer, payment.transaction_id) == ("succeeded", "crediting")


def test_while_the_gateways_answer_is_awaited_nothing_is_taken_from_it(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    payment = paid_but_lost(zarinpal, session, status=S.CREATED, lease_until=clock.now() + timedelta(seconds=20))
    sweep.sweep_with_unverified(gateway)
    assert refreshed(session, payment).authority is None
    clock.travel(LEASE_OVER)
    sweep.sweep_with_unverified(gateway)
    assert refreshed(session, payment).status is S.VERIFIED


def test_a_verify_that_is_lost_then_is_repeated_like_any_other(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, queue: Poller, copy: UserAutomation
) -> None:
    paid_but_lost(zarinpal, session, copy)
    zarinpal.fail_next("verify", "apply_then_timeout", seconds=1)
    sweep.sweep_with_unverified(gateway)
    clock.travel(timedelta(minutes=3))
    sweep.sweep(gateway)
    queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


@pytest.mark.parametrize("amount", [10_000, 499_990, 500_010, 5_000_000])
def test_another_amount_is_an_alarm_and_a_person_looks(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, amount: int, alarms: Alarms
) -> None:
    payment = paid_but_lost(zarinpal, session, at_the_bank=amount)
    sweep.sweep_with_unverified(gateway)
    assert refreshed(session, payment).status is S.REVIEW
    assert (payment.next_check_at, zarinpal.calls("verify"), alarms()) == (None, [], ["payment.review"])


@pytest.mark.parametrize("status", [S.PENDING, S.EXPIRED, S.VERIFIED, S.REVIEW])
def test_money_under_another_authority_is_an_alarm_and_told_once(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, status: PaymentStatus, alarms: Alarms
) -> None:
    payment = purchase_at(zarinpal, session, status, due=False)
    authority = payment.authority
    paid_stray(zarinpal, payment.transaction_id, amount=payment.amount)
    for _ in range(2):
        sweep.sweep_with_unverified(gateway)
    assert (refreshed(session, payment).status, payment.authority) == (status, authority)
    assert causes(session, payment).count("paid-under-another-authority") == 1
    assert (alarms(), zarinpal.calls("verify")) == (["unverified.another-authority"] * 2, [])


def test_a_refused_purchase_that_was_paid_all_the_same_is_an_alarm(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, alarms: Alarms
) -> None:
    payment = paid_but_lost(zarinpal, session, status=S.REJECTED)
    sweep.sweep_with_unverified(gateway)
    assert (refreshed(session, payment).status, alarms()) == (S.REJECTED, ["unverified.another-authority"])


def test_money_for_a_purchase_we_do_not_have_is_an_alarm(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, alarms: Alarms
) -> None:
    paid_stray(zarinpal, "no-such-transaction", amount=500_000)
    assert sweep.sweep_with_unverified(gateway)["asked"] == 0
    assert alarms() == ["unverified.no-such-purchase"]


def test_money_of_another_shop_of_ours_is_none_of_our_business(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, alarms: Alarms
) -> None:
    payment = purchase_in(session, S.INIT_UNKNOWN, authority=None)
    paid_stray(zarinpal, payment.transaction_id, amount=payment.amount, base="https://staging.example")
    sweep.sweep_with_unverified(gateway)
    assert (refreshed(session, payment).status, alarms()) == (S.INIT_UNKNOWN, [])


def test_one_that_cannot_be_settled_does_not_keep_the_others_waiting(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    healthy = paid_but_lost(zarinpal, session, make_copy(session))
    paid_stray(zarinpal, "no-such-transaction", amount=500_000)
    paid_but_lost(zarinpal, session, at_the_bank=10_000)
    sweep.sweep_with_unverified(gateway)
    assert refreshed(session, healthy).status is S.VERIFIED


def test_a_mistake_of_ours_about_one_does_not_keep_the_others_waiting(
    session: Session, zarinpal: Zarinpal, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy, poisoned = paid_but_lost(zarinpal, session), purchase_at(zarinpal, session, due=False)
    zarinpal.pay(str(poisoned.authority))
    verify = gateway.verify

    def broken(authority: str, amount: Rial) -> Paid | NotPaid | Suspicious | Unknown:
        if authority == poisoned.authority:
            raise AssertionError("a mistake of ours")
        return verify(authority, amount)

    monkeypatch.setattr(gateway, "verify", broken)
    assert sweep.sweep_with_unverified(gateway)["asked"] == 1
    assert refreshed(session, healthy).status is S.VERIFIED


def test_two_purchases_cannot_have_one_authority(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    payments = [paid_but_lost(zarinpal, session) for _ in range(3)]
    sweep.sweep_with_unverified(gateway)
    assert len({refreshed(session, payment).authority for payment in payments}) == 3


@pytest.mark.parametrize(
    ("url", "transaction_id"),
    [
        (f"{BASE}/abc_-9", "abc_-9"),
        (f"{BASE}?payment_id=abc_-9", "abc_-9"),
        (f"{BASE}/abc/def", None),
        (f"{BASE}/abc?x=1", None),
        (f"{BASE}/", None),
        (BASE, None),
        (f"{BASE}/{'a' * 65}", None),
        (f"{BASE}/abc\n", None),
        ("http://localhost:8000/back", None),
        ("http://localhost:80001/api/payments/zarinpal/callback/abc", None),
        ("https://evil.example/?u=" + BASE + "/abc", None),
        ("http://localhost:8000@evil.example/api/payments/zarinpal/callback/abc", None),
        ("", None),
    ],
)
def test_only_a_callback_url_of_ours_names_a_purchase(url: str, transaction_id: str | None) -> None:
    assert transaction_of(url) == transaction_id


# when it asks, and how much


@pytest.mark.parametrize(
    ("time", "asks"),
    [
        ("2026-11-22T09:00:00Z", True),
        ("2026-11-22T09:10:59Z", True),
        ("2026-11-22T09:50:00Z", True),
        ("2026-11-22T09:09:59Z", False),
        ("2026-11-22T09:11:00Z", False),
        ("2026-11-22T09:15:00Z", False),
    ],
)
def test_every_tenth_minute_of_the_schedule_is_for_the_unverified(time: str, asks: bool) -> None:
    assert sweep.is_tenth_minute({"time": time}) is asks


def test_a_run_that_nobody_scheduled_goes_by_the_clock() -> None:
    answers = []
    for _ in range(10):
        clock.travel(timedelta(minutes=1))
        answers.append(sweep.is_tenth_minute({}))
    assert answers.count(True) == 1


def test_the_schedule_asks_by_the_time_in_its_event(session: Session, zarinpal: Zarinpal, queue: Poller) -> None:
    for minute in ("08", "09", "10", "11"):
        InProcess().invoke("PaymentsSweep", {"time": f"2026-11-22T09:{minute}:00Z"})
    assert [call.operation for call in zarinpal.calls()] == ["unVerified"]


@pytest.mark.parametrize("fault", ["hang", "http_500", "html", "refuse"])
def test_an_answer_that_says_nothing_leaves_the_rest_of_the_run(
    customer: Api, session: Session, zarinpal: Zarinpal, gateway: Gateway, copy: UserAutomation, fault: str
) -> None:
    zarinpal.fail_next("unVerified", fault, seconds=1, code=-10)
    zarinpal.pay(buy(customer, copy).authority)
    clock.travel(timedelta(minutes=2, seconds=1))
    assert sweep.sweep_with_unverified(gateway)["asked"] == 1


def test_the_gateways_wish_for_patience_ends_the_whole_run(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    zarinpal.pay(str(purchase_at(zarinpal, session).authority))
    zarinpal.fail_next("unVerified", "refuse", code=-12)
    assert sweep.sweep_with_unverified(gateway)["asked"] == 0
    assert [call.operation for call in zarinpal.calls()] == ["unVerified"]


def test_patience_is_also_kept_when_a_verify_asks_for_it(
    session: Session, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    for _ in range(3):
        zarinpal.pay(str(purchase_at(zarinpal, session).authority))
    zarinpal.fail_next("verify", "refuse", code=-12)
    assert sweep.sweep_with_unverified(gateway)["asked"] == 1
    assert len(zarinpal.calls()) == 2


def test_a_run_calls_the_gateway_forty_times_at_most(session: Session, zarinpal: Zarinpal, gateway: Gateway) -> None:
    for _ in range(45):
        zarinpal.pay(str(purchase_at(zarinpal, session).authority))
    sweep.sweep_with_unverified(gateway)
    assert len(zarinpal.calls()) == 40


# the client


def answering(payload: object) -> Client:
    content = json.dumps(payload).encode()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    return Client(httpx.Client(transport=transport, trust_env=False), base_url="https://gateway.test/", merchant_id="m")


AUTHORITY = "A" * 36
ROW = {"authority": AUTHORITY, "amount": 50_000, "callback_url": "https://shop.test/", "referer": "", "date": ""}


def authorities(answer: object) -> list[str]:
    assert isinstance(answer, Unverified)
    return [waiting.authority for waiting in answer.payments]


def test_the_list_has_what_each_row_says() -> None:
    answer = answering({"data": {"code": "100", "authorities": [ROW]}, "errors": []}).unverified()
    assert isinstance(answer, Unverified)
    assert answer.payments == (Waiting(AUTHORITY, Rial(50_000), "https://shop.test/"),)


@pytest.mark.parametrize("code", [100, "100"])
def test_an_empty_list_is_an_answer(code: object) -> None:
    answer = answering({"data": {"code": code, "authorities": []}, "errors": []}).unverified()
    assert authorities(answer) == []


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        {**ROW, "authority": "A" * 35},
        {**ROW, "authority": 7},
        {**ROW, "amount": "50000"},
        {**ROW, "callback_url": None},
    ],
    ids=ascii,
)
def test_a_row_that_cannot_be_read_does_not_hide_the_others(row: object) -> None:
    answer = answering({"data": {"code": 100, "authorities": [row, ROW]}, "errors": []}).unverified()
    assert authorities(answer) == [AUTHORITY]


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"data": [], "errors": {"code": -10}},
        {"data": {"code": 100}, "errors": []},
        {"data": {"code": 100, "authorities": {}}, "errors": []},
        {"data": {"code": -12, "authorities": []}, "errors": []},
        {"data": {"authorities": [ROW]}, "errors": []},
    ],
    ids=ascii,
)
def test_anything_else_is_unknown(payload: object) -> None:
    assert isinstance(answering(payload).unverified(), Unknown)
