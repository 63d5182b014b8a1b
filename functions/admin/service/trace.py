"""The whole trace of one purchase: its story, who was told, and what may be done now."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import aliased

from functions.admin.schemas.names import PersonName
from functions.admin.schemas.payments import (
    PaymentFacts,
    Trace,
    TraceAction,
    TraceDelivery,
    TraceEntry,
    TraceEvent,
    TraceMail,
    TraceMessage,
    TraceNotice,
    TraceReview,
    TraceTicket,
)
from functions.admin.service.payments import line, rows
from functions.admin.service.verdict import Happened, Story, lane_of, verdict
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, may
from zimmer.db import ReadSession
from zimmer.errors import NotAllowed, NotInReview, NotReversible, OwnRequest, PaymentNotFound, ZimmerError
from zimmer.models import (
    Delivery,
    Notification,
    OutboxMessage,
    Payment,
    PaymentEvent,
    PaymentReview,
    PaymentStatus,
    ReviewDecision,
    ReviewState,
    Ticket,
    TokenEntry,
    User,
)

S = PaymentStatus
REVERSIBLE_FOR = timedelta(minutes=30)  # the gateway's rule; a test holds it to what functions.payments goes by
# What the gateway may be asked about; a test holds it to the table of moves.
ASKABLE = frozenset({S.PENDING, S.NOT_PAID, S.VERIFY_UNKNOWN, S.EXPIRED, S.VERIFYING})


def trace_of(session: ReadSession, staff: Person, payment_id: int) -> Trace:
    """One purchase with everything that ever happened to it, in one round trip. Raises PaymentNotFound."""
    found, events, ledger, outbox, notices, tickets, proposed = session.together(
        rows().where(Payment.id == payment_id),
        select(PaymentEvent.__table__).where(PaymentEvent.payment_id == payment_id).order_by(PaymentEvent.seq),
        _entries(payment_id),
        select(OutboxMessage.__table__).where(OutboxMessage.dedup_key == f"credit:{payment_id}"),
        _notices(payment_id),
        select(Ticket.id, Ticket.title, Ticket.status).where(Ticket.payment_id == payment_id).order_by(Ticket.id),
        _proposed(payment_id),
    )
    if not found:
        raise PaymentNotFound
    [row] = found
    entries = [TraceEntry(**_of(entry, TraceEntry)) for entry in ledger]
    review = _review(proposed)
    return Trace(
        payment=_facts(row),
        verdict=verdict(_story(row, events, entries), clock.now()),
        events=[_event(event) for event in events],
        outbox=[TraceMessage(**_of(message, TraceMessage)) for message in outbox],
        deliveries=list(_deliveries(events)),
        ledger=entries,
        notifications=[_notice(told) for told in notices],
        tickets=[TraceTicket(**ticket._mapping) for ticket in tickets],
        review=review,
        allowed_actions=list(_actions(staff, row.status, review, reversible_until=_reversible_until(row))),
    )


def _of(row: Row[Any], model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields}


def _facts(row: Row[Any]) -> PaymentFacts:
    shown = line(row)
    return PaymentFacts(
        **{name: getattr(row, name) for name in PaymentFacts.model_fields if name not in shown}, **shown
    )


def _story(row: Row[Any], events: Sequence[Row[Any]], entries: Sequence[TraceEntry]) -> Story:
    return Story(
        status=row.status,
        created_at=row.created_at,
        verified_at=row.verified_at,
        credited_at=row.credited_at,
        nok_at=row.nok_at,
        attempts=row.attempts,
        entries=sum(1 for entry in entries if entry.kind == "purchase"),
        events=[Happened(event.at, event.actor, event.cause, event.to_status, event.gateway_code) for event in events],
    )


def _event(event: Row[Any]) -> TraceEvent:
    lane = lane_of(event.actor, event.cause)
    return TraceEvent(lane=lane, **{name: getattr(event, name) for name in TraceEvent.model_fields if name != "lane"})


def _deliveries(events: Sequence[Row[Any]]) -> Iterator[TraceDelivery]:
    for event in events:
        if event.detail and "message_id" in event.detail:
            yield TraceDelivery(
                message_id=event.detail["message_id"], receive_count=event.detail["receive_count"], at=event.at
            )


def _entries(payment_id: int) -> Select[*tuple[Any, ...]]:
    """What the purchase moved: its tokens, and what of them was taken back."""
    name = f"payment:{payment_id}"
    copy_id = select(Payment.user_automation_id).where(Payment.id == payment_id).scalar_subquery()
    return (
        select(TokenEntry.__table__)
        .where(
            TokenEntry.user_automation_id == copy_id,
            or_(TokenEntry.reference == name, TokenEntry.reference.startswith(f"{name}:", autoescape=True)),
        )
        .order_by(TokenEntry.id)
    )


def _notices(payment_id: int) -> Select[*tuple[Any, ...]]:
    """What the customer was told about it, and whether a mail about it went out."""
    return (
        select(Notification.kind, Notification.created_at, Notification.read_at, Delivery.state, Delivery.sent_at)
        .join(Payment, Payment.user_id == Notification.user_id)
        .outerjoin(Delivery, Delivery.dedup_key == Notification.dedup_key + "/email")
        .where(Payment.id == payment_id, Notification.data["transaction_id"].astext == Payment.transaction_id)
        .order_by(Notification.id)
    )


def _notice(told: Row[Any]) -> TraceNotice:
    return TraceNotice(
        kind=told.kind,
        created_at=told.created_at,
        read_at=told.read_at,
        mail=TraceMail(state=told.state, sent_at=told.sent_at) if told.state else None,
    )


def _proposed(payment_id: int) -> Select[*tuple[Any, ...]]:
    manager = aliased(User)
    return (
        select(PaymentReview.__table__, manager.name)
        .join(manager, manager.id == PaymentReview.proposed_by)
        .where(PaymentReview.payment_id == payment_id, PaymentReview.state == ReviewState.PROPOSED)
    )


def _review(proposed: Sequence[Row[Any]]) -> TraceReview | None:
    if not proposed:
        return None
    [row] = proposed
    return TraceReview(
        decision=row.decision,
        reason=row.reason,
        proposed_by=PersonName(id=row.proposed_by, name=row.name),
        proposed_at=row.proposed_at,
    )


def _reversible_until(row: Row[Any]) -> datetime | None:
    return row.verified_at + REVERSIBLE_FOR if row.verified_at and row.authority else None


def _actions(
    staff: Person, status: PaymentStatus, review: TraceReview | None, *, reversible_until: datetime | None
) -> Iterator[TraceAction]:
    if status in ASKABLE:
        yield _action("check", "Asks the gateway now whether it was paid, at most once in ten seconds.", None)
    if status is S.REVIEW:
        accept = "The gateway is asked once more; what it confirms is credited, once a second manager agrees."
        close = "Nothing is credited and the customer is told, once a second manager agrees."
        yield _action("review-accept", accept, _against_review(staff, review, ReviewDecision.ACCEPT))
        yield _action("review-close", close, _against_review(staff, review, ReviewDecision.CLOSE))
        if review and review.proposed_by.id == staff.id:
            yield _action("review-withdraw", "Takes your proposal back; another may be made.", None)
    yield from _ways_back(staff, status, reversible_until)


def _ways_back(staff: Person, status: PaymentStatus, reversible_until: datetime | None) -> Iterator[TraceAction]:
    """How money may go back to the customer. Whether some of it was used is looked at when it is tried."""
    against = None if may(staff.role, Right.PAYMENTS_REVERSE) else NotAllowed()
    if status in {S.VERIFIED, S.CREDITED} and reversible_until:
        reverse = "The gateway gives the whole amount back and the tokens go; only while none of them is used."
        late = NotReversible("too-late") if clock.now() >= reversible_until else None
        yield _action("reverse", reverse, against or late)
    if status is S.CREDITED:
        refund = "What is unused is taken back at once; its share of the price is then owed to the customer."
        yield _action("refund", refund, against)
    if status is S.REFUND_PENDING:
        yield _action("refunded", "Notes the bank transfer by which the customer was paid back.", against)


def _against_review(staff: Person, review: TraceReview | None, decision: ReviewDecision) -> ZimmerError | None:
    if not may(staff.role, Right.PAYMENTS_REVERSE):
        return NotAllowed()
    if review is None:
        return None
    if review.decision is not decision:
        return NotInReview("Something else has been proposed")
    return OwnRequest() if review.proposed_by.id == staff.id else None


def _action(action: str, consequence: str, against: ZimmerError | None) -> TraceAction:
    return TraceAction(
        action=action, allowed=against is None, reason=against.code if against else None, consequence=consequence
    )
