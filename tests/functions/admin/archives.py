"""An archive of a test's own, and what somebody who owns the database can do to the past."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count

from sqlalchemy import Connection, text

from functions.admin import archive as archives
from functions.admin.archive import Archive
from local import archive
from zimmer.settings import get_settings

_numbers = count(1)


@contextmanager
def fresh_archive(endpoint: str) -> Iterator[Archive]:
    """A bucket that no other test has used, locked as the platform's."""
    made = archive.connected(endpoint, bucket=f"archive-{next(_numbers)}")
    with closing(made.s3):
        archive.create(made)
        yield made


def forget_the_container_s() -> None:
    """What a new container would find anew by its settings."""
    if archives.connected.cache_info().currsize:
        archives.connected().s3.close()
    archives.connected.cache_clear()
    get_settings.cache_clear()


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
