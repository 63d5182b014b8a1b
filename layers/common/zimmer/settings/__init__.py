"""The only reader of the environment, and of the secrets that the environment names.

`get_settings()` is called inside functions, never at import, so that a test can set a variable and a
cold start fails with the variable's name instead of a traceback from somewhere else. On AWS the secrets are
not in the environment: APP_SECRET_ID and DB_SECRET_ID name them, and they are read on first use.
"""

import os
from datetime import timedelta
from functools import lru_cache

from pydantic import ValidationError

from zimmer.settings import secrets
from zimmer.settings.errors import SettingsRefused
from zimmer.settings.variables import (
    LOCAL_DATA_KEY,
    LOCAL_JWT_SECRET,
    LOCAL_MERCHANT_ID,
    PLACEHOLDERS,
    Env,
    PaymentsMode,
    Settings,
    sentences,
)

__all__ = [
    "LOCAL_DATA_KEY",
    "LOCAL_JWT_SECRET",
    "LOCAL_MERCHANT_ID",
    "PLACEHOLDERS",
    "Env",
    "PaymentsMode",
    "Settings",
    "SettingsRefused",
    "forget",
    "get_settings",
    "read_again",
    "read_again_at_most_every",
]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The environment and the secrets it names, read once per container. Keep no copy of a secret: see `read_again`.

    Raises SettingsRefused naming each variable that is missing or wrong, or whose secret cannot be read.
    """
    found = {name: value for name in Settings.model_fields if (value := os.environ.get(name.upper()))}
    try:
        return Settings.model_validate(secrets.over(found))
    except ValidationError as error:
        raise SettingsRefused(sentences(error)) from None


def read_again() -> Settings:
    """Read the secrets anew: one of them is no longer good. When that fails the old ones stay in force.

    Raises SettingsRefused.
    """
    secrets.read_again()
    get_settings.cache_clear()
    return get_settings()


def read_again_at_most_every(age: timedelta) -> Settings:
    """`read_again` for a stranger's sake: not for each of them, and what was known is good enough when it fails."""
    if secrets.were_read_again_within(age):
        return get_settings()
    try:
        return read_again()
    except SettingsRefused:
        return get_settings()


def forget() -> None:
    """Keep nothing of what was read; the next `get_settings()` reads all of it."""
    secrets.forget()
    get_settings.cache_clear()
