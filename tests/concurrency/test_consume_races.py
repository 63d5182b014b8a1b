"""Two hundred automations at one balance: nobody gets what is not there, nobody loses what is."""

from collections import Counter
from contextlib import closing

from sqlalchemy import func, select, update

from tests.concurrency.races import at_once
from tests.factories import make_automation, make_copy, make_service_token, make_user
from zimmer import crypto, ledger
from zimmer.db import Database, Session, committed, database
from zimmer.errors import InsufficientTokens
from zimmer.ledger import Use
from zimmer.models import Activity, TokenEntry, UsageEvent, User, UserAutomation


def a_copy(url: str, *, demo: int = 0, paid: int = 0) -> tuple[int, int, bytes]:
    """A copy with tokens, and its automation's service token as (id, hash)."""
    with closing(Database(url)) as shared, shared.transaction() as session:
        automation = make_automation(session)
        copy = make_copy(session, automation=automation, demo=demo, paid=paid)
        token = make_service_token(session, automation.id)
        _, token_id, secret = token.split("_", 2)
        return copy.id, int(token_id), crypto.token_hash(secret)


def spend(copy_id: int, units: int, key: str, *, token_id: int, token_hash: bytes) -> str:
    """One call; what came of it."""
    try:
        ledger.consume(
            database().atomic(), Use(copy_id, units, "message", key), token_id=token_id, token_hash=token_hash
        )
    except InsufficientTokens:
        return "refused"
    return "accepted"


def test_two_hundred_threads_share_a_balance_of_a_thousand(own_database: str) -> None:
    copy_id, token_id, token_hash = a_copy(own_database, demo=5, paid=995)

    def ten_calls(number: int) -> Counter[str]:
        return Counter(
            spend(copy_id, 1, f"thread-{number}-{n}", token_id=token_id, token_hash=token_hash) for n in range(10)
        )

    outcomes = sum(at_once(own_database, ten_calls, threads=200), Counter())
    assert outcomes == {"accepted": 1000, "refused": 1000}
    with closing(Database(own_database)) as shared:
        copy = shared.read().entity(select(UserAutomation).where(UserAutomation.id == copy_id))
        assert copy is not None
        assert (copy.demo_tokens, copy.tokens_remaining, copy.paid_spent) == (0, 0, 995)


def test_three_hundred_keys_from_eight_threads_are_debited_once_each(own_database: str) -> None:
    copy_id, token_id, token_hash = a_copy(own_database, demo=5, paid=995)

    def every_key(number: int) -> set[str]:
        return {spend(copy_id, 1, f"key-{n}", token_id=token_id, token_hash=token_hash) for n in range(300)}

    assert set.union(*at_once(own_database, every_key, threads=8)) == {"accepted"}
    with closing(Database(own_database)) as shared:
        copy = shared.read().entity(select(UserAutomation).where(UserAutomation.id == copy_id))
        assert copy is not None
        assert copy.demo_tokens + copy.tokens_remaining == 700
        assert len(shared.read().rows(select(UsageEvent.idempotency_key))) == 300


def test_a_twin_that_finds_the_balance_spent_by_itself_gets_the_first_answer(own_database: str) -> None:
    """The last tokens go to one call sent twice: both must hear "accepted"."""
    copy_id, token_id, token_hash = a_copy(own_database, paid=5)

    def the_same(_: int) -> str:
        return spend(copy_id, 5, "the-last-five", token_id=token_id, token_hash=token_hash)

    assert set(at_once(own_database, the_same, threads=16)) == {"accepted"}
    with closing(Database(own_database)) as shared:
        assert len(shared.read().rows(select(TokenEntry.id).where(TokenEntry.kind == "use"))) == 1


def test_read_then_write_would_give_tokens_away(own_database: str) -> None:
    """The red twin of consume, as most shops write it. If this ever passes its own check, the races above
    prove nothing.
    """
    copy_id, _, _ = a_copy(own_database, paid=100)

    def naive(_: int) -> int:
        granted = 0
        for _ in range(20):
            left = database().read().first(select(UserAutomation.tokens_remaining).where(UserAutomation.id == copy_id))
            assert left is not None
            if left.tokens_remaining < 1:
                break
            with committed() as session:
                session.execute(
                    update(UserAutomation)
                    .where(UserAutomation.id == copy_id)
                    .values(tokens_remaining=left.tokens_remaining - 1)
                )
            granted += 1
        return granted

    granted = sum(at_once(own_database, naive, threads=16))
    _put_back(own_database, copy_id, 100)
    assert granted > 100


def _put_back(url: str, copy_id: int, tokens: int) -> None:
    """The naive twin wrote past the ledger; leave the database as its entries say."""
    with closing(Database(url)) as shared, shared.transaction() as session:
        session.execute(update(UserAutomation).where(UserAutomation.id == copy_id).values(tokens_remaining=tokens))


def test_a_customer_who_wakes_two_automations_at_once_is_counted_once(own_database: str) -> None:
    with closing(Database(own_database)) as shared, shared.transaction() as session:
        person = make_user(session)
        callers = [_caller_of(session, person) for _ in range(8)]

    def first_use(number: int) -> str:
        copy_id, token_id, token_hash = callers[number]
        return spend(copy_id, 1, "first", token_id=token_id, token_hash=token_hash)

    assert set(at_once(own_database, first_use, threads=8)) == {"accepted"}
    with closing(Database(own_database)) as shared:
        assert shared.read().rows(select(func.sum(Activity.customers))) == [(1,)]


def _caller_of(session: Session, person: User) -> tuple[int, int, bytes]:
    automation = make_automation(session)
    copy = make_copy(session, person, automation, paid=5)
    _, token_id, secret = make_service_token(session, automation.id).split("_", 2)
    return copy.id, int(token_id), crypto.token_hash(secret)
