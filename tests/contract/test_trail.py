"""Whatever the staff changes leaves one entry in the audit. A route that does not stand here fails."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from functions.admin import queues
from functions.admin.schemas.system import QueueName
from functions.payments.states import Because, locked, move
from local.zarinpal.running import Zarinpal
from tests.api import Api, Json
from tests.contract.test_permissions import ROUTES, ask
from tests.factories import (
    make_automation,
    make_copy,
    make_payment,
    make_service_token,
    make_user,
    purchase_in,
    token_for,
)
from tests.functions.payments.purchases import purchase_at
from tests.routes import Route, dependencies_of, served
from zimmer import clock
from zimmer.auth.acting import acting
from zimmer.auth.dependencies import get_session
from zimmer.auth.roles import Right, audience_of, may
from zimmer.db import Session
from zimmer.ledger import credit_purchases
from zimmer.models import (
    Audience,
    AuditEntry,
    Base,
    Bucket,
    KeyStatus,
    OpenAIKey,
    PaymentStatus,
    Role,
    Ticket,
    TokenAdjustment,
)

STAFF = "/api/admin"
REASON = "The bank's statement shows it."
KEY = "sk-proj-0123456789abcdefghijklmnopWXYZ"

pytestmark = pytest.mark.usefixtures("gateway")


@dataclass(frozen=True)
class Stage:
    """Where something is put for the staff to act on."""

    session: Session
    visitor: Api
    zarinpal: Zarinpal

    def person(self, **columns: Any) -> int:
        return make_user(self.session, **columns).id

    def locked_out(self) -> int:
        user = make_user(self.session)
        for _ in range(5):
            self.visitor.post("/api/auth/login", {"email": user.email, "password": "wrong password"})
        return user.id

    def automation(self, **columns: Any) -> int:
        return make_automation(self.session, **columns).id

    def with_a_token(self) -> int:
        automation_id = self.automation()
        make_service_token(self.session, automation_id)
        return automation_id

    def copy(self) -> int:
        return make_copy(self.session, paid=100).id

    def key(self, status: KeyStatus = KeyStatus.ACTIVE) -> int:
        key = OpenAIKey(name="main", priority=0, sealed_key="", last4="0000", status=status, created_at=clock.now())
        self._put(key)
        return key.id

    def ticket(self) -> int:
        now = clock.now()
        ticket = Ticket(user_id=self.person(), title="پرسش", created_at=now, updated_at=now, last_message_at=now)
        self._put(ticket)
        return ticket.id

    def request(self) -> int:
        now = clock.now()
        request = TokenAdjustment(
            user_automation_id=self.copy(),
            bucket=Bucket.PAID,
            delta=20,
            reason=REASON,
            requested_by=self.person(role=Role.SUPPORT),
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
        self._put(request)
        return request.id

    def paid(self) -> int:
        payment = purchase_at(self.zarinpal, self.session)
        self.zarinpal.pay(payment.authority or "")
        return payment.id

    def verified(self) -> int:
        payment = purchase_at(self.zarinpal, self.session, PaymentStatus.VERIFIED)
        self.zarinpal.pay(payment.authority or "")
        payment.verified_at = clock.now()
        self.session.flush()
        return payment.id

    def credited(self) -> int:
        payment = purchase_in(self.session, PaymentStatus.VERIFIED)
        assert credit_purchases(self.session, [payment.id], actor="test").now
        return payment.id

    def owed(self) -> int:
        payment_id = self.credited()
        payment = locked(self.session, payment_id)
        move(self.session, payment, PaymentStatus.REFUND_PENDING, Because("arranged", "test"), refunded_amount=0)
        return payment_id

    def under_review(self) -> int:
        return make_payment(self.session, status=PaymentStatus.REVIEW, next_check_at=None).id

    def dead_letter(self) -> str:
        url = queues.known()[QueueName.DELIVERY].dead_letters_url
        return queues.connected().send_message(QueueUrl=url, MessageBody="{}")["MessageId"]

    def _put(self, row: Base) -> None:
        self.session.add(row)
        self.session.flush()


@dataclass(frozen=True)
class Deed:
    """One thing a manager does that succeeds: on whom, and with what in the body."""

    on: Callable[[Stage], int] | None = None
    body: Callable[[Stage], Json] = field(default=lambda stage: {})
    makes: bool = False  # there was nothing before


def _right(route: Route) -> Right:
    right = ROUTES[route]
    assert isinstance(right, Right)
    return right


def saying(**body: Any) -> Callable[[Stage], Json]:
    return lambda stage: body


def new_adjustment(stage: Stage) -> Json:
    return {"user_automation_id": stage.copy(), "bucket": "paid", "delta": 5, "reason": REASON}


def named_dead_letter(stage: Stage) -> Json:
    return {"queue": "delivery", "ids": [stage.dead_letter()]}


DEEDS: dict[Route, Deed] = {
    ("POST", "/tokens/adjustments"): Deed(body=new_adjustment, makes=True),
    ("POST", "/tokens/adjustments/{adjustment_id}/approve"): Deed(Stage.request),
    ("POST", "/tokens/adjustments/{adjustment_id}/reject"): Deed(Stage.request),
    ("POST", "/payments/{payment_id}/check"): Deed(Stage.paid),
    ("POST", "/payments/{payment_id}/reverse"): Deed(Stage.verified, saying(reason=REASON)),
    ("POST", "/payments/{payment_id}/refund"): Deed(Stage.credited, saying(reason=REASON)),
    ("POST", "/payments/{payment_id}/refunded"): Deed(Stage.owed, saying(transfer="SATNA 1403-77")),
    ("POST", "/payments/{payment_id}/review"): Deed(Stage.under_review, saying(decision="close", reason=REASON)),
    ("POST", "/sweep"): Deed(makes=True),
    ("POST", "/tickets/{ticket_id}/read"): Deed(Stage.ticket),
    ("POST", "/tickets/{ticket_id}/assign"): Deed(
        Stage.ticket, lambda stage: {"user_id": stage.person(role="support")}
    ),
    ("POST", "/tickets/{ticket_id}/reply"): Deed(Stage.ticket, saying(body="بررسی شد.")),
    ("POST", "/tickets/{ticket_id}/note"): Deed(Stage.ticket, saying(body="Ask the bank."), makes=True),
    ("POST", "/tickets/{ticket_id}/status"): Deed(Stage.ticket, saying(status="resolved")),
    ("PATCH", "/users/{user_id}"): Deed(Stage.person, saying(name="سارا")),
    ("POST", "/users/{user_id}/reveal"): Deed(Stage.person, makes=True),
    ("POST", "/users/{user_id}/unlock"): Deed(Stage.locked_out),
    ("POST", "/users/{user_id}/resend-verification"): Deed(Stage.person, makes=True),
    ("POST", "/users/{user_id}/activate"): Deed(lambda stage: stage.person(is_active=False)),
    ("POST", "/users/{user_id}/deactivate"): Deed(Stage.person),
    ("POST", "/users/{user_id}/role"): Deed(Stage.person, saying(role="support")),
    ("POST", "/users/{user_id}/2fa/reset"): Deed(lambda stage: stage.person(twofa_enabled=True)),
    ("POST", "/users/invite"): Deed(body=saying(email="new@example.com", role="support"), makes=True),
    ("PATCH", "/settings"): Deed(body=saying(demo_tokens=7)),
    ("POST", "/reconciliation/runs"): Deed(makes=True),
    ("POST", "/automations"): Deed(body=saying(name="مترجم", price_per_token=5_000), makes=True),
    ("PATCH", "/automations/{automation_id}"): Deed(Stage.automation, saying(tagline="کوتاه")),
    ("POST", "/automations/{automation_id}/list"): Deed(lambda stage: stage.automation(is_listed=False)),
    ("POST", "/automations/{automation_id}/unlist"): Deed(Stage.automation),
    ("POST", "/automations/{automation_id}/withdraw"): Deed(Stage.automation),
    ("POST", "/automations/{automation_id}/restore"): Deed(lambda stage: stage.automation(status=False)),
    ("PUT", "/automations/{automation_id}/packages"): Deed(
        Stage.automation, saying(packages=[{"tokens": 100, "amount": 450_000}])
    ),
    ("POST", "/automations/{automation_id}/service-token/rotate"): Deed(Stage.with_a_token),
    ("POST", "/user-automations/{user_automation_id}/status"): Deed(Stage.copy, saying(status="paused")),
    ("POST", "/openai-keys"): Deed(body=saying(name="second", key=KEY), makes=True),
    ("PATCH", "/openai-keys/{key_id}"): Deed(Stage.key, saying(priority=3)),
    ("POST", "/openai-keys/{key_id}/disable"): Deed(Stage.key),
    ("POST", "/openai-keys/{key_id}/enable"): Deed(lambda stage: stage.key(KeyStatus.DISABLED)),
    ("POST", "/openai-keys/{key_id}/rotate"): Deed(Stage.key, saying(key=KEY)),
    ("POST", "/system/dlq/redrive"): Deed(body=named_dead_letter, makes=True),
}


CHANGING = [(method, path) for method, path in served() if path.startswith(f"{STAFF}/") and method != "GET"]
NOT_FOR_ALL = [route for route in CHANGING if not may(Role.SUPPORT, _right(route))]


@pytest.fixture
def stage(session: Session, api: Api, zarinpal: Zarinpal) -> Stage:
    return Stage(session, api, zarinpal)


def at_the_desk(stage: Stage, role: Role) -> tuple[Api, int]:
    person = make_user(stage.session, role=role)
    return stage.visitor.signed_in(token_for(stage.session, person, audience=Audience.ADMIN)), person.id


def test_every_route_by_which_the_staff_changes_something_stands_here() -> None:
    assert {(method, f"{STAFF}{path}") for method, path in DEEDS} == set(CHANGING)


def test_the_staff_has_no_route_anywhere_else() -> None:
    staffs = [
        path for (_, path), who in ROUTES.items() if isinstance(who, Right) and audience_of(who) is Audience.ADMIN
    ]
    assert [path for path in staffs if not path.startswith(f"{STAFF}/")] == []


@pytest.mark.parametrize("route", CHANGING, ids=" ".join)
def test_what_was_done_leaves_one_entry_that_says_who_and_what(route: Route, stage: Stage) -> None:
    method, path = route
    deed = DEEDS[method, path.removeprefix(STAFF)]
    on = str(deed.on(stage)) if deed.on else None
    body = deed.body(stage)
    manager, manager_id = at_the_desk(stage, Role.MANAGER)
    answer = manager.send(method, re.sub(r"\{\w+\}", on or "", path), body, headers={"idempotency-key": "once-only"})
    assert answer.status in {200, 201, 202}, answer.body
    [entry] = stage.session.scalars(select(AuditEntry)).all()
    assert (entry.actor_id, entry.actor_role, entry.refused) == (manager_id, Role.MANAGER, None)
    assert (entry.before is None) == deed.makes
    assert entry.after
    assert entry.after != entry.before
    assert on in {None, entry.entity_id}
    assert entry.request_id == answer.headers["x-request-id"]


@pytest.mark.parametrize("route", NOT_FOR_ALL, ids=" ".join)
def test_what_a_role_may_not_do_leaves_one_entry_that_says_so(route: Route, stage: Stage) -> None:
    support, support_id = at_the_desk(stage, Role.SUPPORT)
    assert ask(support, route).code == "not-allowed"
    [entry] = stage.session.scalars(select(AuditEntry)).all()
    assert (entry.actor_id, entry.refused, entry.before, entry.after) == (support_id, "not-allowed", None, None)


@pytest.mark.parametrize("route", CHANGING, ids=" ".join)
def test_a_refusal_is_written_after_what_it_refuses_was_undone(route: Route) -> None:
    """So whoever acts is proven first, and the transaction that is undone is opened after that."""
    asked = dependencies_of(route)
    acting_first = [one.__module__ == acting.__module__ for one in asked]
    assert acting_first.count(True) == 1
    assert get_session not in asked[: acting_first.index(True)]
