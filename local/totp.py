"""The six digits of an authenticator app (RFC 6238), for the staff of this machine.

Everybody knows these secrets: they are made from the role's name, and exist in the local seed only.
"""

import base64
import hashlib
import hmac
import time
from contextlib import closing
from pathlib import Path

from local import moved_clock
from local.environment import CLOCK
from local.record import Record

STEP_SECONDS = 30


def secret_of(role: str) -> str:
    """The secret of the seed's member of staff with this role, in base32 as an app takes it."""
    return base64.b32encode(hashlib.sha1(f"zimmer-local|{role}".encode()).digest()).decode()


def code(secret: str, unix_seconds: float) -> str:
    """The digits that are right at this moment."""
    counter = int(unix_seconds // STEP_SECONDS).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"


def now(role: str, clock: Path = CLOCK) -> str:
    """What this member of the staff reads on their phone, by the platform's clock."""
    return code(secret_of(role), time.time() + moved_clock.ahead(clock))


def fresh(running: Record, email: str) -> str:
    """A code that has not been used, at once: thirty tests that sign the same person in cannot wait half a minute each.

    It has the platform forget that person's last code, which only whoever owns the database can.
    """
    from sqlalchemy import update

    from zimmer.db import Database
    from zimmer.models import User

    with closing(Database(running.database_url)) as database:
        forget = update(User).where(User.email == email).values(twofa_last_step=None).returning(User.role)
        [(role,)] = database.atomic().run(forget, {})
    return now(role, running.clock)
