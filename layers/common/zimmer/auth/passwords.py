"""Passwords: which ones are good enough, and how they are kept (argon2id).

What is hashed is not what the keyboard sent but what it meant: Unicode's NFKC (NIST SP 800-63B, 3.1.1.2), and
one form for each Persian letter and digit. An iPhone writes ی and ۱ where an old Windows keyboard writes ي and 1,
and somebody who signs in from both has one password.
"""

import unicodedata
from functools import lru_cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from zimmer.errors import FieldError, ValidationFailed

# 19 MiB, two passes, one lane: OWASP's first recommendation, 24 ms of a core. The library's defaults
# (64 MiB, four lanes) cost six times that, on the customer's time and on ours.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)

MIN_LENGTH, MAX_LENGTH = 12, 128
FEWEST_CHARACTERS = 5  # different ones; "aaaaaaaaaaaa" is twelve long and known to everybody
LEFT_BESIDE_OWN_NAME = 8
_KEYBOARDS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩يىك", "01234567890123456789ییک")

NO_PASSWORD = "!"  # noqa: S105  no hash at all, so none that any password matches


def hashed(password: str) -> str:
    """The text to store. It carries its own parameters and salt."""
    return _hasher.hash(_meant(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed. Takes as long for an unknown user (None) as for a known one."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), _meant(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's, and should be made anew."""
    return _hasher.check_needs_rehash(password_hash)


def insist(password: str, *, email: str, name: str, field: str = "password") -> None:
    """Raises ValidationFailed for a new password that many people use, or that its owner's name gives away.

    `field` is where it stands in the body. The length is the schema's to check.
    """
    plain = _meant(password).casefold()
    if len(set(plain)) < FEWEST_CHARACTERS or plain in _common() or "".join(plain.split()) in _common():
        raise _refused(field, "password-common", "Many people use this password")
    if any(_is_made_of(plain, own) for own in _own(email, name)):
        raise _refused(field, "password-own", "The password says little more than the name or the address")


def unchanged(field: str) -> ValidationFailed:
    """The refusal of a new password that is the old one."""
    return _refused(field, "password-unchanged", "This is the password there is already")


def _refused(field: str, code: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(loc=["body", field], code=code, message=message)])


def _meant(password: str) -> str:
    return unicodedata.normalize("NFKC", password).translate(_KEYBOARDS)


def _own(email: str, name: str) -> set[str]:
    """What anybody knows of a person: the address, what stands before its @, the name with and without spaces."""
    known = {email, email.partition("@")[0], name, "".join(name.split())}
    return {_meant(text).casefold() for text in known if len(text) >= 4}


def _is_made_of(password: str, own: str) -> bool:
    return own in password and len(password.replace(own, "")) < LEFT_BESIDE_OWN_NAME


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """What people choose when they are asked for twelve characters: the longest entries of the lists that Django
    and zxcvbn bring, short favourites with the usual endings, and the same in Persian.
    """
    text = files("zimmer.auth").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(_meant(line) for line in text.splitlines())


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")
