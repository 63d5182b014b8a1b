"""One movement inside a transaction: balance, entry and chain move together or not at all."""

import hashlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests.factories import make_copy
from zimmer import ledger
from zimmer.db import UNIQUE_VIOLATION, Session, heard, sqlstate
from zimmer.errors import InsufficientTokens
from zimmer.ledger.movements import Balance
from zimmer.models import Bucket, EntryKind, TokenEntry, UserAutomation

ADJUST = EntryKind.ADJUSTMENT


def give(session: Session, copy: UserAutomation, tokens: int, reference: str) -> TokenEntry | None:
    return ledger.credit(
        session, copy, tokens=tokens, bucket=Bucket.PAID, kind=ADJUST, reference=reference, actor="test"
    )


def take(session: Session, copy: UserAutomation, tokens: int, reference: str) -> TokenEntry | None:
    return ledger.debit(
        session, copy, tokens=tokens, bucket=Bucket.PAID, kind=ADJUST, reference=reference, actor="test"
    )


def test_a_credit_moves_the_balance_and_says_so(session: Session) -> None:
    copy = make_copy(session)
    entry = give(session, copy, 40, "adjust:a")
    assert entry is not None
    assert (entry.delta, entry.balance_after, entry.seq) == (40, 40, 1)
    assert ledger.balance(session, copy.id).paid == 40


def test_the_same_reference_is_credited_once(session: Session) -> None:
    copy = make_copy(session)
    give(session, copy, 40, "adjust:a")
    assert give(session, copy, 40, "adjust:a") is None
    assert ledger.balance(session, copy.id).paid == 40


def test_a_debit_of_more_than_there_is_keeps_nothing(session: Session) -> None:
    copy = make_copy(session, paid=10)
    with pytest.raises(InsufficientTokens) as refused:
        take(session, copy, 11, "adjust:b")
    assert refused.value.data == {"needed": 11, "available": 10}
    assert ledger.balance(session, copy.id).paid == 10


def move(session: Session, copy: UserAutomation, delta: int, reference: str) -> None:
    session.refresh(copy, with_for_update=True)
    ledger.move_under_lock(
        session, copy, delta=delta, bucket=Bucket.PAID, kind=ADJUST, reference=reference, actor="test"
    )


def test_a_movement_under_the_callers_lock_shows_its_balance_before_anybody_has_read_it(session: Session) -> None:
    copy = make_copy(session, paid=10)
    move(session, copy, -4, "adjust:a")
    assert copy.tokens_remaining == 6
    move(session, copy, 1, "adjust:b")
    assert ledger.balance(session, copy.id) == Balance(demo=0, paid=7)
    assert copy.ledger_seq == 3
    with pytest.raises(InsufficientTokens):
        move(session, copy, -8, "adjust:c")
    assert ledger.balance(session, copy.id).paid == 7


def move_again(session: Session, copy: UserAutomation) -> None:
    with session.begin_nested():
        move(session, copy, 40, "adjust:a")
        heard(session)


def test_a_reference_that_was_there_is_refused_by_its_key(session: Session) -> None:
    copy = make_copy(session)
    move(session, copy, 40, "adjust:a")
    with pytest.raises(DBAPIError) as refused:
        move_again(session, copy)
    assert sqlstate(refused.value) == UNIQUE_VIOLATION
    assert ledger.balance(session, copy.id).paid == 40


def test_demo_tokens_are_taken_from_demo_tokens(session: Session) -> None:
    copy = make_copy(session, demo=5)
    demo: dict[str, Any] = {"bucket": Bucket.DEMO, "kind": ADJUST, "actor": "test"}
    ledger.debit(session, copy, tokens=3, reference="adjust:some", **demo)
    give(session, copy, 40, "adjust:paid")
    with pytest.raises(InsufficientTokens) as refused:
        ledger.debit(session, copy, tokens=3, reference="adjust:more", **demo)
    assert refused.value.data == {"needed": 3, "available": 2}
    assert ledger.balance(session, copy.id) == Balance(demo=2, paid=40)


def test_buckets_do_not_mix(session: Session) -> None:
    copy = make_copy(session, demo=5, paid=10)
    take(session, copy, 10, "adjust:all")
    assert ledger.balance(session, copy.id) == Balance(demo=5, paid=0)


def test_an_entry_carries_the_hash_of_the_one_before_and_of_its_own_words(session: Session) -> None:
    """Recomputed here without the database's function: the format is a promise to whoever audits it."""
    copy = make_copy(session, demo=5)
    entry = give(session, copy, 40, "adjust:a")
    first = session.scalars(select(TokenEntry).where(TokenEntry.user_automation_id == copy.id)).first()
    assert entry is not None
    assert first is not None
    words = f"v1|{copy.id}|1|demo|5|5|demo|demo:{copy.id}"
    assert first.hash == hashlib.sha256(words.encode()).digest()
    words = f"v1|{copy.id}|2|paid|40|40|adjustment|adjust:a"
    assert entry.prev_hash == first.hash
    assert entry.hash == hashlib.sha256(first.hash + words.encode()).digest()
    assert (copy.ledger_head, copy.ledger_prev, copy.ledger_seq) == (entry.hash, first.hash, 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.integers(min_value=-60, max_value=60).filter(bool), max_size=12))
def test_whatever_moves_entries_add_up_to_the_balance(session: Session, moves: list[int]) -> None:
    copy = make_copy(session)
    for number, move in enumerate(moves):
        try:
            (give if move > 0 else take)(session, copy, abs(move), f"adjust:{copy.id}-{number}")
        except InsufficientTokens:
            continue
    entries = session.scalars(select(TokenEntry).where(TokenEntry.user_automation_id == copy.id)).all()
    assert sum(entry.delta for entry in entries) == copy.tokens_remaining >= 0
