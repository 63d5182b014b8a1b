"""Iranian mobile numbers: stored in one form (E.164), understood in all, shown as people dial them.

Rows that were written as 09… before are read the same way until none is left.
"""

import re

WRITTEN = re.compile(r"^(?:\+98|0098|98|0)?(9[0-9]{9})$")
BESIDE_DIGITS = re.compile(r"[\s\-()\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def stored(typed: str) -> str | None:
    """`+989121234567` for any way to write that number in Latin digits; None for what is no Iranian mobile."""
    match = WRITTEN.match(BESIDE_DIGITS.sub("", typed))
    return f"+98{match[1]}" if match else None


def national(number: str) -> str:
    """`09121234567`: how people dial it, and how Zarinpal wants it."""
    return "0" + number.removeprefix("+98") if number.startswith("+98") else number


def pieces(sought: str) -> tuple[str, ...]:
    """A piece of a number as it may stand in either form: `0912` is found in `+98912…` too."""
    digits = BESIDE_DIGITS.sub("", sought)
    return (digits, "+98" + digits[1:]) if digits.startswith("09") else (digits,)
