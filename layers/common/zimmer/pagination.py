"""Keyset pages: `{items, next_cursor}`. An offset would grow with the table; a key does not."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from zimmer.errors import FieldError, ValidationFailed

Item = TypeVar("Item")
Row = TypeVar("Row")

LARGEST_ID = 2**31 - 1  # of a SERIAL column; past it Postgres refuses the cast
LARGEST_BIGINT = 2**63 - 1

PageLimit = Annotated[int, Field(ge=1, le=100)]


class Page(BaseModel, Generic[Item]):
    """A slice of a list and the cursor of the next one, null on the last."""

    items: list[Item]
    next_cursor: str | None = None


def cursor_of(key: int) -> str:
    """The opaque text that leads back to the row with this key."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def key_of(cursor: str, *, largest: int = LARGEST_ID) -> int:
    """The key inside a cursor. Raises ValidationFailed when it is not one of ours.

    `largest` is what the column it is compared with can hold.
    """
    try:
        key = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _not_ours() from error
    if not 1 <= key <= largest or cursor_of(key) != cursor:
        raise _not_ours()
    return key


def page_of(rows: Sequence[Row], *, limit: int, key: Callable[[Row], int]) -> tuple[Sequence[Row], str | None]:
    """Cut `limit` rows from a query that asked for one more, and say where the next page begins."""
    if len(rows) <= limit:
        return rows, None
    kept = rows[:limit]
    return kept, cursor_of(key(kept[-1]))


def _not_ours() -> ValidationFailed:
    refusal: FieldError = {"loc": ["query", "cursor"], "code": "cursor-invalid", "message": "not a cursor of ours"}
    return ValidationFailed([refusal])
