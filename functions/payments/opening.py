"""The steps by which a purchase is opened: who may buy, at what price, and what the gateway said to it.

Each step runs inside a transaction of the conversation in `service.py` and is committed before the next.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Select, and_, or_, select

from functions.payments import breaker, discounts, pricing, quotes, settlement
from functions.payments.gateways.base import Refused, Started, Unknown
from functions.payments.pricing import Price
from functions.payments.quotes import Quote
from functions.payments.schemas import InitPayment, InitQuoted
from functions.payments.states import OPEN, Because, locked, move, record
from zimmer import clock, events
from zimmer.auth.dependencies import Person
from zimmer.db import Session, next_number
from zimmer.errors import (
    AutomationNotAdded,
    AutomationNotFound,
    AutomationUnavailable,
    IdempotencyConflict,
    InProgress,
    QuoteExpired,
    QuoteUsed,
    TooManyOpenPayments,
)
from zimmer.models import (
    ZARINPAL,
    Automation,
    AutomationPackage,
    BusinessSettings,
    GatewayHealth,
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

S = PaymentStatus


@dataclass(frozen=True)
class Wish:
    """What a customer asks for, in whichever form it came."""

    automation_id: int
    tokens: int
    body_hash: bytes  # by this the same request is told from another one under the same key
    discount_code: str | None = None
    quote: Quote | None = None


def wish_of(customer: Person, body: InitPayment | InitQuoted) -> Wish:
    """Read an order. Raises QuoteInvalid."""
    if isinstance(body, InitPayment):
        return Wish(body.automation_id, body.tokens, _hash_of(body), body.discount_code)
    quote = quotes.read(body.quote, user_id=customer.id)
    return Wish(quote.automation_id, quote.tokens, _hash_of(body), quote.discount_code, quote)


def opened_before(session: Session, customer: Person, wish: Wish, client_key: str) -> Payment | None:
    """The purchase this key has opened, ready to be answered or asked for again. Locks the customer's row,
    so that the same key sent twice at once opens one purchase.
    """
    session.execute(select(User.id).where(User.id == customer.id).with_for_update(key_share=True))  # leaves first
    payment = session.scalars(
        select(Payment)
        .where(Payment.user_id == customer.id, Payment.client_key == client_key)
        .with_for_update(key_share=True)
    ).first()
    if payment is None:
        return None
    if payment.body_hash != wish.body_hash:
        raise IdempotencyConflict
    if payment.authority is None and payment.amount:
        _ask_again(session, payment, customer, wish)
    return payment


def open_payment(session: Session, customer: Person, wish: Wish, *, client_key: str, trace_id: str) -> Payment:
    """Write a new purchase, priced by us, leased to this request until the gateway has answered.

    The customer's row is locked (`opened_before`), so of two that bring the same quote the second is refused.
    """
    if wish.quote:
        refuse_used_or_ended(session, customer, wish, wish.quote)
    numbers = session.scalars(next_number(Payment))  # with what is asked next, so that nobody waits for the row
    terms = terms_now(session, customer, wish)
    now = clock.now()
    payment = Payment(
        id=numbers.one(),
        user_id=customer.id,
        automation_id=wish.automation_id,
        user_automation_id=terms.user_automation_id,
        tokens_purchased=wish.tokens,
        transaction_id=secrets.token_urlsafe(16),
        status=S.CREATED,
        client_key=client_key,
        body_hash=wish.body_hash,
        created_at=now,
        expires_at=expiry(now),
        lease_until=now + ASKING_TAKES,
        next_check_at=now + ASKING_TAKES,
        event_seq=0,
        trace_id=trace_id,
        **_priced(terms.price),
    )
    session.add(payment)
    session.flush()
    record(session, payment, Because("opened", actor_of(customer)))
    use_discount(session, payment, actor=actor_of(customer))
    return payment


def use_discount(session: Session, payment: Payment, *, actor: str) -> None:
    """Reserve the use of the purchase's code. With nothing left to pay no bank is asked, and the tokens are
    promised at once.
    """
    discounts.reserve(session, payment)
    if payment.amount:
        return
    now = clock.now()
    facts = {"verified_at": now, "lease_until": None, "next_check_at": now + settlement.REQUEUE_AFTER}
    move(session, payment, S.VERIFIED, Because("nothing-to-pay", actor), **facts)
    events.promise(session, events.CreditPayment(payment.id))


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
            if payment.canceled_at:  # while we waited
                move(session, payment, S.NOT_PAID, Because("canceled-before-answer", actor))
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


@dataclass(frozen=True)
class Terms:
    """On what a customer may buy right now."""

    user_automation_id: int
    price: Price


def terms_now(session: Session, customer: Person, wish: Wish, *, again: Payment | None = None) -> Terms:
    """The price of an order, if it may be placed, or placed `again`. Raises what `start_purchase` lists."""
    open_ids = session.scalars(_open_purchases(customer))
    shop = shop_now(session, customer, wish.automation_id)
    breaker.refuse_a_pause(shop.settings, shop.gateway)
    refuse_too_many_open(open_ids.all(), shop.settings.max_open_payments)
    copy = refuse_unsellable(shop)
    price = wish.quote.price if wish.quote else price_now(session, customer, shop, wish, again)
    if price.amount:
        breaker.take_the_try(session, shop.gateway)  # after all that could refuse the order before the gateway does
    return Terms(copy.id, price)


def quoted(session: Session, customer: Person, order: InitPayment) -> Quote:
    """A new quote for what may be bought now. How many purchases are open does not matter yet."""
    shop = shop_now(session, customer, order.automation_id)
    breaker.refuse_a_pause(shop.settings, shop.gateway)
    refuse_unsellable(shop)
    price = price_now(session, customer, shop, wish_of(customer, order))
    return quotes.promise(customer.id, order.automation_id, order.tokens, price)


def price_now(session: Session, customer: Person, shop: "Shop", wish: Wish, again: Payment | None = None) -> Price:
    """What so many tokens cost by today's catalogue, less the discount that the customer's code gives.

    Raises AutomationNotFound, BelowMinimum, AboveMaximum, PackageOnly, DiscountRefused.
    """
    if shop.automation is None:
        raise AutomationNotFound
    discount = None
    if wish.discount_code:
        besides = again.id if again else None
        discount = discounts.offered(
            session, wish.discount_code, automation_id=wish.automation_id, user_id=customer.id, besides=besides
        )
    return pricing.price(shop.automation, shop.packages, wish.tokens, limits=shop.settings, discount=discount)


def refuse_used_or_ended(session: Session, customer: Person, wish: Wish, quote: Quote) -> None:
    """A quote opens one purchase, which keeps the hash of the request that carried it."""
    used = select(Payment.id).where(Payment.user_id == customer.id, Payment.body_hash == wish.body_hash).limit(1)
    if session.scalar(used) is not None:
        raise QuoteUsed
    if quote.has_ended:
        raise QuoteExpired


@dataclass(frozen=True)
class Shop:
    """What decides whether an automation may be bought, and at what price."""

    settings: BusinessSettings
    gateway: GatewayHealth
    automation: Automation | None
    copy: UserAutomation | None  # the customer's own
    packages: Sequence[AutomationPackage]


def shop_now(session: Session, customer: Person, automation_id: int) -> Shop:
    """Asked together: the four questions are one round trip."""
    standing = session.execute(
        select(BusinessSettings, GatewayHealth).join(GatewayHealth, GatewayHealth.gateway == ZARINPAL)
    )
    automations = session.scalars(select(Automation).where(Automation.id == automation_id))
    copies = session.scalars(
        select(UserAutomation).where(
            UserAutomation.user_id == customer.id,
            UserAutomation.automation_id == automation_id,
            UserAutomation.status != UserAutomationStatus.REMOVED,
        )
    )
    packages = session.scalars(select(AutomationPackage).where(AutomationPackage.automation_id == automation_id))
    settings, gateway = standing.one()
    return Shop(settings, gateway, automations.first(), copies.first(), packages.all())


def refuse_unsellable(shop: Shop) -> UserAutomation:
    """The customer's copy, if tokens may be bought for it."""
    automation, copy = shop.automation, shop.copy
    if automation is None or (copy is None and not automation.is_listed):
        raise AutomationNotFound
    if not automation.status or not automation.is_listed or automation.health_status is Health.UNHEALTHY:
        raise AutomationUnavailable
    if copy is None:
        raise AutomationNotAdded
    return copy


def refuse_too_many_open(open_ids: Sequence[str], most: int) -> None:
    """A customer with many open purchases is lost among them."""
    if len(open_ids) >= most:
        raise TooManyOpenPayments(transaction_ids=list(open_ids))


def _open_purchases(customer: Person) -> Select[str]:
    """Counted under the lock on the customer's row; one that is being asked for right now is as good as open."""
    being_asked = and_(Payment.status == S.CREATED, Payment.lease_until > clock.now())
    return select(Payment.transaction_id).where(
        Payment.user_id == customer.id, or_(Payment.status.in_(OPEN), being_asked)
    )


def expiry(opened_at: datetime) -> datetime:
    """Until when a purchase opened then may be paid."""
    return opened_at + timedelta(minutes=get_settings().payment_minutes)


def actor_of(customer: Person) -> str:
    """A customer's name in events."""
    return f"user:{customer.id}"


def _hash_of(body: InitPayment | InitQuoted) -> bytes:
    return hashlib.sha256(body.model_dump_json().encode()).digest()


def _ask_again(session: Session, payment: Payment, customer: Person, wish: Wish) -> None:
    """Let the gateway be asked for a purchase whose answer we never had. Its customer wants it, also when they
    had canceled it.

    It keeps the price it was opened at for as long as it may be paid; after that it is priced anew, unless a
    quote had fixed the price, which has ended by then.
    """
    now = clock.now()
    if payment.status is S.CREATED and payment.lease_until and payment.lease_until > now:
        raise InProgress(retry_after_s=max(1, round((payment.lease_until - now).total_seconds())))
    if wish.quote and now >= payment.expires_at:
        raise QuoteExpired
    terms = terms_now(session, customer, wish, again=payment)
    facts = _priced(terms.price) if now >= payment.expires_at else {}
    facts |= {
        "checks": 0,
        "canceled_at": None,
        "expires_at": expiry(now),  # the customer has the whole time to pay, from now
        "lease_until": now + ASKING_TAKES,
        "next_check_at": now + ASKING_TAKES,
    }
    move(session, payment, S.CREATED, Because("asked-again", actor_of(customer)), **facts)
    use_discount(session, payment, actor=actor_of(customer))


def _priced(price: Price) -> dict[str, object]:
    """The columns that a price gives a purchase."""
    return {
        "amount": price.amount,
        "amount_before": price.amount_before,
        "unit_price": price.unit_price,
        "discount_code": price.discount.code if price.discount else None,
        "discount_percent": price.discount.percent if price.discount else None,
    }
