"""Corrections of balances: asked for by one, decided by another."""

from typing import Annotated

from fastapi import Depends, Header, Query

from functions.admin.schemas.adjustments import AdjustmentRecord, NewAdjustment, Rejection
from functions.admin.service import adjustments as service
from functions.admin.service import correcting
from zimmer.auth.acting import Staff, acting, acting_with_code
from zimmer.auth.dependencies import Person, ReadSessionDep, ReplicaSessionDep, SessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import (
    AdjustmentDecided,
    AdjustmentExpired,
    AdjustmentNotFound,
    BalanceBelowZero,
    IdempotencyConflict,
    OwnRequest,
    PaymentNotFound,
    StepUpRequired,
    UserAutomationNotFound,
)
from zimmer.models import AdjustmentState
from zimmer.pagination import Page, PageLimit
from zimmer.web import PathId, problems, routes

router = routes("/api/admin/tokens/adjustments", tags=["admin", "token adjustments"])

Looking = Annotated[Person, Depends(require(Right.LEDGER_READ))]
Asking = Annotated[Staff, Depends(acting(Right.ADJUSTMENTS_REQUEST, "adjustment.request"))]
Approving = Annotated[Staff, Depends(acting_with_code(Right.ADJUSTMENTS_APPROVE, "adjustment.approve"))]
Rejecting = Annotated[Staff, Depends(acting(Right.ADJUSTMENTS_APPROVE, "adjustment.reject"))]
IdempotencyKey = Annotated[str, Header(pattern=r"^[\x21-\x7e]{8,200}$")]

DECIDING = (AdjustmentNotFound, OwnRequest, AdjustmentDecided, AdjustmentExpired)


@router.get("")
async def token_adjustments(
    staff: Looking,
    session: ReplicaSessionDep,
    state: AdjustmentState | None = None,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[AdjustmentRecord]:
    """Requests, newest first."""
    return service.adjustments(session, staff, state=state, limit=limit, cursor=cursor)


@router.post(
    "",
    status_code=201,
    responses=problems(UserAutomationNotFound, PaymentNotFound, BalanceBelowZero, IdempotencyConflict),
)
async def request_adjustment(
    body: NewAdjustment, idempotency_key: IdempotencyKey, staff: Asking, session: SessionDep
) -> AdjustmentRecord:
    """Ask for a correction. The same Idempotency-Key asks once."""
    return correcting.request(session, staff, body, client_key=idempotency_key)


@router.get("/{adjustment_id}", responses=problems(AdjustmentNotFound))
async def token_adjustment(adjustment_id: PathId, staff: Looking, session: ReadSessionDep) -> AdjustmentRecord:
    """One request."""
    return service.record(session.together, staff, adjustment_id)


@router.post("/{adjustment_id}/approve", responses=problems(*DECIDING, BalanceBelowZero, StepUpRequired))
async def approve_adjustment(adjustment_id: PathId, staff: Approving, session: SessionDep) -> AdjustmentRecord:
    """Agree to somebody else's request. The last agreement that is needed moves the tokens."""
    return correcting.approve(session, staff, adjustment_id)


@router.post("/{adjustment_id}/reject", responses=problems(*DECIDING))
async def reject_adjustment(
    adjustment_id: PathId, body: Rejection, staff: Rejecting, session: SessionDep
) -> AdjustmentRecord:
    """Refuse somebody else's request."""
    return correcting.reject(session, staff, adjustment_id, reason=body.reason)
