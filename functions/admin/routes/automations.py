"""Automations: what is offered, at which price, and whether it is offered at all."""

from typing import Annotated

from fastapi import Depends, Query

from functions.admin.schemas.automations import (
    AutomationChange,
    AutomationRecord,
    AutomationRow,
    NewAutomation,
    PackagesWish,
)
from functions.admin.service import automations as service
from functions.admin.service import offering
from zimmer.auth.acting import Staff, acting
from zimmer.auth.dependencies import ReadSessionDep, ReplicaSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import AutomationNotFound, AutomationUnavailable, PackageTaken
from zimmer.models import Health
from zimmer.pagination import Page, PageLimit
from zimmer.web import PathId, problems, routes
from zimmer.web.texts import Sought

router = routes("/api/admin/automations", tags=["admin", "staff automations"])

LOOKING = [Depends(require(Right.AUTOMATIONS_READ))]
Creating = Annotated[Staff, Depends(acting(Right.PRICES_WRITE, "automation.create"))]
Editing = Annotated[Staff, Depends(acting(Right.AUTOMATIONS_WRITE, "automation.edit"))]
Listing = Annotated[Staff, Depends(acting(Right.AUTOMATIONS_WRITE, "automation.list"))]
Unlisting = Annotated[Staff, Depends(acting(Right.AUTOMATIONS_WRITE, "automation.unlist"))]
Withdrawing = Annotated[Staff, Depends(acting(Right.AUTOMATIONS_WRITE, "automation.withdraw"))]
Restoring = Annotated[Staff, Depends(acting(Right.AUTOMATIONS_WRITE, "automation.restore"))]
Pricing = Annotated[Staff, Depends(acting(Right.PRICES_WRITE, "automation.packages"))]

TOUCHING = problems(AutomationNotFound)
OFFERING = problems(AutomationNotFound, AutomationUnavailable)  # it has to have something to sell


async def sought(
    q: Annotated[Sought | None, Query()] = None,
    listed: Annotated[bool | None, Query()] = None,
    health: Annotated[Health | None, Query()] = None,
) -> service.Sought:
    """The filters of the list."""
    return service.Sought(q, listed, health)


@router.get("", dependencies=LOOKING)
async def staff_automations(
    session: ReplicaSessionDep,
    filters: Annotated[service.Sought, Depends(sought)],
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[AutomationRow]:
    """Every automation, newest first, also those that customers cannot see."""
    return service.automations(session, filters, limit=limit, cursor=cursor)


@router.post("", status_code=201)
async def create_automation(body: NewAutomation, staff: Creating, session: SessionDep) -> AutomationRecord:
    """A new automation. It stands in no list until somebody lists it."""
    return offering.create(session, staff, body)


@router.get("/{automation_id}", responses=TOUCHING, dependencies=LOOKING)
async def staff_automation(automation_id: PathId, session: ReadSessionDep) -> AutomationRecord:
    """One automation with its packages and the dates of its service tokens."""
    return service.record(session.together, automation_id)


@router.patch("/{automation_id}", responses=OFFERING)
async def edit_automation(
    automation_id: PathId, body: AutomationChange, staff: Editing, session: SessionDep
) -> AutomationRecord:
    """Change what is given. The price, and what it is a price of, are a manager's to change."""
    return offering.edit(session, staff, automation_id, body)


@router.post("/{automation_id}/list", responses=OFFERING)
async def list_automation(automation_id: PathId, staff: Listing, session: SessionDep) -> AutomationRecord:
    """Show it in the marketplace."""
    return offering.put_in_list(session, staff, automation_id, is_listed=True)


@router.post("/{automation_id}/unlist", responses=TOUCHING)
async def unlist_automation(automation_id: PathId, staff: Unlisting, session: SessionDep) -> AutomationRecord:
    """Take it out of the marketplace. Whoever has it goes on using what they have."""
    return offering.put_in_list(session, staff, automation_id, is_listed=False)


@router.post("/{automation_id}/withdraw", responses=TOUCHING)
async def withdraw_automation(automation_id: PathId, staff: Withdrawing, session: SessionDep) -> AutomationRecord:
    """Stop selling it. What customers have stays theirs to use."""
    return offering.withdraw(session, staff, automation_id)


@router.post("/{automation_id}/restore", responses=OFFERING)
async def restore_automation(automation_id: PathId, staff: Restoring, session: SessionDep) -> AutomationRecord:
    """Sell it again."""
    return offering.restore(session, staff, automation_id)


@router.put("/{automation_id}/packages", responses=problems(AutomationNotFound, AutomationUnavailable, PackageTaken))
async def replace_packages(
    automation_id: PathId, body: PackagesWish, staff: Pricing, session: SessionDep
) -> AutomationRecord:
    """Sell these packages from now on and no others."""
    return offering.replace_packages(session, staff, automation_id, body)
