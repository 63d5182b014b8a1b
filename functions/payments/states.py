"""The states of a purchase and the moves between them. What of it the wire shows is said in `zimmer.wire`.

The table is data. `move` is the only way a status changes outside the set-based crediting statement
(`zimmer.ledger.purchases`, verified → credited), and every move leaves an event in the same commit.
"""

from dataclasses import dataclass

from sqlalchemy import ScalarResult, select

from zimmer import clock
from zimmer.db import Session
from zimmer.models import Json, Payment, PaymentEvent, PaymentStatus, Role
from zimmer.notifications import Kind, Notice, notify_many, staff_with
from zimmer.observability import Unit, counting, logger
from zimmer.wire import AT_NO_BANK, Phase, WireStatus, on_the_wire

__all__ = [
    "AT_NO_BANK",
    "CLAIMABLE",
    "MOVES",
    "OPEN",
    "SOURCES",
    "Because",
    "Move",
    "Phase",
    "WireStatus",
    "lock",
    "locked",
    "move",
    "on_the_wire",
    "record",
]

S = PaymentStatus


@dataclass(frozen=True)
class Move:
    """One arrow of the drawing."""

    source: PaymentStatus
    cause: str
    to: PaymentStatus


def _moves(sources: tuple[PaymentStatus, ...], cause: str, to: PaymentStatus) -> tuple[Move, ...]:
    return tuple(Move(source, cause, to) for source in sources)


MOVES: tuple[Move, ...] = (
    *_moves((S.CREATED,), "gateway accepts", S.PENDING),
    *_moves((S.CREATED,), "gateway refuses", S.REJECTED),
    *_moves((S.CREATED,), "no answer", S.INIT_UNKNOWN),
    *_moves((S.CREATED, S.INIT_UNKNOWN, S.REJECTED), "same Idempotency-Key", S.CREATED),
    *_moves((S.CREATED, S.INIT_UNKNOWN), "found among the unverified", S.PENDING),
    *_moves((S.CREATED, S.INIT_UNKNOWN), "found there with another amount", S.REVIEW),
    *_moves((S.CREATED,), "nothing to pay", S.VERIFIED),
    *_moves((S.PENDING, S.NOT_PAID, S.VERIFY_UNKNOWN, S.EXPIRED), "claimed", S.VERIFYING),
    *_moves((S.VERIFYING,), "lease over, claimed again", S.VERIFYING),
    *_moves((S.VERIFYING,), "100 / 101", S.VERIFIED),
    *_moves((S.VERIFYING,), "-51", S.NOT_PAID),
    *_moves((S.VERIFYING,), "unknown", S.VERIFY_UNKNOWN),
    *_moves((S.VERIFYING,), "-50 / -53 / -54", S.REVIEW),
    *_moves((S.VERIFYING,), "100 / 101 for a deleted account", S.REVIEW),
    *_moves((S.VERIFYING, S.PENDING), "unknown for 72 hours", S.REVIEW),
    *_moves((S.PENDING,), "inquiry FAILED", S.NOT_PAID),
    *_moves((S.PENDING,), "customer cancels", S.NOT_PAID),
    *_moves((S.PENDING, S.NOT_PAID), "past expires_at and not paid", S.EXPIRED),
    *_moves((S.PENDING, S.NOT_PAID, S.VERIFY_UNKNOWN, S.EXPIRED), "inquiry REVERSED", S.REVERSED),
    *_moves((S.VERIFIED,), "worker", S.CREDITED),
    *_moves((S.VERIFIED, S.CREDITED), "staff", S.REVERSING),
    *_moves((S.REVERSING,), "code 100", S.REVERSED),
    *_moves((S.REVERSING,), "refused", S.VERIFIED),
    *_moves((S.REVERSING,), "refused", S.CREDITED),
    *_moves((S.CREDITED,), "staff", S.REFUND_PENDING),
    *_moves((S.REFUND_PENDING,), "paid back outside", S.REFUNDED),
    *_moves((S.REVIEW,), "two managers and 100 / 101", S.VERIFIED),
    *_moves((S.REVIEW,), "two managers and a reason", S.CLOSED),
)

SOURCES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    to: frozenset(move.source for move in MOVES if move.to is to) for to in PaymentStatus
}

OPEN = frozenset({S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN})  # what counts against a customer's limit
CLAIMABLE = SOURCES[S.VERIFYING]


@dataclass(frozen=True)
class Because:
    """Why something happened to a purchase: what its event will say."""

    cause: str
    actor: str
    gateway_code: int | None = None
    http_status: int | None = None
    latency_ms: int | None = None
    trace_id: str | None = None
    detail: Json | None = None


def lock(session: Session, payment_id: int) -> ScalarResult[Payment]:
    """Ask for the payment under its lock, with whatever is asked next: that is read after the lock was taken.

    The lock leaves the row's key free: nobody changes ids, and the checks of foreign keys need not wait.
    """
    query = select(Payment).where(Payment.id == payment_id).with_for_update(key_share=True)
    return session.scalars(query, execution_options={"populate_existing": True})


def locked(session: Session, payment_id: int) -> Payment:
    """The payment, locked until the transaction ends, as it is now."""
    return lock(session, payment_id).one()


def move(session: Session, payment: Payment, to: PaymentStatus, because: Because, **facts: object) -> None:
    """Bring a locked payment to another status, set the columns in `facts`, and write the event.

    Raises ValueError for a move that the table does not have: that is a mistake of ours.
    """
    if payment.status not in SOURCES[to]:
        raise ValueError(f"payment {payment.id} cannot go from {payment.status} to {to}")
    source, payment.status = payment.status, to
    for column, value in facts.items():
        setattr(payment, column, value)
    record(session, payment, because, source=source)
    if to is S.REVIEW:
        _tell_managers(session, payment)
        logger().info("review.needed", **counting({"ReviewNeeded": (1, Unit.COUNT)}), payment_id=payment.id)


def record(session: Session, payment: Payment, because: Because, *, source: PaymentStatus | None = None) -> None:
    """Write what happened to a locked payment; with `source`, that it came from there."""
    payment.event_seq += 1
    session.add(
        PaymentEvent(
            payment_id=payment.id,
            seq=payment.event_seq,
            at=clock.now(),
            actor=because.actor,
            from_status=source,
            to_status=payment.status if source else None,
            cause=because.cause,
            gateway_code=because.gateway_code,
            http_status=because.http_status,
            latency_ms=because.latency_ms,
            trace_id=because.trace_id or payment.trace_id,
            detail=because.detail,
        )
    )
    session.flush()


def _tell_managers(session: Session, payment: Payment) -> None:
    """Two of them have to decide, and none of them looks here by chance."""
    data = {"payment_id": payment.id, "transaction_id": payment.transaction_id}
    link, managers = f"/payments/?id={payment.id}", staff_with(session, Role.MANAGER)
    notices = (Notice(one, Kind.PAYMENT_REVIEW, f"{payment.id}:{one}", data, link) for one in managers)
    notify_many(session, notices)
