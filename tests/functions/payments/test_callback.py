"""The customer comes back from the bank: once, twice, late, never, or it is somebody else who writes the URL."""

from datetime import timedelta

import pytest

from functions.payments import sweep
from functions.payments.gateways.base import Gateway
from local import ports
from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_copy, purchase_in, token_for
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
from zimmer import clock
from zimmer.db import Database, Session, using
from zimmer.models import PaymentStatus, User, UserAutomation
from zimmer.money import Rial

pytestmark = pytest.mark.usefixtures("gateway")

S = PaymentStatus
RETURN_PAGE = "http://localhost:3000/payment/return/?payment="


@pytest.fixture
def bought(customer: Api, copy: UserAutomation) -> Bought:
    """A purchase of 100 tokens; its customer is at the bank."""
    return buy(customer, copy, tokens=100)


# paid


def test_a_paid_purchase_is_crediting_when_the_customer_is_back(
    customer: Api, zarinpal: Zarinpal, bought: Bought
) -> None:
    follow(customer, zarinpal.pay(bought.authority))
    assert shown(customer, bought.transaction_id) == ("succeeded", "crediting")


def test_the_customer_needs_no_sign_in_to_come_back(
    api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought
) -> None:
    assert follow(api, zarinpal.pay(bought.authority)).status == 303
    assert shown(customer, bought.transaction_id)[0] == "succeeded"


def test_the_gateway_is_asked_for_the_stored_amount(api: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    come_back(api, bought.transaction_id, Authority=bought.authority, Status="OK", Amount="10", amount="10")
    [call] = zarinpal.calls("verify")
    assert (call.amount, call.authority) == (500_000, bought.authority)


def test_the_receipt_is_kept(customer: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    follow(customer, zarinpal.pay(bought.authority))
    receipt = customer.get(f"/api/payments/{bought.transaction_id}").json
    ref_id = zarinpal.gateway.bank.find(bought.authority).ref_id
    assert (receipt["tracking_code"], receipt["card_pan"]) == (str(ref_id), "502229******5995")


def test_a_second_callback_does_not_ask_the_gateway_again(api: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    for _ in range(3):
        follow(api, zarinpal.pay(bought.authority))
    assert len(zarinpal.calls("verify")) == 1


def test_a_second_callback_does_not_credit_again(
    api: Api, session: Session, zarinpal: Zarinpal, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    for _ in range(3):
        follow(api, zarinpal.pay(bought.authority))
        queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


def test_ok_without_a_payment_is_not_believed(
    api: Api, customer: Api, session: Session, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    come_back(api, bought.transaction_id, Authority=bought.authority, Status="OK")
    assert queue.poll() == 0
    assert shown(customer, bought.transaction_id) == ("pending", "checking")
    assert tokens_of(session, copy) == 0


def test_a_customer_who_said_ok_too_early_can_still_pay(
    api: Api, session: Session, zarinpal: Zarinpal, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    come_back(api, bought.transaction_id, Authority=bought.authority, Status="OK")
    follow(api, zarinpal.pay(bought.authority))
    queue.poll()
    assert tokens_of(session, copy) == 100


# not paid


def test_a_canceled_purchase_is_checked_within_seconds(
    api: Api, customer: Api, zarinpal: Zarinpal, gateway: Gateway, bought: Bought
) -> None:
    follow(api, zarinpal.cancel(bought.authority))
    assert shown(customer, bought.transaction_id) == ("pending", "checking")
    clock.travel(timedelta(seconds=6))
    sweep.sweep(gateway)
    assert shown(customer, bought.transaction_id) == ("canceled", "canceled")


def test_nok_does_not_ask_the_gateway_in_front_of_the_customer(api: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    follow(api, zarinpal.cancel(bought.authority))
    assert zarinpal.calls("verify") == zarinpal.calls("inquiry") == []


def test_a_forged_nok_does_not_cost_a_customer_who_paid_the_tokens(
    api: Api,
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    bought: Bought,
    copy: UserAutomation,
) -> None:
    zarinpal.pay(bought.authority)
    come_back(api, bought.transaction_id, Authority=bought.authority, Status="NOK")
    clock.travel(timedelta(seconds=6))
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


def test_nok_and_then_ok_is_paid(api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    come_back(api, bought.transaction_id, Authority=bought.authority, Status="NOK")
    follow(api, zarinpal.pay(bought.authority))
    assert shown(customer, bought.transaction_id) == ("succeeded", "crediting")


@pytest.mark.parametrize("status", [S.VERIFIED, S.EXPIRED, S.REVIEW, S.REVERSED])
def test_nok_after_the_end_changes_nothing(api: Api, session: Session, status: PaymentStatus) -> None:
    payment = purchase_in(session, status)
    before = (payment.status, payment.nok_at, payment.next_check_at)
    come_back(api, payment.transaction_id, Authority=str(payment.authority), Status="NOK")
    session.refresh(payment)
    assert (payment.status, payment.nok_at, payment.next_check_at) == before


@pytest.mark.parametrize("status", [S.VERIFIED, S.REVIEW, S.REVERSED, S.REJECTED, S.INIT_UNKNOWN])
def test_ok_after_the_end_asks_nobody(api: Api, session: Session, zarinpal: Zarinpal, status: PaymentStatus) -> None:
    payment = purchase_in(session, status)
    come_back(api, payment.transaction_id, Authority=str(payment.authority), Status="OK")
    session.refresh(payment)
    assert (payment.status, zarinpal.calls()) == (status, [])


@pytest.mark.parametrize("status", [S.EXPIRED, S.NOT_PAID])
def test_a_late_success_is_accepted(
    api: Api, session: Session, zarinpal: Zarinpal, queue: Poller, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = purchase_at(zarinpal, session, status, copy=copy)
    follow(api, zarinpal.pay(str(payment.authority)))
    queue.poll()
    assert tokens_of(session, copy) == 100


# forged


def test_a_foreign_authority_changes_nothing(
    api: Api, customer: Api, session: Session, zarinpal: Zarinpal, bought: Bought
) -> None:
    zarinpal.pay(bought.authority)
    before = stored(session, bought.transaction_id)
    facts = (before.status, before.next_check_at, before.lease_until, before.nok_at, before.attempts)
    for status in ("OK", "NOK"):
        come_back(api, bought.transaction_id, Authority="A" * 36, Status=status)
    after = stored(session, bought.transaction_id)
    assert (after.status, after.next_check_at, after.lease_until, after.nok_at, after.attempts) == facts
    assert zarinpal.calls("verify") == []


def test_a_foreign_authority_is_recorded_and_the_record_stays(api: Api, session: Session, bought: Bought) -> None:
    assert come_back(api, bought.transaction_id, Authority="A" * 36, Status="OK").status == 303
    assert causes(session, stored(session, bought.transaction_id))[-1] == "foreign-authority"


def test_a_stranger_does_not_stop_the_real_customer(
    api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought
) -> None:
    come_back(api, bought.transaction_id, Authority="A" * 36, Status="OK")
    follow(customer, zarinpal.pay(bought.authority))
    assert shown(customer, bought.transaction_id)[0] == "succeeded"


def test_the_paid_authority_of_one_purchase_does_not_pay_for_another(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    dear = buy(customer, copy, tokens=10_000, key="purchase-0002")
    zarinpal.pay(bought.authority)
    come_back(customer, dear.transaction_id, Authority=bought.authority, Status="OK")
    assert queue.poll() == 0
    assert shown(customer, dear.transaction_id) == ("pending", "at_bank")
    assert causes(session, stored(session, dear.transaction_id))[-1] == "foreign-authority"


def test_a_replayed_authority_of_a_credited_purchase_credits_nothing(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    follow(customer, zarinpal.pay(bought.authority))
    queue.poll()
    again = buy(customer, copy, tokens=100, key="purchase-0002")
    come_back(customer, again.transaction_id, Authority=bought.authority, Status="OK")
    queue.poll()
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


@pytest.mark.parametrize("status", ["OK", "NOK", ""])
def test_no_authority_is_not_the_one_of_a_purchase_that_has_none_yet(api: Api, session: Session, status: str) -> None:
    payment = purchase_in(session, S.INIT_UNKNOWN, authority=None)
    come_back(api, payment.transaction_id, Status=status)
    assert causes(session, payment)[-1] == "foreign-authority"


def test_a_callback_before_the_gateways_answer_is_kept_changes_nothing(
    api: Api, customer: Api, session: Session, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    zarinpal.fail_next("request", "apply_then_timeout", seconds=1)
    ask_to_buy(customer, copy)
    [lost] = zarinpal.calls("request")
    answer = follow(api, zarinpal.pay(str(lost.authority)))
    [line] = customer.get("/api/payments").json["items"]
    assert answer.status == 303
    assert (line["status"], line["phase"]) == ("pending", "starting")


def test_another_amount_at_the_bank_goes_to_review_and_is_never_credited(
    api: Api,
    customer: Api,
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    bought: Bought,
    copy: UserAutomation,
) -> None:
    payment = stored(session, bought.transaction_id)
    payment.amount = payment.amount_before = Rial(5_000_000)
    session.flush()
    follow(api, zarinpal.pay(bought.authority))
    clock.travel(timedelta(hours=1))
    sweep.sweep(gateway)
    assert queue.poll() == 0
    assert stored(session, bought.transaction_id).status is S.REVIEW
    assert tokens_of(session, copy) == 0


@pytest.mark.parametrize("code", [-50, -53, -54])
def test_what_is_under_review_says_so(api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought, code: int) -> None:
    zarinpal.fail_next("verify", "refuse", code=code)
    follow(api, zarinpal.pay(bought.authority))
    assert shown(customer, bought.transaction_id) == ("pending", "under_review")


# the answer

STRANGE = [
    "no-such-transaction",
    "0",
    "-1",
    "1' OR '1'='1",
    "..",
    "%00",
    "nul-\x00-byte",
    "carriage\rreturn",
    "سلام",
    "😀",
    "&next=https:evil.example",
    "?payment=1#x",
    "x" * 5_000,
]


@pytest.mark.parametrize("transaction_id", STRANGE, ids=ascii)
@pytest.mark.parametrize("status", ["OK", "NOK"])
def test_whatever_is_asked_the_answer_leads_to_our_own_page(api: Api, transaction_id: str, status: str) -> None:
    answer = come_back(api, transaction_id, Authority="A" * 36, Status=status)
    assert answer.status == 303
    location = answer.headers["location"]
    assert location.startswith(RETURN_PAGE)
    assert not set(location.removeprefix(RETURN_PAGE)) & set("/?#&:\r\n ")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"Authority": "", "Status": ""},
        {"Status": "OK"},
        {"Authority": "A" * 36},
        {"authority": "A" * 36, "status": "OK"},
        {"Authority": "\x00", "Status": "OK"},
        {"Authority": "سلام", "Status": "خوب"},
        {"Authority": "A" * 20_000, "Status": "OK"},
        {"Authority": "https://evil.example", "Status": "OK", "next": "https://evil.example"},
    ],
    ids=lambda query: ascii(query)[:60],
)
def test_strange_or_missing_parameters_change_nothing_and_lead_to_our_own_page(
    api: Api, customer: Api, bought: Bought, query: dict[str, str]
) -> None:
    answer = come_back(api, bought.transaction_id, **query)
    assert (answer.status, answer.headers["location"]) == (303, RETURN_PAGE + bought.transaction_id)
    assert shown(customer, bought.transaction_id) == ("pending", "at_bank")


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "origin", "referer"])
def test_no_header_moves_the_return_page(api: Api, bought: Bought, header: str) -> None:
    answer = api.get(
        f"/api/payments/zarinpal/callback/{bought.transaction_id}",
        params={"Authority": bought.authority, "Status": "OK"},
        headers={header: "evil.example"},
    )
    assert answer.headers["location"] == RETURN_PAGE + bought.transaction_id


@pytest.mark.parametrize("fault", ["hang", "apply_then_timeout", "http_500", "html", "refuse"])
def test_a_gateway_that_fails_does_not_keep_the_customer(
    api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought, fault: str
) -> None:
    zarinpal.fail_next("verify", fault, seconds=1)
    answer = follow(api, zarinpal.pay(bought.authority))
    assert (answer.status, answer.headers["location"]) == (303, RETURN_PAGE + bought.transaction_id)
    assert shown(customer, bought.transaction_id) == ("pending", "checking")


def test_a_database_that_is_away_does_not_keep_the_customer(api: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    url = zarinpal.pay(bought.authority)
    with using(Database(f"postgresql://nobody@localhost:{ports.free_port()}/nowhere")):
        answer = follow(api, url)
    assert (answer.status, answer.headers["location"]) == (303, RETURN_PAGE + bought.transaction_id)


def test_a_customer_who_came_back_while_the_database_was_away_gets_the_tokens(
    api: Api,
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    bought: Bought,
    copy: UserAutomation,
) -> None:
    url = zarinpal.pay(bought.authority)
    with using(Database(f"postgresql://nobody@localhost:{ports.free_port()}/nowhere")):
        follow(api, url)
    clock.travel(timedelta(minutes=3))
    sweep.sweep(gateway)
    queue.poll()
    assert tokens_of(session, copy) == 100


# the transaction id in the query


def come_back_by_query(browser: Api, **query: str) -> Answer:
    return browser.get("/api/payments/zarinpal/callback", params=query)


def test_the_id_may_come_in_the_query(api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought) -> None:
    zarinpal.pay(bought.authority)
    answer = come_back_by_query(api, payment_id=bought.transaction_id, Authority=bought.authority, Status="OK")
    assert (answer.status, answer.headers["location"]) == (303, RETURN_PAGE + bought.transaction_id)
    assert shown(customer, bought.transaction_id) == ("succeeded", "crediting")


def test_a_stranger_is_as_strange_in_the_query(api: Api, customer: Api, session: Session, bought: Bought) -> None:
    for status in ("OK", "NOK"):
        come_back_by_query(api, payment_id=bought.transaction_id, Authority="A" * 36, Status=status)
    assert shown(customer, bought.transaction_id) == ("pending", "at_bank")
    assert causes(session, stored(session, bought.transaction_id))[-2:] == ["foreign-authority"] * 2


@pytest.mark.parametrize("transaction_id", ["", *STRANGE], ids=ascii)
def test_whatever_id_is_in_the_query_the_answer_leads_to_our_own_page(api: Api, transaction_id: str) -> None:
    answer = come_back_by_query(api, payment_id=transaction_id, Authority="A" * 36, Status="OK")
    assert answer.status == 303
    assert not set(answer.headers["location"].removeprefix(RETURN_PAGE)) & set("/?#&:\r\n ")


def test_without_an_id_the_answer_leads_to_our_own_page(api: Api) -> None:
    assert come_back_by_query(api).headers["location"] == RETURN_PAGE


def test_the_number_of_a_purchase_is_not_its_id(api: Api, session: Session, zarinpal: Zarinpal, bought: Bought) -> None:
    payment = stored(session, bought.transaction_id)
    zarinpal.pay(bought.authority)
    come_back_by_query(api, payment_id=str(payment.id), Authority=bought.authority, Status="OK")
    assert zarinpal.calls("verify") == []


# the answer of the gateway is lost


@pytest.mark.parametrize("fault", ["apply_then_timeout", "hang", "http_500", "html", "refuse"])
def test_a_lost_answer_is_asked_for_again_and_credited_once(
    api: Api,
    session: Session,
    zarinpal: Zarinpal,
    gateway: Gateway,
    queue: Poller,
    bought: Bought,
    copy: UserAutomation,
    fault: str,
) -> None:
    zarinpal.fail_next("verify", fault, seconds=1)
    follow(api, zarinpal.pay(bought.authority))
    assert stored(session, bought.transaction_id).status is S.VERIFY_UNKNOWN
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(gateway)
    while queue.poll():
        pass
    assert (tokens_of(session, copy), entries(session)) == (100, 1)


def test_a_verify_that_was_applied_is_confirmed_by_101(
    api: Api, zarinpal: Zarinpal, gateway: Gateway, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "apply_then_timeout", seconds=1)
    follow(api, zarinpal.pay(bought.authority))
    clock.travel(timedelta(minutes=2, seconds=1))
    sweep.sweep(gateway)
    assert [call.code for call in zarinpal.calls("verify")] == [None, 101]


def test_a_customer_who_reloads_after_a_lost_answer_is_confirmed_at_once(
    api: Api, customer: Api, zarinpal: Zarinpal, bought: Bought
) -> None:
    zarinpal.fail_next("verify", "apply_then_timeout", seconds=1)
    follow(api, zarinpal.pay(bought.authority))
    follow(api, zarinpal.pay(bought.authority))
    assert shown(customer, bought.transaction_id) == ("succeeded", "crediting")


def test_a_callback_during_anothers_lease_asks_nobody(api: Api, session: Session, zarinpal: Zarinpal) -> None:
    payment = purchase_at(zarinpal, session, S.VERIFYING)
    payment.lease_until = clock.now() + timedelta(seconds=59)
    session.flush()
    follow(api, zarinpal.pay(str(payment.authority)))
    assert zarinpal.calls("verify") == []


def test_two_customers_who_come_back_get_their_own_tokens(
    customer: Api, session: Session, zarinpal: Zarinpal, queue: Poller, bought: Bought, copy: UserAutomation
) -> None:
    other = make_copy(session)
    neighbour = customer.signed_in(token_for(session, session.get_one(User, other.user_id)))
    theirs = buy(neighbour, other, tokens=30)
    follow(customer, zarinpal.pay(bought.authority))
    follow(neighbour, zarinpal.pay(theirs.authority))
    while queue.poll():
        pass
    assert (tokens_of(session, copy), tokens_of(session, other)) == (100, 30)
