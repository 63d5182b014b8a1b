"""What a customer does with a purchase: starts it, comes back from the bank, asks about it, gives it up.

All but the last are conversations with the gateway.
"""

import hmac
from datetime import timedelta
from urllib.parse import quote as percent_encoded

from sqlalchemy import select

from functions.payments import breaker, gateways, quotes, settlement
from functions.payments.gateways.base import Gateway, Order, Refused, Started, Unknown
from functions.payments.opening import actor_of, keep_answer, open_payment, opened_before, quoted, wish_of
from functions.payments.schemas import InitPayment, InitQuoted, PaymentStarted, Quoted
from functions.payments.states import AT_NO_BANK, Because, move, record
from zimmer import clock, events, phones
from zimmer.auth.dependencies import Person
from zimmer.db import Session, committed
from zimmer.errors import GatewayRefused, GatewayUnavailable, InProgress, PaymentNotFound
from zimmer.models import Automation, Payment, PaymentStatus
from zimmer.observability import Unit, counting, logger
from zimmer.settings import get_settings

NOK_IS_CHECKED_AFTER = timedelta(seconds=5)
CHECKS_REST_FOR = timedelta(seconds=10)
MOST_EVENTS = 200  # of one purchase, before strangers' callbacks are no longer written down

S = PaymentStatus


def quote(session: Session, customer: Person, order: InitPayment) -> Quoted:
    """Promise a price. Raises what `start_purchase` does before it asks the gateway, but for the open purchases."""
    new = quoted(session, customer, order)
    return Quoted(
        quote=quotes.written(new),
        unit_price=new.unit_price,
        amount=new.amount,
        discount=new.amount_before - new.amount,
        amount_before=new.amount_before,
        discount_code=new.discount_code,
        discount_percent=float(new.discount_percent) if new.discount_percent else None,
        expires_at=new.expires_at,
        expires_in=int(quotes.VALID_FOR.total_seconds()),
    )


def start_purchase(
    customer: Person, order: InitPayment | InitQuoted, *, client_key: str, gateway: Gateway, trace_id: str
) -> PaymentStarted:
    """Open a purchase at the gateway, once per Idempotency-Key.

    A conversation: the purchase is committed, the gateway is asked with nothing open, its answer is
    committed. The same key and body get the same purchase; where the gateway's answer was lost it is
    asked again for it. Raises IdempotencyConflict (same key, other body), InProgress, TooManyOpenPayments,
    AutomationNotFound, AutomationNotAdded, AutomationUnavailable, BelowMinimum, AboveMaximum, PackageOnly,
    DiscountRefused, QuoteInvalid, QuoteExpired, QuoteUsed (under another key), GatewayUnavailable (no answer),
    GatewayRefused; after each of them nothing was charged. With nothing to pay the gateway is not asked at all.
    """
    wish = wish_of(customer, order)
    with committed() as session:
        names = session.scalars(select(Automation.name).where(Automation.id == wish.automation_id))  # with the lock
        payment = opened_before(session, customer, wish, client_key) or open_payment(
            session, customer, wish, client_key=client_key, trace_id=trace_id
        )
        asked = _order_of(payment, names.one(), customer)
    if payment.amount == 0:
        events.publish_soon()
        return _started(payment)
    if payment.authority is None:
        answer = gateway.start(asked)  # nothing is locked while we wait for the bank
        with committed() as session:
            payment = keep_answer(session, payment.id, answer, actor=actor_of(customer))
            breaker.order_answered(session, answer, customer_id=customer.id)
        _raise_unless_started(answer)
        logger().info("payment.started", **counting({"PaymentInit": (1, Unit.COUNT)}), payment_id=payment.id)
    return _started(payment)


def bank_returned(transaction_id: str, authority: str, *, paid: bool, gateway: Gateway, trace_id: str) -> None:
    """The customer's browser comes back from the bank, perhaps twice, perhaps forged.

    "OK" is only permission to ask the gateway; "NOK" is only a hint to ask sooner. An authority that is not
    the stored one changes nothing and is recorded.
    """
    with committed() as session:
        payment = session.scalars(
            select(Payment).where(Payment.transaction_id == transaction_id).with_for_update(key_share=True)
        ).first()
        if payment is None:
            return
        if not payment.authority or not hmac.compare_digest(payment.authority.encode(), authority.encode()):
            if payment.event_seq < MOST_EVENTS:
                record(session, payment, Because("foreign-authority", "stranger", trace_id=trace_id))
            return
        if not paid:
            note_nok(session, payment, trace_id)
            return
        claim = settlement.claim(session, payment, actor="bank-return", trace_id=trace_id)
    if claim:
        settlement.ask(claim, gateway, actor="bank-return", trace_id=trace_id)


def note_nok(session: Session, payment: Payment, trace_id: str) -> None:
    """The bank's page says that the customer did not pay. The gateway will be asked within seconds."""
    now = clock.now()
    if payment.status in {S.PENDING, S.NOT_PAID}:
        payment.nok_at = payment.nok_at or now
        payment.next_check_at = now + NOK_IS_CHECKED_AFTER
    record(session, payment, Because("bank-said-nok", "bank-return", trace_id=trace_id))


def check(customer: Person, transaction_id: str, *, gateway: Gateway, trace_id: str) -> None:
    """Ask the gateway now about a purchase that may yet turn out to be paid, at most once in ten seconds.

    Raises PaymentNotFound, also for somebody else's.
    """
    own = (Payment.transaction_id == transaction_id, Payment.user_id == customer.id)
    actor = actor_of(customer)
    with committed() as session:
        claim = settlement.claim_one(session, *own, actor=actor, trace_id=trace_id, rest=CHECKS_REST_FOR)
    if claim:
        settlement.ask(claim, gateway, actor=actor, trace_id=trace_id)


def cancel(customer: Person, transaction_id: str, *, trace_id: str) -> None:
    """The customer gives a purchase up. One that is being settled or is settled stays as it is.

    The bank is not told and may still be paid, so the purchase stays watched: a late success is accepted.
    Raises PaymentNotFound, also for somebody else's. Committed before it returns, for the answer to show it.
    """
    with committed() as session:
        payment = session.scalars(
            select(Payment)
            .where(Payment.transaction_id == transaction_id, Payment.user_id == customer.id)
            .with_for_update(key_share=True)
        ).first()
        if payment is None:
            raise PaymentNotFound
        now = clock.now()
        because = Because("canceled", actor_of(customer), trace_id=trace_id)
        if payment.status is S.PENDING:
            soon = now + NOK_IS_CHECKED_AFTER
            move(session, payment, S.NOT_PAID, because, canceled_at=now, next_check_at=soon)
        elif payment.status in AT_NO_BANK and payment.canceled_at is None:
            payment.canceled_at = now
            record(session, payment, because)


def _order_of(payment: Payment, name: str, customer: Person) -> Order:
    return Order(
        amount=payment.amount,
        description=f"خرید {payment.tokens_purchased} توکن برای «{name}»",
        callback_url=f"{get_settings().api_base_url}/api/payments/zarinpal/callback/{payment.transaction_id}",
        order_id=payment.transaction_id,
        email=customer.email,
        mobile=phones.national(customer.phone_number) if customer.phone_number else None,
    )


def _raise_unless_started(answer: Started | Refused | Unknown) -> None:
    if isinstance(answer, Refused):
        raise GatewayRefused(retry_after_s=60)
    if isinstance(answer, Unknown):
        raise GatewayUnavailable(retry_after_s=5)


def _started(payment: Payment) -> PaymentStarted:
    if payment.authority is None and payment.amount:
        raise InProgress(retry_after_s=1)
    return PaymentStarted(
        payment_id=payment.id,
        transaction_id=payment.transaction_id,
        redirect_url=gateways.start_pay_url(payment.authority)
        if payment.authority
        else return_page(payment.transaction_id),
        amount=payment.amount,
    )


def return_page(transaction_id: str) -> str:
    """The panel's page that follows a purchase to its end. Nothing else but the bank is ever redirected to."""
    return f"{get_settings().frontend_url}/payment/return/?payment={percent_encoded(transaction_id, safe='')}"
