"""What customers read. شما and plain verbs; figures in Persian digits; nothing shouts."""

from collections.abc import Callable, Mapping

from functions.support.words.text import Text, isolated
from zimmer.models import Json
from zimmer.notifications import Kind
from zimmer.persian import persian, toman

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


def low_balance(data: Json) -> Text:
    return Text(
        f"موجودی «{data['automation']}» رو به پایان است",
        f"{persian(data['left'])} توکن مانده است، کمتر از {persian(data['line'])} توکنی که برای هشدار گذاشته شده است. "
        "با تمام شدن توکن‌ها ربات از کار می‌ایستد.",
        "خرید توکن",
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


TWOFA_CHANGES = {
    "on": (
        "ورود دومرحله‌ای روشن شد",
        "از این پس برای ورود به حساب شما کد برنامهٔ رمزساز هم لازم است. ورودهای دیگر شما بسته شد.",
    ),
    "off": (
        "ورود دومرحله‌ای خاموش شد",
        "از این پس برای ورود به حساب شما فقط گذرواژه لازم است. ورودهای دیگر شما بسته شد.",
    ),
    "reset": (
        "ورود دومرحله‌ای شما برداشته شد",
        "پشتیبانی زیمر آن را برداشت و ورودهای شما بسته شد. پس از ورود می‌توانید آن را دوباره روشن کنید.",
    ),
    "recovery-codes": (
        "کدهای بازیابی تازه گرفتید",
        "کدهای بازیابی پیشین دیگر کار نمی‌کند.",
    ),
}


def twofa_changed(data: Json) -> Text:
    if data["change"] == "recovery-used":
        title = "یک کد بازیابی به کار رفت"
        body = f"با یکی از کدهای بازیابی شما وارد حساب شدند. {persian(data['left'])} کد مانده است."
    else:
        title, body = TWOFA_CHANGES[data["change"]]
    return Text(title, f"{body} اگر کار شما نبوده است، گذرواژه را عوض کنید و برای پشتیبانی بنویسید.", "دیدن تنظیمات")


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


def email_change(data: Json) -> Text:
    return Text(
        "ایمیل تازهٔ حساب خود را تأیید کنید",
        "با باز کردن این پیوند، این نشانی ایمیل حساب زیمر شما می‌شود. پیوند تا ۲۴ ساعت و یک بار کار می‌کند. "
        "اگر شما نخواسته‌اید، این پیام را نادیده بگیرید.",
        "تأیید ایمیل تازه",
    )


def email_change_asked(data: Json) -> Text:
    return Text(
        "درخواست تغییر ایمیل حساب شما",
        f"کسی با گذرواژهٔ شما خواست ایمیل حساب به {isolated(data['email'])} تغییر کند. تا آن نشانی تأیید نشود، "
        "همین ایمیل می‌ماند. اگر شما نبوده‌اید، همین حالا گذرواژه را عوض کنید؛ با این کار آن درخواست هم باطل می‌شود.",
    )


def email_changed(data: Json) -> Text:
    return Text(
        "ایمیل حساب شما تغییر کرد",
        f"ایمیل حساب زیمر شما اکنون {isolated(data['email'])} است و پیام‌ها دیگر به این نشانی نمی‌آیند. "
        "اگر کار شما نبوده است، بی‌درنگ برای پشتیبانی بنویسید.",
    )


def password_changed(data: Json) -> Text:
    return Text(
        "گذرواژهٔ شما تغییر کرد",
        "گذرواژهٔ حساب زیمر شما تغییر کرد و ورودهای دیگر بسته شد. "
        "اگر کار شما نبوده است، در صفحهٔ ورود «فراموشی گذرواژه» را بزنید و برای پشتیبانی بنویسید.",
    )


def registration_tried(data: Json) -> Text:
    return Text(
        "با ایمیل شما حسابی هست",
        "کسی خواست با ایمیل شما در زیمر حساب تازه‌ای بسازد، ولی این ایمیل از پیش حساب دارد و چیزی تغییر نکرد. "
        "اگر خودتان بودید، وارد همان حساب شوید؛ اگر گذرواژه را به یاد ندارید، «فراموشی گذرواژه» را بزنید.",
    )


def account_deleted(data: Json) -> Text:
    lost = f" {persian(data['tokens'])} توکنِ مانده هم با آن از میان رفت." if data["tokens"] else ""
    return Text(
        "حساب زیمر شما حذف شد",
        f"به درخواست شما حساب حذف شد و نام، ایمیل و شمارهٔ همراه شما از آن پاک شد.{lost} "
        "سابقهٔ پرداخت‌ها بی‌نام نگه داشته می‌شود. این آخرین پیام ماست.",
    )


SENTENCES: Mapping[Kind, Callable[[Json], Text]] = {
    Kind.TOKENS_CREDITED: tokens_credited,
    Kind.TOKENS_ADJUSTED: tokens_adjusted,
    Kind.LOW_BALANCE: low_balance,
    Kind.PAYMENT_CLOSED: payment_closed,
    Kind.MONEY_RETURNED: money_returned,
    Kind.TICKET_ANSWERED: ticket_answered,
    Kind.TICKET_STATUS: ticket_status,
    Kind.SESSION_REUSE: session_reuse,
    Kind.TWOFA_CHANGED: twofa_changed,
    Kind.EMAIL_VERIFICATION: email_verification,
    Kind.PASSWORD_RESET: password_reset,
    Kind.EMAIL_CHANGE: email_change,
    Kind.EMAIL_CHANGE_ASKED: email_change_asked,
    Kind.EMAIL_CHANGED: email_changed,
    Kind.PASSWORD_CHANGED: password_changed,
    Kind.REGISTRATION_TRIED: registration_tried,
    Kind.ACCOUNT_DELETED: account_deleted,
}
