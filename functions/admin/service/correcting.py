"""Asking for a correction of a balance, and deciding it: never both by the same person.

Locks are taken request → copy. Tokens move through the ledger, once per request.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from functions.admin.schemas.adjustments import AdjustmentRecord, NewAdjustment
from functions.admin.service.adjustments import Standing, against_approving, against_deciding, record
from functions.admin.service.reading import reading
from zimmer import audit, clock, ledger
from zimmer.auth.acting import Staff
from zimmer.db import Session
from zimmer.errors import (
    AdjustmentNotFound,
    BalanceBelowZero,
    IdempotencyConflict,
    InsufficientTokens,
    PaymentNotFound,
    UserAutomationNotFound,
    ZimmerError,
)
from zimmer.models import (
    AdjustmentState,
    Automation,
    Bucket,
    BusinessSettings,
    EntryKind,
    Payment,
    Role,
    TokenAdjustment,
    UserAutomation,
)
from zimmer.notifications import Kind, Notice, notify, notify_many, staff_with

DECIDED_WITHIN = timedelta(days=7)
SHOWN = ("user_automation_id", "bucket", "delta", "state", "approvals_needed")


def request(session: Session, staff: Staff, wish: NewAdjustment, *, client_key: str) -> AdjustmentRecord:
    """Ask for a correction, once per Idempotency-Key; the managers who may decide it are told.

    Raises UserAutomationNotFound, PaymentNotFound (not of this copy), BalanceBelowZero, and
    IdempotencyConflict for another request under the same key.
    """
    body_hash = hashlib.sha256(wish.model_dump_json().encode()).digest()
    copy = session.get(UserAutomation, wish.user_automation_id)
    if copy is None:
        raise UserAutomationNotFound
    _refuse_foreign_payment(session, wish)
    new_id = _written(session, staff, wish, client_key, body_hash)
    if new_id is None:  # answered as before, whatever the balance has become since
        return _asked_before(session, staff, client_key, body_hash)
    _refuse_below_zero(copy, wish)
    adjustment = session.get_one(TokenAdjustment, new_id)
    _tell_managers(session, staff, adjustment)
    audit.done(
        session,
        staff.act,
        before=None,
        after=audit.facts(adjustment, *SHOWN),
        entity_id=adjustment.id,
        reason=wish.reason,
    )
    return record(reading(session), staff.person, adjustment.id)


def approve(session: Session, staff: Staff, adjustment_id: int) -> AdjustmentRecord:
    """Agree to a correction; the last agreement that is needed moves the tokens.

    Raises AdjustmentNotFound, OwnRequest (one's own, of one's own balance, or approved before), AdjustmentDecided,
    AdjustmentExpired, BalanceBelowZero; after each of them nothing has changed.
    """
    adjustment = _locked(session, adjustment_id)
    _refuse(against_approving(staff.person, _standing(session, adjustment)))
    before = audit.facts(adjustment, "state", "first_approved_by")
    if adjustment.approvals_needed == 2 and adjustment.first_approved_by is None:
        adjustment.first_approved_by = staff.id
        session.flush()
    else:
        _decide(session, staff, adjustment, AdjustmentState.APPROVED)
        _move_tokens(session, staff, adjustment)
    audit.done(session, staff.act, before=before, after=audit.facts(adjustment, "state", "first_approved_by", "delta"))
    return record(reading(session), staff.person, adjustment_id)


def reject(session: Session, staff: Staff, adjustment_id: int, *, reason: str | None) -> AdjustmentRecord:
    """Refuse a correction. Raises AdjustmentNotFound, OwnRequest, AdjustmentDecided, AdjustmentExpired."""
    adjustment = _locked(session, adjustment_id)
    _refuse(against_deciding(staff.person, _standing(session, adjustment)))
    before = audit.facts(adjustment, "state")
    _decide(session, staff, adjustment, AdjustmentState.REJECTED)
    audit.done(session, staff.act, before=before, after=audit.facts(adjustment, "state"), reason=reason)
    return record(reading(session), staff.person, adjustment_id)


def _written(session: Session, staff: Staff, wish: NewAdjustment, client_key: str, body_hash: bytes) -> int | None:
    """The new request's id; None when there is one under this key."""
    now = clock.now()
    threshold = session.scalars(select(BusinessSettings.approval_threshold)).one()
    new = (
        insert(TokenAdjustment)
        .values(
            user_automation_id=wish.user_automation_id,
            bucket=wish.bucket,
            delta=wish.delta,
            reason=wish.reason,
            payment_id=wish.related_payment,
            requested_by=staff.id,
            approvals_needed=2 if abs(wish.delta) > threshold else 1,
            created_at=now,
            expires_at=now + DECIDED_WITHIN,
            client_key=client_key,
            body_hash=body_hash,
        )
        .on_conflict_do_nothing(index_elements=["requested_by", "client_key"])
        .returning(TokenAdjustment.id)
    )
    return session.scalar(new)


def _asked_before(session: Session, staff: Staff, client_key: str, body_hash: bytes) -> AdjustmentRecord:
    before = session.scalars(
        select(TokenAdjustment).where(
            TokenAdjustment.requested_by == staff.id, TokenAdjustment.client_key == client_key
        )
    ).one()
    if before.body_hash != body_hash:
        raise IdempotencyConflict
    return record(reading(session), staff.person, before.id)


def _locked(session: Session, adjustment_id: int) -> TokenAdjustment:
    adjustment = session.get(
        TokenAdjustment, adjustment_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if adjustment is None:
        raise AdjustmentNotFound
    return adjustment


def _standing(session: Session, adjustment: TokenAdjustment) -> Standing:
    copy = session.get_one(UserAutomation, adjustment.user_automation_id)
    return Standing.of(adjustment, owner_id=copy.user_id)


def _decide(session: Session, staff: Staff, adjustment: TokenAdjustment, state: AdjustmentState) -> None:
    adjustment.state, adjustment.decided_by, adjustment.decided_at = state, staff.id, clock.now()
    session.flush()
    data = {"adjustment_id": adjustment.id, "delta": adjustment.delta, "state": state.value}
    link = f"/tokens/adjustments/?id={adjustment.id}"
    notify(session, Notice(adjustment.requested_by, Kind.ADJUSTMENT_DECIDED, str(adjustment.id), data, link))


def _move_tokens(session: Session, staff: Staff, adjustment: TokenAdjustment) -> None:
    copy = session.get_one(UserAutomation, adjustment.user_automation_id)
    move = ledger.credit if adjustment.delta > 0 else ledger.debit
    try:
        move(
            session,
            copy,
            tokens=abs(adjustment.delta),
            bucket=adjustment.bucket,
            kind=EntryKind.ADJUSTMENT,
            reference=f"adjustment:{adjustment.id}",
            actor=f"staff:{staff.id}",
        )
    except InsufficientTokens as error:
        raise BalanceBelowZero(needed=-adjustment.delta, available=_left(copy, adjustment.bucket)) from error
    _tell_customer(session, copy, adjustment)


def _tell_customer(session: Session, copy: UserAutomation, adjustment: TokenAdjustment) -> None:
    data = {
        "delta": adjustment.delta,
        "balance": copy.demo_tokens + copy.tokens_remaining,
        "automation_id": copy.automation_id,
        "automation": session.get_one(Automation, copy.automation_id).name,
    }
    link = f"/automations/{copy.automation_id}/"
    notify(session, Notice(copy.user_id, Kind.TOKENS_ADJUSTED, str(adjustment.id), data, link))


def _tell_managers(session: Session, staff: Staff, adjustment: TokenAdjustment) -> None:
    data = {"adjustment_id": adjustment.id, "delta": adjustment.delta, "by": staff.person.name}
    link = f"/tokens/adjustments/?id={adjustment.id}"
    notify_many(
        session,
        [
            Notice(manager, Kind.ADJUSTMENT_REQUESTED, f"{adjustment.id}:{manager}", data, link)
            for manager in staff_with(session, Role.MANAGER)
            if manager != staff.id
        ],
    )


def _refuse_foreign_payment(session: Session, wish: NewAdjustment) -> None:
    if wish.related_payment is None:
        return
    of_the_copy = select(Payment.id).where(
        Payment.id == wish.related_payment, Payment.user_automation_id == wish.user_automation_id
    )
    if session.scalar(of_the_copy) is None:
        raise PaymentNotFound


def _refuse_below_zero(copy: UserAutomation, wish: NewAdjustment) -> None:
    available = _left(copy, wish.bucket)
    if available + wish.delta < 0:
        raise BalanceBelowZero(needed=-wish.delta, available=available)


def _left(copy: UserAutomation, bucket: Bucket) -> int:
    return copy.demo_tokens if bucket is Bucket.DEMO else copy.tokens_remaining


def _refuse(against: ZimmerError | None) -> None:
    if against is not None:
        raise against
