"""What the staff does to purchases where the gateway is needed."""

import pytest
from sqlalchemy import select, text

from functions.payments.service import CHECKS_REST_FOR
from local.poller import Poller
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.factories import make_copy, make_user, purchase_in, token_for
from tests.functions.payments.purchases import buy, follow, tokens_of
from zimmer import clock
from zimmer.db import Session
from zimmer.models import (
    Audience,
    AuditEntry,
    Notification,
    Payment,
    PaymentEvent,
    PaymentReview,
    PaymentStatus,
    ReviewState,
    Role,
    User,
    UserAutomation,
)

S = PaymentStatus
BECAUSE = "The bank's statement shows it."

pytestmark = pytest.mark.usefixtures("gateway")


def desk(api: Api, session: Session, role: Role) -> tuple[Api, User]:
    person = make_user(session, role=role)
    return api.signed_in(token_for(session, person, audience=Audience.ADMIN)), person


@pytest.fixture
def first(api: Api, session: Session) -> Api:
    return desk(api, session, Role.MANAGER)[0]


@pytest.fixture
def second(api: Api, session: Session) -> Api:
    return desk(api, session, Role.MANAGER)[0]


@pytest.fixture
def support(api: Api, session: Session) -> Api:
    return desk(api, session, Role.SUPPORT)[0]


@pytest.fixture
def under_review(
    session: Session, customer: Api, zarinpal: Zarinpal, copy: UserAutomation, first: Api, second: Api
) -> Payment:
    """A purchase whose bank said that the amount differs, and two managers to decide it."""
    bought = buy(customer, copy)
    zarinpal.fail_next("verify", "refuse", code=-50)
    follow(customer, zarinpal.pay(bought.authority))
    payment = stored(session)
    assert payment.status is S.REVIEW
    return payment


def stored(session: Session) -> Payment:
    session.expire_all()
    return session.scalars(select(Payment)).one()


def trail(session: Session) -> list[tuple[str, str | None]]:
    return [(entry.action, entry.refused) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def told(session: Session, kind: str) -> int:
    return len(session.scalars(select(Notification).where(Notification.kind == kind)).all())


def decide(manager: Api, payment: Payment, decision: str) -> Answer:
    return manager.post(f"/api/admin/payments/{payment.id}/review", {"decision": decision, "reason": BECAUSE})


def test_support_asks_the_gateway_about_a_purchase_nobody_came_back_from(
    session: Session, support: Api, customer: Api, zarinpal: Zarinpal, copy: UserAutomation, queue: Poller
) -> None:
    bought = buy(customer, copy)
    zarinpal.pay(bought.authority)
    clock.travel(CHECKS_REST_FOR)
    answer = support.post(f"/api/admin/payments/{stored(session).id}/check")
    assert (answer.status, answer.json["status"], answer.json["phase"]) == (200, "verified", "crediting")
    queue.poll()
    assert tokens_of(session, copy) == 100
    [entry] = session.scalars(select(AuditEntry))
    assert (entry.action, entry.before, entry.after) == (
        "payment.check",
        {"status": "pending"},
        {"status": "verified"},
    )
    claimed = session.scalars(select(PaymentEvent.actor).where(PaymentEvent.cause == "claimed")).one()
    assert claimed == f"staff:{entry.actor_id}"


def test_checking_what_is_not_there(session: Session, support: Api) -> None:
    answer = support.post("/api/admin/payments/999999/check")
    assert (answer.status, answer.code) == (404, "payment-not-found")
    assert trail(session) == [("payment.check", "payment-not-found")]


def test_managers_hear_of_a_review(session: Session, under_review: Payment) -> None:
    assert told(session, "payment-review") == 2


def test_two_managers_close_what_was_not_paid(
    session: Session, under_review: Payment, first: Api, second: Api, copy: UserAutomation
) -> None:
    assert decide(first, under_review, "close").json["status"] == "review"
    assert told(session, "payment-review") == 3  # the other one is told
    assert decide(second, under_review, "close").json["status"] == "closed"
    assert told(session, "payment-closed") == 1
    assert session.scalars(select(PaymentReview.state)).all() == [ReviewState.CARRIED]
    assert trail(session) == [("payment.review", None)] * 2
    assert tokens_of(session, copy) == 0


def test_what_two_managers_accept_is_credited_when_the_gateway_confirms_it(
    session: Session, under_review: Payment, first: Api, second: Api, copy: UserAutomation, queue: Poller
) -> None:
    decide(first, under_review, "accept")
    assert decide(second, under_review, "accept").json["status"] == "verified"
    queue.poll()
    assert tokens_of(session, copy) == 100
    assert stored(session).status is S.CREDITED


def test_what_the_gateway_does_not_confirm_stays_under_review(
    session: Session, under_review: Payment, first: Api, second: Api, copy: UserAutomation, zarinpal: Zarinpal
) -> None:
    decide(first, under_review, "accept")
    zarinpal.fail_next("verify", "refuse", code=-50)
    assert decide(second, under_review, "accept").json["status"] == "review"
    newest = session.scalars(select(PaymentEvent).order_by(PaymentEvent.seq.desc()).limit(1)).one()
    assert (newest.cause, newest.gateway_code) == ("accepted-by-two", -50)
    zarinpal.gateway.faults.clear()
    assert decide(second, under_review, "accept").json["status"] == "verified"


def test_nobody_decides_alone_and_two_minds_decide_nothing(
    session: Session, under_review: Payment, first: Api, second: Api, support: Api
) -> None:
    assert decide(support, under_review, "close").code == "not-allowed"
    decide(first, under_review, "close")
    assert (decide(first, under_review, "close").status, decide(first, under_review, "close").code) == (
        403,
        "own-request",
    )
    assert decide(second, under_review, "accept").code == "payment-not-in-review"
    assert decide(second, under_review, "withdraw").code == "payment-not-in-review"
    assert decide(first, under_review, "withdraw").status == 200
    assert decide(second, under_review, "accept").json["status"] == "review"  # a proposal of its own now
    assert stored(session).status is S.REVIEW


def test_only_what_is_under_review_is_reviewed(session: Session, first: Api) -> None:
    payment = purchase_in(session, S.PENDING, make_copy(session))
    assert decide(first, payment, "close").code == "payment-not-in-review"


def test_a_sweep_by_hand_says_what_it_did(
    session: Session, api: Api, customer: Api, zarinpal: Zarinpal, copy: UserAutomation
) -> None:
    technical, person = desk(api, session, Role.TECHNICAL)
    zarinpal.pay(buy(customer, copy).authority)
    payment = stored(session)
    payment.next_check_at = clock.now()
    session.flush()
    answer = technical.post("/api/admin/sweep")
    assert (answer.status, answer.json["asked"]) == (200, 1)
    [entry] = session.scalars(select(AuditEntry))
    assert (entry.action, entry.actor_id, entry.after) == ("sweep.run", person.id, answer.json)
    assert stored(session).status is S.VERIFIED


def test_a_sweep_by_hand_names_the_steps_that_failed(session: Session, api: Api, zarinpal: Zarinpal) -> None:
    technical, _ = desk(api, session, Role.TECHNICAL)
    session.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    answer = technical.post("/api/admin/sweep")
    session.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    assert answer.status == 200
    assert "publish" in answer.json["failed"]
    [entry] = session.scalars(select(AuditEntry))
    assert entry.after == answer.json
