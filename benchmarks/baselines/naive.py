"""The common style: everything imported at the top, a thread pool, a session per request, a query per thing."""

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import alembic.config
import boto3
import httpx
import jwt
from aws_lambda_powertools import Logger, Metrics, Tracer
from fastapi import Depends, FastAPI, Header, HTTPException
from mangum import Mangum
from pydantic import BaseModel
from pydantic_settings import BaseSettings
from sqlalchemy import create_engine, select
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import DeclarativeBase, Session, relationship, selectinload, sessionmaker

KEPT = (alembic.config, boto3, httpx, Metrics, Tracer)  # what such a file imports, used or not
logger = Logger(service="naive")
TEHRAN = ZoneInfo("Asia/Tehran")
UNIT_NAMES = {"token_per_session": "نشست", "token_per_message": "پیام", "flat_fee": "ماه"}
CUSTOMER_RIGHTS = ["own_automations", "own_payments", "own_profile", "own_tickets"]


class Config(BaseSettings):
    database_url: str = ""
    jwt_secret_key: str = ""


class Reflected(DeferredReflection):
    __abstract__ = True


class Base(DeclarativeBase):
    pass


class User(Reflected, Base):
    __tablename__ = "users"


class SignIn(Reflected, Base):
    __tablename__ = "sessions"


class Package(Reflected, Base):
    __tablename__ = "automation_packages"


class Automation(Reflected, Base):
    __tablename__ = "automations"
    packages = relationship(Package)


class BusinessSettings(Reflected, Base):
    __tablename__ = "settings"


class ServiceToken(Reflected, Base):
    __tablename__ = "service_tokens"


class UserAutomation(Reflected, Base):
    __tablename__ = "user_automations"


class TokenEntry(Reflected, Base):
    __tablename__ = "token_entries"


class UsageEvent(Reflected, Base):
    __tablename__ = "usage_events"


class Rollup(Reflected, Base):
    __tablename__ = "rollups"


class Activity(Reflected, Base):
    __tablename__ = "activity"


class Payment(Reflected, Base):
    __tablename__ = "payments"


class PaymentEvent(Reflected, Base):
    __tablename__ = "payment_events"


class Lot(Reflected, Base):
    __tablename__ = "lots"


class Notification(Reflected, Base):
    __tablename__ = "notifications"


class Delivery(Reflected, Base):
    __tablename__ = "deliveries"


class Outbox(Reflected, Base):
    __tablename__ = "outbox"


_kept = {}


def new_session() -> Session:
    if "sessions" not in _kept:
        url = Config().database_url.replace("postgresql://", "postgresql+pg8000://")
        engine = create_engine(url, pool_pre_ping=True, pool_size=5)
        Reflected.prepare(engine)
        _kept["engine"], _kept["sessions"] = engine, sessionmaker(engine, autoflush=False)
    return _kept["sessions"]()


def close():
    if "engine" in _kept:
        _kept["engine"].dispose()
    _kept.clear()


def get_db():
    db = new_session()
    try:
        yield db
    finally:
        db.close()


Db = Annotated[Session, Depends(get_db)]


class Card(BaseModel):
    id: int
    name: str
    tagline: str
    category: str
    icon_url: str | None
    developer: str
    pricing_type: str
    unit_name: str
    price_per_token: int
    from_amount: int
    demo_tokens: int
    health_status: str
    can_buy: bool
    can_buy_reason: str | None
    customers: int


class Cards(BaseModel):
    items: list[Card]
    next_cursor: str | None = None


class Me(BaseModel):
    id: int
    name: str
    email: str
    email_verified_at: datetime | None
    phone_number: str | None
    role: str
    permissions: list[str]
    twofa_enabled: bool
    created_at: datetime


class Consume(BaseModel):
    user_automation_id: int
    units: int
    usage_type: str
    idempotency_key: str
    meta: dict | None = None


class Accepted(BaseModel):
    accepted: bool = True
    remaining_demo_tokens: int
    remaining_paid_tokens: int
    entry_id: int


app = FastAPI()


@app.get("/api/automations/available", response_model=Cards)
def available(db: Db, limit: int = 20):
    settings = db.get(BusinessSettings, 1)
    listed = select(Automation).where(Automation.is_listed.is_(True)).options(selectinload(Automation.packages))
    automations = db.scalars(listed.order_by(Automation.id).limit(limit)).all()
    return Cards(items=[card(automation, settings) for automation in automations])


def card(automation, settings):
    loose = -(-settings.minimum_amount // automation.price_per_token) * automation.price_per_token
    sold = [package.amount for package in automation.packages if package.amount >= settings.minimum_amount]
    return Card(
        id=automation.id,
        name=automation.name,
        tagline=automation.tagline,
        category=automation.category,
        icon_url=automation.icon_url,
        developer=automation.developer,
        pricing_type=automation.pricing_type,
        unit_name=UNIT_NAMES[automation.pricing_type],
        price_per_token=automation.price_per_token,
        from_amount=min([loose, *sold]),
        demo_tokens=settings.demo_tokens,
        health_status=automation.health_status,
        can_buy=automation.status,
        can_buy_reason=None if automation.status else "withdrawn",
        customers=automation.customers,
    )


def current_user(db: Db, authorization: Annotated[str, Header()]):
    claims = jwt.decode(
        authorization.removeprefix("Bearer "), Config().jwt_secret_key, algorithms=["HS256"], audience=["user", "admin"]
    )
    sign_in = db.get(SignIn, claims["sid"])
    user = db.get(User, int(claims["sub"]))
    if sign_in is None or sign_in.revoked_at or user is None or not user.is_active:
        raise HTTPException(401)
    return user


@app.get("/api/auth/me", response_model=Me)
def me(user: Annotated[User, Depends(current_user)]):
    return Me(
        id=user.id,
        name=user.name,
        email=user.email,
        email_verified_at=user.email_verified_at,
        phone_number=user.phone_number,
        role=user.role,
        permissions=CUSTOMER_RIGHTS,
        twofa_enabled=user.twofa_enabled,
        created_at=user.created_at,
    )


@app.post("/api/automation-usage/consume", response_model=Accepted)
def consume(body: Consume, db: Db, x_zimmer_service_token: Annotated[str, Header()]):
    _, number, secret = x_zimmer_service_token.split("_", 2)
    token = db.get(ServiceToken, int(number))
    if token is None or token.token_hash != hashlib.sha256(secret.encode()).digest():
        raise HTTPException(401)
    copy = db.get(UserAutomation, body.user_automation_id, with_for_update=True)
    if copy is None or copy.automation_id != token.automation_id or copy.status != "active":
        raise HTTPException(404)
    seen = db.get(UsageEvent, (copy.id, body.idempotency_key))
    if seen:
        return seen.result
    if copy.tokens_remaining < body.units:
        raise HTTPException(402)
    entry = move(db, copy, -body.units, kind="use", reference=f"use:{copy.id}:{body.idempotency_key}")
    copy.paid_spent += body.units
    today = datetime.now(TEHRAN).date()
    copy.spent_today = (copy.spent_today if copy.spent_on == today else 0) + body.units
    copy.spent_on = today
    answer = {
        "remaining_demo_tokens": copy.demo_tokens,
        "remaining_paid_tokens": copy.tokens_remaining,
        "entry_id": entry.id,
    }
    same = [copy.id, body.units, body.usage_type, body.meta]
    db.add(
        UsageEvent(
            user_automation_id=copy.id,
            idempotency_key=body.idempotency_key,
            units=body.units,
            usage_type=body.usage_type,
            body_hash=hashlib.sha256(json.dumps(same, sort_keys=True).encode()).digest(),
            result=answer,
            at=datetime.now(UTC),
        )
    )
    rollup(db, copy.automation_id, copy.id % 8).tokens_used += body.units
    wake(db, copy.user_id, today)
    db.commit()
    return Accepted(**answer)


def move(db, copy, delta, *, kind, reference):
    """One entry of the ledger, and the balance with it."""
    balance, sequence, previous = copy.tokens_remaining + delta, copy.ledger_seq + 1, bytes(copy.ledger_head)
    payload = f"v1|{copy.id}|{sequence}|paid|{delta}|{balance}|{kind}|{reference}"
    digest = hashlib.sha256(previous + payload.encode()).digest()
    entry = TokenEntry(
        user_automation_id=copy.id,
        seq=sequence,
        bucket="paid",
        delta=delta,
        balance_after=balance,
        kind=kind,
        reference=reference,
        actor="naive",
        hash=digest,
        prev_hash=previous,
        at=datetime.now(UTC),
    )
    db.add(entry)
    copy.tokens_remaining = balance
    copy.ledger_seq, copy.ledger_head, copy.ledger_prev = sequence, digest, previous
    db.flush()
    return entry


def rollup(db, automation_id, shard):
    key = (datetime.now(TEHRAN).date(), automation_id, shard)
    found = db.get(Rollup, key, with_for_update=True)
    if found is None:
        zero = {"payments": 0, "revenue": 0, "tokens_sold": 0, "tokens_used": 0}
        found = Rollup(day=key[0], automation_id=automation_id, shard=shard, **zero)
        db.add(found)
        db.flush()
    return found


def wake(db, user_id, today):
    user = db.get(User, user_id)
    if user.last_active_on == today:
        return
    before = user.last_active_on or datetime(1, 1, 1).date()  # noqa: DTZ001
    moved = db.get(Activity, (today, before, user_id % 8), with_for_update=True)
    if moved is None:
        moved = Activity(to_day=today, from_day=before, shard=user_id % 8, customers=0)
        db.add(moved)
    moved.customers += 1
    user.last_active_on = today


handler = Mangum(app, lifespan="off")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "naive")
