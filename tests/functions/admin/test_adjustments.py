"""Corrections of balances, through the real handlers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.api import Answer, Api
from tests.factories import make_copy, make_payment
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import clock, ledger
from zimmer.db import Session
from zimmer.models import Notification, Role, TokenEntry, UserAutomation

PATH = "/tokens/adjustments"


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, demo=5, paid=100)


@pytest.fixture
def second(api: Api, session: Session) -> Desk:
    return Desk(api, session, Role.MANAGER)


def asked(desk: Desk, copy: UserAutomation, delta: int = 20, *, key: str = "request-one", **more: object) -> Answer:
    body = {"user_automation_id": copy.id, "bucket": "paid", "delta": delta, "reason": "Answered twice.", **more}
    return desk.post(PATH, body, headers={"idempotency-key": key})


def request_of(desk: Desk, copy: UserAutomation, delta: int = 20, **more: object) -> int:
    answer = asked(desk, copy, delta, **more)  # type: ignore[arg-type]
    assert answer.status == 201, answer.body
    return int(answer.json["id"])


def decide(desk: Desk, adjustment_id: int, verb: str = "approve") -> Answer:
    return desk.post(f"{PATH}/{adjustment_id}/{verb}")


def balance(session: Session, copy: UserAutomation) -> tuple[int, int]:
    left = ledger.balance(session, copy.id)
    return left.demo, left.paid


def told(session: Session, user_id: int) -> list[str]:
    return [n.kind for n in session.scalars(select(Notification).where(Notification.user_id == user_id))]


def actions(desk: Desk, adjustment_id: int) -> dict[str, str | None]:
    return {one["action"]: one["reason"] for one in desk.get(f"{PATH}/{adjustment_id}").json["allowed_actions"]}


def test_one_asks_and_another_decides(support: Desk, manager: Desk, session: Session, copy: UserAutomation) -> None:
    adjustment_id = request_of(support, copy)
    assert balance(session, copy) == (5, 100)
    assert told(session, manager.user.id) == ["adjustment-requested"]
    answer = decide(manager, adjustment_id)
    assert (answer.json["state"], answer.json["balance_now"]) == ("approved", 120)
    assert [one["id"] for one in answer.json["approvals"]] == [manager.user.id]
    assert balance(session, copy) == (5, 120)
    assert told(session, support.user.id) == ["adjustment-decided"]
    assert told(session, copy.user_id) == ["tokens-adjusted"]
    entry = session.scalars(select(TokenEntry).order_by(TokenEntry.id.desc()).limit(1)).one()
    assert (entry.reference, entry.actor) == (f"adjustment:{adjustment_id}", f"staff:{manager.user.id}")
    assert [(one.action, one.actor_id) for one in trail(session)] == [
        ("adjustment.request", support.user.id),
        ("adjustment.approve", manager.user.id),
    ]
    assert trail(session)[1].after == {
        "state": "approved",
        "first_approved_by": None,
        "delta": 20,
    }


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_nobody_decides_what_they_asked_for(manager: Desk, session: Session, copy: UserAutomation, verb: str) -> None:
    adjustment_id = request_of(manager, copy)
    assert refusal(decide(manager, adjustment_id, verb)) == (403, "own-request")
    assert actions(manager, adjustment_id) == {"approve": "own-request", "reject": "own-request"}
    assert balance(session, copy) == (5, 100)
    assert [one.refused for one in trail(session)] == [None, "own-request"]


def test_nobody_approves_what_is_given_to_themselves(support: Desk, manager: Desk, session: Session) -> None:
    copy = make_copy(session, manager.user)  # from when they were a customer
    adjustment_id = request_of(support, copy)
    assert refusal(decide(manager, adjustment_id)) == (403, "own-request")
    assert actions(manager, adjustment_id) == {"approve": "own-request", "reject": None}
    assert balance(session, copy) == (0, 0)


def test_a_large_one_needs_two_managers(
    support: Desk, manager: Desk, second: Desk, session: Session, copy: UserAutomation
) -> None:
    adjustment_id = request_of(support, copy, 1_001)
    first = decide(manager, adjustment_id).json
    assert (first["state"], first["needed"], len(first["approvals"])) == ("requested", 2, 1)
    assert balance(session, copy) == (5, 100)
    assert refusal(decide(manager, adjustment_id)) == (403, "own-request")
    done = decide(second, adjustment_id).json
    assert (done["state"], [one["id"] for one in done["approvals"]]) == (
        "approved",
        [manager.user.id, second.user.id],
    )
    assert balance(session, copy) == (5, 1_101)


def test_whoever_approved_first_may_think_better_of_it(
    support: Desk, manager: Desk, session: Session, copy: UserAutomation
) -> None:
    adjustment_id = request_of(support, copy, 1_001)
    decide(manager, adjustment_id)
    assert decide(manager, adjustment_id, "reject").json["state"] == "rejected"
    assert balance(session, copy) == (5, 100)


def test_what_is_decided_stays_so(
    support: Desk, manager: Desk, second: Desk, session: Session, copy: UserAutomation
) -> None:
    adjustment_id = request_of(support, copy)
    assert decide(manager, adjustment_id, "reject").json["rejected_by"]["id"] == manager.user.id
    for verb in ("approve", "reject"):
        assert refusal(decide(second, adjustment_id, verb)) == (409, "adjustment-decided")
    assert balance(session, copy) == (5, 100)
    assert told(session, copy.user_id) == []


def test_a_request_expires_after_a_week(support: Desk, manager: Desk, session: Session, copy: UserAutomation) -> None:
    adjustment_id = request_of(support, copy)
    clock.travel(timedelta(days=7))
    manager.sign_in_again(session)
    assert refusal(decide(manager, adjustment_id)) == (409, "adjustment-expired")
    assert manager.get(f"{PATH}/{adjustment_id}").json["state"] == "expired"
    assert [one["id"] for one in manager.get(PATH, state="expired").json["items"]] == [adjustment_id]
    assert manager.get(PATH, state="requested").json["items"] == []


def test_no_balance_falls_below_zero_neither_when_asked_nor_when_decided(
    support: Desk, manager: Desk, session: Session, copy: UserAutomation
) -> None:
    assert refusal(asked(support, copy, -101)) == (409, "balance-below-zero")
    first, other = request_of(support, copy, -60), request_of(support, copy, -60, key="request-two")
    assert decide(manager, first).json["balance_now"] == 40
    answer = decide(manager, other)
    assert refusal(answer) == (409, "balance-below-zero")
    assert (answer.json["needed"], answer.json["available"]) == (60, 40)
    assert manager.get(f"{PATH}/{other}").json["state"] == "requested"
    assert balance(session, copy) == (5, 40)


def test_the_demo_bucket_is_corrected_by_itself(
    support: Desk, manager: Desk, session: Session, copy: UserAutomation
) -> None:
    decide(manager, request_of(support, copy, -5, bucket="demo"))
    assert balance(session, copy) == (0, 100)


def test_the_same_key_asks_once(support: Desk, session: Session, copy: UserAutomation) -> None:
    first, again = asked(support, copy), asked(support, copy)
    assert first.json["id"] == again.json["id"]
    assert refusal(asked(support, copy, 21)) == (409, "idempotency-conflict")
    assert len(support.get(PATH).json["items"]) == 1
    assert [one.refused for one in trail(session)] == [None, "idempotency-conflict"]


def test_a_request_that_is_sent_again_is_answered_as_before_though_the_balance_fell(
    support: Desk, manager: Desk, session: Session, copy: UserAutomation
) -> None:
    first = asked(support, copy, -100)
    decide(manager, request_of(support, copy, -10, key="request-two"))
    again = asked(support, copy, -100)
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert [one.refused for one in trail(session)] == [None] * 3


def test_a_request_may_name_a_purchase_of_the_same_copy(support: Desk, session: Session, copy: UserAutomation) -> None:
    payment = make_payment(session, copy)
    answer = asked(support, copy, related_payment=payment.id)
    assert answer.json["payment"] == {"id": payment.id, "transaction_id": payment.transaction_id}
    other = make_payment(session)
    assert refusal(asked(support, copy, key="request-two", related_payment=other.id)) == (404, "payment-not-found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"delta": 0},
        {"delta": 10_000_001},
        {"delta": 1.5},
        {"bucket": "gold"},
        {"reason": "x"},
        {"state": "approved"},
        {"approvals_needed": 1},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(support: Desk, copy: UserAutomation, wrong: dict[str, Any]) -> None:
    answer = asked(support, copy, **{"key": "request-one", **wrong})
    assert refusal(answer) == (422, "validation-failed")


def test_without_a_key_nothing_is_asked(support: Desk, copy: UserAutomation) -> None:
    body = {"user_automation_id": copy.id, "bucket": "paid", "delta": 1, "reason": "Answered twice."}
    assert refusal(support.post(PATH, body)) == (422, "validation-failed")


def test_a_copy_that_is_not_there_is_not_corrected(support: Desk, copy: UserAutomation) -> None:
    assert refusal(asked(support, copy, user_automation_id=999_999)) == (404, "user-automation-not-found")


def test_support_asks_and_does_not_decide(support: Desk, technical: Desk, copy: UserAutomation) -> None:
    adjustment_id = request_of(technical, copy)
    assert refusal(decide(support, adjustment_id)) == (403, "not-allowed")
    assert actions(support, adjustment_id) == {"approve": "not-allowed", "reject": "not-allowed"}
