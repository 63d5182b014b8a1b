"""`./zimmer check`: ask the database whether money and tokens agree."""

import os
import sys
from collections.abc import Sequence

from functions.admin import invariants
from local import record
from zimmer.db import Database


def main(_: Sequence[str]) -> int:
    """Print each question with its answer; 1 when a rule is broken."""
    database = Database(_database_url())
    with database.autocommit() as connection:
        answers = invariants.check(connection)
    database.close()
    for answer in answers:
        print(f"  {'✓' if answer.holds else '✗'} {answer.question}")
        for row in answer.broken:
            print(f"      {row}")
    broken = sum(not answer.holds for answer in answers)
    print(f"\n{len(answers) - broken} of {len(answers)} rules hold" + ("" if broken else ": money and tokens agree"))
    return 1 if broken else 0


def _database_url() -> str:
    if given := os.environ.get("DATABASE_URL"):
        return given
    running = record.running()
    if running is None:
        sys.exit("nothing is running; start it with: ./zimmer up (or set DATABASE_URL)")
    return running.database_url
