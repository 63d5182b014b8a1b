"""How numbers, money and days are written for Persian readers, where no browser does it: in mails and on receipts."""

from datetime import datetime
from zoneinfo import ZoneInfo

from zimmer.settings import get_settings

_DIGITS = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def persian(number: int) -> str:
    """1250 as ۱٬۲۵۰."""
    return f"{number:,}".translate(_DIGITS)


def toman(rials: int) -> str:
    """An amount of rials in tomans, in Persian digits."""
    return f"{persian(rials // 10)} تومان"


def rial(rials: int) -> str:
    """The same amount as banks write it."""
    return f"{persian(rials)} ریال"


def moment(at: datetime) -> str:
    """The Jalali day and the hour where the customers are: «۵ آذر ۱۴۰۴، ساعت ۱۴:۰۲»."""
    from persiantools.jdatetime import JalaliDateTime  # asked for by few; no route waits for it to be imported

    local = JalaliDateTime(at.astimezone(ZoneInfo(get_settings().business_timezone)), locale="fa")  # type: ignore[no-untyped-call]
    month, hour = local.strftime("%B"), local.strftime("%H:%M")
    return f"{local.day} {month} {local.year}، ساعت {hour}".translate(_DIGITS)
