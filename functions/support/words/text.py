"""A title and a body, and how figures are written in each language."""

from dataclasses import dataclass

_PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


@dataclass(frozen=True)
class Text:
    """One notice in words. The title is also a mail's subject, `action` what its button says."""

    title: str
    body: str
    action: str | None = None


def persian(number: int) -> str:
    """1250 as ۱٬۲۵۰."""
    return f"{number:,}".translate(_PERSIAN)


def toman(rials: int) -> str:
    """An amount of rials in tomans, in Persian digits."""
    return f"{persian(rials // 10)} تومان"


def isolated(latin: str) -> str:
    """A piece of Latin text that does not turn the Persian sentence around it (first-strong isolate)."""
    return f"\u2068{latin}\u2069"
