"""Who gets a receipt, what its code is worth, and that a link opens nothing else."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.payments import receipts
from functions.payments.states import Because, move
from tests.api import Answer, Api
from tests.factories import purchase_in
from tests.functions.payments.purchases import credit_message, deliver, follow
from zimmer import clock
from zimmer.db import Session
from zimmer.errors import ReceiptNotFound
from zimmer.models import Payment, PaymentStatus, UserAutomation
from zimmer.settings import get_settings

S = PaymentStatus
ROADS: dict[PaymentStatus, tuple[PaymentStatus, ...]] = {
    S.CREDITED: (),
    S.REVERSING: (S.REVERSING,),
    S.REVERSED: (S.REVERSING, S.REVERSED),
    S.REFUND_PENDING: (S.REFUND_PENDING,),
    S.REFUNDED: (S.REFUND_PENDING, S.REFUNDED),
}


def paid_in(session: Session, status: PaymentStatus, copy: UserAutomation | None = None, **columns: Any) -> Payment:
    """A purchase that was credited and then went on to `status`."""
    payment = purchase_in(session, S.VERIFIED, copy, **columns)
    assert not deliver(credit_message(payment))
    session.refresh(payment)
    for step in ROADS[status]:
        move(session, payment, step, Because("arranged", "test"))
    session.flush()
    return payment


@pytest.fixture
def paid(session: Session, copy: UserAutomation) -> Payment:
    """A purchase of the customer's that came to its good end."""
    return paid_in(session, S.CREDITED, copy, ref_id="201948820174", card_pan="502229******5995")


def file_of(caller: Api, payment: Payment) -> Answer:
    return caller.get(f"/api/payments/{payment.transaction_id}/receipt.pdf")


def link_to(customer: Api, payment: Payment) -> str:
    answer = customer.post(f"/api/payments/{payment.transaction_id}/receipt-link")
    assert answer.status == 200, answer.body
    return str(answer.json["url"])


def check(caller: Api, code: str) -> Answer:
    return caller.get(f"/api/payments/receipts/{code}")


# who has one


@pytest.mark.parametrize("status", ROADS)
def test_a_purchase_whose_money_came_has_a_receipt(
    customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus
) -> None:
    payment = paid_in(session, status, copy)
    answer = file_of(customer, payment)
    assert (answer.status, answer.headers["content-type"], answer.body[:5]) == (200, "application/pdf", b"%PDF-")
    assert customer.get("/api/payments").json["items"][0]["has_receipt"] is True


@pytest.mark.parametrize("status", sorted(set(S) - set(ROADS)))
def test_any_other_has_none(customer: Api, session: Session, copy: UserAutomation, status: PaymentStatus) -> None:
    payment = purchase_in(session, status, copy)
    assert (file_of(customer, payment).status, file_of(customer, payment).code) == (409, "receipt-not-ready")
    assert customer.post(f"/api/payments/{payment.transaction_id}/receipt-link").code == "receipt-not-ready"
    assert customer.get("/api/payments").json["items"][0]["has_receipt"] is False
    assert customer.get(f"/api/payments/{payment.transaction_id}").json["receipt_url"] is None
    assert check(customer, receipts.code_of(payment.id)).code == "receipt-not-found"


def test_money_the_bank_took_back_before_we_had_it_has_none(
    customer: Api, session: Session, copy: UserAutomation
) -> None:
    payment = purchase_in(session, S.REVERSED, copy)
    assert file_of(customer, payment).code == "receipt-not-ready"


def test_the_detail_says_where_the_receipt_is(customer: Api, paid: Payment) -> None:
    address = customer.get(f"/api/payments/{paid.transaction_id}").json["receipt_url"]
    assert address == f"{get_settings().api_base_url}/api/payments/{paid.transaction_id}/receipt.pdf"


def test_somebody_elses_receipt_is_not_found(customer: Api, session: Session) -> None:
    theirs = paid_in(session, S.CREDITED)
    assert file_of(customer, theirs).code == "payment-not-found"
    assert customer.post(f"/api/payments/{theirs.transaction_id}/receipt-link").code == "payment-not-found"


def test_a_receipt_is_saved_under_its_number_and_by_nobody_on_the_way(customer: Api, paid: Payment) -> None:
    answer = file_of(customer, paid)
    name = f"zimmer-receipt-{receipts.code_of(paid.id)}.pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"


# the link


def test_a_link_opens_the_file_signed_out(customer: Api, api: Api, paid: Payment) -> None:
    answer = follow(api, link_to(customer, paid))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body == file_of(customer, paid).body


def test_a_link_holds_neither_the_token_nor_the_purchases_name(customer: Api, paid: Payment) -> None:
    link = link_to(customer, paid)
    assert set(parse_qs(urlsplit(link).query)) == {"until", "mark"}
    assert paid.transaction_id not in link


def test_a_link_lives_five_minutes(customer: Api, api: Api, paid: Payment) -> None:
    link = link_to(customer, paid)
    clock.travel(timedelta(minutes=4, seconds=50))
    assert follow(api, link).status == 200
    clock.travel(timedelta(seconds=15))
    assert (follow(api, link).status, follow(api, link).code) == (422, "link-invalid")


def test_a_link_cannot_be_given_more_time(customer: Api, api: Api, paid: Payment) -> None:
    link = link_to(customer, paid)
    until = parse_qs(urlsplit(link).query)["until"][0]
    assert follow(api, link.replace(until, str(int(until) + 60))).code == "link-invalid"


def test_a_link_opens_one_receipt(customer: Api, api: Api, session: Session, paid: Payment) -> None:
    other = receipts.code_of(paid_in(session, S.CREDITED).id)
    assert follow(api, link_to(customer, paid).replace(receipts.code_of(paid.id), other)).code == "link-invalid"


def test_the_code_alone_opens_no_file(api: Api, paid: Payment) -> None:
    address = f"/api/payments/receipts/{receipts.code_of(paid.id)}/receipt.pdf"
    for mark in ("", "é", receipts.code_of(paid.id)):
        assert api.get(address, params={"until": 2**39, "mark": mark}).code == "link-invalid"


# the public check


def test_anybody_can_check_a_receipt(api: Api, paid: Payment) -> None:
    answer = check(api, receipts.code_of(paid.id))
    assert answer.status == 200
    assert answer.json == {
        "receipt_code": receipts.code_of(paid.id),
        "phase": "done",
        "amount": 500_000,
        "currency": "IRR",
        "refunded_amount": None,
        "tokens": 100,
        "automation_name": answer.json["automation_name"],
        "paid_at": answer.json["paid_at"],
        "card_pan": "502229******5995",
        "tracking_code": "201948820174",
    }


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}"])
def test_a_code_may_be_typed_as_people_type(api: Api, paid: Payment, typed: str) -> None:
    code = receipts.code_of(paid.id)
    assert check(api, typed.format(code, code.lower(), code.replace("-", ""))).status == 200


def test_letters_that_look_like_digits_are_taken_for_them() -> None:
    code = next(code for code in map(receipts.code_of, range(1, 500)) if "0" in code and "1" in code[5:])
    assert receipts.payment_of(code.replace("0", "o").replace("1", "l")) == receipts.payment_of(code)


@pytest.mark.parametrize(
    "wrong", ["x", "0", "-", "1-AAAA-AAAA-AAAA-AAAA", "'; DROP TABLE payments; --", "\u202e12", "ش" * 30]
)
def test_a_code_that_was_made_up_is_not_found(api: Api, paid: Payment, wrong: str) -> None:
    assert (check(api, wrong).status, check(api, wrong).code) == (404, "receipt-not-found")


def test_a_code_with_any_one_sign_changed_is_not_found(paid: Payment) -> None:
    code = receipts.code_of(paid.id)
    for at, sign in enumerate(code):
        for other in set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - {sign} if sign != "-" else ():
            with pytest.raises(ReceiptNotFound):
                receipts.payment_of(code[:at] + other + code[at + 1 :])


def test_codes_of_neighbours_have_nothing_in_common() -> None:
    marks = {receipts.code_of(number).partition("-")[2] for number in range(1, 1001)}
    assert len({mark[:4] for mark in marks}) > 990


def test_codes_cannot_be_tried_out(api: Api) -> None:
    answers = [check(api, "1-AAAA-AAAA-AAAA-AAAA").status for _ in range(61)]
    assert (answers[:60], answers[60]) == ([404] * 60, 429)
