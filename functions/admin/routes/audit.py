"""The audit room."""

from typing import Annotated

from fastapi import Depends, Query, Response

from functions.admin import csv
from functions.admin.days import FilterDay
from functions.admin.schemas.audit import AuditLine
from functions.admin.service import audit as service
from zimmer.auth.dependencies import Person, ReplicaSessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import TooManyRows
from zimmer.pagination import Page, PageLimit
from zimmer.web import RowId, problems, routes
from zimmer.web.texts import Sought

router = routes("/api/admin/audit", tags=["admin", "audit"])

Looking = Annotated[Person, Depends(require(Right.AUDIT_OWN_AREA))]


async def sought(
    actor: Annotated[RowId | None, Query()] = None,
    action: Annotated[Sought | None, Query()] = None,
    entity: Annotated[Sought | None, Query()] = None,
    entity_id: Annotated[Sought | None, Query()] = None,
    first: Annotated[FilterDay | None, Query(alias="from")] = None,
    last: Annotated[FilterDay | None, Query(alias="to")] = None,
) -> service.Sought:
    """The filters of the list."""
    return service.Sought(actor, action, entity, entity_id, first, last)


@router.get("", response_model=Page[AuditLine], responses=csv.ANSWER | problems(TooManyRows))
async def audit_entries(
    staff: Looking,
    session: ReplicaSessionDep,
    filters: Annotated[service.Sought, Depends(sought)],
    as_file: csv.Asked,
    limit: Annotated[PageLimit, Query()] = 50,
    cursor: str | None = None,
) -> Page[AuditLine] | Response:
    """What the staff did and what was refused, newest first. Technical staff see their own area and own acts."""
    rows = csv.MOST_ROWS if as_file else limit
    page = service.entries(session, staff, filters, limit=rows, cursor=cursor)
    return csv.answer(page, AuditLine, name="audit") if as_file else page
