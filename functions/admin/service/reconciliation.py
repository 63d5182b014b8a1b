"""A manager asks whether money and tokens agree."""

from functions.admin import asking, runs
from functions.admin.schemas.reconciliation import Run
from functions.admin.service.reading import reading
from zimmer import audit
from zimmer.auth.acting import Staff
from zimmer.db import committed

PATIENCE_SECONDS = 20.0  # for all questions together; API Gateway hangs up at 30


def run(staff: Staff, *, patience_seconds: float = PATIENCE_SECONDS) -> Run:
    """Ask every question and keep the answers."""
    run_id = asking.begin(staff.id)
    asked = asking.ask(patience_seconds)
    with committed() as session:
        asking.end(session, run_id, asked)
        after = {"state": asked.state, "broken": asked.broken}
        audit.done(session, staff.act, before=None, after=after, entity_id=run_id)
        return runs.one(reading(session), run_id)
