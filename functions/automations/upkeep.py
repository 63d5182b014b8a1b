"""Every minute: what nobody came back for is put right. Starts without the web.

Holds whose time is over go back to their customers, one statement and one commit each, the longest due first. Who
asks for such a hold or for its copy's tokens in the meantime returns it too: whoever comes first.
"""

import time
from collections.abc import Mapping
from typing import Any, TypedDict

from sqlalchemy.dialects.postgresql import insert as upsert

from zimmer import clock, ledger, snapstart
from zimmer.db import committed, database
from zimmer.models import ScheduleRun
from zimmer.observability import logger

ACTOR = "automations-upkeep"
SECONDS_TO_USE = 35.0  # of the function's 60
MOST_HOLDS = 5_000

snapstart.register()


class Upkept(TypedDict):
    """What one run did. `failed` holds are due again in the next one."""

    expired: int
    failed: int


def handler(event: Mapping[str, Any], context: Any) -> Upkept:
    """One run of the schedule, noted for the staff's page."""
    done = return_what_is_overdue()
    logger().info("upkeep.done", **done)
    _note(done)
    return done


def return_what_is_overdue(*, seconds: float = SECONDS_TO_USE) -> Upkept:
    """Expire the holds that are due, none begun after so many seconds. One that fails does not stop the others."""
    until, done = time.monotonic() + seconds, Upkept(expired=0, failed=0)
    session = database().atomic()
    for hold_id in ledger.due_holds(session, most=MOST_HOLDS):
        if time.monotonic() >= until:
            break
        try:
            done["expired"] += ledger.expire(session, hold_id, actor=ACTOR) is not None
        except Exception:
            done["failed"] += 1
            logger().exception("upkeep.hold-failed", hold_id=hold_id)
    return done


def _note(done: Upkept) -> None:
    facts = {"last_run": clock.now(), "ok": not done["failed"], "done": dict(done)}
    statement = upsert(ScheduleRun).values(name=ACTOR, **facts)
    with committed() as session:
        session.execute(statement.on_conflict_do_update(index_elements=[ScheduleRun.name], set_=facts))
