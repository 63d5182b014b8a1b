"""One way to read rows for a page, inside a transaction and outside of one.

What a change answers is what its page would show: the same queries, run on the session that wrote.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row

from zimmer.db import Session, together

# Takes as many queries as a page has and asks them in one round trip; the rows of each come back in their order.
Read = Callable[..., list[Sequence[Row[Any]]]]


def reading(session: Session) -> Read:
    """Read on a session that has a transaction. A ReadSession's `together` is such a reader by itself."""
    return partial(together, session)
