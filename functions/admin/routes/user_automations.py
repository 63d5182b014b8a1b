"""Customers' copies of automations, with their ledgers."""

from typing import Annotated

from fastapi import Depends, Query

from functions.admin.schemas.user_automations import CopyRow, CopyStatusChange, LedgerLine
from functions.admin.service import user_automations as service
from zimmer.auth.acting import Staff, acting
from zimmer.auth.dependencies import ReadSessionDep, ReplicaSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import UserAutomationInactive, UserAutomationNotFound
from zimmer.models import UserAutomationStatus
from zimmer.pagination import LARGEST_ID, Page, PageLimit
from zimmer.web import PathId, problems, routes

router = routes("/api/admin/user-automations", tags=["admin", "user automations"])

LOOKING = [Depends(require(Right.USER_AUTOMATIONS_READ))]
READING_LEDGERS = [Depends(require(Right.LEDGER_READ))]
Switching = Annotated[Staff, Depends(acting(Right.USER_AUTOMATIONS_STATUS, "user-automation.status"))]
FilterId = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


async def sought(
    user_id: FilterId = None,
    automation_id: FilterId = None,
    status: Annotated[UserAutomationStatus | None, Query()] = None,
) -> service.Sought:
    """The filters of the list."""
    return service.Sought(user_id, automation_id, status)


@router.get("", dependencies=LOOKING)
async def staff_user_automations(
    session: ReplicaSessionDep,
    filters: Annotated[service.Sought, Depends(sought)],
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[CopyRow]:
    """Copies with their balances, newest first."""
    return service.copies(session, filters, limit=limit, cursor=cursor)


@router.get("/{user_automation_id}", responses=problems(UserAutomationNotFound), dependencies=LOOKING)
async def staff_user_automation(user_automation_id: PathId, session: ReadSessionDep) -> CopyRow:
    """One copy."""
    return service.copy(session.together, user_automation_id)


@router.get("/{user_automation_id}/ledger", responses=problems(UserAutomationNotFound), dependencies=READING_LEDGERS)
async def user_automation_ledger(
    user_automation_id: PathId,
    session: ReplicaSessionDep,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[LedgerLine]:
    """Every token that came to a copy or left it, newest first."""
    return service.ledger(session, user_automation_id, limit=limit, cursor=cursor)


@router.post("/{user_automation_id}/status", responses=problems(UserAutomationNotFound, UserAutomationInactive))
async def change_user_automation_status(
    user_automation_id: PathId, body: CopyStatusChange, staff: Switching, session: SessionDep
) -> CopyRow:
    """Let a copy spend, or stop it for now."""
    return service.change_status(session, staff, user_automation_id, body)
