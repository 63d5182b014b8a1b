"""What crosses the border of the reconciliation report."""

from datetime import datetime

from pydantic import BaseModel

from functions.admin.schemas.names import PersonName
from zimmer.models import RunState


class RunLine(BaseModel):
    """One asking of all questions. `broken` counts those whose promise is not kept."""

    id: int
    requested_by: PersonName | None
    state: RunState
    asked: int
    broken: int
    created_at: datetime
    finished_at: datetime | None


class RunAnswer(BaseModel):
    """One question and the first few rows that break its rule; none is a kept promise."""

    question: str
    broken: list[str]


class Run(RunLine):
    answers: list[RunAnswer]
