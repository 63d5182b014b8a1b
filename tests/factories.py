"""Rows for tests, made as the platform would make them: tokens only through the ledger."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from functions.payments.states import Because, move
from zimmer import clock, crypto, ledger
from zimmer.auth import tokens
from zimmer.auth.dependencies import Person
from zimmer.auth.sign_ins import STEPPED_UP
from zimmer.auth.tokens import AccessClaims
from zimmer.db import Session
from zimmer.models import (
    Audience,
    Automation,
    Bucket,
    Delivery,
    EntryKind,
    Payment,
    PaymentStatus,
    Role,
    ServiceToken,
    SignIn,
    User,
    UserAutomation,
)
from zimmer.money import Rial

_numbers = count(1)
S = PaymentStatus

# How a purchase comes to stand where a test needs it.
ROADS: dict[PaymentStatus, tuple[PaymentStatus, ...]] = {
    S.CREATED: (),
    S.INIT_UNKNOWN: (S.INIT_UNKNOWN,),
    S.REJECTED: (S.REJECTED,),
    S.PENDING: (S.PENDING,),
    S.VERIFYING: (S.PENDING, S.VERIFYING),
    S.VERIFY_UNKNOWN: (S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN),
    S.NOT_PAID: (S.PENDING, S.VERIFYING, S.NOT_PAID),
    S.EXPIRED: (S.PENDING, S.EXPIRED),
    S.REVIEW: (S.PENDING, S.VERIFYING, S.REVIEW),
    S.CLOSED: (S.PENDING, S.VERIFYING, S.REVIEW, S.CLOSED),
    S.VERIFIED: (S.PENDING, S.VERIFYING, S.VERIFIED),
    S.REVERSED: (S.PENDING, S.REVERSED),
}

PASSWORD = "correct horse battery"
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$QG+WVg4SyiCMb8VAw1vNQw$not-a-hash-that-any-password-matches"


def make_user(session: Session, *, role: Role = Role.CUSTOMER, **columns: Any) -> User:
    """A person nobody can log in as: see `token_for`."""
    number = next(_numbers)
    user = User(
        **{
            "name": f"مشتری {number}",
            "email": f"person{number}@example.com",
            "password_hash": PASSWORD_HASH,
            "role": role,
            "created_at": clock.now(),
            **columns,
        }
    )
    session.add(user)
    session.flush()
    return user


def token_for(session: Session, user: User, *, audience: Audience = Audience.USER, **columns: Any) -> str:
    """An access token of a living sign-in, in which a code of the authenticator has just been given."""
    now = clock.now()
    here = SignIn(
        **{
            "id": uuid4(),
            "user_id": user.id,
            "audience": audience,
            "created_at": now,
            "last_used_at": now,
            "expires_at": now + timedelta(days=30),
            "stepped_up_until": now + STEPPED_UP,
            **columns,
        }
    )
    session.add(here)
    session.flush()
    return tokens.issue(AccessClaims(user.id, here.id, audience, user.token_version)).text


def make_automation(session: Session, **columns: Any) -> Automation:
    automation = Automation(
        **{"name": f"اتوماسیون {next(_numbers)}", "price_per_token": Rial(5_000), "category": "فروش", **columns}
    )
    session.add(automation)
    session.flush()
    return automation


def make_copy(
    session: Session,
    user: User | None = None,
    automation: Automation | None = None,
    *,
    demo: int = 0,
    paid: int = 0,
    **columns: Any,
) -> UserAutomation:
    """A customer's copy that holds `demo` and `paid` tokens, each from an entry of its own.

    Paid tokens come from an approved adjustment, so that the copy needs no purchase.
    """
    user = user or make_user(session)
    automation = automation or make_automation(session)
    copy = UserAutomation(user_id=user.id, automation_id=automation.id, created_at=clock.now(), **columns)
    session.add(copy)
    session.flush()
    for bucket, amount, kind in ((Bucket.DEMO, demo, EntryKind.DEMO), (Bucket.PAID, paid, EntryKind.ADJUSTMENT)):
        if amount:
            reference = f"{'demo' if bucket is Bucket.DEMO else 'adjust'}:{copy.id}"
            ledger.credit(session, copy, tokens=amount, bucket=bucket, kind=kind, reference=reference, actor="test")
    return copy


def make_service_token(session: Session, automation_id: int, **columns: Any) -> str:
    """A token by which the automation calls us."""
    secret = crypto.random_token()
    token = ServiceToken(
        automation_id=automation_id, token_hash=crypto.token_hash(secret), created_at=clock.now(), **columns
    )
    session.add(token)
    session.flush()
    return f"zs_{token.id}_{secret}"


def make_payment(
    session: Session,
    copy: UserAutomation | None = None,
    *,
    status: PaymentStatus = PaymentStatus.PENDING,
    tokens: int = 100,
    **columns: Any,
) -> Payment:
    """A purchase as it stands in `status`, without the events that led there."""
    copy = copy or make_copy(session)
    now = clock.now()
    number = next(_numbers)
    payment = Payment(
        **{
            "user_id": copy.user_id,
            "automation_id": copy.automation_id,
            "user_automation_id": copy.id,
            "amount": Rial(tokens * 5_000),
            "amount_before": Rial(tokens * 5_000),
            "unit_price": Rial(5_000),
            "tokens_purchased": tokens,
            "transaction_id": f"transaction-{number}",
            "authority": f"S{number:035d}",
            "status": status,
            "client_key": f"key-{number}",
            "body_hash": b"",
            "created_at": now,
            "expires_at": now + timedelta(minutes=30),
            "next_check_at": now + timedelta(minutes=2),
            "event_seq": 0,
            **columns,
        }
    )
    session.add(payment)
    session.flush()
    return payment


def purchase_in(
    session: Session, status: PaymentStatus, copy: UserAutomation | None = None, *, tokens: int = 100, **columns: Any
) -> Payment:
    """A purchase that went the usual road to `status`, with an event for each step."""
    payment = make_payment(session, copy or make_copy(session), status=S.CREATED, tokens=tokens, **columns)
    for step in ROADS[status]:
        facts = {"verified_at": clock.now()} if step is S.VERIFIED else {}
        move(session, payment, step, Because("arranged", "test"), **facts)
    session.flush()
    return payment


def person_of(session: Session, copy: UserAutomation) -> Person:
    """The owner of a copy, as the service knows them."""
    user = session.get_one(User, copy.user_id)
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        phone_number=None,
        role=user.role,
        email_verified_at=None,
        twofa_enabled=False,
        created_at=user.created_at,
        session_id=uuid4(),
        audience=Audience.USER,
    )


def make_delivery(session: Session, reader: User, **columns: Any) -> Delivery:
    """A mail on its way to somebody, without the notice it is about."""
    delivery = Delivery(
        **{
            "dedup_key": f"delivery-{next(_numbers)}/email",
            "user_id": reader.id,
            "kind": "ticket-answered",
            "address": reader.email,
            "data": {"ticket_id": 1, "title": "مبلغ خرید"},
            "link": "/support/?id=1",
            "created_at": clock.now(),
            **columns,
        }
    )
    session.add(delivery)
    session.flush()
    return delivery
