"""What a customer sees of the own purchases, and of nobody else's."""

from datetime import timedelta

import pytest

from functions.payments import sweep
from functions.payments.gateways.base import Gateway
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.factories import make_copy, make_user, purchase_in, token_for
from tests.functions.payments.purchases import buy, come_back, follow, shown
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Automation, PaymentStatus, Role, User, UserAutomation

S = PaymentStatus


def own(customer: Api, **params: object) -> list[str]:
    return [line["transaction_id"] for line in customer.get("/api/payments", params=params).json["items"]]


def redirect_url(customer: Api, transaction_id: str) -> str | None:
    url: str | None = customer.get(f"/api/payments/{transaction_id}").json["redirect_url"]
    return url


# the list


def test_a_customer_without_purchases_has_an_empty_list(customer: Api) -> None:
    assert customer.get("/api/payments").json == {"items": [], "next_cursor": None}


def test_a_line_has_what_the_list_shows(customer: Api, session: Session, copy: UserAutomation) -> None:
    payment = purchase_in(session, S.PENDING, copy, tokens=100)
    [line] = customer.get("/api/payments").json["items"]
    assert line == {
        "transaction_id": payment.transaction_id,
        "status": "pending",
        "phase": "at_bank",
        "amount": 500_000,
        "currency": "IRR",
        "tokens": 100,
        "automation": {
            "id": copy.automation_id,
            "name": session.get_one(Automation, copy.automation_id).name,
        },
        "tracking_code": None,
        "has_receipt": False,
        "created_at": payment.created_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_customer_sees_only_the_own_purchases(customer: Api, session: Session, copy: UserAutomation) -> None:
    mine = purchase_in(session, S.PENDING, copy)
    purchase_in(session, S.PENDING, make_copy(session, automation=session.get_one(Automation, copy.automation_id)))
    assert own(customer) == [mine.transaction_id]


def test_the_newest_purchase_comes_first(customer: Api, session: Session, copy: UserAutomation) -> None:
    bought = [purchase_in(session, S.NOT_PAID, copy).transaction_id for _ in range(3)]
    assert own(customer) == bought[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
def test_the_pages_hold_every_purchase_once(customer: Api, session: Session, copy: UserAutomation, limit: int) -> None:
    bought = [purchase_in(session, S.NOT_PAID, copy).transaction_id for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = customer.get("/api/payments", params={"limit": limit, "cursor": cursor}).json
        assert len(page["items"]) <= limit
        seen += [line["transaction_id"] for line in page["items"]]
        cursor = page["next_cursor"]
    assert seen == bought[::-1]


def test_a_purchase_made_while_somebody_pages_moves_nothing(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    bought = [purchase_in(session, S.NOT_PAID, copy).transaction_id for _ in range(4)]
    first = customer.get("/api/payments", params={"limit": 2}).json
    purchase_in(session, S.NOT_PAID, copy)
    assert own(customer, limit=2, cursor=first["next_cursor"]) == bought[1::-1]


@pytest.mark.parametrize("limit", [0, -1, 101, "many"])
def test_a_page_has_between_one_and_a_hundred_lines(customer: Api, limit: object) -> None:
    assert customer.get("/api/payments", params={"limit": limit}).code == "validation-failed"


@pytest.mark.parametrize("cursor", ["!", "abc", "MTIz!", "é", "\x00"])
def test_a_cursor_that_is_not_ours_is_refused(customer: Api, cursor: str) -> None:
    assert customer.get("/api/payments", params={"cursor": cursor}).code == "validation-failed"


# one purchase


def test_a_purchase_is_shown_to_its_owner(customer: Api, session: Session, copy: UserAutomation) -> None:
    payment = purchase_in(session, S.PENDING, copy, tokens=100)
    shown = customer.get(f"/api/payments/{payment.transaction_id}")
    assert shown.status == 200
    assert {name: shown.json[name] for name in ("transaction_id", "status", "phase", "tokens", "amount")} == {
        "transaction_id": payment.transaction_id,
        "status": "pending",
        "phase": "at_bank",
        "tokens": 100,
        "amount": 500_000,
    }


@pytest.mark.parametrize(
    "secret", ["authority", "client_key", "body_hash", "card_hash", "user_id", "payment_id", "id", "nok_at", "trace_id"]
)
def test_what_is_ours_is_not_shown(customer: Api, session: Session, copy: UserAutomation, secret: str) -> None:
    payment = purchase_in(session, S.VERIFIED, copy)
    assert secret not in customer.get(f"/api/payments/{payment.transaction_id}").json


def test_somebody_elses_purchase_is_not_found(customer: Api, session: Session) -> None:
    theirs = purchase_in(session, S.PENDING)
    answer = customer.get(f"/api/payments/{theirs.transaction_id}")
    assert (answer.status, answer.code) == (404, "payment-not-found")


def test_2_somebody_elses_purchase_answers_like_one_that_does_not_exist(customer: Api, session: Session) -> None:
    theirs = customer.get(f"/api/payments/{purchase_in(session, S.PENDING).transaction_id}").json
    nobodys = customer.get("/api/payments/no-such-transaction").json
    del theirs["request_id"], nobodys["request_id"]
    assert theirs == nobodys


def test_the_number_of_a_purchase_does_not_open_it(customer: Api, session: Session, copy: UserAutomation) -> None:
    payment = purchase_in(session, S.PENDING, copy)
    assert customer.get(f"/api/payments/{payment.id}").code == "payment-not-found"


@pytest.mark.parametrize("transaction_id", ["a b", "a'b", "a\x00b", "سلام", "a" * 65])
def test_an_id_of_another_form_is_refused(customer: Api, transaction_id: str) -> None:
    assert customer.get(f"/api/payments/{transaction_id}").status == 422


@pytest.mark.parametrize("path", ["/api/payments", "/api/payments/no-such-transaction"])
def test_without_a_sign_in_nothing_is_shown(api: Api, path: str) -> None:
    assert api.get(path).code == "not-signed-in"


@pytest.mark.parametrize("path", ["/api/payments", "/api/payments/no-such-transaction"])
@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL, Role.MANAGER])
def test_staff_have_no_purchases_of_their_own(api: Api, session: Session, path: str, role: Role) -> None:
    staff = api.signed_in(token_for(session, make_user(session, role=role)))
    assert staff.get(path).code == "not-allowed"


# where to pay


def test_a_purchase_that_can_be_paid_says_where(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    bought = buy(customer, copy)
    assert redirect_url(customer, bought.transaction_id) == zarinpal.bank_page(bought.authority)


@pytest.mark.parametrize("status", [S.VERIFYING, S.NOT_PAID, S.EXPIRED, S.REVIEW, S.VERIFIED])
def test_a_purchase_that_cannot_be_paid_leads_nowhere(
    customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus
) -> None:
    assert redirect_url(customer, purchase_in(session, status, copy).transaction_id) is None


def test_after_its_time_a_purchase_cannot_be_paid(customer: Api, session: Session, copy: UserAutomation) -> None:
    payment = purchase_in(session, S.PENDING, copy)
    clock.travel(timedelta(minutes=30))
    assert redirect_url(customer, payment.transaction_id) is None


def test_after_a_nok_a_purchase_cannot_be_paid(
    customer: Api, session: Session, copy: UserAutomation, gateway: Gateway
) -> None:
    payment = purchase_in(session, S.PENDING, copy)
    come_back(customer, payment.transaction_id, Authority=str(payment.authority), Status="NOK")
    assert redirect_url(customer, payment.transaction_id) is None


# the story


def test_the_timeline_tells_what_happened_in_order(
    customer: Api, copy: UserAutomation, zarinpal: Zarinpal, gateway: Gateway
) -> None:
    bought = buy(customer, copy)
    follow(customer, zarinpal.cancel(bought.authority))
    clock.travel(timedelta(seconds=6))
    sweep.sweep(gateway)
    timeline = customer.get(f"/api/payments/{bought.transaction_id}").json["timeline"]
    assert [step["cause"] for step in timeline] == [
        "opened",
        "gateway-accepted",
        "bank-said-nok",
        "inquiry-failed",
    ]
    assert [step["at"] for step in timeline] == sorted(step["at"] for step in timeline)


def test_the_timeline_of_one_purchase_has_nothing_of_another(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    payment = purchase_in(session, S.PENDING, copy)
    purchase_in(session, S.VERIFIED, copy)
    assert len(customer.get(f"/api/payments/{payment.transaction_id}").json["timeline"]) == 1


def test_a_purchase_of_a_deleted_offer_is_still_shown(customer: Api, session: Session, copy: UserAutomation) -> None:
    payment = purchase_in(session, S.PENDING, copy)
    automation = session.get_one(Automation, copy.automation_id)
    automation.status = automation.is_listed = False
    session.flush()
    assert shown(customer, payment.transaction_id) == ("pending", "at_bank")


def test_a_customer_who_signs_in_again_sees_the_same(customer: Api, session: Session, copy: UserAutomation) -> None:
    purchase_in(session, S.PENDING, copy)
    again = customer.signed_in(token_for(session, session.get_one(User, copy.user_id)))
    assert own(again) == own(customer)
