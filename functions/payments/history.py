"""A customer's purchases, as the customer may see them, and the little that everybody may."""

from typing import Any

from sqlalchemy import Row, Select, func, select

from functions.payments import gateways, receipts
from functions.payments.schemas import AutomationName, PaymentDetail, PaymentLine, PublicStatus, TimelineStep
from functions.payments.states import Phase, on_the_wire
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.db import ReadSession
from zimmer.errors import PaymentNotFound
from zimmer.models import Automation, Payment, PaymentEvent
from zimmer.pagination import Page, key_of, page_of
from zimmer.settings import get_settings


def own_payments(session: ReadSession, customer: Person, *, limit: int, cursor: str | None) -> Page[PaymentLine]:
    """The customer's purchases, newest first."""
    query = _own(customer).order_by(Payment.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(Payment.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[PaymentLine(**_line(row)) for row in rows], next_cursor=next_cursor)


def own_payment(session: ReadSession, customer: Person, transaction_id: str) -> PaymentDetail:
    """One of the customer's purchases. Raises PaymentNotFound, also for somebody else's."""
    own = _own(customer).where(Payment.transaction_id == transaction_id)
    events = (
        select(PaymentEvent.at, PaymentEvent.cause)
        .join(Payment, Payment.id == PaymentEvent.payment_id)
        .where(Payment.transaction_id == transaction_id, Payment.user_id == customer.id)
        .order_by(PaymentEvent.seq)
    )
    found, happened = session.together(own, events)
    if not found:
        raise PaymentNotFound
    [row] = found
    return PaymentDetail(
        **_line(row),
        amount_before=row.amount_before,
        discount_code=row.discount_code,
        card_pan=row.card_pan,
        redirect_url=_redirect_url(row),
        receipt_url=_receipt_url(row),
        expires_at=row.expires_at,
        verified_at=row.verified_at,
        credited_at=row.credited_at,
        timeline=[TimelineStep(at=event.at, cause=event.cause) for event in happened],
    )


def public_status(session: ReadSession, transaction_id: str) -> PublicStatus:
    """How one purchase goes, without a word about whose it is. Raises PaymentNotFound."""
    moved_at = (
        select(func.max(PaymentEvent.at))
        .where(PaymentEvent.payment_id == Payment.id, PaymentEvent.to_status.is_not(None))
        .scalar_subquery()
    )
    changed_at = func.greatest(Payment.created_at, moved_at, Payment.nok_at, Payment.canceled_at)  # NULLs do not count
    row = session.first(
        select(Payment.__table__, Automation.name.label("automation_name"), changed_at.label("updated_at"))
        .join(Automation, Automation.id == Payment.automation_id)
        .where(Payment.transaction_id == transaction_id)
    )
    if row is None:
        raise PaymentNotFound
    status, phase = on_the_wire(row, clock.now())
    return PublicStatus(
        status=status,
        phase=phase,
        amount=row.amount,
        tokens=row.tokens_purchased,
        automation_name=row.automation_name,
        tracking_code=row.ref_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _own(customer: Person) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Payment.__table__,
            Automation.name.label("automation_name"),
            receipts.has_receipt().label("has_receipt"),
        )
        .join(Automation, Automation.id == Payment.automation_id)
        .where(Payment.user_id == customer.id)
    )


def _line(row: Row[Any]) -> dict[str, Any]:
    status, phase = on_the_wire(row, clock.now())
    return {
        "transaction_id": row.transaction_id,
        "status": status,
        "phase": phase,
        "amount": row.amount,
        "tokens": row.tokens_purchased,
        "automation": AutomationName(id=row.automation_id, name=row.automation_name),
        "tracking_code": row.ref_id,
        "has_receipt": row.has_receipt,
        "created_at": row.created_at,
    }


def _redirect_url(row: Row[Any]) -> str | None:
    now = clock.now()
    payable = on_the_wire(row, now)[1] is Phase.AT_BANK and now < row.expires_at
    return gateways.start_pay_url(row.authority) if payable else None


def _receipt_url(row: Row[Any]) -> str | None:
    path = f"/api/payments/{row.transaction_id}/receipt.pdf"
    return f"{get_settings().api_base_url}{path}" if row.has_receipt else None
