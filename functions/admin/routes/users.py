"""People: customers and staff."""

from typing import Annotated

from fastapi import Depends, Query, Response

from functions.admin import csv
from functions.admin.schemas.users import Contact, Invitation, Invited, RoleChange, UserChange, UserDetail, UserLine
from functions.admin.service import accounts, inviting
from functions.admin.service import users as service
from zimmer.auth.acting import Staff, acting, acting_with_code
from zimmer.auth.dependencies import Person, ReadSessionDep, ReplicaSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import (
    AccountDeleted,
    EmailTaken,
    EmailVerified,
    HigherRole,
    LastManager,
    OwnAccount,
    StepUpRequired,
    TooManyRows,
    TwofaOff,
    UserNotFound,
)
from zimmer.models import Role
from zimmer.pagination import Page, PageLimit
from zimmer.web import PathId, problems, routes
from zimmer.web.texts import Sought

router = routes("/api/admin/users", tags=["admin", "users"])

Looking = Annotated[Person, Depends(require(Right.USERS_READ))]
Revealing = Annotated[Staff, Depends(acting(Right.USERS_READ, "user.reveal"))]
Editing = Annotated[Staff, Depends(acting(Right.USERS_EDIT, "user.edit"))]
Unlocking = Annotated[Staff, Depends(acting(Right.USERS_EDIT, "user.unlock"))]
Resending = Annotated[Staff, Depends(acting(Right.USERS_EDIT, "user.resend-verification"))]
Activating = Annotated[Staff, Depends(acting(Right.USERS_DEACTIVATE, "user.activate"))]
Deactivating = Annotated[Staff, Depends(acting(Right.USERS_DEACTIVATE, "user.deactivate"))]
Promoting = Annotated[Staff, Depends(acting_with_code(Right.USERS_MANAGE, "user.role"))]
Resetting = Annotated[Staff, Depends(acting_with_code(Right.USERS_MANAGE, "user.reset-2fa"))]
Inviting = Annotated[Staff, Depends(acting_with_code(Right.USERS_MANAGE, "user.invite"))]

TOUCHING = problems(UserNotFound, HigherRole, AccountDeleted)
RESETTING = problems(UserNotFound, OwnAccount, AccountDeleted, TwofaOff, StepUpRequired)
SWITCHING = problems(UserNotFound, OwnAccount, HigherRole, LastManager, AccountDeleted)
PROMOTING = problems(UserNotFound, OwnAccount, HigherRole, LastManager, AccountDeleted, StepUpRequired)


async def sought(
    q: Annotated[Sought | None, Query()] = None,
    role: Annotated[Role | None, Query()] = None,
    active: Annotated[bool | None, Query()] = None,
) -> service.Sought:
    """The filters of the list."""
    return service.Sought(q, role, active)


@router.get("", response_model=Page[UserLine], responses=csv.ANSWER | problems(TooManyRows))
async def staff_users(
    staff: Looking,
    session: ReplicaSessionDep,
    filters: Annotated[service.Sought, Depends(sought)],
    as_file: csv.Asked,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[UserLine] | Response:
    """Accounts, newest first. Roles that manage nobody see addresses masked, and find them only by the whole of it."""
    rows = csv.MOST_ROWS if as_file else limit
    page = service.users(session, staff, filters, limit=rows, cursor=cursor)
    return csv.answer(page, UserLine, name="users") if as_file else page


@router.post("/invite", status_code=201, responses=problems(EmailTaken, StepUpRequired))
async def invite_user(body: Invitation, staff: Inviting, session: SessionDep) -> Invited:
    """Invite somebody to the staff: they get a link by mail that works once, for a week."""
    return inviting.invite(session, staff, body)


@router.get("/{user_id}", responses=problems(UserNotFound))
async def staff_user(user_id: PathId, staff: Looking, session: ReadSessionDep) -> UserDetail:
    """One account with what it has, and what may be done to it."""
    return service.detail(session.together, staff, user_id)


@router.post("/{user_id}/reveal", responses=TOUCHING)
async def reveal_user(user_id: PathId, staff: Revealing, session: SessionDep) -> Contact:
    """A customer's address and number in full. Every look is written into the audit."""
    return accounts.reveal(session, staff, user_id)


@router.patch("/{user_id}", responses=TOUCHING)
async def edit_user(user_id: PathId, body: UserChange, staff: Editing, session: SessionDep) -> UserDetail:
    """Correct a name or a number."""
    return accounts.edit(session, staff, user_id, body)


@router.post("/{user_id}/activate", responses=TOUCHING)
async def activate_user(user_id: PathId, staff: Activating, session: SessionDep) -> UserDetail:
    """Let an account in again."""
    return accounts.activate(session, staff, user_id)


@router.post("/{user_id}/deactivate", responses=SWITCHING)
async def deactivate_user(user_id: PathId, staff: Deactivating, session: SessionDep) -> UserDetail:
    """Switch an account off. Its sign-ins end at once."""
    return accounts.deactivate(session, staff, user_id)


@router.post("/{user_id}/unlock", responses=TOUCHING)
async def unlock_user(user_id: PathId, staff: Unlocking, session: SessionDep) -> UserDetail:
    """Let somebody try again who has locked themselves out with wrong passwords."""
    return accounts.unlock(session, staff, user_id)


@router.post("/{user_id}/resend-verification", responses=TOUCHING | problems(EmailVerified))
async def resend_verification(user_id: PathId, staff: Resending, session: SessionDep) -> UserDetail:
    """Send somebody the link that confirms their address once more."""
    return accounts.resend_verification(session, staff, user_id)


@router.post("/{user_id}/role", responses=PROMOTING)
async def change_user_role(user_id: PathId, body: RoleChange, staff: Promoting, session: SessionDep) -> UserDetail:
    """Give an account another role. Its sign-ins end at once."""
    return accounts.change_role(session, staff, user_id, body)


@router.post("/{user_id}/2fa/reset", responses=RESETTING)
async def reset_user_2fa(user_id: PathId, staff: Resetting, session: SessionDep) -> UserDetail:
    """Take a lost second factor away. The person's sign-ins end; they are told by mail."""
    return accounts.reset_2fa(session, staff, user_id)
