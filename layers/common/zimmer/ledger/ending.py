"""The end of a hold: committed for what was used, released, or expired. One statement, whoever comes first.

The statement locks the copy and the hold together, so it sees the hold as the one before it left it: of a commit,
a release and an expiry at the same moment one ends the hold and the others find it ended. What was not used goes
back in the reverse order of the taking, paid tokens first, as `hold_return` entries. The used part *is* the use:
the hold's entries less its returns. It gets its event under `hold <id>`, a key that no developer can choose.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, Row, String, TextClause, bindparam, text

from zimmer import clock
from zimmer.db import AtomicSession, Prepared
from zimmer.errors import HoldEnded, HoldExceeded, HoldNotFound, ServiceTokenInvalid
from zimmer.ledger.statements import CALLER, FIGURES, WARNED
from zimmer.models import HoldState, Json

ITS_OWN_CALLER = """
caller AS (
    SELECT ua.automation_id FROM holds JOIN user_automations ua ON ua.id = holds.user_automation_id
    WHERE holds.id = :hold_id
)"""


def _ending(caller: str) -> TextClause:
    return text(f"""
WITH {caller}, locked AS (
    SELECT ua.id, ua.user_id, ua.automation_id, ua.tokens_remaining, ua.demo_tokens, ua.demo_expires_at,
           ua.ledger_seq, ua.ledger_head, ua.ledger_prev, ua.low_balance_at, ua.paid_spent, ua.spent_on, ua.spent_today,
           hold.id AS hold_id, hold.units, hold.demo_part, hold.paid_part, hold.state, hold.used, hold.outcome,
           hold.expires_at, hold.counted_on, hold.usage_type, hold.body_hash, hold.meta
    FROM holds hold JOIN user_automations ua ON ua.id = hold.user_automation_id
    JOIN caller ON caller.automation_id = ua.automation_id
    WHERE hold.id = :hold_id
    FOR NO KEY UPDATE OF ua, hold
), ending AS (
    SELECT locked.*, 'hold:' || hold_id AS reference,
           CASE WHEN expires_at <= :at THEN 'expired' ELSE :ending END AS ending,
           CASE WHEN expires_at <= :at THEN 0 ELSE :used END AS used_now
    FROM locked WHERE state = 'open' AND (expires_at <= :at OR (:ending <> 'expired' AND :used <= units))
), parts AS (
    SELECT ending.*, demo_part - least(demo_part, used_now) AS demo_back,
           paid_part - (used_now - least(demo_part, used_now)) AS paid_back
    FROM ending
), before_paid AS (
    SELECT id, reference, ledger_seq + 1 AS seq, paid_back AS delta, tokens_remaining + paid_back AS balance_after,
           ledger_head AS prev_hash
    FROM parts WHERE paid_back > 0
), to_paid AS (
    SELECT id, reference, seq, 'paid' AS bucket, delta, balance_after, prev_hash,
           token_entry_hash(prev_hash, id, seq, 'paid', delta, balance_after, 'hold_return', reference) AS hash
    FROM before_paid
), before_demo AS (
    SELECT parts.id, parts.reference, coalesce(to_paid.seq, ledger_seq) + 1 AS seq, demo_back AS delta,
           demo_tokens + demo_back AS balance_after, coalesce(to_paid.hash, ledger_head) AS prev_hash
    FROM parts LEFT JOIN to_paid ON to_paid.id = parts.id WHERE demo_back > 0
), to_demo AS (
    SELECT id, reference, seq, 'demo' AS bucket, delta, balance_after, prev_hash,
           token_entry_hash(prev_hash, id, seq, 'demo', delta, balance_after, 'hold_return', reference) AS hash
    FROM before_demo
), returned AS (
    SELECT * FROM to_paid UNION ALL SELECT * FROM to_demo
), moved AS (
    UPDATE user_automations ua SET
        demo_tokens = parts.demo_tokens + parts.demo_back,
        tokens_remaining = parts.tokens_remaining + parts.paid_back,
        demo_expired = CASE WHEN parts.demo_back > 0 THEN coalesce(parts.demo_expires_at <= :at, FALSE)
                            ELSE ua.demo_expired END,
        paid_spent = parts.paid_spent - parts.paid_back,
        -- It comes off the count of the day that counted it, and never off a later one's.
        spent_today = CASE WHEN parts.spent_on = parts.counted_on
                           THEN parts.spent_today - parts.demo_back - parts.paid_back ELSE parts.spent_today END,
        ledger_seq = coalesce(last.seq, parts.ledger_seq), ledger_head = coalesce(last.hash, parts.ledger_head),
        ledger_prev = coalesce(last.prev_hash, parts.ledger_prev)
    FROM parts LEFT JOIN (SELECT * FROM returned ORDER BY seq DESC LIMIT 1) last ON TRUE
    WHERE ua.id = parts.id
    RETURNING ua.tokens_remaining, CASE WHEN ua.demo_expires_at <= :at THEN 0 ELSE ua.demo_tokens END AS demo_usable
), entries AS (
    INSERT INTO token_entries
        (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
    SELECT id, seq, bucket, delta, balance_after, 'hold_return', reference, :actor, hash, prev_hash, :at
    FROM returned ORDER BY seq
), ended AS (
    UPDATE holds SET state = ending, used = used_now, ended_at = :at,
        outcome = jsonb_build_object(
            'state', ending, 'used', used_now, 'returned', parts.units - used_now,
            'remaining_demo_tokens', moved.demo_usable, 'remaining_paid_tokens', moved.tokens_remaining)
    FROM parts, moved WHERE holds.id = parts.hold_id
    RETURNING holds.outcome
), kept AS (
    INSERT INTO usage_events (user_automation_id, idempotency_key, units, usage_type, body_hash, meta, result, at)
    SELECT id, 'hold ' || hold_id, used_now, usage_type, body_hash, meta, ended.outcome, :at
    FROM parts, ended WHERE used_now > 0
), spending AS (
    SELECT id, user_id, automation_id, low_balance_at, ledger_seq AS seq, used_now AS units,
           moved.demo_usable + moved.tokens_remaining + others.held + used_now AS left_before,
           moved.demo_usable + moved.tokens_remaining + others.held AS left_after
    FROM parts, moved, LATERAL (
        SELECT coalesce(sum(units), 0) AS held FROM holds
        WHERE holds.user_automation_id = parts.id AND state = 'open' AND holds.id <> parts.hold_id
    ) others
    WHERE used_now > 0
), {FIGURES}
SELECT EXISTS (SELECT FROM caller) AS caller_known, locked.hold_id, locked.units, locked.state,
       coalesce(ended.outcome, locked.outcome) AS outcome, {WARNED}
FROM (SELECT 1) AS always LEFT JOIN locked ON TRUE LEFT JOIN ended ON TRUE
""").bindparams(
        bindparam("hold_id", type_=BigInteger),
        bindparam("ending", type_=String),
        bindparam("used", type_=BigInteger),
        bindparam("actor", type_=String),
        bindparam("today", type_=Date),
        bindparam("at", type_=DateTime(timezone=True)),
    )


END_BY_CALLER = Prepared(
    _ending(CALLER).bindparams(bindparam("token_id", type_=BigInteger), bindparam("token_hash", type_=LargeBinary))
)
END_BY_US = Prepared(_ending(ITS_OWN_CALLER))

DUE = Prepared(
    text("SELECT id FROM holds WHERE state = 'open' AND expires_at <= :at ORDER BY expires_at LIMIT :most").bindparams(
        bindparam("at", type_=DateTime(timezone=True)), bindparam("most", type_=BigInteger)
    )
)
DUE_OF_COPY = Prepared(
    text("""
SELECT id FROM holds WHERE user_automation_id = :user_automation_id AND state = 'open' AND expires_at <= :at ORDER BY id
""").bindparams(bindparam("user_automation_id", type_=BigInteger), bindparam("at", type_=DateTime(timezone=True)))
)


@dataclass(frozen=True)
class Ended:
    """How a hold ended. The same for every repetition of the call that ended it."""

    hold_id: int
    units: int
    state: HoldState
    used: int
    returned: int
    remaining_demo_tokens: int
    remaining_paid_tokens: int


def commit(session: AtomicSession, hold_id: int, *, units: int, token_id: int, token_hash: bytes) -> Ended:
    """Use `units` (> 0) of what is held and return the rest, in one round trip. A repetition gets the first answer.

    Raises ServiceTokenInvalid, HoldNotFound (also for another automation's), HoldExceeded (more than is held), and
    HoldEnded when it was released, has expired, or was committed for another number. A hold whose time is over is
    expired by this call if nobody has done it yet.
    """
    found = _end(session, hold_id, HoldState.COMMITTED, units, token_id, token_hash)
    if found.outcome is None:
        raise HoldExceeded(held=found.units)
    ended = _ended(found.hold_id, found.units, found.outcome)
    if ended.state is not HoldState.COMMITTED or ended.used != units:
        raise HoldEnded(state=ended.state, used=ended.used)
    return ended


def release(session: AtomicSession, hold_id: int, *, token_id: int, token_hash: bytes) -> Ended:
    """Return all that is held, in one round trip. Released or expired before, it gets the first answer.

    Raises ServiceTokenInvalid, HoldNotFound, and HoldEnded when it was committed.
    """
    found = _end(session, hold_id, HoldState.RELEASED, 0, token_id, token_hash)
    ended = _ended(found.hold_id, found.units, found.outcome)
    if ended.state is HoldState.COMMITTED:
        raise HoldEnded(state=ended.state, used=ended.used)
    return ended


def expire(session: AtomicSession, hold_id: int, *, actor: str) -> Ended | None:
    """Return what a hold kept beyond its time. None when it was ended before, is not due, or never was."""
    [found] = session.run(END_BY_US, _parameters(hold_id, HoldState.EXPIRED, 0, actor))
    if found.state != HoldState.OPEN or found.outcome is None:
        return None
    return _ended(found.hold_id, found.units, found.outcome)


def expire_overdue(session: AtomicSession, user_automation_id: object, *, actor: str) -> int:
    """Expire the holds of one copy whose time is over. Returns how many."""
    due = session.run(DUE_OF_COPY, {"user_automation_id": user_automation_id, "at": clock.now()})
    return sum(expire(session, row.id, actor=actor) is not None for row in due)


def due_holds(session: AtomicSession, *, most: int) -> list[int]:
    """The holds whose time is over, the longest due first."""
    return [row.id for row in session.run(DUE, {"at": clock.now(), "most": most})]


def _end(
    session: AtomicSession, hold_id: int, ending: HoldState, used: int, token_id: int, token_hash: bytes
) -> Row[Any]:
    parameters = _parameters(hold_id, ending, used, f"service-token:{token_id}")
    [found] = session.run(END_BY_CALLER, {**parameters, "token_id": token_id, "token_hash": token_hash})
    if not found.caller_known:
        raise ServiceTokenInvalid
    if found.hold_id is None:
        raise HoldNotFound
    return found


def _ended(hold_id: int, units: int, outcome: Json) -> Ended:
    return Ended(hold_id=hold_id, units=units, **{**outcome, "state": HoldState(outcome["state"])})


def _parameters(hold_id: int, ending: HoldState, used: int, actor: str) -> dict[str, object]:
    return {
        "hold_id": hold_id,
        "ending": ending.value,
        "used": used,
        "actor": actor,
        "today": clock.business_day(),
        "at": clock.now(),
    }
