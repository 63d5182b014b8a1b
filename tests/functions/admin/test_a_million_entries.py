"""How long a night's questions take when the ledger is large."""

import time
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import Connection, text

from functions.admin import heads, invariants
from tests.factories import make_copy
from tests.functions.admin.archives import rewrite_the_past
from zimmer import clock
from zimmer.db import Database

COPIES, ENTRIES_EACH = 1_000, 1_000
AT_MOST_SECONDS = 60.0

# The n-th entry of every copy at once, a thousand times: each hash needs the one before it.
WRITE = """
WITH RECURSIVE chain AS (
    SELECT id AS copy, 0::bigint AS seq, ''::bytea AS prev_hash, ''::bytea AS hash FROM user_automations
    UNION ALL
    SELECT copy, seq + 1, hash, token_entry_hash(
        hash, copy, seq + 1, 'paid', 1, seq + 1, 'adjustment', 'adjust:' || copy || ':' || seq + 1)
    FROM chain WHERE seq < :each
), entries AS (
    INSERT INTO token_entries (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash,
                               prev_hash, at)
    SELECT copy, seq, 'paid', 1, seq, 'adjustment', 'adjust:' || copy || ':' || seq, 'arranged', hash, prev_hash, now()
    FROM chain WHERE seq > 0
)
UPDATE user_automations ua
SET ledger_seq = seq, ledger_head = hash, ledger_prev = prev_hash, tokens_remaining = seq
FROM chain WHERE chain.copy = ua.id AND chain.seq = :each"""


def timed(what: str, work: Callable[[], object]) -> float:
    began = time.monotonic()
    assert work()
    took = time.monotonic() - began
    print(f"{what}: {took:.1f} s")  # noqa: T201  the figure is what the test is run for
    return took


def every_question(connection: Connection) -> bool:
    return all(answer.holds for answer in invariants.check(connection))


@pytest.mark.long
def test_a_million_entries_are_verified_within_a_minute(new_database: Callable[[], str]) -> None:
    with closing(Database(new_database())) as database:
        with database.transaction() as session:
            for _ in range(COPIES):
                make_copy(session)
            session.connection().execute(text(WRITE), {"each": ENTRIES_EACH})
        with database.autocommit() as connection:
            connection.execute(text("ANALYZE"))
            written = connection.execute(text("SELECT count(*) FROM token_entries")).scalar_one()
            assert written == COPIES * ENTRIES_EACH
            took = timed(f"every question of {written:,} entries", lambda: every_question(connection))
            sheet = heads.taken(connection, at=clock.now(), previous=None)
            took += timed("held against the heads", lambda: heads.rewritten(connection, sheet) == ())
        assert took < AT_MOST_SECONDS
        with database.transaction() as session:
            rewrite_the_past(session.connection(), sheet.heads[500].copy, seq=900, more=1)
            assert len(heads.rewritten(session.connection(), sheet)) == 1
