"""Tokens set aside for a run whose cost is not known yet: one statement, as `consume` is.

A hold is a debit, so nobody can spend its tokens meanwhile and it counts as spent for the daily cap and for
lots. Its key is the developer's own, in a space apart from the keys of uses. See `ending` for how it ends.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Row, bindparam, text
from sqlalchemy.exc import DBAPIError

from zimmer import clock
from zimmer.db import UNIQUE_VIOLATION, AtomicSession, Prepared, sqlstate
from zimmer.errors import IdempotencyConflict, ServiceTokenInvalid, UserAutomationNotFound
from zimmer.ledger.consuming import refusal
from zimmer.ledger.ending import expire_overdue
from zimmer.ledger.statements import CALLER, DRAWING, FITS, LOCKED, OVERDUE, SPENDING
from zimmer.models import Json

HOLD = Prepared(
    text(f"""
WITH {CALLER}, {LOCKED}, seen AS (
    SELECT hold.id, hold.body_hash, hold.result, hold.expires_at
    FROM holds hold JOIN locked ON locked.id = hold.user_automation_id
    WHERE hold.idempotency_key = :key
), numbered AS (
    SELECT locked.*, nextval('holds_id_seq') AS hold_id FROM locked WHERE {FITS}
), parts AS (
    SELECT numbered.*, least(demo_usable, :units) AS demo_part, :units - least(demo_usable, :units) AS paid_part,
           'hold' AS kind, 'hold:' || hold_id AS reference
    FROM numbered
), {DRAWING}, kept AS (
    INSERT INTO holds (id, user_automation_id, idempotency_key, units, demo_part, paid_part, usage_type, body_hash,
                       meta, counted_on, created_at, expires_at, result)
    SELECT hold_id, parts.id, :key, :units, demo_part, paid_part, :usage_type, :body_hash, :meta, debited.spent_on,
           :at, :expires_at,
           jsonb_build_object('remaining_demo_tokens', debited.demo_tokens,
                              'remaining_paid_tokens', debited.tokens_remaining)
    FROM parts, debited
    RETURNING id, result, expires_at
)
SELECT EXISTS (SELECT FROM caller) AS caller_known, locked.status, locked.demo_usable, locked.tokens_remaining,
       locked.daily_spend_cap, locked.spent, seen.body_hash AS seen_body_hash,
       coalesce(seen.id, kept.id) AS hold_id, coalesce(seen.result, kept.result) AS result,
       coalesce(seen.expires_at, kept.expires_at) AS expires_at,
       CASE WHEN kept.id IS NULL AND seen.id IS NULL THEN {OVERDUE} END AS has_overdue_holds
FROM (SELECT 1) AS always
LEFT JOIN locked ON TRUE LEFT JOIN seen ON TRUE LEFT JOIN kept ON TRUE
""").bindparams(
        *SPENDING,
        bindparam("expires_at", type_=DateTime(timezone=True)),
    )
)


@dataclass(frozen=True)
class Reserve:
    """What an automation asks to be set aside: `units` (> 0) of one customer's copy, for `ttl`, under its own key."""

    user_automation_id: int
    units: int
    usage_type: str
    idempotency_key: str
    ttl: timedelta
    meta: Json | None = None

    @property
    def body_hash(self) -> bytes:
        """Two calls with the same key must ask for the same thing."""
        body = [self.user_automation_id, self.units, self.usage_type, self.meta, self.ttl.total_seconds()]
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()


@dataclass(frozen=True)
class Held:
    """A hold and what was left beside it. The same for every repetition of the call."""

    hold_id: int
    units: int
    expires_at: datetime
    remaining_demo_tokens: int
    remaining_paid_tokens: int


def hold(session: AtomicSession, reserve: Reserve, *, token_id: int, token_hash: bytes) -> Held:
    """Set tokens aside once per (copy, idempotency key), in one round trip when they are there.

    A repetition gets the first answer again, also after the hold has ended. Raises what `consume` raises; after
    each of them nothing has changed.
    """
    found = _ask(session, _parameters(reserve, token_id, token_hash))
    if not found.caller_known:
        raise ServiceTokenInvalid
    if found.status is None:
        raise UserAutomationNotFound
    if found.seen_body_hash is not None and found.seen_body_hash != reserve.body_hash:
        raise IdempotencyConflict
    if found.hold_id is None:
        raise refusal(found, units=reserve.units)
    return Held(hold_id=found.hold_id, units=reserve.units, expires_at=found.expires_at, **found.result)


def _ask(session: AtomicSession, parameters: Mapping[str, object]) -> Row[Any]:
    """As `consume` asks: again when a twin was first, again with a fresh snapshot before a refusal."""
    try:
        found = session.run(HOLD, parameters)[0]
    except DBAPIError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        return session.run(HOLD, parameters)[0]
    if found.status is None or found.hold_id is not None:
        return found
    if found.has_overdue_holds:
        expire_overdue(session, parameters["user_automation_id"], actor=str(parameters["actor"]))
    return session.run(HOLD, parameters)[0]


def _parameters(reserve: Reserve, token_id: int, token_hash: bytes) -> dict[str, object]:
    now = clock.now()
    return {
        "token_id": token_id,
        "token_hash": token_hash,
        "user_automation_id": reserve.user_automation_id,
        "key": reserve.idempotency_key,
        "units": reserve.units,
        "usage_type": reserve.usage_type,
        "actor": f"service-token:{token_id}",
        "body_hash": reserve.body_hash,
        "meta": reserve.meta,
        "expires_at": now + reserve.ttl,
        "today": clock.business_day(),
        "at": now,
    }
