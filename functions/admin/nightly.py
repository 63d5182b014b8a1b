"""Once a night: is the past what it was, do money and tokens agree, and the heads of all chains are put away.

First the books are held against the heads of the night before, which nobody who owns the database can change. If they
do not fit, no new heads are put away: the last ones that fitted stay the newest, so every night after says so again,
until somebody has looked.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypedDict

from sqlalchemy.dialects.postgresql import insert as upsert

from functions.admin import archive, asking, heads, report, runs
from functions.admin.archive import Archive
from functions.admin.asking import Asked
from functions.admin.heads import Sheet, SheetDamaged
from functions.admin.invariants import Answer
from functions.admin.service.reading import reading
from zimmer import clock, snapstart
from zimmer.db import committed
from zimmer.models import ScheduleRun
from zimmer.observability import logger

ACTOR = "admin-nightly"
PATIENCE_SECONDS = 600.0  # of the function's 900, for all questions together
PAST = "the past is the one whose heads were put away"

snapstart.register()


class Night(TypedDict):
    """What one night did. `heads` is where they lie; None when the past was not the one they should follow."""

    run: int
    state: str
    broken: int
    heads: str | None
    digest: str | None
    copies: int


def handler(event: Mapping[str, Any], context: Any) -> Night:
    """One run of the schedule, noted for the staff's page."""
    done = night(archive.connected())
    if done["state"] != "holds":
        logger().error("nightly.books-broken", **done)
    logger().info("nightly.done", **done)
    _note(done)
    return done


def night(kept: Archive, *, patience_seconds: float = PATIENCE_SECONDS) -> Night:
    """Ask, put away, and write the report."""
    run_id = asking.begin(None)
    before, past = _held_against(kept)
    asked = _with(past, asking.ask(patience_seconds))
    sheet, key = _put_away(kept, before) if past.holds else (None, None)
    with committed() as session:
        asking.end(session, run_id, asked)
        written = runs.one(reading(session), run_id)
    kept.keep_report(written.created_at, as_json=report.as_json(written), as_pdf=report.as_pdf(written))
    return Night(
        run=run_id,
        state=asked.state.value,
        broken=asked.broken,
        heads=key,
        digest=sheet.digest if sheet else None,
        copies=len(sheet.heads) if sheet else 0,
    )


def _held_against(kept: Archive) -> tuple[Sheet | None, Answer]:
    """The newest heads, and whether the books still have the past that they say."""
    try:
        sheet = kept.newest_heads()
    except SheetDamaged as error:
        return None, Answer(PAST, (str(error),))
    if sheet is None:
        return None, Answer(PAST, ())
    with committed() as session:
        return sheet, Answer(PAST, heads.rewritten(session.connection(), sheet))


def _put_away(kept: Archive, before: Sheet | None) -> tuple[Sheet, str]:
    with committed() as session:
        sheet = heads.taken(session.connection(), at=clock.now(), previous=before)
    return sheet, kept.keep_heads(sheet)


def _with(past: Answer, asked: Asked) -> Asked:
    return replace(asked, answers=(past, *asked.answers))


def _note(done: Night) -> None:
    facts = {"last_run": clock.now(), "ok": done["state"] == "holds", "done": dict(done)}
    statement = upsert(ScheduleRun).values(name=ACTOR, **facts)
    with committed() as session:
        session.execute(statement.on_conflict_do_update(index_elements=[ScheduleRun.name], set_=facts))
