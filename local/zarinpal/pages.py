"""The bank's pages for the customer: Persian, right to left, plain forms, no scripts."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from local.zarinpal.bank import Payment, Status

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
PERSIAN_DIGITS = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")

PAID_BEFORE = "این پرداخت پیش‌تر انجام شده است."
NOT_PAID = "این پرداخت انجام نشد و دیگر نمی‌توان آن را ادامه داد."
HOW_IT_ENDED = {
    Status.IN_BANK: NOT_PAID,
    Status.PAID: PAID_BEFORE,
    Status.VERIFIED: PAID_BEFORE,
    Status.FAILED: NOT_PAID,
    Status.REVERSED: "مبلغ این پرداخت به حساب شما برگشته است.",
}


def payment_page(payment: Payment) -> str:
    """The page with the two buttons. Walking away is closing it."""
    here = f"/pg/StartPay/{payment.authority}"
    return page(
        "پرداخت اینترنتی",
        f"""<h1>پرداخت به <bdi>{escape(urlsplit(payment.callback_url).netloc)}</bdi></h1>
<p class="amount">{toman(payment.amount)} تومان</p>
<p class="rial">برابر با {persian(payment.amount)} ریال</p>
<dl>
<div><dt>بابت</dt><dd><bdi>{escape(payment.description)}</bdi></dd></div>
<div><dt>کد پذیرنده</dt><dd>{code(payment.merchant_id)}</dd></div>
<div><dt>شناسهٔ پرداخت</dt><dd>{code(payment.authority)}</dd></div>
</dl>
<div class="buttons">
<form method="post" action="{here}/pay"><button class="go">پرداخت</button></form>
<form method="post" action="{here}/cancel"><button class="stop">انصراف</button></form>
</div>""",
    )


def paid_page(payment: Payment) -> str:
    """For a customer whom the bank leaves standing after the payment: no way back is shown."""
    return page(
        "پرداخت انجام شد",
        f"""<h1>پرداخت انجام شد</h1>
<p>می‌توانید این صفحه را ببندید.</p>
<dl><div><dt>شناسهٔ پرداخت</dt><dd>{code(payment.authority)}</dd></div></dl>""",
    )


def closed_page(payment: Payment) -> str:
    """For a customer who comes back to a bank session that has ended."""
    sentence = HOW_IT_ENDED[payment.status]
    return page(
        "نشست پرداخت بسته شده است",
        f"""<h1>نشست پرداخت بسته شده است</h1>
<p>{sentence}</p>
<dl><div><dt>شناسهٔ پرداخت</dt><dd>{code(payment.authority)}</dd></div></dl>
<a class="back stop" href="{escape(payment.return_url)}">بازگشت به فروشگاه</a>""",
    )


def unknown_page(authority: str) -> str:
    return page(
        "پرداخت پیدا نشد",
        f"""<h1>پرداخت پیدا نشد</h1>
<p>پرداختی با این شناسه نداریم. به فروشگاه برگردید و دوباره آغاز کنید.</p>
<dl><div><dt>شناسهٔ پرداخت</dt><dd>{code(authority)}</dd></div></dl>""",
    )


def page(title: str, content: str) -> str:
    return PAGE.substitute(title=title, content=content)


def code(text: str) -> str:
    return f'<bdi dir="ltr" class="code">{escape(text)}</bdi>'


def persian(number: int | float) -> str:
    return f"{number:,}".translate(PERSIAN_DIGITS)


def toman(rials: int) -> str:
    """Ten rials are a toman; a merchant may ask for rials that are no whole toman."""
    whole, rest = divmod(rials, 10)
    return persian(whole) + (f".{rest}".translate(PERSIAN_DIGITS) if rest else "")
