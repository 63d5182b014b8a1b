"""Asking for a correction of a balance, and deciding it: never both by the same person.

Locks are taken request → copy. Tokens move through the ledger, once per request.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from sqlalchemy import Executable, Table, case, select
from sqlalchemy.dialects.postgresql import insert

from functions.admin.schemas.adjustments import AdjustmentRecord, NewAdjustment
from functions.admin.service.adjustments import Standing, against_approving, against_deciding, record, record_under_key
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
from zimmer.notifications import Kind, Notice, ids_of_staff, notify, notify_many

DECIDED_WITHIN = timedelta(days=7)
SHOWN = ("user_automation_id", "bucket", "delta", "state")


def request(session: Session, staff: Staff, wish: NewAdjustment, *, client_key: str) -> AdjustmentRecord:
    """Ask for a correction, once per Idempotency-Key; the managers who may decide it are told.

    Raises UserAutomationNotFound, PaymentNotFound (not of this copy), BalanceBelowZero, and
    IdempotencyConflict for another request under the same key.
    """
    body_hash = hashlib.sha256(wish.model_dump_json().encode()).digest()
    managers = session.scalars(ids_of_staff(Role.MANAGER))
    copy = _copy_of_its_payment(session, wish)
    written = session.execute(_new(staff, wish, client_key, body_hash))
    shown = record_under_key(reading(session), staff.person, client_key)
    if not written.all():  # answered as before, whatever the balance has become since
        _refuse_another_request(session, shown.id, body_hash)
        return shown
    _refuse_below_zero(copy, wish)
    _tell_managers(session, staff, shown, managers.all())
    after = {**shown.model_dump(include=set(SHOWN)), "approvals_needed": shown.needed}
    audit.done(session, staff.act, before=None, after=after, entity_id=shown.id, reason=wish.reason)
    return shown


def approve(session: Session, staff: Staff, adjustment_id: int) -> AdjustmentRecord:
    """Agree to a correction; the last agreement that is needed moves the tokens.

    Raises AdjustmentNotFound, OwnRequest (one's own, of one's own balance, or approved before), AdjustmentDecided,
    AdjustmentExpired, BalanceBelowZero; after each of them nothing has changed.
    """
    adjustment, copy, automation = _locked(session, adjustment_id)
    _refuse(against_approving(staff.person, Standing.of(adjustment, owner_id=copy.user_id)))
    before = audit.facts(adjustment, "state", "first_approved_by")
    if adjustment.approvals_needed == 2 and adjustment.first_approved_by is None:
        adjustment.first_approved_by = staff.id
        session.flush()
    else:
        _decide(session, staff, adjustment, AdjustmentState.APPROVED)
        _move_tokens(session, staff, adjustment, copy, automation)
    audit.done(session, staff.act, before=before, after=audit.facts(adjustment, "state", "first_approved_by", "delta"))
    return record(reading(session), staff.person, adjustment_id)


def reject(session: Session, staff: Staff, adjustment_id: int, *, reason: str | None) -> AdjustmentRecord:
    """Refuse a correction. Raises AdjustmentNotFound, OwnRequest, AdjustmentDecided, AdjustmentExpired."""
    adjustment, copy, _ = _locked(session, adjustment_id)
    _refuse(against_deciding(staff.person, Standing.of(adjustment, owner_id=copy.user_id)))
    before = audit.facts(adjustment, "state")
    _decide(session, staff, adjustment, AdjustmentState.REJECTED)
    audit.done(session, staff.act, before=before, after=audit.facts(adjustment, "state"), reason=reason)
    return record(reading(session), staff.person, adjustment_id)


def _new(staff: Staff, wish: NewAdjustment, client_key: str, body_hash: bytes) -> Executable:
    """Writes the request, unless there is one under this key; its id comes back when it is new."""
    now = clock.now()
    threshold = select(BusinessSettings.approval_threshold).scalar_subquery()
    requests = cast("Table", TokenAdjustment.__table__)
    return (
        insert(requests)
        .values(
            user_automation_id=wish.user_automation_id,
            bucket=wish.bucket,
            delta=wish.delta,
            reason=wish.reason,
            payment_id=wish.related_payment,
            state=AdjustmentState.REQUESTED,
            requested_by=staff.id,
            approvals_needed=case((threshold < abs(wish.delta), 2), else_=1),
            created_at=now,
            expires_at=now + DECIDED_WITHIN,
            client_key=client_key,
            body_hash=body_hash,
        )
        .on_conflict_do_nothing(index_elements=["requested_by", "client_key"])
        .returning(requests.c.id)
    )


def _refuse_another_request(session: Session, adjustment_id: int, body_hash: bytes) -> None:
    if session.get_one(TokenAdjustment, adjustment_id).body_hash != body_hash:
        raise IdempotencyConflict


def _locked(session: Session, adjustment_id: int) -> tuple[TokenAdjustment, UserAutomation, str]:
    """The request and the copy that it is about, locked in this order, and the automation's name."""
    this, fresh = TokenAdjustment.id == adjustment_id, {"populate_existing": True}
    requests = session.scalars(
        select(TokenAdjustment).where(this).with_for_update(key_share=True), execution_options=fresh
    )
    copies = session.execute(
        select(UserAutomation, Automation.name)
        .join(TokenAdjustment, TokenAdjustment.user_automation_id == UserAutomation.id)
        .join(Automation, Automation.id == UserAutomation.automation_id)
        .where(this)
        .with_for_update(key_share=True, of=UserAutomation),
        execution_options=fresh,
    )
    adjustment = requests.first()
    if adjustment is None:
        raise AdjustmentNotFound
    copy, automation = copies.one()
    return adjustment, copy, automation


def _decide(session: Session, staff: Staff, adjustment: TokenAdjustment, state: AdjustmentState) -> None:
    adjustment.state, adjustment.decided_by, adjustment.decided_at = state, staff.id, clock.now()
    session.flush()
    data = {"adjustment_id": adjustment.id, "delta": adjustment.delta, "state": state.value}
    link = f"/tokens/adjustments/?id={adjustment.id}"
    notify(session, Notice(adjustment.requested_by, Kind.ADJUSTMENT_DECIDED, str(adjustment.id), data, link))


def _move_tokens(
    session: Session, staff: Staff, adjustment: TokenAdjustment, copy: UserAutomation, automation: str
) -> None:
    try:
        ledger.move_under_lock(
            session,
            copy,
            delta=adjustment.delta,
            bucket=adjustment.bucket,
            kind=EntryKind.ADJUSTMENT,
            reference=f"adjustment:{adjustment.id}",
            actor=f"staff:{staff.id}",
        )
    except InsufficientTokens as error:
        raise BalanceBelowZero(needed=-adjustment.delta, available=_left(copy, adjustment.bucket)) from error
    _tell_customer(session, copy, automation, adjustment)


def _tell_customer(session: Session, copy: UserAutomation, automation: str, adjustment: TokenAdjustment) -> None:
    data = {
        "delta": adjustment.delta,
        "balance": copy.demo_tokens + copy.tokens_remaining,
        "automation_id": copy.automation_id,
        "automation": automation,
    }
    link = f"/automations/{copy.automation_id}/"
    notify(session, Notice(copy.user_id, Kind.TOKENS_ADJUSTED, str(adjustment.id), data, link))


def _tell_managers(session: Session, staff: Staff, asked: AdjustmentRecord, managers: Sequence[int]) -> None:
    data = {"adjustment_id": asked.id, "delta": asked.delta, "by": staff.person.name}
    link = f"/tokens/adjustments/?id={asked.id}"
    notify_many(
        session,
        [
            Notice(manager, Kind.ADJUSTMENT_REQUESTED, f"{asked.id}:{manager}", data, link)
            for manager in managers
            if manager != staff.id
        ],
    )


def _copy_of_its_payment(session: Session, wish: NewAdjustment) -> UserAutomation:
    """The copy that is to be corrected. Raises UserAutomationNotFound, PaymentNotFound (of another copy)."""
    payments = session.scalars(
        select(Payment.id).where(
            Payment.id == wish.related_payment, Payment.user_automation_id == wish.user_automation_id
        )
    )
    copy = session.scalars(select(UserAutomation).where(UserAutomation.id == wish.user_automation_id)).first()
    if copy is None:
        raise UserAutomationNotFound
    if wish.related_payment is not None and payments.first() is None:
        raise PaymentNotFound
    return copy


def _refuse_below_zero(copy: UserAutomation, wish: NewAdjustment) -> None:
    available = _left(copy, wish.bucket)
    if available + wish.delta < 0:
        raise BalanceBelowZero(needed=-wish.delta, available=available)


def _left(copy: UserAutomation, bucket: Bucket) -> int:
    return copy.demo_tokens if bucket is Bucket.DEMO else copy.tokens_remaining


def _refuse(against: ZimmerError | None) -> None:
    if against is not None:
        raise against
