"""A notice as a mail: plain text and HTML, in the reader's direction, with nothing fetched from anywhere."""

from dataclasses import dataclass
from html import escape

from functions.support import words
from functions.support.words import Text
from zimmer.models import Audience, Json, Role
from zimmer.settings import get_settings

FOOTERS = {
    Audience.USER: "این پیام را زیمر برای صاحب این ایمیل فرستاده است. به آن پاسخ ندهید؛ از بخش پشتیبانی بنویسید.",
    Audience.ADMIN: "Zimmer sent this to a member of its staff. Nobody reads answers to this address.",
}

PAGE = """<!doctype html>
<html lang="{lang}" dir="{direction}">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body style="margin:0;background:#f9f9f8;color:#21201c;font-family:Vazirmatn,Inter,Tahoma,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:32px 20px;text-align:{side}">
<p style="margin:0 0 24px;font-size:20px;font-weight:700;color:#3a5bc7">{brand}</p>
<div style="background:#ffffff;border:1px solid #e3e2de;border-radius:12px;padding:24px">
<h1 style="margin:0 0 12px;font-size:18px;line-height:1.6">{title}</h1>
<p style="margin:0;font-size:15px;line-height:1.9">{body}</p>
{button}</div>
<p style="margin:24px 0 0;font-size:12px;line-height:1.8;color:#63635e">{footer}</p>
</div></body></html>
"""
BUTTON = """<p style="margin:24px 0 0"><a href="{url}" style="display:inline-block;background:#3a5bc7;color:#ffffff;
text-decoration:none;border-radius:8px;padding:12px 20px;font-size:15px">{label}</a></p>
<p style="margin:12px 0 0;font-size:12px;color:#63635e;word-break:break-all;text-align:left" dir="ltr">{url}</p>
"""


@dataclass(frozen=True)
class Mail:
    """What goes to the mail service."""

    subject: str
    text: str
    html: str


def written(kind: str, data: Json, *, role: Role, link: str | None) -> Mail:
    """The mail about a notice. `link` is a path of the reader's panel; a secret's own `url` goes before it."""
    audience = Audience.USER if role is Role.CUSTOMER else Audience.ADMIN
    text = words.of(kind, data, audience)
    url = data.get("url") or (_panel(audience) + link if link else None)
    return Mail(subject=text.title, text=_plain(text, url, audience), html=_html(text, url, audience))


def _panel(audience: Audience) -> str:
    settings = get_settings()
    return settings.frontend_url if audience is Audience.USER else settings.admin_url


def _plain(text: Text, url: str | None, audience: Audience) -> str:
    parts = [text.title, text.body, f"{text.action or ''}\n{url}".strip() if url else None, FOOTERS[audience]]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(text: Text, url: str | None, audience: Audience) -> str:
    is_persian = audience is Audience.USER
    return PAGE.format(
        lang="fa" if is_persian else "en",
        direction="rtl" if is_persian else "ltr",
        side="right" if is_persian else "left",
        brand="زیمر" if is_persian else "Zimmer",
        title=escape(text.title),
        body=escape(text.body),
        button=BUTTON.format(url=escape(url), label=escape(text.action or url)) if url else "",
        footer=escape(FOOTERS[audience]),
    )
