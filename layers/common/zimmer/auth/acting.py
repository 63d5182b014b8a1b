"""A member of the staff about to change something: proven, named for the audit, and followed to the end.

`StaffMember` of a reading route is `Depends(require(right))`; a route that changes something takes
`Depends(acting(right, "entity.verb"), scope="function")` and hands its `act` to `zimmer.audit.done`. It must
stand before the session in the signature: a refusal is written after the session has been rolled back.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from fastapi import Request

from zimmer import audit
from zimmer.audit import Act
from zimmer.auth.dependencies import CurrentUser, Person, refused
from zimmer.auth.roles import Right, audience_of, is_staff, may
from zimmer.errors import NotAllowed, ZimmerError
from zimmer.models import Audience


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


def acting(right: Right, action: str) -> Callable[[Request, Person], AsyncIterator[Staff]]:
    """A dependency that lets through whoever has `right` in the dashboard, and audits every refusal after it."""

    async def act(request: Request, person: CurrentUser) -> AsyncIterator[Staff]:
        staff = Staff(person, _act(request, person, action))
        if not may(person.role, right) or person.audience is not audience_of(right):
            if is_staff(person.role) and person.audience is Audience.ADMIN:
                audit.refused(staff.act, code=NotAllowed.code)
            raise refused(person, right)
        try:
            yield staff
        except ZimmerError as refusal:
            audit.refused(staff.act, code=refusal.code)
            raise

    return act


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
