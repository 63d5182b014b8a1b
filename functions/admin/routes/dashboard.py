"""The dashboard's first page, and whether the platform stands."""

from typing import Annotated

from fastapi import Depends, Query

from functions.admin import queues
from functions.admin.schemas.dashboard import DashboardStats, DeepHealth, Range
from functions.admin.service import dashboard as service
from zimmer.auth.dependencies import Person, ReadSessionDep, ReplicaSessionDep, require
from zimmer.auth.roles import Right
from zimmer.web import routes

router = routes("/api/admin", tags=["admin", "dashboard"])

Looking = Annotated[Person, Depends(require(Right.ANALYTICS_BASIC))]


@router.get("/dashboard/stats")
async def dashboard_stats(
    staff: Looking,
    session: ReplicaSessionDep,
    chosen: Annotated[Range, Query(alias="range")] = Range.TODAY,
) -> DashboardStats:
    """The figures of a range of business days, each beside the same number of days before."""
    return service.stats(session, staff, chosen, dead_letters=queues.dead_letters(queues.connected()))


@router.get("/health/deep", dependencies=[Depends(require(Right.ANALYTICS_BASIC))])
async def deep_health(session: ReadSessionDep) -> DeepHealth:
    """Whether the database and the queues answer."""
    return DeepHealth(
        database=service.database_answers(session),
        queue=queues.answers(queues.connected()),
    )
