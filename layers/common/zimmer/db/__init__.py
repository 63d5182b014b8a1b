"""One connection to Postgres, and the three ways to speak on it.

* `Session`: a transaction. The edge opens and commits it; services `flush()`.
* `ReadSession`: reads without BEGIN and COMMIT, one round trip each. It cannot write.
* `AtomicSession`: a write that is one statement, and so a transaction of its own.

On all of them a statement leaves when somebody wants its answer, and with it what was written before (see
`prepared.py`): `together` asks several questions at once, `next_number` is the one for a row that others will name,
`heard` makes sure that a write has been done.

A container serves one request at a time, so one connection is enough: while a `Session` is open on it,
`committed()` refuses to start instead of waiting for itself. `replica()` reads elsewhere, where there is a copy for
what may be seconds old. This package knows no FastAPI.
"""

from typing import TYPE_CHECKING, Any

from zimmer.db import engine, replicas
from zimmer.db.engine import (
    LOGIN_REFUSED,
    Database,
    NestedTransaction,
    committed,
    database,
    sqlstate,
    using,
)
from zimmer.db.replicas import replica
from zimmer.db.sessions import AtomicSession, ReadSession, heard, next_number, together
from zimmer.db.statements import Prepared

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

UNIQUE_VIOLATION = "23505"

__all__ = [
    "LOGIN_REFUSED",
    "UNIQUE_VIOLATION",
    "AtomicSession",
    "Database",
    "NestedTransaction",
    "Prepared",
    "ReadSession",
    "Session",
    "committed",
    "database",
    "forget",
    "heard",
    "next_number",
    "replica",
    "sqlstate",
    "together",
    "using",
]


def forget() -> None:
    """Close this container's connections; whoever asks next connects by the settings of then."""
    engine.forget()
    replicas.forget()


def __getattr__(name: str) -> Any:
    """`Session` is SQLAlchemy's, and the ORM behind it is loaded by who names it."""
    if name != "Session":
        raise AttributeError(f"zimmer.db has no {name}")
    from sqlalchemy.orm import Session

    return Session
