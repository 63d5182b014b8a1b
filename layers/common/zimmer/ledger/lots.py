"""What is left of one purchase, and taking it back.

Paid tokens are used first in, first out. Nothing is written to a lot when tokens are used: `paid_spent` says how
many ever were, and the arithmetic says which purchase they came from. A correction's tokens belong to no lot and
count as used last, so that a refund never gives back what was used.
"""

from dataclasses import dataclass

from sqlalchemy import Select, select, update

from zimmer.db import Session
from zimmer.ledger.movements import credit, debit
from zimmer.models import Bucket, EntryKind, Lot, TokenEntry, UserAutomation


@dataclass(frozen=True)
class Part:
    """One purchase's tokens: how many there were, and how many of them are unused and still there."""

    entry_id: int
    tokens: int
    unspent: int


def part_of(session: Session, copy: UserAutomation, payment_id: int) -> Part:
    """What is left of one credited purchase. Locks the copy until the transaction ends."""
    session.refresh(copy, with_for_update={"key_share": True})
    entry_id = session.scalars(_entry_id(payment_id)).one()
    spent = copy.paid_spent
    lots = select(Lot).where(Lot.user_automation_id == copy.id, Lot.entry_id <= entry_id).order_by(Lot.entry_id)
    for lot in session.scalars(lots, execution_options={"populate_existing": True}):
        left = lot.tokens - lot.clawed_back
        used = min(spent, left)
        spent -= used
        if lot.entry_id == entry_id:
            return Part(entry_id, lot.tokens, min(left - used, copy.tokens_remaining))
    raise LookupError(f"purchase {payment_id} has no lot")


def claw_back(
    session: Session, copy: UserAutomation, *, payment_id: int, tokens: int, reference: str, actor: str
) -> None:
    """Take `tokens` (> 0) of one purchase back, once per reference. Locks the copy.

    Raises InsufficientTokens when the balance has fewer.
    """
    taken = debit(
        session,
        copy,
        tokens=tokens,
        bucket=Bucket.PAID,
        kind=EntryKind.CLAWBACK,
        reference=reference,
        actor=actor,
    )
    if taken is not None:
        _count(session, payment_id, tokens)


def give_back(session: Session, copy: UserAutomation, *, payment_id: int, reference: str, actor: str) -> None:
    """Undo the claw-back of this reference, once. Does nothing where there was none."""
    clawed = select(TokenEntry.delta).where(TokenEntry.kind == EntryKind.CLAWBACK, TokenEntry.reference == reference)
    delta = session.scalar(clawed)
    if delta is None:
        return
    given = credit(
        session,
        copy,
        tokens=-delta,
        bucket=Bucket.PAID,
        kind=EntryKind.CLAWBACK_RETURN,
        reference=reference,
        actor=actor,
    )
    if given is not None:
        _count(session, payment_id, delta)


def clawed_back(session: Session, payment_id: int) -> int:
    """How many tokens of a purchase have been taken back."""
    return session.scalars(select(Lot.clawed_back).where(Lot.entry_id == _entry_id(payment_id).scalar_subquery())).one()


def _count(session: Session, payment_id: int, tokens: int) -> None:
    lot = update(Lot).where(Lot.entry_id == _entry_id(payment_id).scalar_subquery())
    session.execute(lot.values(clawed_back=Lot.clawed_back + tokens))


def _entry_id(payment_id: int) -> Select[int]:
    reference = f"payment:{payment_id}"
    return select(TokenEntry.id).where(TokenEntry.kind == EntryKind.PURCHASE, TokenEntry.reference == reference)
