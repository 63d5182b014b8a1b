"""The marketplace of a fresh machine: six automations, one of them degraded, one unlisted."""

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select

from zimmer import clock, crypto
from zimmer.db import Session
from zimmer.models import Automation, AutomationPackage, Health, Json, PricingType, ServiceToken
from zimmer.money import Rial


def icon(colour: str, path: str) -> str:
    """A drawing of 48 by 48 that needs no server."""
    shape = f"<path d='{path}' fill='none' stroke='#fff' stroke-width='2.5' stroke-linejoin='round'/>"
    ground = f"<rect width='48' height='48' rx='12' fill='#{colour}'/>"
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'>{ground}{shape}</svg>"
    return "data:image/svg+xml," + quote(drawing, safe="/:='() ,")


@dataclass(frozen=True)
class Offer:
    """One automation of the seed. Prices in rials."""

    name: str
    icon_url: str
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
        icon("c2298a", "M14 18h20l-2 14H16zM19 18a5 5 0 0 1 10 0"),
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
        icon("3a5ccc", "M13 16h22v18H13zM13 21h22M19 13v5M29 13v5"),
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
        icon("208368", "M12 15h24v15H24l-6 5v-5h-6z"),
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
        icon("ad5700", "M15 13h18v22H15zM19 19h10M19 24h10M19 29h6"),
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
        icon("8347b9", "M12 17q6-4 12 0q6-4 12 0v16q-6-4-12 0q-6-4-12 0zM24 17v16"),
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
        icon("0c7792", "M12 24l24-10-6 22-7-8zM23 28l13-14"),
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
class Caller:
    """By what an automation proves itself: the row, its hash, and the text it sends."""

    token_id: int
    token_hash: bytes
    text: str


def automation(session: Session, offer: Offer) -> Automation:
    """The automation of this offer, written once."""
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
        icon_url=offer.icon_url,
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


def service_token(session: Session, owner: Automation, secret: str = "local-automation") -> Caller:
    """The automation's own token, whose secret everybody knows: there is none like it elsewhere."""
    hashed = crypto.token_hash(secret)
    token = session.scalars(
        select(ServiceToken).where(ServiceToken.automation_id == owner.id, ServiceToken.token_hash == hashed)
    ).first()
    if token is None:
        token = ServiceToken(automation_id=owner.id, token_hash=hashed, created_at=clock.now())
        session.add(token)
        session.flush()
    return Caller(token.id, hashed, f"zs_{token.id}_{secret}")
