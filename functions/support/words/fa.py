"""What customers read. شما and plain verbs; figures in Persian digits; nothing shouts."""

from collections.abc import Callable, Mapping

from functions.support.words.text import Text, persian, toman
from zimmer.models import Json
from zimmer.notifications import Kind

STATUSES = {
    "open": "باز",
    "in_progress": "در دست بررسی",
    "waiting": "منتظر پاسخ شما",
    "resolved": "پاسخ داده شد",
    "closed": "بسته",
}


def tokens_credited(data: Json) -> Text:
    return Text(
        f"{persian(data['tokens'])} توکن به موجودی شما افزوده شد",
        f"پرداخت شما تأیید شد و {persian(data['tokens'])} توکن افزوده شد. "
        f"موجودی اکنون {persian(data['balance'])} توکن است.",
        "دیدن پرداخت",
    )


def tokens_adjusted(data: Json) -> Text:
    delta, balance = data["delta"], persian(data["balance"])
    verb = "افزوده شد" if delta > 0 else "کم شد"
    return Text(
        f"موجودی «{data['automation']}» اصلاح شد",
        f"{persian(abs(delta))} توکن {verb}. موجودی اکنون {balance} توکن است. "
        "اگر انتظارش را نداشتید، برای پشتیبانی بنویسید.",
        "دیدن گردش توکن",
    )


def payment_closed(data: Json) -> Text:
    return Text(
        "بررسی پرداخت شما پایان یافت",
        f"پرداخت {toman(data['amount'])} تأیید نشد و توکنی افزوده نشد. اگر مبلغی از حساب شما کم شده باشد، "
        "حداکثر تا ۷۲ ساعت به همان حساب برمی‌گردد.",
        "دیدن پرداخت",
    )


def money_returned(data: Json) -> Text:
    return Text(
        "مبلغ پرداخت به شما برگشت",
        f"{toman(data['amount'])} به شما بازگردانده شد. بانک آن را حداکثر تا ۷۲ ساعت به حساب شما می‌نشاند.",
        "دیدن پرداخت",
    )


def ticket_answered(data: Json) -> Text:
    return Text(
        "پشتیبانی به تیکت شما پاسخ داد",
        f"برای «{data['title']}» پاسخ تازه‌ای هست.",
        "خواندن پاسخ",
    )


def ticket_status(data: Json) -> Text:
    return Text(
        f"وضعیت تیکت: {STATUSES[data['status']]}",
        f"تیکت «{data['title']}» اکنون «{STATUSES[data['status']]}» است. "
        "اگر هنوز پرسشی دارید، همان‌جا بنویسید تا دوباره باز شود.",
        "دیدن تیکت",
    )


def session_reuse(data: Json) -> Text:
    return Text(
        "یکی از ورودهای شما را بستیم",
        "کلید پیشین یک ورود شما دوباره به کار رفت و شاید در دست دیگری باشد؛ برای همین آن ورود را بستیم. "
        "دوباره وارد شوید. اگر کار شما نبوده است، برای پشتیبانی بنویسید.",
        "ورود دوباره",
    )


def email_verification(data: Json) -> Text:
    return Text(
        "ایمیل خود را تأیید کنید",
        "با باز کردن این پیوند، ایمیل حساب زیمر شما تأیید می‌شود. پیوند تا ۲۴ ساعت کار می‌کند. "
        "اگر شما حساب نساخته‌اید، این پیام را نادیده بگیرید.",
        "تأیید ایمیل",
    )


def password_reset(data: Json) -> Text:
    return Text(
        "گذرواژهٔ تازه بگذارید",
        "با این پیوند می‌توانید گذرواژهٔ تازه بگذارید. پیوند تا ۳۰ دقیقه و یک بار کار می‌کند. "
        "اگر شما نخواسته‌اید، کاری لازم نیست؛ گذرواژهٔ شما تغییر نکرده است.",
        "گذاشتن گذرواژهٔ تازه",
    )


SENTENCES: Mapping[Kind, Callable[[Json], Text]] = {
    Kind.TOKENS_CREDITED: tokens_credited,
    Kind.TOKENS_ADJUSTED: tokens_adjusted,
    Kind.PAYMENT_CLOSED: payment_closed,
    Kind.MONEY_RETURNED: money_returned,
    Kind.TICKET_ANSWERED: ticket_answered,
    Kind.TICKET_STATUS: ticket_status,
    Kind.SESSION_REUSE: session_reuse,
    Kind.EMAIL_VERIFICATION: email_verification,
    Kind.PASSWORD_RESET: password_reset,
}
