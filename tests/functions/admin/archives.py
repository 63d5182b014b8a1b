"""An archive of a test's own, and what somebody who owns the database can do to the past."""

from itertools import count

from sqlalchemy import Connection, text

from functions.admin.archive import Archive
from local import archive

_numbers = count(1)


def fresh_archive(endpoint: str) -> Archive:
    """A bucket that no other test has used, locked as the platform's."""
    made = archive.connected(endpoint, bucket=f"archive-{next(_numbers)}")
    archive.create(made)
    return made


def rewrite_the_past(connection: Connection, copy_id: int, *, seq: int, more: int) -> None:
    """Add tokens to an old entry and make everything fit again: later balances, every later hash, head and balance.

    Triggers do not stop the owner of a database.
    """
    run = connection.execute
    run(text("SET LOCAL session_replication_role = replica"))
    change = {"copy": copy_id, "seq": seq, "more": more}
    [bucket] = run(
        text("SELECT bucket FROM token_entries WHERE user_automation_id = :copy AND seq = :seq"), change
    ).scalars()
    run(text("UPDATE token_entries SET delta = delta + :more WHERE user_automation_id = :copy AND seq = :seq"), change)
    run(
        text(
            "UPDATE token_entries SET balance_after = balance_after + :more "
            "WHERE user_automation_id = :copy AND seq >= :seq AND bucket = :bucket"
        ),
        {**change, "bucket": bucket},
    )
    column = {"paid": "tokens_remaining", "demo": "demo_tokens"}[bucket]
    run(text(f"UPDATE user_automations SET {column} = {column} + :more WHERE id = :copy"), change)
    _hash_again(connection, copy_id, first=seq)


def _hash_again(connection: Connection, copy_id: int, *, first: int) -> None:
    entries = "SELECT seq FROM token_entries WHERE user_automation_id = :copy AND seq >= :seq ORDER BY seq"
    for seq in connection.execute(text(entries), {"copy": copy_id, "seq": first}).scalars().all():
        connection.execute(
            text("""
                UPDATE token_entries e SET prev_hash = before.hash, hash = token_entry_hash(
                    before.hash, e.user_automation_id, e.seq, e.bucket, e.delta, e.balance_after, e.kind, e.reference)
                FROM (SELECT coalesce((SELECT hash FROM token_entries
                      WHERE user_automation_id = :copy AND seq = :seq - 1), ''::bytea) AS hash) before
                WHERE e.user_automation_id = :copy AND e.seq = :seq"""),
            {"copy": copy_id, "seq": seq},
        )
    connection.execute(
        text("""
            UPDATE user_automations ua SET ledger_head = newest.hash, ledger_prev = newest.prev_hash
            FROM (SELECT hash, prev_hash FROM token_entries
                  WHERE user_automation_id = :copy ORDER BY seq DESC LIMIT 1) newest
            WHERE ua.id = :copy"""),
        {"copy": copy_id},
    )
