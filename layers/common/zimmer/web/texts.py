"""Texts as people type them: names that rearrange no page, and digits of any keyboard."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from zimmer import phones

CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PERSIAN_AND_ARABIC_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


def latin_digits(text: object) -> object:
    """A phone number typed on a Persian keyboard is a phone number."""
    return text.translate(PERSIAN_AND_ARABIC_DIGITS) if isinstance(text, str) else text


def iranian_mobile(typed: str) -> str:
    """The number in its stored form. Refuses what is no Iranian mobile."""
    number = phones.stored(typed)
    if number is None:
        raise ValueError("not an Iranian mobile number")
    return number


def printable(text: str) -> str:
    """Refuse control characters and bidi overrides: a name must not rearrange the page it stands on.

    The zero-width non-joiner stays: Persian names are written with it.
    """
    if any(unicodedata.category(character) in CONTROLS or character in BIDI_CONTROLS for character in text):
        raise ValueError("control characters are not allowed")
    if not any(character.isprintable() for character in text):
        raise ValueError("nothing of it can be seen")
    return text


def prose(text: str) -> str:
    """What people write to each other: lines and tabs stay, other control characters are refused.

    Bidi overrides and isolates are dropped, not refused: they come along unseen when somebody copies a number
    out of a messenger, and left in they would turn around the page they stand on.
    """
    kept = "".join(character for character in text.replace("\r\n", "\n") if character not in BIDI_CONTROLS)
    if any(unicodedata.category(character) in CONTROLS and character not in "\n\t" for character in kept):
        raise ValueError("control characters are not allowed")
    if not any(character.isprintable() and not character.isspace() for character in kept):
        raise ValueError("nothing of it can be seen")
    return kept


def line(text: str) -> str:
    """The same in one line."""
    return " ".join(prose(text).split())


Line = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(line)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000), AfterValidator(prose)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(printable)]
PhoneNumber = Annotated[
    str, BeforeValidator(latin_digits), StringConstraints(max_length=40), AfterValidator(iranian_mobile)
]
# What is typed into a search box. No table holds the character that is refused, and Postgres takes none.
Sought = Annotated[
    str,
    BeforeValidator(latin_digits),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"),
]
