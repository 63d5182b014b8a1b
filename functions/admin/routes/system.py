"""How the platform is, and dead letters sent back."""

from typing import Annotated

from fastapi import Depends

from functions.admin import queues
from functions.admin.schemas.system import Redrive, Redriven, SystemStatus
from functions.admin.service import dead_letters
from functions.admin.service import system as service
from zimmer.auth.acting import Staff, acting
from zimmer.auth.dependencies import ReadSessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import QueueUnavailable
from zimmer.web import problems, routes

router = routes("/api/admin/system", tags=["admin", "system"])

Redriving = Annotated[Staff, Depends(acting(Right.SYSTEM_WRITE, "dead-letters.redrive"))]


@router.get("/status", dependencies=[Depends(require(Right.SYSTEM_WRITE))])
async def system_status(session: ReadSessionDep) -> SystemStatus:
    """Queues, promises, the gateway and the schedules, as they are now."""
    return service.status(session, queues.connected())


@router.post("/dlq/redrive", responses=problems(QueueUnavailable))
async def redrive_dead_letters(body: Redrive, staff: Redriving) -> Redriven:
    """Send dead letters back to their queue, all of it or those named. Doing it twice does no harm."""
    return dead_letters.redrive(staff, body, queues.connected())
