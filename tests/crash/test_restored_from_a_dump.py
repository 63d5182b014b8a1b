"""The database is lost and comes back from a dump: nothing is missing, nothing can be rewritten, business goes on."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from functions.admin import invariants
from functions.payments import worker
from local.postgres import binary
from local.seed import seed
from tests.factories import make_copy, purchase_in
from zimmer.db import Database, using
from zimmer.events import CreditPayment
from zimmer.models import PaymentStatus, UserAutomation

EVERYTHING = """
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM payments), (SELECT count(*) FROM payment_events),
       (SELECT count(*) FROM audit), (SELECT sum(delta)::bigint FROM token_entries),
       (SELECT string_agg(encode(ledger_head, 'hex'), ',' ORDER BY id) FROM user_automations)
"""


def run(program: str, *arguments: str) -> None:
    done = subprocess.run([str(binary(program)), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def restored(own_database: str, new_database: Callable[[], str], tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """A database with six months in it, and another into which its dump was restored, as docs/operations.md does."""
    seed(own_database)
    dump, target = str(tmp_path / "zimmer.dump"), new_database()
    run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", own_database)
    run("pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error", f"--dbname={target}", dump)
    with closing(Database(own_database)) as before, closing(Database(target)) as after:
        yield before, after


def test_nothing_is_missing_and_every_rule_holds(restored: tuple[Database, Database]) -> None:
    found = []
    for database in restored:
        with database.autocommit() as connection:
            found.append(tuple(connection.execute(text(EVERYTHING)).one()))
            assert [answer for answer in invariants.check(connection) if not answer.holds] == []
    assert found[0] == found[1]
    assert found[1][0] == 5


def test_what_is_written_once_still_cannot_be_rewritten(restored: tuple[Database, Database]) -> None:
    _, after = restored
    for table in ("token_entries", "payment_events", "audit"):
        with pytest.raises(DBAPIError), after.autocommit() as connection:
            connection.execute(text(f"DELETE FROM {table}"))


def test_the_next_purchase_is_credited_there(restored: tuple[Database, Database]) -> None:
    _, after = restored
    with after.transaction() as session:
        copy = make_copy(session)
        payment = purchase_in(session, PaymentStatus.VERIFIED, copy)
        copy_id, payment_id, bought = copy.id, payment.id, payment.tokens_purchased
    record = {"messageId": "1", "body": json.dumps(CreditPayment(payment_id).body())}
    with using(after):
        assert worker.handler({"Records": [record]}, None) == {"batchItemFailures": []}
    with after.transaction() as session:
        assert session.get_one(UserAutomation, copy_id).tokens_remaining == bought
