"""`./zimmer check`: ask the database whether money and tokens agree."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from functions.admin import archive as archives
from functions.admin import heads, invariants, report
from functions.admin.archive import Archive
from functions.admin.heads import SheetDamaged
from functions.admin.invariants import Answer
from functions.admin.nightly import PAST
from functions.admin.schemas.reconciliation import Run, RunAnswer
from local import archive, record
from zimmer import clock
from zimmer.db import Database
from zimmer.models import RunState

NOBODY = 0  # the number of a report that no row remembers


def main(arguments: Sequence[str]) -> int:
    """Print each question with its answer; 1 when a rule is broken."""
    parser = argparse.ArgumentParser(prog="./zimmer check", description="Whether money and tokens agree.")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="write the report there, as JSON and as PDF")
    parser.add_argument("--heads", action="store_true", help="hold the past against the newest heads put away")
    parser.add_argument(
        "--put-away",
        action="store_true",
        help="put the heads away, unless the past does not fit",
    )
    wishes = parser.parse_args(arguments)
    kept = _archive() if wishes.heads or wishes.put_away else None
    began = clock.now()
    with closing(Database(_database_url())) as database, database.autocommit() as connection:
        answers = invariants.check(connection)
        past = held_against(connection, kept) if kept else None
        if wishes.heads and past is None:
            sys.exit("no heads were put away yet; do it with: ./zimmer check --put-away")
        answers = [past, *answers] if past else answers
        if kept and wishes.put_away and (past is None or past.holds):
            _put_away(connection, kept)
    _print(answers)
    if wishes.report:
        _write(wishes.report, answers, began)
    return 0 if all(answer.holds for answer in answers) else 1


def held_against(connection: Connection, kept: Archive) -> Answer | None:
    """Whether the books have the past that the newest sheet says; None when none was put away yet."""
    try:
        sheet = kept.newest_heads()
    except SheetDamaged as error:
        return Answer(PAST, (str(error),))
    if sheet is None:
        return None
    print(f"  heads of {len(sheet.heads)} copies, put away {sheet.taken_at:%Y-%m-%d %H:%M} UTC, {sheet.digest[:16]}…")
    return Answer(PAST, heads.rewritten(connection, sheet))


def _put_away(connection: Connection, kept: Archive) -> None:
    sheet = heads.taken(connection, at=clock.now(), previous=kept.newest_heads())
    print(f"  put away: {kept.keep_heads(sheet)}, {len(sheet.heads)} copies, {sheet.digest[:16]}…")


def _print(answers: Sequence[Answer]) -> None:
    for answer in answers:
        print(f"  {'✓' if answer.holds else '✗'} {answer.question}")
        for row in answer.broken:
            print(f"      {row}")
    broken = sum(not answer.holds for answer in answers)
    print(f"\n{len(answers) - broken} of {len(answers)} rules hold" + ("" if broken else ": money and tokens agree"))


def _write(folder: Path, answers: Sequence[Answer], began: datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    broken = sum(not answer.holds for answer in answers)
    run = Run(
        id=NOBODY,
        requested_by=None,
        state=RunState.BROKEN if broken else RunState.HOLDS,
        asked=len(answers),
        broken=broken,
        created_at=began,
        finished_at=clock.now(),
        answers=[RunAnswer(question=answer.question, broken=list(answer.broken)) for answer in answers],
    )
    path = folder / f"reconciliation-{archives.stamp(began)}"
    path.with_suffix(".json").write_text(report.as_json(run), encoding="utf-8")
    path.with_suffix(".pdf").write_bytes(report.as_pdf(run, asked_by="./zimmer check"))
    print(f"written: {path}.json, {path}.pdf")


def _database_url() -> str:
    if given := os.environ.get("DATABASE_URL"):
        return given
    return _running().database_url


def _archive() -> Archive:
    """The one the variable names, or the running platform's."""
    return archives.connected() if os.environ.get("ARCHIVE_BUCKET") else archive.connected(_running().sqs_url)


def _running() -> record.Record:
    running = record.running()
    if running is None:
        sys.exit("nothing is running; start it with: ./zimmer up (or set DATABASE_URL)")
    return running
