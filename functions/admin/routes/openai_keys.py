"""The pool of OpenAI keys that automations call through. Keys can be written and never read."""

from typing import Annotated

from fastapi import Depends

from functions.admin.schemas.openai_keys import KeyChange, KeyRotation, KeyRow, NewKey
from functions.admin.service import openai_keys as service
from zimmer.auth.acting import Staff, acting_with_code
from zimmer.auth.dependencies import ReadSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import KeyNameTaken, KeyNotFound, StepUpRequired
from zimmer.web import PathId, problems, routes

router = routes("/api/admin/openai-keys", tags=["admin", "openai keys"])

Creating = Annotated[Staff, Depends(acting_with_code(Right.KEYS_WRITE, "openai-key.create"))]
Editing = Annotated[Staff, Depends(acting_with_code(Right.KEYS_WRITE, "openai-key.edit"))]
Disabling = Annotated[Staff, Depends(acting_with_code(Right.KEYS_WRITE, "openai-key.disable"))]
Enabling = Annotated[Staff, Depends(acting_with_code(Right.KEYS_WRITE, "openai-key.enable"))]
Rotating = Annotated[Staff, Depends(acting_with_code(Right.KEYS_WRITE, "openai-key.rotate"))]

TOUCHING = problems(KeyNotFound, StepUpRequired)


@router.get("", dependencies=[Depends(require(Right.KEYS_WRITE))])
async def openai_keys(session: ReadSessionDep) -> list[KeyRow]:
    """The pool, in the order in which it is used. Of each key its last four characters."""
    return service.keys(session)


@router.post("", status_code=201, responses=problems(KeyNameTaken, StepUpRequired))
async def create_openai_key(body: NewKey, staff: Creating, session: SessionDep) -> KeyRow:
    """Put a key into the pool."""
    return service.create(session, staff, body)


@router.patch("/{key_id}", responses=problems(KeyNotFound, KeyNameTaken, StepUpRequired))
async def edit_openai_key(key_id: PathId, body: KeyChange, staff: Editing, session: SessionDep) -> KeyRow:
    """Change a name or a priority."""
    return service.edit(session, staff, key_id, body)


@router.post("/{key_id}/disable", responses=TOUCHING)
async def disable_openai_key(key_id: PathId, staff: Disabling, session: SessionDep) -> KeyRow:
    """Use a key no more."""
    return service.disable(session, staff, key_id)


@router.post("/{key_id}/enable", responses=TOUCHING)
async def enable_openai_key(key_id: PathId, staff: Enabling, session: SessionDep) -> KeyRow:
    """Use a key again."""
    return service.enable(session, staff, key_id)


@router.post("/{key_id}/rotate", responses=TOUCHING)
async def rotate_openai_key(key_id: PathId, body: KeyRotation, staff: Rotating, session: SessionDep) -> KeyRow:
    """Put another key in a key's place."""
    return service.rotate(session, staff, key_id, body)
