"""What is left of one purchase, and taking it back.

Paid tokens are used first in, first out. Nothing is written to a lot when tokens are used: `paid_spent` says how
many ever were, and the arithmetic says which purchase they came from. A correction's tokens belong to no lot and
count as used last, so that a refund never gives back what was used.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, Select, select, update

from zimmer.db import Session
from zimmer.ledger.movements import credit, move_under_lock
from zimmer.models import Bucket, EntryKind, Lot, Payment, TokenEntry, UserAutomation

FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Part:
    """One purchase's tokens: how many there were, and how many of them are unused and still there."""

    copy: UserAutomation  # on which they are, locked
    entry_id: int
    tokens: int
    unspent: int


def part_of(session: Session, payment_id: int) -> Callable[[], Part | None]:
    """Ask what is left of one purchase, with whatever is asked next; then it is there to be called for.

    Locks the copy until the transaction ends. None where the purchase was never credited.
    """
    copies = session.scalars(
        select(UserAutomation)
        .join(Payment, Payment.user_automation_id == UserAutomation.id)
        .where(Payment.id == payment_id)
        .with_for_update(key_share=True, of=UserAutomation),
        execution_options=FRESH,
    )
    entry_id = _entry_id(payment_id)
    its_copy = select(Payment.user_automation_id).where(Payment.id == payment_id).scalar_subquery()
    lots = session.execute(
        select(Lot, Lot.entry_id == entry_id)
        .where(Lot.user_automation_id == its_copy, Lot.entry_id <= entry_id)
        .order_by(Lot.entry_id),
        execution_options=FRESH,
    )

    def part() -> Part | None:
        copy = copies.one()
        spent = copy.paid_spent
        for lot, is_its_own in lots:
            left = lot.tokens - lot.clawed_back
            used = min(spent, left)
            spent -= used
            if is_its_own:
                return Part(copy, lot.entry_id, lot.tokens, min(left - used, copy.tokens_remaining))
        return None

    return part


def claw_back(session: Session, part: Part, *, tokens: int, reference: str, actor: str) -> None:
    """Take `tokens` (> 0) of one purchase back, under a reference that the payment's lock makes new.

    Raises InsufficientTokens when the balance has fewer.
    """
    move_under_lock(
        session,
        part.copy,
        delta=-tokens,
        bucket=Bucket.PAID,
        kind=EntryKind.CLAWBACK,
        reference=reference,
        actor=actor,
    )
    _count(session, part.entry_id, tokens)


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
        _count(session, _entry_id(payment_id), delta)


def clawed_back(payment_id: int) -> Select[int]:
    """Asks how many tokens of a purchase have been taken back; no row where it was never credited."""
    return select(Lot.clawed_back).where(Lot.entry_id == _entry_id(payment_id))


def _count(session: Session, entry_id: int | ScalarSelect[int], tokens: int) -> None:
    lot = update(Lot).where(Lot.entry_id == entry_id).values(clawed_back=Lot.clawed_back + tokens)
    session.execute(lot, execution_options={"synchronize_session": False})  # whoever reads a lot reads it anew


def _entry_id(payment_id: int) -> ScalarSelect[int]:
    reference = f"payment:{payment_id}"
    purchase = (TokenEntry.kind == EntryKind.PURCHASE, TokenEntry.reference == reference)
    return select(TokenEntry.id).where(*purchase).scalar_subquery()
