"""Money that goes back: by the gateway within half an hour, or outside of it; and the tokens that go with it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from functions.admin.service.trace import REVERSIBLE_FOR
from functions.payments import reversals
from functions.payments.gateways.base import Gateway
from functions.payments.sweep import sweep
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_service_token, make_user, token_for
from tests.functions.payments.purchases import buy, credit_message, deliver, follow, shown, stored, tokens_of
from zimmer import clock, ledger, money
from zimmer.db import Session
from zimmer.models import (
    Audience,
    AuditEntry,
    Bucket,
    EntryKind,
    Notification,
    Payment,
    PaymentStatus,
    Role,
    Rollup,
    TokenEntry,
    UserAutomation,
)
from zimmer.money import Rial

S = PaymentStatus
WHY = "The customer bought it twice."


@pytest.fixture(autouse=True)
def _bank(gateway: Gateway) -> None:
    """The pretend bank takes part."""


def at_the_desk(api: Api, session: Session) -> Api:
    """A manager whose code is fresh."""
    return api.signed_in(token_for(session, make_user(session, role=Role.MANAGER), audience=Audience.ADMIN))


@pytest.fixture
def manager(api: Api, session: Session) -> Api:
    return at_the_desk(api, session)


@pytest.fixture
def verified(session: Session, customer: Api, copy: UserAutomation, zarinpal: Zarinpal) -> Payment:
    """Paid at the bank and not credited yet."""
    bought = buy(customer, copy)
    follow(customer, zarinpal.pay(bought.authority))
    return stored(session, bought.transaction_id)


@pytest.fixture
def credited(session: Session, verified: Payment) -> Payment:
    deliver(credit_message(verified))
    session.refresh(verified)
    assert verified.status is S.CREDITED
    return verified


def reverse(staff: Api, payment: Payment) -> Answer:
    return staff.post(f"/api/admin/payments/{payment.id}/reverse", {"reason": WHY})


def refund(staff: Api, payment: Payment) -> Answer:
    return staff.post(f"/api/admin/payments/{payment.id}/refund", {"reason": WHY})


def paid_back(staff: Api, payment: Payment) -> Answer:
    return staff.post(f"/api/admin/payments/{payment.id}/refunded", {"transfer": "SATNA 1405-0931"})


def spend(api: Api, session: Session, copy: UserAutomation, units: int, key: str = "use-1") -> None:
    service = {"x-zimmer-service-token": make_service_token(session, copy.automation_id)}
    body = {"user_automation_id": copy.id, "units": units, "usage_type": "message", "idempotency_key": key}
    assert api.post("/api/automation-usage/consume", body, headers=service).status == 200


def kinds(session: Session) -> list[tuple[str, int]]:
    rows = session.execute(select(TokenEntry.kind, TokenEntry.delta).order_by(TokenEntry.id))
    return [(row.kind, row.delta) for row in rows]


def figures(session: Session) -> tuple[int, int]:
    query = select(func.coalesce(func.sum(Rollup.revenue), 0), func.coalesce(func.sum(Rollup.tokens_sold), 0))
    revenue, tokens = session.execute(query).one()
    return int(revenue), int(tokens)


def look(session: Session, payment: Payment) -> Payment:
    return stored(session, payment.transaction_id)


# by the gateway


def test_a_reversal_takes_the_tokens_and_gives_the_money(
    manager: Api, customer: Api, session: Session, credited: Payment, copy: UserAutomation
) -> None:
    answer = reverse(manager, credited)
    assert (answer.status, answer.json["status"], answer.json["phase"]) == (200, "reversed", "refunded")
    assert kinds(session) == [(EntryKind.PURCHASE, 100), (EntryKind.CLAWBACK, -100)]
    assert (tokens_of(session, copy), figures(session)) == (0, (0, 0))
    assert look(session, credited).refunded_amount == credited.amount
    assert shown(customer, credited.transaction_id) == ("succeeded", "refunded")
    told = session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert told == ["tokens-credited", "money-returned"]
    assert session.scalars(select(AuditEntry.action)).all() == ["payment.reverse"]


def test_what_was_never_credited_is_reversed_and_never_credited(
    manager: Api, session: Session, verified: Payment, copy: UserAutomation
) -> None:
    assert reverse(manager, verified).json["status"] == "reversed"
    assert deliver(credit_message(verified)) == set()
    assert (tokens_of(session, copy), kinds(session)) == (0, [])


def test_a_refusal_gives_the_tokens_back_by_an_entry_of_its_own(
    manager: Api, session: Session, credited: Payment, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    for number in (1, 2):
        zarinpal.fail_next("reverse", "refuse", code=-62)
        assert reverse(manager, credited).json["status"] == "credited"
        assert tokens_of(session, copy) == 100
        assert len(kinds(session)) == 1 + 2 * number
    assert reverse(manager, credited).json["status"] == "reversed"
    assert tokens_of(session, copy) == 0


def test_a_refusal_before_the_credit_promises_it_again(
    manager: Api, session: Session, verified: Payment, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    zarinpal.fail_next("reverse", "refuse", code=-60)
    assert reverse(manager, verified).json["status"] == "verified"
    assert deliver(credit_message(verified)) == set()
    assert tokens_of(session, copy) == 100


@pytest.mark.parametrize("fault", ["http_500", "apply_then_5xx"])
def test_silence_leaves_it_reversing_until_the_sweep_has_found_out(
    manager: Api,
    session: Session,
    credited: Payment,
    copy: UserAutomation,
    zarinpal: Zarinpal,
    gateway: Gateway,
    fault: str,
) -> None:
    zarinpal.fail_next("reverse", fault)
    assert reverse(manager, credited).json["status"] == "reversing"
    assert tokens_of(session, copy) == 0  # nobody spends what may be on its way back
    clock.travel(timedelta(minutes=3))
    sweep(gateway)
    assert look(session, credited).status is S.REVERSED
    assert (tokens_of(session, copy), figures(session)) == (0, (0, 0))


def test_half_an_hour_later_it_is_too_late_and_the_bank_is_not_asked(
    api: Api, session: Session, credited: Payment, zarinpal: Zarinpal
) -> None:
    assert reversals.REVERSIBLE_FOR == REVERSIBLE_FOR
    clock.travel(timedelta(minutes=30))
    answer = reverse(at_the_desk(api, session), credited)
    assert (answer.status, answer.json["code"], answer.json["reason"]) == (409, "not-reversible", "too-late")
    assert zarinpal.calls("reverse") == []


def test_of_a_used_purchase_nothing_is_reversed(
    manager: Api, api: Api, session: Session, credited: Payment, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    spend(api, session, copy, 1)
    assert reverse(manager, credited).json["reason"] == "spent"
    assert (tokens_of(session, copy), zarinpal.calls("reverse")) == (99, [])


def test_a_second_reversal_is_refused(manager: Api, credited: Payment) -> None:
    assert reverse(manager, credited).status == 200
    assert reverse(manager, credited).json["reason"] == "status"


def test_support_reverses_nothing(api: Api, session: Session, credited: Payment) -> None:
    support = api.signed_in(token_for(session, make_user(session, role=Role.SUPPORT), audience=Audience.ADMIN))
    for ask in (reverse, refund, paid_back):
        assert ask(support, credited).json["code"] == "not-allowed"


# outside the gateway


def test_a_refund_takes_back_what_is_unused_of_that_purchase(
    manager: Api,
    api: Api,
    customer: Api,
    session: Session,
    credited: Payment,
    copy: UserAutomation,
    zarinpal: Zarinpal,
) -> None:
    bought = buy(customer, copy, tokens=50, key="purchase-0002")
    follow(customer, zarinpal.pay(bought.authority))
    later = stored(session, bought.transaction_id)
    deliver(credit_message(later))
    spend(api, session, copy, 120)  # the first hundred, and twenty of the second purchase

    assert refund(manager, credited).json["reason"] == "spent"
    assert refund(manager, later).json["status"] == "refund_pending"
    owed = look(session, later)
    assert (owed.refunded_amount, tokens_of(session, copy)) == (150_000, 0)
    assert refund(manager, later).json["reason"] == "status"
    assert figures(session) == (750_000, 150)

    assert paid_back(manager, later).json["status"] == "refunded"
    assert look(session, later).refund_reference == "SATNA 1405-0931"
    assert figures(session) == (600_000, 120)
    assert paid_back(manager, later).json["reason"] == "status"


def test_a_correction_s_tokens_are_used_last(
    manager: Api, api: Api, session: Session, credited: Payment, copy: UserAutomation
) -> None:
    ledger.credit(
        session, copy, tokens=40, bucket=Bucket.PAID, kind=EntryKind.ADJUSTMENT, reference="adjust:x", actor="test"
    )
    spend(api, session, copy, 60)
    assert refund(manager, credited).json["status"] == "refund_pending"
    assert tokens_of(session, copy) == 40
    assert look(session, credited).refunded_amount == 200_000


def test_the_trace_offers_what_may_be_done(manager: Api, api: Api, session: Session, credited: Payment) -> None:
    def offered() -> dict[str, Any]:
        trace = manager.get(f"/api/admin/payments/{credited.id}").json
        return {action["action"]: action["allowed"] for action in trace["allowed_actions"]}

    assert offered() == {"reverse": True, "refund": True}
    clock.travel(timedelta(minutes=31))
    assert offered() == {"reverse": False, "refund": True}
    refund(at_the_desk(api, session), credited)
    assert offered() == {"refunded": True}


@given(st.integers(0, 10**9), st.integers(1, 10_000), st.data())
def test_the_shares_never_exceed_the_whole(toman: int, tokens: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, tokens))
    amount = Rial(toman * 10)
    one, other = money.share_of(amount, part, of=tokens), money.share_of(amount, tokens - part, of=tokens)
    assert one % 10 == other % 10 == 0
    assert amount - 20 < one + other <= amount
