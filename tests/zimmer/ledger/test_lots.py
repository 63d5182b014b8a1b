"""What is left of one purchase, and taking it back: first in, first out."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from tests.factories import make_copy, make_user, purchase_in
from tests.zimmer.ledger.spending import Developer
from zimmer import clock, ledger
from zimmer.db import Database, Session, heard
from zimmer.errors import InsufficientTokens
from zimmer.ledger.lots import Part, claw_back, clawed_back, give_back, part_of
from zimmer.models import (
    Automation,
    Bucket,
    EntryKind,
    Lot,
    Payment,
    PaymentEvent,
    PaymentStatus,
    TokenEntry,
    UserAutomation,
)


@pytest.fixture
def copy(session: Session, automation: Automation) -> UserAutomation:
    return make_copy(session, make_user(session), automation)


def bought(session: Session, copy: UserAutomation, tokens: int) -> int:
    payment = purchase_in(session, PaymentStatus.VERIFIED, copy, tokens=tokens)
    ledger.credit_purchases(session, [payment.id], actor="test")
    return payment.id


def left_of(session: Session, *purchases: int) -> list[int]:
    return [part(session, payment_id).unspent for payment_id in purchases]


def part(session: Session, payment_id: int) -> Part:
    found = part_of(session, payment_id)()
    assert found is not None
    return found


def taken_back(session: Session, payment_id: int) -> int | None:
    return session.scalar(clawed_back(payment_id))


def take(session: Session, payment_id: int, tokens: int, turn: int = 1) -> None:
    reference = f"payment:{payment_id}:{turn}"
    claw_back(session, part(session, payment_id), tokens=tokens, reference=reference, actor="staff:7")


def take_at_once(session: Session, payment_id: int, tokens: int) -> None:
    with session.begin_nested():
        take(session, payment_id, tokens)
        heard(session)


def return_(session: Session, copy: UserAutomation, payment_id: int, turn: int = 1) -> None:
    give_back(session, copy, payment_id=payment_id, reference=f"payment:{payment_id}:{turn}", actor="staff:8")


def settle(session: Session, payment_id: int) -> None:
    """Let it stand where a purchase stands of which something was taken back."""
    session.get_one(Payment, payment_id).status = PaymentStatus.REFUND_PENDING
    session.add(
        PaymentEvent(
            payment_id=payment_id,
            seq=99,
            at=clock.now(),
            actor="test",
            cause="arranged",
            from_status=PaymentStatus.CREDITED,
            to_status=PaymentStatus.REFUND_PENDING,
        )
    )
    session.flush()


def test_the_oldest_purchase_is_used_first(session: Session, copy: UserAutomation, developer: Developer) -> None:
    first, second, third = (bought(session, copy, tokens) for tokens in (10, 20, 30))
    assert left_of(session, first, second, third) == [10, 20, 30]
    for units, left in ((4, [6, 20, 30]), (6, [0, 20, 30]), (5, [0, 15, 30]), (16, [0, 0, 29])):
        developer.spend(copy.id, units, f"use-{units}")
        assert left_of(session, first, second, third) == left


def test_it_stays_the_oldest_when_some_of_it_was_taken_back(
    session: Session, copy: UserAutomation, developer: Developer
) -> None:
    first, second = bought(session, copy, 10), bought(session, copy, 20)
    take(session, first, 1)
    developer.spend(copy.id, 12, "use")
    assert left_of(session, first, second) == [0, 17]
    settle(session, first)


def test_a_neighbours_purchase_is_not_used(session: Session, automation: Automation, developer: Developer) -> None:
    theirs, ours = (make_copy(session, make_user(session), automation, paid=10) for _ in range(2))
    bought(session, theirs, 30)
    purchase = bought(session, ours, 10)
    developer.spend(ours.id, 4, "use")
    assert left_of(session, purchase) == [6]


def test_what_is_left_is_read_anew(session: Session, copy: UserAutomation) -> None:
    purchase = bought(session, copy, 10)
    lot = session.scalars(select(Lot)).one()
    unseen = update(Lot).values(clawed_back=3).execution_options(synchronize_session=False)
    session.execute(unseen)
    assert (lot.clawed_back, left_of(session, purchase)) == (0, [7])
    session.execute(update(Lot).values(clawed_back=0))


def test_what_is_left_stays_left_until_the_transaction_ends(own_database: str) -> None:
    asking, others = Database(own_database), Database(own_database)
    with asking.transaction() as session:
        copy = make_copy(session)
        purchase = bought(session, copy, 10)
    row = select(UserAutomation.id).where(UserAutomation.id == copy.id)
    with asking.transaction() as session:
        part(session, purchase)
        with others.transaction() as other:
            assert other.scalar(row.with_for_update(key_share=True, read=True, nowait=True))  # its key is free
        with pytest.raises(DBAPIError), others.transaction() as other:
            other.scalar(row.with_for_update(key_share=True, nowait=True))
    asking.close()
    others.close()


def test_a_part_names_its_entry_and_its_size(session: Session, copy: UserAutomation, developer: Developer) -> None:
    bought(session, copy, 10)
    second = bought(session, copy, 20)
    developer.spend(copy.id, 13, "use")
    entry = session.scalars(select(TokenEntry.id).where(TokenEntry.reference == f"payment:{second}")).one()
    assert part(session, second) == Part(copy, entry, 20, 17)


def test_a_correction_is_used_last_and_belongs_to_no_purchase(session: Session, copy: UserAutomation) -> None:
    purchase = bought(session, copy, 10)
    ledger.debit(
        session,
        copy,
        tokens=7,
        bucket=Bucket.PAID,
        kind=EntryKind.ADJUSTMENT,
        reference="adjust:less",
        actor="test",
    )
    assert left_of(session, purchase) == [3]  # no more than there is


def test_what_is_taken_back_leaves_the_balance_and_its_lot_only(
    session: Session, copy: UserAutomation, developer: Developer
) -> None:
    first, second = bought(session, copy, 10), bought(session, copy, 20)
    developer.spend(copy.id, 4, "use")
    take(session, first, 6)
    assert (ledger.balance(session, copy.id).paid, taken_back(session, first), taken_back(session, second)) == (
        20,
        6,
        0,
    )
    assert left_of(session, first, second) == [0, 20]
    developer.spend(copy.id, 5, "another")
    assert left_of(session, first, second) == [0, 15]
    [entry] = session.scalars(select(TokenEntry).where(TokenEntry.kind == EntryKind.CLAWBACK))
    assert (entry.bucket, entry.delta, entry.reference, entry.actor) == (
        Bucket.PAID,
        -6,
        f"payment:{first}:1",
        "staff:7",
    )
    settle(session, first)


def test_the_same_reference_is_taken_back_once(session: Session, copy: UserAutomation) -> None:
    """The payment's lock makes it new; were it not, the ledger's key would refuse it."""
    purchase = bought(session, copy, 10)
    take(session, purchase, 4)
    with pytest.raises(DBAPIError, match="token_entries_kind_reference_bucket_key"):
        take_at_once(session, purchase, 4)
    session.expire_all()
    assert (ledger.balance(session, copy.id).paid, taken_back(session, purchase)) == (6, 4)
    settle(session, purchase)


def test_more_than_there_is_cannot_be_taken_back(session: Session, copy: UserAutomation, developer: Developer) -> None:
    purchase = bought(session, copy, 10)
    developer.spend(copy.id, 4, "use")
    with pytest.raises(InsufficientTokens):
        take(session, purchase, 10)
    assert (ledger.balance(session, copy.id).paid, taken_back(session, purchase)) == (6, 0)


def test_what_was_taken_back_is_given_back_once(session: Session, copy: UserAutomation) -> None:
    first, second = bought(session, copy, 10), bought(session, copy, 20)
    take(session, second, 20)
    for _ in range(2):
        return_(session, copy, second)
    assert (ledger.balance(session, copy.id).paid, taken_back(session, second)) == (30, 0)
    assert left_of(session, first, second) == [10, 20]
    [entry] = session.scalars(select(TokenEntry).where(TokenEntry.kind == EntryKind.CLAWBACK_RETURN))
    assert (entry.bucket, entry.delta, entry.reference, entry.actor) == (
        Bucket.PAID,
        20,
        f"payment:{second}:1",
        "staff:8",
    )


def test_only_the_claw_back_of_that_turn_is_given_back(session: Session, copy: UserAutomation) -> None:
    purchase = bought(session, copy, 10)
    take(session, purchase, 3, turn=1)
    take(session, purchase, 5, turn=2)
    return_(session, copy, purchase, turn=1)
    assert (ledger.balance(session, copy.id).paid, taken_back(session, purchase)) == (5, 5)
    return_(session, copy, purchase, turn=3)
    assert (ledger.balance(session, copy.id).paid, taken_back(session, purchase)) == (5, 5)
    settle(session, purchase)
