"""Many uses in one statement: each judged as if it came alone, in the order given, in one transaction.

What is accepted is committed together; a refused use leaves nothing and costs the others nothing. Copies are locked
in the order of their ids. For each copy a recursive CTE carries its balance, its cap's counter and the chain's head
from use to use, so a later one is judged by what the earlier ones left.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, Row, String, bindparam, text
from sqlalchemy.exc import DBAPIError

from zimmer import clock
from zimmer.db import UNIQUE_VIOLATION, AtomicSession, Prepared, sqlstate
from zimmer.errors import IdempotencyConflict, ServiceTokenInvalid, UserAutomationNotFound, ZimmerError
from zimmer.ledger.consuming import Consumed, Use, consume, refusal
from zimmer.ledger.ending import expire_overdue
from zimmer.ledger.statements import CALLER, COPY, FIGURES, OVERDUE, WARNED

TWINS = frozenset({UNIQUE_VIOLATION, "40P01"})  # the same key arrived elsewhere; two calls waited for each other
TRIES = 3

CONSUME_MANY = Prepared(
    text(f"""
WITH RECURSIVE {CALLER}, asked AS MATERIALIZED (
    SELECT n, copy_id, units, usage_type, key, decode(body_hash, 'hex') AS body_hash, meta, reference
    FROM jsonb_to_recordset(CAST(:uses AS jsonb)) AS use(
        n bigint, copy_id bigint, units bigint, usage_type text, key text, body_hash text, meta jsonb, reference text)
), locked AS (
    SELECT {COPY}, ua.ledger_prev
    FROM user_automations ua JOIN caller ON caller.automation_id = ua.automation_id
    WHERE ua.id IN (SELECT copy_id FROM asked)
    ORDER BY ua.id FOR NO KEY UPDATE OF ua
), seen AS (
    SELECT asked.n, event.body_hash, event.result
    FROM asked JOIN locked ON locked.id = asked.copy_id
    JOIN usage_events event ON event.user_automation_id = locked.id AND event.idempotency_key = asked.key
), turn AS (
    SELECT asked.*, row_number() OVER (PARTITION BY copy_id ORDER BY n) AS nth
    FROM asked WHERE n NOT IN (SELECT n FROM seen)
), step AS (
    SELECT id, CAST(0 AS bigint) AS nth, CAST(NULL AS bigint) AS n, FALSE AS accepted,
           CAST(0 AS bigint) AS demo_part, CAST(0 AS bigint) AS paid_part,
           CAST(NULL AS bytea) AS demo_hash, CAST(NULL AS bytea) AS paid_hash, ledger_head AS head_before,
           demo_usable, demo_tokens, tokens_remaining, spent, paid_spent, ledger_seq AS seq, ledger_head AS head,
           ledger_prev AS prev
    FROM locked
  UNION ALL
    SELECT step.id, turn.nth, turn.n, fits.accepted, draw.demo_part, draw.paid_part, demo.hash, paid.hash, step.head,
           step.demo_usable - draw.demo_part, step.demo_tokens - draw.demo_part,
           step.tokens_remaining - draw.paid_part, step.spent + draw.demo_part + draw.paid_part,
           step.paid_spent + draw.paid_part,
           step.seq + CAST(draw.demo_part > 0 AS integer) + CAST(draw.paid_part > 0 AS integer),
           coalesce(paid.hash, demo.hash, step.head),
           CASE WHEN demo.hash IS NOT NULL AND paid.hash IS NOT NULL THEN demo.hash
                WHEN fits.accepted THEN step.head ELSE step.prev END
    FROM step JOIN turn ON turn.copy_id = step.id AND turn.nth = step.nth + 1
    JOIN locked ON locked.id = step.id,
    LATERAL (
        SELECT locked.status = 'active' AND step.demo_usable + step.tokens_remaining >= turn.units
           AND (locked.daily_spend_cap IS NULL OR step.spent + turn.units <= locked.daily_spend_cap) AS accepted
    ) fits,
    LATERAL (
        SELECT CASE WHEN fits.accepted THEN least(step.demo_usable, turn.units) ELSE 0 END AS demo_part,
               CASE WHEN fits.accepted THEN turn.units - least(step.demo_usable, turn.units) ELSE 0 END AS paid_part
    ) draw,
    LATERAL (
        SELECT CASE WHEN draw.demo_part > 0 THEN token_entry_hash(
            step.head, step.id, step.seq + 1, 'demo', -draw.demo_part, step.demo_tokens - draw.demo_part, 'use',
            turn.reference) END AS hash
    ) demo,
    LATERAL (
        SELECT CASE WHEN draw.paid_part > 0 THEN token_entry_hash(
            coalesce(demo.hash, step.head), step.id, step.seq + 1 + CAST(draw.demo_part > 0 AS integer), 'paid',
            -draw.paid_part, step.tokens_remaining - draw.paid_part, 'use', turn.reference) END AS hash
    ) paid
), taken AS (
    SELECT step.*, turn.units, turn.usage_type, turn.key, turn.body_hash, turn.meta, turn.reference
    FROM step JOIN turn ON turn.n = step.n WHERE accepted
), drawn AS (
    SELECT id, n, seq - CAST(paid_part > 0 AS integer) AS entry_seq, 'demo' AS bucket, -demo_part AS delta,
           demo_tokens AS balance_after, reference, demo_hash AS hash, head_before AS prev_hash
    FROM taken WHERE demo_part > 0
  UNION ALL
    SELECT id, n, seq, 'paid', -paid_part, tokens_remaining, reference, paid_hash, coalesce(demo_hash, head_before)
    FROM taken WHERE paid_part > 0
), last AS (
    SELECT DISTINCT ON (id) * FROM step ORDER BY id, nth DESC
), debited AS (
    UPDATE user_automations ua SET
        demo_tokens = last.demo_tokens, tokens_remaining = last.tokens_remaining,
        demo_expired = ua.demo_expired OR last.demo_tokens = 0,
        paid_spent = last.paid_spent,
        spent_on = greatest(ua.spent_on, :today), spent_today = last.spent,
        ledger_seq = last.seq, ledger_head = last.head, ledger_prev = last.prev
    FROM last WHERE ua.id = last.id AND last.seq > ua.ledger_seq
), entries AS (
    INSERT INTO token_entries
        (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
    SELECT id, entry_seq, bucket, delta, balance_after, 'use', reference, :actor, hash, prev_hash, :at
    FROM drawn ORDER BY id, entry_seq
    RETURNING id, reference
), kept AS (
    INSERT INTO usage_events (user_automation_id, idempotency_key, units, usage_type, body_hash, meta, result, at)
    SELECT taken.id, key, units, usage_type, body_hash, nullif(meta, 'null'),
           jsonb_build_object('remaining_demo_tokens', demo_usable, 'remaining_paid_tokens', tokens_remaining,
                              'entry_id', entry.id),
           :at
    FROM taken JOIN (SELECT reference, max(id) AS id FROM entries GROUP BY reference) entry USING (reference)
    ORDER BY taken.id, key
    RETURNING user_automation_id, idempotency_key, result
), spending AS (
    SELECT locked.id, locked.user_id, locked.automation_id, locked.low_balance_at, locked.ledger_seq AS seq,
           locked.demo_usable + locked.tokens_remaining - last.demo_usable - last.tokens_remaining AS units,
           locked.demo_usable + locked.tokens_remaining AS left_before,
           last.demo_usable + last.tokens_remaining AS left_after
    FROM locked JOIN last ON last.id = locked.id WHERE last.seq > locked.ledger_seq
), {FIGURES}
SELECT asked.n, EXISTS (SELECT FROM caller) AS caller_known, locked.status, locked.daily_spend_cap,
       step.demo_usable, step.tokens_remaining, step.spent, seen.body_hash AS seen_body_hash,
       seen.result AS seen_result, kept.result AS kept_result,
       CASE WHEN kept.result IS NULL AND seen.result IS NULL THEN {OVERDUE} END AS has_overdue_holds, {WARNED}
FROM asked LEFT JOIN locked ON locked.id = asked.copy_id LEFT JOIN seen ON seen.n = asked.n
LEFT JOIN step ON step.n = asked.n
LEFT JOIN kept ON kept.user_automation_id = asked.copy_id AND kept.idempotency_key = asked.key
ORDER BY asked.n
""").bindparams(
        bindparam("token_id", type_=BigInteger),
        bindparam("token_hash", type_=LargeBinary),
        bindparam("uses", type_=String),
        bindparam("actor", type_=String),
        bindparam("today", type_=Date),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)

Outcome = Consumed | ZimmerError


@dataclass(frozen=True)
class ServiceToken:
    """Who asks."""

    id: int
    hash: bytes

    @property
    def actor(self) -> str:
        return f"service-token:{self.id}"


@dataclass(frozen=True)
class Refused:
    """No, as far as the statement could see. `has_overdue_holds`: tokens may be on their way back."""

    error: ZimmerError
    has_overdue_holds: bool


def consume_many(session: AtomicSession, uses: Sequence[Use], *, token_id: int, token_hash: bytes) -> list[Outcome]:
    """What became of each use, in their order; in one round trip when all are accepted, in two when some are not.

    A refusal is an answer of its own and undoes nothing; a key that stands twice gets one answer for both. Raises
    ServiceTokenInvalid. When the same keys go on arriving elsewhere at the same moment, the uses are made one by
    one instead, each in a transaction of its own.
    """
    first: dict[tuple[int, str], Use] = {}
    for use in uses:
        first.setdefault((use.user_automation_id, use.idempotency_key), use)
    judged = _judged(session, list(first.values()), ServiceToken(token_id, token_hash))
    answers = dict(zip(first, judged, strict=True))
    return [
        answers[key] if first[key].body_hash == use.body_hash else IdempotencyConflict()
        for use in uses
        for key in [(use.user_automation_id, use.idempotency_key)]
    ]


def _judged(session: AtomicSession, uses: list[Use], token: ServiceToken) -> list[Outcome]:
    try:
        answers = _ask(session, uses, token)
        refused = {number: answer for number, answer in enumerate(answers) if isinstance(answer, Refused)}
        if refused:  # a twin may have spent the last tokens while we waited for the lock: a fresh snapshot knows
            overdue = {uses[number].user_automation_id for number in refused if refused[number].has_overdue_holds}
            for copy_id in sorted(overdue):
                expire_overdue(session, copy_id, actor=token.actor)
            for number, answer in zip(refused, _ask(session, [uses[n] for n in refused], token), strict=True):
                if overdue or not isinstance(answer, Refused):
                    answers[number] = answer  # else the first refusal stands: it speaks of its own turn
    except DBAPIError as error:
        if sqlstate(error) not in TWINS:
            raise
        return [_alone(session, use, token) for use in uses]
    return [answer.error if isinstance(answer, Refused) else answer for answer in answers]


def _ask(session: AtomicSession, uses: list[Use], token: ServiceToken) -> list[Outcome | Refused]:
    """One round trip, or a few when twins break in; after some of them their error."""
    parameters = {
        "token_id": token.id,
        "token_hash": token.hash,
        "uses": json.dumps([_as_row(number, use) for number, use in enumerate(uses)]),
        "actor": token.actor,
        "today": clock.business_day(),
        "at": clock.now(),
    }
    for _ in range(TRIES - 1):
        try:
            return _answers(session.run(CONSUME_MANY, parameters), uses)
        except DBAPIError as error:
            if sqlstate(error) not in TWINS:
                raise
    return _answers(session.run(CONSUME_MANY, parameters), uses)


def _answers(rows: Sequence[Row[Any]], uses: list[Use]) -> list[Outcome | Refused]:
    return [_answer(found, use) for found, use in zip(rows, uses, strict=True)]


def _answer(found: Row[Any], use: Use) -> Outcome | Refused:
    if not found.caller_known:
        raise ServiceTokenInvalid
    if found.status is None:
        return UserAutomationNotFound()
    if found.seen_result is not None and found.seen_body_hash != use.body_hash:
        return IdempotencyConflict()
    if answer := found.seen_result or found.kept_result:
        return Consumed(**answer)
    return Refused(refusal(found, units=use.units), bool(found.has_overdue_holds))


def _alone(session: AtomicSession, use: Use, token: ServiceToken) -> Outcome:
    try:
        return consume(session, use, token_id=token.id, token_hash=token.hash)
    except ServiceTokenInvalid:
        raise
    except ZimmerError as error:
        return error


def _as_row(number: int, use: Use) -> dict[str, object]:
    return {
        "n": number,
        "copy_id": use.user_automation_id,
        "units": use.units,
        "usage_type": use.usage_type,
        "key": use.idempotency_key,
        "body_hash": use.body_hash.hex(),
        "meta": use.meta,
        "reference": use.reference,
    }
