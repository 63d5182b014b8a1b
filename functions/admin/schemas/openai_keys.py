"""What crosses the border of the pool of OpenAI keys. A key goes in and never comes out."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr, StringConstraints

from zimmer.models import KeyStatus
from zimmer.web import StrictBody
from zimmer.web.texts import Line

LIKE_A_KEY = re.compile(r"sk-[\w-]{16}", re.ASCII)


def no_key(name: str) -> str:
    """Refuse a key that was pasted into the wrong field: names are shown, and the audit forgets nothing."""
    if LIKE_A_KEY.search(name):
        raise ValueError("this looks like a key")
    return name


def one_word(key: SecretStr) -> SecretStr:
    """Refuse what no header can carry. Its end is stored readable, and the database takes not every character."""
    text = key.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("a key is one word of ASCII")
    return key


KeyName = Annotated[Line, StringConstraints(max_length=100), AfterValidator(no_key)]
Priority = Annotated[int, Field(ge=0, le=1000)]
KeyText = Annotated[SecretStr, Field(min_length=20, max_length=500), AfterValidator(one_word)]


class KeyRow(BaseModel):
    """One key of the pool, by its name and its last four characters. The lowest `priority` is used first."""

    id: int
    name: str
    last4: str
    status: KeyStatus
    priority: int
    failures: int
    last_used_at: datetime | None
    tested_at: datetime | None
    created_at: datetime


class NewKey(StrictBody):
    name: KeyName
    key: KeyText
    priority: Priority = 0


class KeyChange(StrictBody):
    """What is given is changed."""

    # A factory and no default: what is not given has no value, and the written interface shows none.
    name: KeyName = Field(default_factory=str)
    priority: Priority = Field(default_factory=int)


class KeyRotation(StrictBody):
    """The key that takes the old one's place."""

    key: KeyText
