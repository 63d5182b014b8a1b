"""What a fresh local database holds: six automations, a customer, and one person per staff role.

Tokens are given through the ledger's own code, so the seed cannot hold what the platform could not have made.
Running it again adds nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from zimmer import clock, crypto, ledger
from zimmer.auth import passwords
from zimmer.db import Database, Session
from zimmer.models import (
    Automation,
    AutomationPackage,
    Bucket,
    EntryKind,
    Health,
    Json,
    PricingType,
    Role,
    ServiceToken,
    User,
    UserAutomation,
)
from zimmer.money import Rial

PASSWORD = "zimmer-local-demo"  # of every local account; there are none elsewhere
SERVICE_SECRET = "local-sample-automation"

PEOPLE = (
    ("سارا محمدی", "sara@example.com", Role.CUSTOMER),
    ("Mina Rahimi", "support@example.com", Role.SUPPORT),
    ("Babak Karimi", "technical@example.com", Role.TECHNICAL),
    ("Leila Moradi", "manager@example.com", Role.MANAGER),
)


@dataclass(frozen=True)
class Offer:
    """One automation of the seed. Prices in rials."""

    name: str
    tagline: str
    description: str
    category: str
    developer: str
    pricing_type: PricingType
    price_per_token: int
    packages: tuple[tuple[int, int], ...]  # (tokens, amount), the middle one highlighted
    examples: tuple[tuple[str, int], ...]
    health: Health = Health.HEALTHY
    is_listed: bool = True


OFFERS = (
    Offer(
        "دستیار فروش اینستاگرام",
        "به دایرکت‌ها پاسخ می‌دهد و سفارش می‌گیرد",
        "دربارهٔ قیمت، رنگ و موجودی پاسخ می‌دهد، سفارش را ثبت می‌کند و گفت‌وگوهای دشوار را به شما می‌سپارد.",
        "فروش",
        "استودیو نارون",
        PricingType.PER_SESSION,
        5_000,
        ((50, 240_000), (200, 900_000), (500, 2_000_000)),
        (("پاسخ به یک مشتری تا ثبت سفارش", 1), ("پیگیری سبد رهاشده", 1)),
    ),
    Offer(
        "منشی نوبت‌دهی",
        "نوبت می‌دهد، یادآوری می‌کند و جابه‌جا می‌کند",
        "برای مطب، آرایشگاه و آموزشگاه: ساعت‌های خالی شما را می‌داند، نوبت می‌دهد و یک روز پیش از آن یادآوری می‌فرستد.",
        "خدمات",
        "گروه سپید",
        PricingType.PER_SESSION,
        8_000,
        ((30, 230_000), (100, 720_000), (300, 1_950_000)),
        (("ثبت یک نوبت", 1), ("یادآوری و جابه‌جایی", 1)),
    ),
    Offer(
        "پاسخ‌گوی فروشگاه",
        "پرسش‌های پرتکرار خریداران را پاسخ می‌دهد",
        "راهنمای فروشگاه شما را می‌خواند و دربارهٔ ارسال، بازگشت کالا و ضمانت پاسخ درست می‌دهد.",
        "فروش",
        "کارگاه مهر",
        PricingType.PER_MESSAGE,
        1_000,
        ((100, 100_000), (500, 450_000), (2_000, 1_600_000)),
        (("یک پاسخ کوتاه", 1), ("پاسخ همراه با جست‌وجوی سفارش", 2)),
    ),
    Offer(
        "خلاصه‌ساز جلسه",
        "صدای جلسه را به صورت‌جلسه تبدیل می‌کند",
        "فایل صوتی را بفرستید؛ خلاصه، تصمیم‌ها و کارهای هر نفر را به فارسی تحویل بگیرید.",
        "بهره‌وری",
        "آزمایشگاه رایان",
        PricingType.PER_SESSION,
        20_000,
        ((10, 195_000), (50, 900_000), (150, 2_400_000)),
        (("جلسهٔ نیم‌ساعته", 1), ("جلسهٔ دوساعته", 4)),
        health=Health.DEGRADED,
    ),
    Offer(
        "مربی زبان انگلیسی",
        "هر روز ده دقیقه گفت‌وگو به انگلیسی",
        "با شما گفت‌وگو می‌کند، خطاها را با مهربانی درست می‌کند و پیشرفت هفتگی را نشان می‌دهد.",
        "آموزش",
        "آموزشگاه پل",
        PricingType.PER_SESSION,
        3_000,
        ((40, 115_000), (120, 320_000), (360, 860_000)),
        (("یک گفت‌وگوی ده‌دقیقه‌ای", 1), ("آزمون تعیین سطح", 3)),
    ),
    Offer(
        "نویسندهٔ کانال تلگرام",
        "برای کانال شما مطلب آماده می‌کند",
        "موضوع و لحن را می‌گیرد و هر روز چند مطلب با تیتر و برچسب پیشنهاد می‌دهد.",
        "محتوا",
        "خانهٔ واژه",
        PricingType.PER_MESSAGE,
        2_500,
        ((60, 145_000), (240, 540_000), (900, 1_800_000)),
        (("یک مطلب کوتاه", 1), ("یک مطلب بلند با منبع", 3)),
        is_listed=False,
    ),
)


@dataclass(frozen=True)
class Account:
    role: Role
    email: str
    password: str


@dataclass(frozen=True)
class Seeded:
    """Who can sign in, and the token of the sample automation (the first of the offers)."""

    accounts: tuple[Account, ...]
    automation_id: int
    service_token: str


def seed(database_url: str) -> Seeded:
    """Fill a migrated local database, or find what an earlier run has put there."""
    database = Database(database_url)
    try:
        with database.transaction() as session:
            people = [_person(session, *person) for person in PEOPLE]
            automations = [_automation(session, offer) for offer in OFFERS]
            _own_copy(session, people[0], automations[1])
            token = _service_token(session, automations[0])
            return Seeded(
                accounts=tuple(Account(person.role, person.email, PASSWORD) for person in people),
                automation_id=automations[0].id,
                service_token=token,
            )
    finally:
        database.close()


def _person(session: Session, name: str, email: str, role: Role) -> User:
    found = session.scalars(select(User).where(User.email == email)).first()
    if found:
        return found
    now = clock.now()
    person = User(
        name=name,
        email=email,
        password_hash=passwords.hashed(PASSWORD),
        role=role,
        created_at=now,
        email_verified_at=now,
    )
    session.add(person)
    session.flush()
    return person


def _automation(session: Session, offer: Offer) -> Automation:
    found = session.scalars(select(Automation).where(Automation.name == offer.name)).first()
    if found:
        return found
    examples: list[Json] = [{"title": title, "tokens": tokens} for title, tokens in offer.examples]
    automation = Automation(
        name=offer.name,
        tagline=offer.tagline,
        description=offer.description,
        category=offer.category,
        developer=offer.developer,
        pricing_type=offer.pricing_type,
        price_per_token=Rial(offer.price_per_token),
        health_status=offer.health,
        health_checked_at=clock.now(),
        is_listed=offer.is_listed,
        examples=examples,
    )
    session.add(automation)
    session.flush()
    session.add_all(
        AutomationPackage(
            automation_id=automation.id, tokens=tokens, amount=Rial(amount), position=position, highlight=position == 1
        )
        for position, (tokens, amount) in enumerate(offer.packages)
    )
    return automation


def _own_copy(session: Session, customer: User, automation: Automation) -> None:
    mine = select(UserAutomation).where(
        UserAutomation.user_id == customer.id, UserAutomation.automation_id == automation.id
    )
    if session.scalars(mine).first():
        return
    copy = UserAutomation(
        user_id=customer.id, automation_id=automation.id, demo_expires_at=clock.now() + timedelta(days=30)
    )
    session.add(copy)
    session.flush()
    ledger.credit(
        session,
        copy,
        tokens=5,
        bucket=Bucket.DEMO,
        kind=EntryKind.DEMO,
        reference=f"demo:{copy.id}",
        actor=f"user:{customer.id}",
    )


def _service_token(session: Session, automation: Automation) -> str:
    hashed = crypto.token_hash(SERVICE_SECRET)
    token = session.scalars(
        select(ServiceToken).where(ServiceToken.automation_id == automation.id, ServiceToken.token_hash == hashed)
    ).first()
    if token is None:
        token = ServiceToken(automation_id=automation.id, token_hash=hashed, created_at=clock.now())
        session.add(token)
        session.flush()
    return f"zs_{token.id}_{SERVICE_SECRET}"
