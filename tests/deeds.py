"""What a manager can do, each deed with what it is done to: it succeeds as it stands here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from functions.admin import queues
from functions.admin.schemas.system import QueueName
from functions.payments.states import Because, locked, move
from local.zarinpal.running import Zarinpal
from tests.api import Api, Json
from tests.factories import (
    make_automation,
    make_copy,
    make_payment,
    make_service_token,
    make_user,
    purchase_in,
)
from tests.functions.payments.purchases import purchase_at
from tests.routes import Route
from zimmer import clock
from zimmer.db import Session
from zimmer.ledger import credit_purchases
from zimmer.models import (
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
