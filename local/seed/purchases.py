"""Purchases as they go, each step at its own moment, by the code that makes them so on the running platform."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from functions.payments import settlement
from functions.payments.gateways.base import NotPaid, Paid, Report, Standing, Suspicious, Unknown
from functions.payments.settlement import Outcome, told
from functions.payments.states import Because, locked, move, record
from functions.payments.sweep import ACTOR as SWEEP
from functions.payments.sweep import note_standing
from functions.payments.worker import ACTOR as WORKER
from local.seed.moments import at
from zimmer import clock, ledger
from zimmer.db import Session
from zimmer.models import Automation, OutboxMessage, Payment, PaymentStatus, UserAutomation
from zimmer.money import Rial

BANK_RETURN = "bank-return"
PAYS_WITHIN = timedelta(minutes=30)
CARD = "502229******5995"
S = PaymentStatus

Road = Callable[["Till", datetime], Payment]


@dataclass(frozen=True)
class Till:
    """Where one copy's purchases are made: of this size, at this price."""

    session: Session
    luck: random.Random
    automation: Automation
    copy: UserAutomation
    tokens: int
    amount: int

    def some(self, letters: str, length: int) -> str:
        return "".join(self.luck.choices(letters, k=length))

    def report(self, code: int | None, *, reason: str | None = None) -> Report:
        return Report(self.luck.randint(60, 420), code, 200 if code else None, reason)


def credited(till: Till, moment: datetime) -> Payment:
    """The good road: paid, verified when the customer comes back, credited by the worker."""
    payment = at_bank(till, moment)
    return _paid(till, payment, moment + timedelta(seconds=till.luck.randint(40, 160)), actor=BANK_RETURN)


def healed(till: Till, moment: datetime) -> Payment:
    """Paid, and the tab was closed: the sweep found it."""
    payment = at_bank(till, moment)
    return _paid(till, payment, moment + timedelta(minutes=2, seconds=till.luck.randint(1, 59)), actor=SWEEP)


def at_bank(till: Till, moment: datetime) -> Payment:
    """Opened, and the customer is at the bank."""
    payment = _opened(till, moment)
    with at(moment + timedelta(milliseconds=till.luck.randint(90, 450))):
        facts = {
            "authority": "S" + till.some(string.ascii_letters + string.digits, 35),
            "lease_until": None,
            "next_check_at": moment + settlement.FIRST_CHECKS[0],
        }
        move(till.session, payment, S.PENDING, told("gateway-accepted", _customer(till), till.report(100)), **facts)
    return payment


def refused(till: Till, moment: datetime) -> Payment:
    """The gateway took no order: the terminal was not active."""
    return _not_started(till, moment, S.REJECTED, "gateway-refused", till.report(-15))


def never_answered(till: Till, moment: datetime) -> Payment:
    """Nobody knows whether the gateway took the order; the customer can ask again."""
    return _not_started(till, moment, S.INIT_UNKNOWN, "gateway-silent", till.report(None, reason="timeout"))


def canceled(till: Till, moment: datetime) -> Payment:
    """The customer pressed "cancel" at the bank."""
    payment = at_bank(till, moment)
    with at(moment + timedelta(seconds=50)):
        payment = locked(till.session, payment.id)
        payment.nok_at = clock.now()
        record(till.session, payment, Because("bank-said-nok", BANK_RETURN))
    return _stands(till, payment, Standing.FAILED, moment + timedelta(seconds=58))


def not_paid(till: Till, moment: datetime) -> Payment:
    """The browser came back saying OK, and the gateway says that nothing was paid."""
    payment = at_bank(till, moment)
    return _settled(till, payment, NotPaid(till.report(-51)), moment + timedelta(minutes=3))


def expired(till: Till, moment: datetime) -> Payment:
    """The customer walked away from the bank's page."""
    return _stands(till, at_bank(till, moment), Standing.IN_BANK, moment + PAYS_WITHIN + timedelta(minutes=1))


def given_back(till: Till, moment: datetime) -> Payment:
    """Paid, but the bank gave the money back before anybody could verify it."""
    return _stands(till, at_bank(till, moment), Standing.REVERSED, moment + timedelta(minutes=40))


def in_review(till: Till, moment: datetime) -> Payment:
    """The gateway knows another amount than we do: a person has to look."""
    payment = at_bank(till, moment)
    return _settled(till, payment, Suspicious(till.report(-50)), moment + timedelta(minutes=2))


def checking(till: Till, moment: datetime) -> Payment:
    """The gateway did not answer whether it was paid."""
    payment = at_bank(till, moment)
    return _settled(till, payment, Unknown(till.report(None, reason="timeout")), moment + timedelta(seconds=75))


def let_rest(payment: Payment) -> None:
    """The pretend bank has never heard of the seed's purchases, so nobody shall ask it: it would call the open
    ones suspicious. Those that are settled need no further look.
    """
    is_open = payment.status in (S.PENDING, S.VERIFY_UNKNOWN)
    payment.next_check_at = clock.now() + timedelta(days=365) if is_open else None


def _opened(till: Till, moment: datetime) -> Payment:
    with at(moment):
        now = clock.now()
        payment = Payment(
            user_id=till.copy.user_id,
            automation_id=till.automation.id,
            user_automation_id=till.copy.id,
            amount=Rial(till.amount),
            amount_before=Rial(till.amount),
            unit_price=till.automation.price_per_token,
            tokens_purchased=till.tokens,
            transaction_id="seed-" + till.some(string.ascii_letters + string.digits, 17),
            status=S.CREATED,
            client_key="seed-" + till.some(string.hexdigits, 16),
            body_hash=b"",
            created_at=now,
            expires_at=now + PAYS_WITHIN,
            next_check_at=now + PAYS_WITHIN,
            event_seq=0,
            trace_id="seed-" + till.some("0123456789abcdef", 12),
        )
        till.session.add(payment)
        till.session.flush()
        record(till.session, payment, Because("opened", _customer(till)))
    return payment


def _not_started(till: Till, moment: datetime, to: PaymentStatus, cause: str, report: Report) -> Payment:
    payment = _opened(till, moment)
    with at(moment + timedelta(milliseconds=report.latency_ms)):
        move(till.session, payment, to, told(cause, _customer(till), report), lease_until=None, next_check_at=None)
    return payment


def _paid(till: Till, payment: Payment, moment: datetime, *, actor: str) -> Payment:
    paid = Paid(till.some(string.digits, 12), CARD, None, None, False, till.report(100))
    _settled(till, payment, paid, moment, actor=actor)
    sent_at = moment + timedelta(milliseconds=paid.report.latency_ms + till.luck.randint(8, 30))
    till.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.dedup_key == f"credit:{payment.id}")
        .values(published_at=sent_at, message_id=f"seed-{till.some('0123456789abcdef', 24)}", attempts=1)
    )
    with at(sent_at + timedelta(milliseconds=till.luck.randint(15, 90))):
        ledger.credit_purchases(till.session, [payment.id], actor=WORKER)
    till.session.refresh(payment)
    return payment


def _settled(till: Till, payment: Payment, outcome: Outcome, moment: datetime, *, actor: str = BANK_RETURN) -> Payment:
    with at(moment):
        claim = settlement.claim_payment(till.session, payment.id, actor=actor, trace_id=payment.trace_id)
        assert claim is not None
    with at(moment + timedelta(milliseconds=outcome.report.latency_ms)):
        settlement.settle(till.session, claim, outcome, actor=actor, trace_id=payment.trace_id)
    return payment


def _stands(till: Till, payment: Payment, standing: Standing, moment: datetime) -> Payment:
    with at(moment):
        note_standing(till.session, payment.id, standing, till.report(100))
    return payment


def _customer(till: Till) -> str:
    return f"user:{till.copy.user_id}"
