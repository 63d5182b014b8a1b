"""Who may do what to whom: asked before an act, and shown beside the button for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from functions.admin.schemas.names import AllowedAction
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, is_staff, may
from zimmer.errors import AccountDeleted, HigherRole, LastManager, NotAllowed, OwnAccount, TwofaOff, ZimmerError
from zimmer.models import Role, User


@dataclass(frozen=True)
class Shown:
    """What of an account decides what may be done to it."""

    id: int
    role: Role
    is_active: bool
    is_deleted: bool
    has_second_factor: bool
    is_locked: bool = False
    is_verified: bool = True

    @classmethod
    def of(cls, user: User) -> "Shown":
        return cls(
            user.id,
            user.role,
            is_active=user.is_active,
            is_deleted=user.deleted_at is not None,
            has_second_factor=user.twofa_enabled,
        )

    @property
    def is_living_manager(self) -> bool:
        return self.role is Role.MANAGER and self.is_active and not self.is_deleted


LIVING_MANAGERS = (User.role == Role.MANAGER, User.is_active, User.deleted_at.is_(None))
COUNT_OF_MANAGERS = select(func.count()).select_from(User).where(*LIVING_MANAGERS)


def against_touching(staff: Person, user: Shown) -> ZimmerError | None:
    """What stands against any act on this account: it was deleted, or its owner stands higher."""
    if user.is_deleted:
        return AccountDeleted()
    if is_staff(user.role) and not may(staff.role, Right.USERS_MANAGE):
        return HigherRole()
    return None


def against_switching(staff: Person, user: Shown, *, managers: int) -> ZimmerError | None:
    """What stands against switching the account off, or against another role for it.

    `managers` is how many living managers there are: one has to stay.
    """
    if user.id == staff.id:
        return OwnAccount()
    if against := against_touching(staff, user):
        return against
    return LastManager() if user.is_living_manager and managers <= 1 else None


def against_resetting(staff: Person, user: Shown) -> ZimmerError | None:
    """What stands against taking the account's second factor away: one's own is replaced, with a code of it."""
    if user.id == staff.id:
        return OwnAccount()
    return against_touching(staff, user) or (None if user.has_second_factor else TwofaOff())


def allowed_actions(staff: Person, user: Shown, *, managers: int) -> list[AllowedAction]:
    """The acts that make sense on an account as it stands, each with what stands against it."""
    touching, switching = against_touching(staff, user), against_switching(staff, user, managers=managers)
    return list(_actions(staff, user, touching, switching))


def _actions(
    staff: Person, user: Shown, touching: ZimmerError | None, switching: ZimmerError | None
) -> Iterator[AllowedAction]:
    if not may(staff.role, Right.USERS_MANAGE):
        yield _action("reveal", staff, Right.USERS_READ, touching)
    yield _action("edit", staff, Right.USERS_EDIT, touching)
    if user.is_active:
        yield _action("deactivate", staff, Right.USERS_DEACTIVATE, switching)
    else:
        yield _action("activate", staff, Right.USERS_DEACTIVATE, touching)
    if not user.is_verified:
        yield _action("resend-verification", staff, Right.USERS_EDIT, touching)
    if user.is_locked:
        yield _action("unlock", staff, Right.USERS_EDIT, touching)
    if user.has_second_factor:
        yield _action("2fa-reset", staff, Right.USERS_MANAGE, against_resetting(staff, user))
    yield _action("role", staff, Right.USERS_MANAGE, switching)


def _action(name: str, staff: Person, right: Right, against: ZimmerError | None) -> AllowedAction:
    if not may(staff.role, right):
        against = NotAllowed()
    return AllowedAction(action=name, allowed=against is None, reason=against.code if against else None)
