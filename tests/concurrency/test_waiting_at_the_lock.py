"""Races without luck: a third connection holds the row, the racers queue up behind it, then it lets go."""

from collections.abc import Callable
from contextlib import closing
from itertools import count
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.concurrency.test_consume_races import a_copy, spend
from tests.concurrency.test_hold_races import Token, release, take
from tests.concurrency.test_purchase_races import a_verified_payment
from tests.factories import make_copy
from zimmer import ledger
from zimmer.db import Database, committed, database, using
from zimmer.ledger import Use
from zimmer.models import TokenEntry, UserAutomation

POLL_SECONDS = 0.005
MOST_POLLS = 2000

HOW_MANY_WAIT = text(
    "SELECT count(*) AS n FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND :yes"
)


def wait_until_waiting(url: str, how_many: int) -> None:
    """Until so many connections stand at a lock. Postgres says so; no guess at how long it takes."""
    patience = Event()
    with closing(Database(url)) as probe:
        for polls in count():
            if probe.atomic().run(HOW_MANY_WAIT, {"yes": True})[0].n >= how_many:
                return
            assert polls < MOST_POLLS, "they do not wait"
            patience.wait(POLL_SECONDS)


def behind(url: str, lock: str, works: list[Callable[[], Any]]) -> list[Any]:
    """What each work gave, all of them queued behind `lock` before it is released."""
    heard: list[Any] = [None] * len(works)

    def one(number: int) -> None:
        with closing(Database(url)) as own, using(own):
            heard[number] = works[number]()

    threads = [Thread(target=one, args=(number,)) for number in range(len(works))]
    with closing(Database(url)) as holder, holder.transaction() as session:
        session.execute(text(lock)).all()
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until_waiting(url, number)
    for thread in threads:
        thread.join()
    return heard


def uses(url: str) -> int:
    with closing(Database(url)) as shared:
        return len(shared.read().rows(select(TokenEntry.id).where(TokenEntry.kind == "use")))


@pytest.mark.parametrize("units", [5, 2], ids=["the last tokens", "some of them"])
def test_twins_that_waited_hear_the_same(own_database: str, units: int) -> None:
    copy_id, token_id, token_hash = a_copy(own_database, paid=5)
    heard = behind(
        own_database,
        f"SELECT id FROM user_automations WHERE id = {copy_id} FOR UPDATE",
        [lambda: spend(copy_id, units, "same", token_id=token_id, token_hash=token_hash)] * 3,
    )
    assert heard == ["accepted"] * 3
    assert uses(own_database) == 1


def test_different_uses_that_waited_get_what_is_left(own_database: str) -> None:
    copy_id, token_id, token_hash = a_copy(own_database, demo=2, paid=3)

    def two_units(key: str) -> Callable[[], str]:
        return lambda: spend(copy_id, 2, key, token_id=token_id, token_hash=token_hash)

    heard = behind(
        own_database,
        f"SELECT id FROM user_automations WHERE id = {copy_id} FOR UPDATE",
        [two_units(key) for key in ("first", "second", "third")],
    )
    assert sorted(heard) == ["accepted", "accepted", "refused"]


def test_a_use_that_waits_behind_its_purchase_is_paid_by_it(own_database: str) -> None:
    """When it asked there was nothing; by its turn there is enough. Its own snapshot is older than both."""
    copy_id, token_id, token_hash = a_copy(own_database)
    with closing(Database(own_database)) as shared, shared.transaction() as session:
        payment_id = a_verified_payment(session, session.get_one(UserAutomation, copy_id), tokens=5)

    def credit() -> object:
        with committed() as session:
            return ledger.credit_purchases(session, [payment_id], actor="race").now

    def use() -> str:
        return spend(copy_id, 5, "at once", token_id=token_id, token_hash=token_hash)

    heard = behind(own_database, f"SELECT id FROM user_automations WHERE id = {copy_id} FOR UPDATE", [credit, use])
    assert heard == [frozenset({payment_id}), "accepted"]


@pytest.mark.parametrize("taking", ["hold", "use", "batch"])
def test_what_waits_behind_a_return_may_have_the_returned_tokens(own_database: str, taking: str) -> None:
    copy_id, token_id, token_hash = a_copy(own_database, demo=2, paid=3)
    token: Token = (token_id, token_hash)
    with closing(Database(own_database)) as own, using(own):
        held = take(copy_id, 5, "first", token)
    takings: dict[str, Callable[[], object]] = {
        "hold": lambda: take(copy_id, 5, "second", token).units,
        "use": lambda: spend(copy_id, 5, "second", token_id=token_id, token_hash=token_hash),
        "batch": lambda: len(
            ledger.consume_many(
                database().atomic(),
                [Use(copy_id, units, "message", f"second-{units}") for units in (2, 3)],
                token_id=token_id,
                token_hash=token_hash,
            )
        ),
    }
    behind(
        own_database,
        f"SELECT id FROM user_automations WHERE id = {copy_id} FOR UPDATE",
        [lambda: release(held.hold_id, token), takings[taking]],
    )
    with closing(Database(own_database)) as shared:
        [copy] = shared.read().entities(select(UserAutomation))
    assert (copy.demo_tokens, copy.tokens_remaining) == (0, 0)


def locked_ids(url: str, table: str) -> set[int]:
    with closing(Database(url)) as probe, probe.transaction() as session:
        every = set(session.scalars(text(f"SELECT id FROM {table}")))
        return every - set(session.scalars(text(f"SELECT id FROM {table} FOR UPDATE SKIP LOCKED")))


@pytest.mark.parametrize("table", ["payments", "user_automations"])
def test_a_batch_locks_rows_in_order_of_id(own_database: str, table: str) -> None:
    """Whoever waits for the middle row holds those before it and none behind it."""
    with closing(Database(own_database)) as shared, shared.transaction() as session:
        copies = [make_copy(session) for _ in range(9)]
        copy_ids = [copy.id for copy in copies]
        # Payments in the opposite order of their copies, and the first rows rewritten to the end of the
        # table, so that the order of ids follows from nothing else.
        payment_ids = [a_verified_payment(session, copy, tokens=10) for copy in reversed(copies)]
        session.execute(text("UPDATE user_automations SET low_balance_at = 1 WHERE id = :id"), {"id": copy_ids[0]})
        session.execute(text("UPDATE payments SET nok_at = NULL WHERE id = :id"), {"id": payment_ids[0]})
    ids = payment_ids if table == "payments" else copy_ids
    credited: list[frozenset[int]] = []

    def credit() -> None:
        with closing(Database(own_database)) as own, using(own), committed() as session:
            credited.append(ledger.credit_purchases(session, payment_ids, actor="race").now)

    thread = Thread(target=credit)
    with closing(Database(own_database)) as holder, holder.transaction() as session:
        session.execute(text(f"SELECT id FROM {table} WHERE id = {ids[4]} FOR UPDATE")).all()
        thread.start()
        wait_until_waiting(own_database, 1)
        held = locked_ids(own_database, table)
    thread.join()
    assert held == set(ids[:5])
    assert credited == [frozenset(payment_ids)]
