"""One way to read rows for a page, inside a transaction and outside of one.

What a change answers is what its page would show: the same queries, run on the session that wrote.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, Select

from zimmer.db import Session

Read = Callable[[Select[*tuple[Any, ...]]], Sequence[Row[Any]]]


def reading(session: Session) -> Read:
    """Read on a session that has a transaction. A ReadSession's `rows` is such a reader by itself."""
    return lambda query: session.execute(query).all()
