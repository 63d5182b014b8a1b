"""Passwords, hashed with argon2id."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, two passes, one lane: OWASP's first recommendation, 24 ms of a core. The library's defaults
# (64 MiB, four lanes) cost six times that, on the customer's time and on ours.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)

MIN_LENGTH, MAX_LENGTH = 12, 128


def hashed(password: str) -> str:
    """The text to store. It carries its own parameters and salt."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed. Takes as long for an unknown user (None) as for a known one."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's, and should be made anew."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")
