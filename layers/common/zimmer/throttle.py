"""Limits on attempts, counted in Postgres (or the cache's Valkey) so that they hold across all containers.

A limit is declared beside its user (`LOGINS_TO_ACCOUNT = Limit(…)`) and hit before the work it guards:

    throttle.hit(session, LOGINS_BY_ADDRESS.of(throttle.address(ip)), LOGINS_TO_ACCOUNT.of(email))

A hit is one statement of its own, so it stands whatever becomes of the request. Where there is a Valkey it takes
the limits whose windows are all alike; those with a history, which the staff sees and forgives, stay in Postgres.
This module knows neither HTTP nor who is signed in.
"""

import ipaddress
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    DateTime,
    Executable,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    TextClause,
    bindparam,
    delete,
    select,
    text,
)

from zimmer import cache, clock, crypto
from zimmer.db import AtomicSession
from zimmer.errors import TooManyRequests
from zimmer.models import ThrottleCounter
from zimmer.observability import logger

Waits = Mapping[str, timedelta]

SWEPT_AT_ONCE = 20  # more than a hit can add, so that what has expired never piles up

# The inserted row carries its limit: a whole window (ends_at - at), the longest one (expires_at - ends_at),
# and the attempts of a fresh window (remaining). The rows a hit sweeps away are never the ones it counts on.
# They are chosen in a CTE, which runs once: as a subquery the plan may run it, and its LIMIT, once per row.
HIT = """
WITH expired AS MATERIALIZED (
    SELECT kind, subject FROM throttle_counters
    WHERE expires_at <= :at AND (kind, subject) NOT IN ({keys})
    ORDER BY expires_at LIMIT {swept} FOR UPDATE SKIP LOCKED
), swept AS (
    DELETE FROM throttle_counters old USING expired
    WHERE (old.kind, old.subject) = (expired.kind, expired.subject)
)
INSERT INTO throttle_counters AS counter (kind, subject, remaining, strikes, ends_at, expires_at)
VALUES {rows}
ON CONFLICT (kind, subject) DO UPDATE SET (remaining, strikes, ends_at, expires_at) = (
    SELECT CASE WHEN is_open THEN greatest(counter.remaining - 1, -1) ELSE excluded.remaining END,
           strikes,
           ends_at,
           ends_at + (excluded.expires_at - excluded.ends_at)
    FROM (SELECT counter.ends_at > :at) AS now (is_open)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN is_open THEN counter.strikes
                    WHEN counter.remaining <= 0 AND counter.expires_at > :at THEN least(counter.strikes + 1, 10)
                    ELSE 0 END
    ) AS history (strikes)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN is_open THEN counter.ends_at
                    ELSE :at + least((excluded.ends_at - :at) * power(2, strikes),
                                     excluded.expires_at - excluded.ends_at) END
    ) AS window_ (ends_at)
)
RETURNING counter.kind, counter.remaining, counter.ends_at
"""


@dataclass(frozen=True)
class Limit:
    """At most `times` attempts `per` window, which begins with the first of them.

    Who fills a window finds the next one twice as long, up to `longest`; staying away for `longest` after a
    window has ended is forgiven. Without `longest` every window is the same.
    """

    kind: str
    times: int
    per: timedelta
    longest: timedelta | None = None

    def of(self, subject: str) -> "Counter":
        """This limit as it holds for one subject: an address, an account, or both in one text."""
        return Counter(self, subject)


@dataclass(frozen=True)
class Counter:
    """One limit for one subject."""

    limit: Limit
    subject: str

    @property
    def key(self) -> tuple[str, bytes]:
        """Where it is counted. The subject is hashed, so that the table holds nobody's address."""
        return self.limit.kind, crypto.blind_index(f"throttle|{self.limit.kind}|{self.subject}")


def hit(session: AtomicSession, *counters: Counter) -> None:
    """Count one attempt in each counter, in one round trip. Raises TooManyRequests when any is used up.

    The counters stand whether or not it raises. A refused attempt does not make the wait longer. A Valkey that is
    away lets nobody through: Postgres counts.
    """
    waits = _waits_in_the_cache(counters)
    if waits is None:
        now = clock.now()
        waits = _used_up(session.run(*_counting(now, counters)), now)
    _refuse(waits)


def hit_asking(session: AtomicSession, question: Select[*tuple[Any, ...]], *counters: Counter) -> Sequence[Row[Any]]:
    """`hit`, and the rows of what the attempt is about to look at, in the same round trip."""
    waits = _waits_in_the_cache(counters)
    if waits is None:
        now = clock.now()
        rows, found = session.run_asking(*_counting(now, counters), question)
        _refuse(_used_up(rows, now))
        return found
    _refuse(waits)
    return session.run(question, {})


def _refuse(waits: Waits) -> None:
    if waits:
        logger().warning("throttle.refused", kinds=sorted(waits))
        raise TooManyRequests(retry_after_s=max(1, math.ceil(max(waits.values()).total_seconds())))


def _waits_in_the_cache(counters: Sequence[Counter]) -> Waits | None:
    """The kinds that are used up, and until when; None when Postgres is to count."""
    if any(counter.limit.longest for counter in counters):
        return None
    counted = cache.count({_cache_key(counter): counter.limit.per for counter in counters})
    if counted is None:
        return None
    return {
        counter.limit.kind: count.ends_in
        for counter in counters
        if (count := counted[_cache_key(counter)]).times > counter.limit.times
    }


def _cache_key(counter: Counter) -> str:
    kind, subject = counter.key
    return f"zimmer:throttle:{kind}:{subject.hex()}"


def _counting(now: datetime, counters: Sequence[Counter]) -> tuple[Executable, dict[str, Any]]:
    parameters: dict[str, Any] = {"at": now}
    # In one order for everybody, or two hits that share two counters could wait for each other.
    for number, (key, counter) in enumerate(sorted(((c.key, c) for c in counters), key=lambda pair: pair[0])):
        ends_at = now + counter.limit.per
        parameters |= {
            f"kind_{number}": key[0],
            f"subject_{number}": key[1],
            f"remaining_{number}": counter.limit.times - 1,
            f"ends_at_{number}": ends_at,
            f"expires_at_{number}": ends_at + (counter.limit.longest or counter.limit.per),
        }
    return _statement(len(counters)), parameters


def _used_up(rows: Sequence[Row[Any]], now: datetime) -> Waits:
    return {row.kind: row.ends_at - now for row in rows if row.remaining < 0}


def clear(session: AtomicSession, counter: Counter) -> None:
    """Forget a counter and its history: whoever it held back has shown that they may."""
    session.run(forgetting(counter), {})


def forgetting(counter: Counter) -> Executable:
    """The statement of `clear`, for a transaction that does more. Its rows are the counters that were there."""
    kind, subject = counter.key
    return (
        delete(ThrottleCounter)
        .where(ThrottleCounter.kind == kind, ThrottleCounter.subject == subject)
        .returning(ThrottleCounter.kind)
    )


def refusing(counter: Counter) -> Select[datetime]:
    """The query that finds until when the next attempt is refused; no row when it would go on."""
    kind, subject = counter.key
    return select(ThrottleCounter.ends_at).where(
        ThrottleCounter.kind == kind,
        ThrottleCounter.subject == subject,
        ThrottleCounter.remaining <= 0,
        ThrottleCounter.ends_at > clock.now(),
    )


def address(ip: str | None) -> str:
    """A caller's address as limits count it: all of an IPv6 /64, which one caller has to themselves."""
    try:
        parsed = ipaddress.ip_address(ip or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@lru_cache(maxsize=8)
def _statement(counters: int) -> TextClause:
    """The hit for so many counters at once."""
    numbers = range(counters)
    keys = ", ".join(f"(:kind_{n}, :subject_{n})" for n in numbers)
    rows = ", ".join(f"(:kind_{n}, :subject_{n}, :remaining_{n}, 0, :ends_at_{n}, :expires_at_{n})" for n in numbers)
    types: dict[str, Any] = {"at": DateTime(timezone=True)}
    for n in numbers:
        types |= {f"kind_{n}": String, f"subject_{n}": LargeBinary, f"remaining_{n}": Integer}
        types |= {f"{name}_{n}": DateTime(timezone=True) for name in ("ends_at", "expires_at")}
    return text(HIT.format(keys=keys, rows=rows, swept=SWEPT_AT_ONCE)).bindparams(
        *(bindparam(name, type_=kind) for name, kind in types.items())
    )
