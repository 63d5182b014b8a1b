"""The business settings."""

from typing import Annotated

from fastapi import Depends

from functions.admin.schemas.settings import SettingsChange, SettingsRecord
from functions.admin.service import settings as service
from zimmer.auth.acting import Staff, acting_with_code
from zimmer.auth.dependencies import ReadSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import StepUpRequired, ValidationFailed
from zimmer.web import problems, routes

router = routes("/api/admin/settings", tags=["admin", "settings"])

Editing = Annotated[Staff, Depends(acting_with_code(Right.SETTINGS_WRITE, "settings.edit"))]


@router.get("", dependencies=[Depends(require(Right.SETTINGS_READ))])
async def business_settings(session: ReadSessionDep) -> SettingsRecord:
    """What holds now, and who changed it last."""
    return service.current(session.together)


@router.patch("", responses=problems(ValidationFailed, StepUpRequired))
async def edit_business_settings(body: SettingsChange, staff: Editing, session: SessionDep) -> SettingsRecord:
    """Change what is given, from the next request on."""
    return service.edit(session, staff, body)
