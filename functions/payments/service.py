"""Starting a purchase, the customer's return from the bank, and what a customer may see."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import select

from functions.payments import gateways, pricing, settlement
from functions.payments.gateways.base import Gateway, Order, Refused, Started, Unknown
from functions.payments.schemas import InitPayment, PaymentStarted
from functions.payments.states import OPEN, Because, locked, move, record
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.db import Session, committed
from zimmer.errors import (
    AutomationNotAdded,
    AutomationNotFound,
    AutomationUnavailable,
    GatewayRefused,
    GatewayUnavailable,
    IdempotencyConflict,
    InProgress,
    TooManyOpenPayments,
)
from zimmer.models import (
    Automation,
    AutomationPackage,
    BusinessSettings,
    Health,
    Payment,
    PaymentStatus,
    User,
    UserAutomation,
    UserAutomationStatus,
)
from zimmer.observability import logger
from zimmer.settings import get_settings

ASKING_TAKES = timedelta(seconds=20)  # the lease of a purchase whose gateway answer is awaited
NOK_IS_CHECKED_AFTER = timedelta(seconds=5)

S = PaymentStatus


def start_purchase(
    customer: Person, order: InitPayment, *, client_key: str, gateway: Gateway, trace_id: str
) -> PaymentStarted:
    """Open a purchase at the gateway, once per Idempotency-Key.

    A conversation: the purchase is committed, the gateway is asked with nothing open, its answer is
    committed. The same key and body get the same purchase; where the gateway's answer was lost it is
    asked again for it. Raises IdempotencyConflict (same key, other body), InProgress, TooManyOpenPayments,
    AutomationNotFound, AutomationNotAdded, AutomationUnavailable, BelowMinimum, AboveMaximum,
    GatewayUnavailable (no answer), GatewayRefused; after each of them nothing was charged.
    """
    with committed() as session:
        payment = opened_before(session, customer, order, client_key) or open_payment(
            session, customer, order, client_key=client_key, trace_id=trace_id
        )
        asked = _order_of(session, payment, customer)
    if payment.authority is None:
        answer = gateway.start(asked)  # nothing is locked while we wait for the bank
        with committed() as session:
            payment = keep_answer(session, payment.id, answer, actor=_actor(customer))
        _raise_unless_started(answer)
    return _started(payment)


def opened_before(session: Session, customer: Person, order: InitPayment, client_key: str) -> Payment | None:
    """The purchase this key has opened, ready to be answered or asked for again. Locks the customer's row,
    so that the same key sent twice at once opens one purchase.
    """
    session.execute(select(User.id).where(User.id == customer.id).with_for_update())
    payment = session.scalars(
        select(Payment).where(Payment.user_id == customer.id, Payment.client_key == client_key).with_for_update()
    ).first()
    if payment is None:
        return None
    if payment.body_hash != body_hash(order):
        raise IdempotencyConflict
    if payment.authority is None:
        _ask_again(session, payment, _actor(customer))
    return payment


def open_payment(session: Session, customer: Person, order: InitPayment, *, client_key: str, trace_id: str) -> Payment:
    """Write a new purchase, priced by us, leased to this request until the gateway has answered."""
    settings = unpaused_settings(session)
    refuse_too_many_open(session, customer, settings.max_open_payments)
    automation, copy = sellable(session, customer, order.automation_id)
    packages = session.scalars(select(AutomationPackage).where(AutomationPackage.automation_id == automation.id)).all()
    price = pricing.price(automation, packages, order.tokens, limits=settings)
    now = clock.now()
    payment = Payment(
        user_id=customer.id,
        automation_id=automation.id,
        user_automation_id=copy.id,
        amount=price.amount,
        amount_before=price.amount_before,
        unit_price=price.unit_price,
        tokens_purchased=order.tokens,
        transaction_id=secrets.token_urlsafe(16),
        status=S.CREATED,
        client_key=client_key,
        body_hash=body_hash(order),
        created_at=now,
        expires_at=_expiry(now),
        lease_until=now + ASKING_TAKES,
        next_check_at=now + ASKING_TAKES,
        event_seq=0,
        trace_id=trace_id,
    )
    session.add(payment)
    session.flush()
    record(session, payment, Because("opened", _actor(customer)))
    return payment


def keep_answer(session: Session, payment_id: int, answer: Started | Refused | Unknown, *, actor: str) -> Payment:
    """Keep what the gateway said to a new purchase."""
    payment = locked(session, payment_id)
    if payment.status not in {S.CREATED, S.INIT_UNKNOWN}:
        return payment  # a repetition of the request was faster
    if payment.status is S.INIT_UNKNOWN:  # the sweep gave us up while we waited
        move(session, payment, S.CREATED, Because("answer-came-late", actor))
    match answer:
        case Started(authority=authority, fee=fee, report=report):
            because = settlement.told("gateway-accepted", actor, report)
            first = settlement.later(payment, clock.now())
            facts = {"authority": authority, "fee": fee, "lease_until": None, "next_check_at": first}
            move(session, payment, S.PENDING, because, **facts)
        case Refused(report=report):
            because = settlement.told("gateway-refused", actor, report)
            move(session, payment, S.REJECTED, because, lease_until=None, next_check_at=None)
            logger().error("payment.refused-by-gateway", payment_id=payment.id, code=report.code)
        case Unknown(report=report):
            because = settlement.told("gateway-silent", actor, report)
            move(session, payment, S.INIT_UNKNOWN, because, lease_until=None, next_check_at=None)
        case _:
            assert_never(answer)
    return payment


def bank_returned(transaction_id: str, authority: str, *, paid: bool, gateway: Gateway, trace_id: str) -> None:
    """The customer's browser comes back from the bank, perhaps twice, perhaps forged.

    "OK" is only permission to ask the gateway; "NOK" is only a hint to ask sooner. An authority that is not
    the stored one changes nothing and is recorded.
    """
    with committed() as session:
        payment = session.scalars(
            select(Payment).where(Payment.transaction_id == transaction_id).with_for_update()
        ).first()
        if payment is None:
            return
        if not payment.authority or not hmac.compare_digest(payment.authority.encode(), authority.encode()):
            record(session, payment, Because("foreign-authority", "stranger", trace_id=trace_id))
            return
        if not paid:
            note_nok(session, payment, trace_id)
            return
    settlement.confirm(payment.id, gateway, actor="bank-return", trace_id=trace_id)


def note_nok(session: Session, payment: Payment, trace_id: str) -> None:
    """The bank's page says that the customer did not pay. The gateway will be asked within seconds."""
    now = clock.now()
    if payment.status in {S.PENDING, S.NOT_PAID}:
        payment.nok_at = payment.nok_at or now
        payment.next_check_at = now + NOK_IS_CHECKED_AFTER
    record(session, payment, Because("bank-said-nok", "bank-return", trace_id=trace_id))


def sellable(session: Session, customer: Person, automation_id: int) -> tuple[Automation, UserAutomation]:
    """The automation and the customer's copy, if tokens may be bought for it."""
    automation = session.get(Automation, automation_id)
    copy = session.scalars(
        select(UserAutomation).where(
            UserAutomation.user_id == customer.id,
            UserAutomation.automation_id == automation_id,
            UserAutomation.status != UserAutomationStatus.REMOVED,
        )
    ).first()
    if automation is None or (copy is None and not automation.is_listed):
        raise AutomationNotFound
    if not automation.status or not automation.is_listed or automation.health_status is Health.UNHEALTHY:
        raise AutomationUnavailable
    if copy is None:
        raise AutomationNotAdded
    return automation, copy


def unpaused_settings(session: Session) -> BusinessSettings:
    """What managers have set. Raises GatewayUnavailable, in their words, while they have stopped the sales."""
    settings = session.scalars(select(BusinessSettings)).one()
    if settings.gateway_paused:
        raise GatewayUnavailable(settings.gateway_message)
    return settings


def refuse_too_many_open(session: Session, customer: Person, most: int) -> None:
    """A customer with many open purchases is lost among them. Counted under the lock on the customer's row."""
    open_ids = session.scalars(
        select(Payment.transaction_id).where(Payment.user_id == customer.id, Payment.status.in_(OPEN))
    ).all()
    if len(open_ids) >= most:
        raise TooManyOpenPayments(transaction_ids=list(open_ids))


def body_hash(order: InitPayment) -> bytes:
    """By this the same request is told from another one under the same key."""
    return hashlib.sha256(order.model_dump_json().encode()).digest()


def _ask_again(session: Session, payment: Payment, actor: str) -> None:
    now = clock.now()
    if payment.status is S.CREATED and payment.lease_until and payment.lease_until > now:
        raise InProgress(retry_after_s=max(1, round((payment.lease_until - now).total_seconds())))
    unpaused_settings(session)
    lease = now + ASKING_TAKES
    payment.checks, payment.expires_at = 0, _expiry(now)  # the customer has the whole time to pay, from now
    if payment.status is S.CREATED:
        payment.lease_until = payment.next_check_at = lease
        record(session, payment, Because("asked-again", actor))
    else:
        move(session, payment, S.CREATED, Because("asked-again", actor), lease_until=lease, next_check_at=lease)


def _expiry(opened_at: datetime) -> datetime:
    return opened_at + timedelta(minutes=get_settings().payment_minutes)


def _order_of(session: Session, payment: Payment, customer: Person) -> Order:
    name = session.get_one(Automation, payment.automation_id).name
    return Order(
        amount=payment.amount,
        description=f"خرید {payment.tokens_purchased} توکن برای «{name}»",
        callback_url=f"{get_settings().api_base_url}/api/payments/zarinpal/callback/{payment.transaction_id}",
        order_id=payment.transaction_id,
        email=customer.email,
        mobile=customer.phone_number,
    )


def _raise_unless_started(answer: Started | Refused | Unknown) -> None:
    if isinstance(answer, Refused):
        raise GatewayRefused(retry_after_s=60)
    if isinstance(answer, Unknown):
        raise GatewayUnavailable(retry_after_s=5)


def _started(payment: Payment) -> PaymentStarted:
    if payment.authority is None:
        raise InProgress(retry_after_s=1)
    return PaymentStarted(
        payment_id=payment.id,
        transaction_id=payment.transaction_id,
        redirect_url=gateways.start_pay_url(payment.authority),
        amount=payment.amount,
    )


def _actor(customer: Person) -> str:
    return f"user:{customer.id}"
