"""One asking of all questions, and the row that remembers it. It knows neither who may ask nor the web."""

from dataclasses import asdict, dataclass
from time import monotonic

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from functions.admin import invariants
from functions.admin.invariants import Answer
from zimmer import clock
from zimmer.db import Session, committed
from zimmer.models import Json, ReconciliationRun, RunState
from zimmer.observability import logger


@dataclass(frozen=True)
class Asked:
    """What became of the questions; `finished` is False when they took too long."""

    answers: tuple[Answer, ...]
    finished: bool = True

    @property
    def state(self) -> RunState:
        if not self.finished:
            return RunState.FAILED
        return RunState.HOLDS if all(answer.holds for answer in self.answers) else RunState.BROKEN

    @property
    def broken(self) -> int:
        return sum(not answer.holds for answer in self.answers)

    @property
    def as_json(self) -> list[Json]:
        return [{**asdict(answer), "broken": list(answer.broken)} for answer in self.answers]


def begin(requested_by: int | None) -> int:
    """Commit that a run begins, so that one which breaks off leaves a trace of itself. Returns its id."""
    with committed() as session:
        began = ReconciliationRun(requested_by=requested_by, created_at=clock.now())
        session.add(began)
        session.flush()
        return began.id


def ask(patience_seconds: float) -> Asked:
    """Ask every question. Those that take too long end the asking; they do not end money."""
    answers = list[Answer]()
    until = monotonic() + patience_seconds
    try:
        with committed() as session:  # nothing is written; the limit ends with the transaction
            connection = session.connection()
            for question in invariants.QUESTIONS:
                left_ms = max(1, int((until - monotonic()) * 1000))
                connection.execute(text(f"SET LOCAL statement_timeout = {left_ms}"))
                answers.append(invariants.ask(connection, question))
    except DBAPIError:  # too slow, as a rule
        logger().exception("reconciliation.broke-off", answered=len(answers))
        return Asked(tuple(answers), finished=False)
    return Asked(tuple(answers))


def end(session: Session, run_id: int, asked: Asked) -> None:
    """Write the answers down."""
    ended = session.get_one(ReconciliationRun, run_id)
    ended.state, ended.answers, ended.finished_at = asked.state, asked.as_json, clock.now()
