"""Purchases: a list to search, and the whole trace of one."""

from typing import Annotated

from fastapi import Depends, Query, Response

from functions.admin import csv
from functions.admin.days import FilterDay
from functions.admin.schemas.payments import PaymentRow, Trace
from functions.admin.service import payments as service
from functions.admin.service import trace
from zimmer.auth.dependencies import Person, ReadSessionDep, ReplicaSessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import PaymentNotFound, TooManyRows
from zimmer.models import PaymentStatus
from zimmer.pagination import LARGEST_ID, Page, PageLimit
from zimmer.web import PathId, problems, routes
from zimmer.web.texts import Sought

router = routes("/api/admin/payments", tags=["admin", "staff payments"])

Looking = Annotated[Person, Depends(require(Right.PAYMENTS_READ))]
FilterId = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


async def sought(
    q: Annotated[Sought | None, Query()] = None,
    status: PaymentStatus | None = None,
    user_id: FilterId = None,
    automation_id: FilterId = None,
    first: Annotated[FilterDay | None, Query(alias="from")] = None,
    last: Annotated[FilterDay | None, Query(alias="to")] = None,
) -> service.Sought:
    """The filters of the list."""
    return service.Sought(q, status, user_id, automation_id, first, last)


@router.get("", response_model=Page[PaymentRow], responses=csv.ANSWER | problems(TooManyRows))
async def staff_payments(
    staff: Looking,
    session: ReplicaSessionDep,
    filters: Annotated[service.Sought, Depends(sought)],
    as_file: csv.Asked,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[PaymentRow] | Response:
    """Purchases, newest first; found by their public number, the bank's, the gateway's, or a whole e-mail address."""
    page = service.payments(session, filters, limit=csv.MOST_ROWS if as_file else limit, cursor=cursor)
    return csv.answer(page, PaymentRow, name="payments") if as_file else page


@router.get("/{payment_id}", responses=problems(PaymentNotFound))
async def staff_payment(payment_id: PathId, staff: Looking, session: ReadSessionDep) -> Trace:
    """Everything that ever happened to one purchase, and what may be done."""
    return trace.trace_of(session, staff, payment_id)
