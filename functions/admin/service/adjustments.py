"""Corrections of balances as the staff sees them: what waits, who asked, who may decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, select
from sqlalchemy.orm import aliased

from functions.admin.schemas.adjustments import AdjustmentRecord, PaymentName
from functions.admin.schemas.names import AllowedAction, PersonName
from functions.admin.service.reading import Read
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, may
from zimmer.db import ReadSession
from zimmer.errors import (
    AdjustmentDecided,
    AdjustmentExpired,
    AdjustmentNotFound,
    NotAllowed,
    OwnRequest,
    ZimmerError,
)
from zimmer.models import AdjustmentState, Automation, Bucket, Payment, TokenAdjustment, User, UserAutomation
from zimmer.pagination import Page, key_of, page_of

S = AdjustmentState

_CUSTOMER, _ASKER, _FIRST, _LAST = aliased(User), aliased(User), aliased(User), aliased(User)


@dataclass(frozen=True)
class Standing:
    """What of a request decides who may decide it."""

    state: AdjustmentState  # as it is now: an overdue one has expired
    owner_id: int  # whose balance it is
    requested_by: int
    first_approved_by: int | None

    @classmethod
    def of(cls, row: Any, *, owner_id: int) -> "Standing":
        is_overdue = row.state is S.REQUESTED and row.expires_at <= clock.now()
        return cls(S.EXPIRED if is_overdue else row.state, owner_id, row.requested_by, row.first_approved_by)


def adjustments(
    session: ReadSession, staff: Person, *, state: AdjustmentState | None, limit: int, cursor: str | None
) -> Page[AdjustmentRecord]:
    """Requests, newest first."""
    query = _rows().order_by(TokenAdjustment.id.desc()).limit(limit + 1)
    if state:
        query = query.where(_stands(state))
    if cursor:
        query = query.where(TokenAdjustment.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[_record(row, staff) for row in rows], next_cursor=next_cursor)


def record(read: Read, staff: Person, adjustment_id: int) -> AdjustmentRecord:
    """One request. Raises AdjustmentNotFound."""
    [found] = read(_rows().where(TokenAdjustment.id == adjustment_id))
    if not found:
        raise AdjustmentNotFound
    return _record(found[0], staff)


def record_under_key(read: Read, staff: Person, client_key: str) -> AdjustmentRecord:
    """The request that this person has written under an Idempotency-Key."""
    own = (TokenAdjustment.requested_by == staff.id, TokenAdjustment.client_key == client_key)
    [[row]] = read(_rows().where(*own))
    return _record(row, staff)


def against_approving(staff: Person, standing: Standing) -> ZimmerError | None:
    """What stands against this person's approval."""
    if standing.first_approved_by == staff.id:
        return OwnRequest("You have approved it; a second manager decides")
    if against := against_deciding(staff, standing):
        return against
    # Whoever was a customer once may still have a balance.
    return OwnRequest("It is about your own balance") if standing.owner_id == staff.id else None


def against_deciding(staff: Person, standing: Standing) -> ZimmerError | None:
    """What stands against any decision of this person: it is theirs, or over."""
    if not may(staff.role, Right.ADJUSTMENTS_APPROVE):
        return NotAllowed()
    if standing.state is S.EXPIRED:
        return AdjustmentExpired()
    if standing.state is not S.REQUESTED:
        return AdjustmentDecided()
    return OwnRequest() if standing.requested_by == staff.id else None


def _actions(staff: Person, standing: Standing) -> Iterator[AllowedAction]:
    for action, against in (
        ("approve", against_approving(staff, standing)),
        ("reject", against_deciding(staff, standing)),
    ):
        yield AllowedAction(action=action, allowed=against is None, reason=against.code if against else None)


def _stands(state: AdjustmentState) -> ColumnElement[bool]:
    is_overdue = TokenAdjustment.expires_at <= clock.now()
    now = case((((TokenAdjustment.state == S.REQUESTED) & is_overdue), S.EXPIRED.value), else_=TokenAdjustment.state)
    return now == state.value


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            TokenAdjustment.__table__,
            _CUSTOMER.id.label("user_id"),
            _CUSTOMER.name.label("user_name"),
            Automation.id.label("automation_id"),
            Automation.name.label("automation_name"),
            Payment.transaction_id,
            _ASKER.name.label("asker_name"),
            _FIRST.name.label("first_name"),
            _LAST.name.label("last_name"),
            UserAutomation.demo_tokens,
            UserAutomation.tokens_remaining,
        )
        .join(UserAutomation, UserAutomation.id == TokenAdjustment.user_automation_id)
        .join(_CUSTOMER, _CUSTOMER.id == UserAutomation.user_id)
        .join(Automation, Automation.id == UserAutomation.automation_id)
        .join(_ASKER, _ASKER.id == TokenAdjustment.requested_by)
        .outerjoin(Payment, Payment.id == TokenAdjustment.payment_id)
        .outerjoin(_FIRST, _FIRST.id == TokenAdjustment.first_approved_by)
        .outerjoin(_LAST, _LAST.id == TokenAdjustment.decided_by)
    )


def _record(row: Row[Any], staff: Person) -> AdjustmentRecord:
    standing = Standing.of(row, owner_id=row.user_id)
    decided_by = PersonName(id=row.decided_by, name=row.last_name) if row.decided_by else None
    return AdjustmentRecord(
        id=row.id,
        user_automation_id=row.user_automation_id,
        user=PersonName(id=row.user_id, name=row.user_name),
        automation=PersonName(id=row.automation_id, name=row.automation_name),
        bucket=row.bucket,
        delta=row.delta,
        reason=row.reason,
        payment=PaymentName(id=row.payment_id, transaction_id=row.transaction_id) if row.payment_id else None,
        state=standing.state,
        requested_by=PersonName(id=row.requested_by, name=row.asker_name),
        approvals=list(_approvals(row, decided_by)),
        rejected_by=decided_by if row.state is S.REJECTED else None,
        needed=row.approvals_needed,
        balance_now=row.demo_tokens if row.bucket is Bucket.DEMO else row.tokens_remaining,
        created_at=row.created_at,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
        allowed_actions=list(_actions(staff, standing)),
    )


def _approvals(row: Row[Any], decided_by: PersonName | None) -> Iterator[PersonName]:
    if row.first_approved_by:
        yield PersonName(id=row.first_approved_by, name=row.first_name)
    if row.state is S.APPROVED and decided_by:
        yield decided_by
