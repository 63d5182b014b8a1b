"""A member of the staff about to change something: proven, named for the audit, and followed to the end.

`StaffMember` of a reading route is `Depends(require(right))`; a route that changes something takes
`Depends(acting(right, "entity.verb"))` and hands its `act` to `zimmer.audit.done`. It must stand before the session in
the signature: a refusal is written after the session has been rolled back. What touches money, roles, keys or settings
takes `acting_with_code` instead: the same, and a code of the authenticator not long ago.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from zimmer import audit, clock
from zimmer.audit import Act
from zimmer.auth.dependencies import CurrentUser, Person, refused
from zimmer.auth.roles import Right, audience_of, is_staff, may
from zimmer.errors import NotAllowed, StepUpRequired, ZimmerError
from zimmer.lasting import hold
from zimmer.models import Audience
from zimmer.settings import get_settings


@dataclass(frozen=True)
class Staff:
    """Who acts, and what the audit will call it."""

    person: Person
    act: Act

    @property
    def id(self) -> int:
        return self.person.id

    def may(self, right: Right) -> bool:
        return may(self.person.role, right)


Acting = Callable[[Request, Person], Coroutine[Any, Any, Staff]]


def acting(right: Right, action: str) -> Acting:
    """A dependency that lets through whoever has `right` in the dashboard, and audits every refusal after it."""
    return _acting(right, action, lambda person: True)


def acting_with_code(right: Right, action: str) -> Acting:
    """The same for whoever has also given a code of the authenticator in this sign-in: see `sign_ins.STEPPED_UP`."""
    return _acting(right, action, has_stepped_up)


def has_stepped_up(person: Person) -> bool:
    """Whether a code covers what this person does now. Without a second factor, where that is allowed, none can."""
    if not person.twofa_enabled and not get_settings().staff_twofa_required:
        return True
    return person.stepped_up_until is not None and person.stepped_up_until > clock.now()


def _acting(right: Right, action: str, is_proven: Callable[[Person], bool]) -> Acting:
    async def act(request: Request, person: CurrentUser) -> Staff:
        staff = Staff(person, _act(request, person, action))
        if not may(person.role, right) or person.audience is not audience_of(right):
            if is_staff(person.role) and person.audience is Audience.ADMIN:
                audit.refused(staff.act, code=NotAllowed.code)
            raise refused(person, right)
        if not is_proven(person):
            audit.refused(staff.act, code=StepUpRequired.code)
            raise StepUpRequired
        hold(request, _watched(staff.act))
        return staff

    return act


@contextmanager
def _watched(act: Act) -> Iterator[None]:
    """Audits the refusal of what is done inside."""
    try:
        yield
    except ZimmerError as refusal:
        audit.refused(act, code=refusal.code)
        raise


def _act(request: Request, person: Person, action: str) -> Act:
    named = next((str(value) for value in request.path_params.values()), None)
    gateway = request.scope.get("aws.event", {}).get("requestContext", {})
    return Act(
        action=action,
        actor_id=person.id,
        actor_role=person.role,
        entity_id=named,
        request_id=request.scope.get("state", {}).get("request_id"),
        ip=gateway.get("http", {}).get("sourceIp"),  # the gateway's word, never a header's
    )
