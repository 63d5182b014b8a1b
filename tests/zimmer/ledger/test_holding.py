"""Tokens set aside: where they come from, where they go back to, and that nothing is counted twice.

That the entries add up, the chain holds and each hold moved what it says is checked after every test.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.databases import RolledBackDatabase
from tests.factories import make_automation, make_copy, make_service_token, purchase_in
from zimmer import clock, crypto, ledger
from zimmer.db import Session
from zimmer.errors import (
    DailyCapReached,
    HoldEnded,
    HoldExceeded,
    HoldNotFound,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationInactive,
    ZimmerError,
)
from zimmer.ledger import Consumed, Ended, Held, Reserve, Use
from zimmer.ledger.lots import part_of
from zimmer.models import Hold, HoldState, PaymentStatus, TokenEntry, UsageEvent, UserAutomation, UserAutomationStatus

MIDNIGHT = datetime(2027, 3, 20, 20, 30, tzinfo=UTC)  # in Tehran, where 1 Farvardin begins


class Developer:
    """An automation with its own service token."""

    def __init__(self, session: Session, database: RolledBackDatabase, automation_id: int) -> None:
        _, token_id, secret = make_service_token(session, automation_id).split("_", 2)
        self.token_id, self.token_hash = int(token_id), crypto.token_hash(secret)
        self.database = database
        self.copy_id = 0

    def hold(self, units: int, key: str = "run", *, seconds: int = 300, meta: dict[str, int] | None = None) -> Held:
        reserve = Reserve(self.copy_id, units, "message", key, timedelta(seconds=seconds), meta)
        return ledger.hold(self.database.atomic(), reserve, token_id=self.token_id, token_hash=self.token_hash)

    def commit(self, held: Held, units: int) -> Ended:
        return ledger.commit(
            self.database.atomic(), held.hold_id, units=units, token_id=self.token_id, token_hash=self.token_hash
        )

    def release(self, held: Held) -> Ended:
        return ledger.release(self.database.atomic(), held.hold_id, token_id=self.token_id, token_hash=self.token_hash)

    def expire(self, held: Held) -> Ended | None:
        return ledger.expire(self.database.atomic(), held.hold_id, actor="upkeep")

    def spend(self, units: int, key: str) -> Consumed:
        use = Use(self.copy_id, units, "message", key)
        return ledger.consume(self.database.atomic(), use, token_id=self.token_id, token_hash=self.token_hash)


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, automation=make_automation(session), demo=5, paid=10)


@pytest.fixture
def developer(session: Session, database: RolledBackDatabase, copy: UserAutomation) -> Developer:
    developer = Developer(session, database, copy.automation_id)
    developer.copy_id = copy.id
    return developer


def entries(session: Session) -> list[tuple[str, str, int, int]]:
    rows = session.scalars(
        select(TokenEntry).where(TokenEntry.kind.in_(["use", "hold", "hold_return"])).order_by(TokenEntry.seq)
    )
    return [(entry.kind, entry.bucket, entry.delta, entry.balance_after) for entry in rows]


def state_of(session: Session, held: Held) -> HoldState:
    return session.scalars(select(Hold.state).where(Hold.id == held.hold_id)).one()


def test_demo_tokens_are_held_before_paid_ones(session: Session, developer: Developer) -> None:
    held = developer.hold(8)
    assert (held.units, held.remaining_demo_tokens, held.remaining_paid_tokens) == (8, 0, 7)
    assert entries(session) == [("hold", "demo", -5, 0), ("hold", "paid", -3, 7)]


def test_what_was_not_used_goes_back_in_the_reverse_order(session: Session, developer: Developer) -> None:
    """Of 5 demo and 3 paid tokens 4 are used: those would have been demo tokens."""
    ended = developer.commit(developer.hold(8), 4)
    assert (ended.state, ended.used, ended.returned) == ("committed", 4, 4)
    assert (ended.remaining_demo_tokens, ended.remaining_paid_tokens) == (1, 10)
    assert entries(session)[2:] == [("hold_return", "paid", 3, 10), ("hold_return", "demo", 1, 1)]


def test_a_hold_that_is_used_whole_returns_nothing(session: Session, developer: Developer) -> None:
    ended = developer.commit(developer.hold(8), 8)
    assert (ended.used, ended.returned, ended.remaining_paid_tokens) == (8, 0, 7)
    assert len(entries(session)) == 2


def test_a_release_returns_everything_and_leaves_no_use(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    ended = developer.release(developer.hold(8))
    assert (ended.state, ended.remaining_demo_tokens, ended.remaining_paid_tokens) == ("released", 5, 10)
    session.refresh(copy)
    assert (copy.paid_spent, copy.spent_today, copy.demo_expired) == (0, 0, False)
    assert session.scalars(select(UsageEvent)).all() == []


def test_the_used_part_becomes_a_use_with_what_was_said_of_the_run(session: Session, developer: Developer) -> None:
    held = developer.hold(8, meta={"chat": 7})
    developer.commit(held, 3)
    event = session.scalars(select(UsageEvent)).one()
    assert (event.units, event.usage_type, event.meta) == (3, "message", {"chat": 7})
    assert event.idempotency_key == f"hold {held.hold_id}"  # a developer's key has no blank


def test_held_tokens_cannot_be_spent(developer: Developer) -> None:
    developer.hold(12)
    with pytest.raises(InsufficientTokens) as refused:
        developer.spend(4, "a")
    assert refused.value.data == {"needed": 4, "available": 3}


def test_a_repetition_gets_the_same_hold(session: Session, developer: Developer) -> None:
    first = developer.hold(8)
    developer.spend(1, "between")
    assert developer.hold(8) == first
    developer.commit(first, 8)
    assert developer.hold(8) == first
    assert session.scalars(select(Hold.id)).all() == [first.hold_id]


@pytest.mark.parametrize("other", [{"units": 7}, {"units": 8, "seconds": 301}, {"units": 8, "meta": {"a": 1}}])
def test_a_key_is_good_for_one_hold(developer: Developer, other: dict[str, int]) -> None:
    developer.hold(8)
    with pytest.raises(IdempotencyConflict):
        developer.hold(**other)  # type: ignore[arg-type]


def test_a_use_may_have_the_key_of_a_hold(developer: Developer) -> None:
    """Whoever finds the hold expired after the run may spend under the run's own name."""
    developer.release(developer.hold(8, "run-7"))
    assert developer.spend(2, "run-7").remaining_demo_tokens == 3


def test_more_than_is_held_is_refused_and_the_hold_stays(session: Session, developer: Developer) -> None:
    held = developer.hold(3)
    with pytest.raises(HoldExceeded) as refused:
        developer.commit(held, 4)
    assert refused.value.data == {"held": 3}
    assert state_of(session, held) is HoldState.OPEN
    assert developer.commit(held, 3).used == 3


def test_each_ending_repeated_gets_its_first_answer(developer: Developer) -> None:
    committed, released, expired = developer.hold(3, "a"), developer.hold(3, "b"), developer.hold(3, "c", seconds=1)
    first = developer.commit(committed, 2)
    second = developer.release(released)
    clock.travel(timedelta(seconds=2))
    third = developer.expire(expired)
    developer.spend(1, "between")
    assert developer.commit(committed, 2) == first
    assert developer.release(released) == second
    assert third is not None
    assert developer.expire(expired) is None
    assert developer.release(expired) == third  # its tokens are back, which is what was wanted


def test_an_ending_does_not_undo_another(developer: Developer) -> None:
    committed, released = developer.hold(3, "a"), developer.hold(3, "b")
    developer.commit(committed, 2)
    developer.release(released)
    with pytest.raises(HoldEnded):
        developer.commit(committed, 1)
    with pytest.raises(HoldEnded) as refused:
        developer.release(committed)
    assert refused.value.data == {"state": "committed", "used": 2}
    with pytest.raises(HoldEnded) as refused:
        developer.commit(released, 1)
    assert refused.value.data == {"state": "released", "used": 0}
    clock.travel(timedelta(hours=2))
    assert developer.expire(committed) is None


def test_what_is_overdue_of_one_copy_goes_back_and_is_counted(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    for key, seconds in (("a", 1), ("b", 1), ("c", 300)):
        developer.hold(2, key, seconds=seconds)
    clock.travel(timedelta(seconds=1))
    expired = [ledger.expire_overdue(developer.database.atomic(), copy.id, actor="upkeep") for _ in range(2)]
    assert expired == [2, 0]


@pytest.mark.parametrize("way", ["use", "hold", "batch"])
def test_who_needed_tokens_that_were_overdue_is_named_in_their_return(
    session: Session, developer: Developer, copy: UserAutomation, way: str
) -> None:
    developer.hold(15, "late", seconds=1)
    clock.travel(timedelta(seconds=1))
    if way == "use":
        developer.spend(1, "now")
    elif way == "hold":
        developer.hold(1, "now")
    else:
        use = Use(copy.id, 1, "message", "now", {"model": "small"})
        ledger.consume_many(
            developer.database.atomic(), [use], token_id=developer.token_id, token_hash=developer.token_hash
        )
        assert session.scalars(select(UsageEvent.meta)).one() == use.meta
    returned = select(TokenEntry.actor).where(TokenEntry.kind == "hold_return").distinct()
    assert session.scalars(returned).all() == [f"service-token:{developer.token_id}"]


def test_a_hold_is_not_expired_before_its_time(session: Session, developer: Developer) -> None:
    held = developer.hold(3)
    assert developer.expire(held) is None
    assert state_of(session, held) is HoldState.OPEN


def test_a_commit_after_its_time_expires_the_hold(session: Session, developer: Developer) -> None:
    held = developer.hold(8, seconds=60)
    clock.travel(timedelta(seconds=60))
    with pytest.raises(HoldEnded) as refused:
        developer.commit(held, 4)
    assert refused.value.data == {"state": "expired", "used": 0}
    assert ledger.balance(session, developer.copy_id).total == 15


def test_who_would_be_refused_gets_the_tokens_of_holds_that_ran_out(session: Session, developer: Developer) -> None:
    held = developer.hold(12, seconds=60)
    clock.travel(timedelta(seconds=61))
    assert developer.spend(10, "a").remaining_paid_tokens == 5
    assert state_of(session, held) is HoldState.EXPIRED
    other = developer.hold(5, "b", seconds=60)
    clock.travel(timedelta(seconds=61))
    assert developer.hold(4, "c").remaining_paid_tokens == 1
    assert state_of(session, other) is HoldState.EXPIRED


def test_a_hold_of_the_whole_demo_does_not_end_it(session: Session, developer: Developer, copy: UserAutomation) -> None:
    held = developer.hold(5)
    session.refresh(copy)
    assert copy.demo_expired
    developer.release(held)
    session.refresh(copy)
    assert (copy.demo_expired, copy.is_demo_active) == (False, True)


def test_demo_tokens_that_come_back_late_cannot_be_spent(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    session.execute(update(UserAutomation).values(demo_expires_at=clock.now() + timedelta(seconds=30)))
    ended = None
    held = developer.hold(8, seconds=60)
    clock.travel(timedelta(seconds=40))
    ended = developer.release(held)
    assert (ended.remaining_demo_tokens, ended.remaining_paid_tokens) == (0, 10)
    session.refresh(copy)
    assert (copy.demo_tokens, copy.demo_expired) == (5, True)


def test_held_tokens_count_for_the_daily_cap_until_they_are_back(session: Session, developer: Developer) -> None:
    session.execute(update(UserAutomation).values(daily_spend_cap=6))
    held = developer.hold(5)
    with pytest.raises(DailyCapReached) as refused:
        developer.hold(2, "more")
    assert refused.value.data == {"cap": 6, "spent_today": 5}
    developer.commit(held, 3)
    developer.spend(3, "rest")
    with pytest.raises(DailyCapReached):
        developer.spend(1, "over")


@pytest.mark.parametrize("minutes", [-1, 1], ids=["20:29 UTC", "20:31 UTC"])
def test_what_goes_back_comes_off_the_day_that_counted_it(
    session: Session, developer: Developer, copy: UserAutomation, minutes: int
) -> None:
    """Held for 6 before midnight in Tehran, committed for 2 on either side of it."""
    clock.travel(MIDNIGHT - timedelta(minutes=5) - clock.now())
    held = developer.hold(6, seconds=3600)
    clock.travel(timedelta(minutes=5 + minutes))
    developer.commit(held, 2)
    session.refresh(copy)
    assert (copy.spent_on, copy.spent_today) == (date(2027, 3, 20), 2)


@pytest.mark.parametrize(("minutes", "is_refused"), [(-1, True), (1, False)], ids=["20:29 UTC", "20:31 UTC"])
def test_a_hold_of_yesterday_does_not_count_today(
    session: Session, developer: Developer, minutes: int, is_refused: bool
) -> None:
    session.execute(update(UserAutomation).values(daily_spend_cap=6))
    clock.travel(MIDNIGHT - timedelta(minutes=5) - clock.now())
    developer.hold(6, seconds=3600)
    clock.travel(timedelta(minutes=5 + minutes))
    if is_refused:
        with pytest.raises(DailyCapReached):
            developer.spend(1, "a")
    else:
        developer.spend(6, "a")


def test_a_return_of_yesterdays_hold_gives_today_no_more_to_spend(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    session.execute(update(UserAutomation).values(daily_spend_cap=6))
    clock.travel(MIDNIGHT - timedelta(minutes=5) - clock.now())
    held = developer.hold(6, seconds=3600)
    clock.travel(timedelta(minutes=6))
    developer.spend(4, "today")
    developer.release(held)
    session.refresh(copy)
    assert copy.spent_today == 4


def left_of(session: Session, payment_id: int) -> int | None:
    part = part_of(session, payment_id)()
    return part.unspent if part else None


def test_held_tokens_of_a_purchase_are_not_to_be_taken_back(session: Session, developer: Developer) -> None:
    copy = make_copy(session)
    buyer = Developer(session, developer.database, copy.automation_id)
    buyer.copy_id = copy.id
    payment = purchase_in(session, PaymentStatus.VERIFIED, copy, tokens=100)
    ledger.credit_purchases(session, [payment.id], actor="test")
    held = buyer.hold(40)
    assert left_of(session, payment.id) == 60
    buyer.commit(held, 10)
    assert left_of(session, payment.id) == 90


def test_a_switched_off_copy_gives_no_hold_but_ends_those_it_has(
    session: Session, developer: Developer, copy: UserAutomation
) -> None:
    held = developer.hold(3)
    copy.status = UserAutomationStatus.PAUSED
    session.flush()
    with pytest.raises(UserAutomationInactive):
        developer.hold(1, "more")
    assert developer.commit(held, 2).used == 2


def test_another_automation_finds_no_such_hold(
    session: Session, database: RolledBackDatabase, developer: Developer
) -> None:
    held = developer.hold(3)
    stranger = Developer(session, database, make_automation(session).id)
    with pytest.raises(HoldNotFound):
        stranger.commit(held, 1)
    with pytest.raises(HoldNotFound):
        stranger.release(held)
    assert state_of(session, held) is HoldState.OPEN


def test_an_unknown_token_ends_nothing(session: Session, developer: Developer) -> None:
    held = developer.hold(3)
    developer.token_hash = b""
    with pytest.raises(ServiceTokenInvalid):
        developer.hold(1, "x")
    with pytest.raises(ServiceTokenInvalid):
        developer.commit(held, 1)
    with pytest.raises(ServiceTokenInvalid):
        developer.release(held)
    assert state_of(session, held) is HoldState.OPEN


class Model:
    """What a customer has by arithmetic that knows no SQL, beside what the ledger says."""

    def __init__(self, developer: Developer, session: Session, tokens: int) -> None:
        self.developer, self.session = developer, session
        self.left, self.used = tokens, 0
        self.holds: dict[int, Held] = {}
        self.open: set[int] = set()
        self.spent: set[int] = set()

    def hold(self, slot: int, units: int) -> None:
        if slot not in self.holds:
            self.holds[slot] = self.developer.hold(units, f"hold-{slot}")
            self.open.add(slot)
            self.left -= units

    def commit(self, slot: int, units: int) -> None:
        if slot in self.holds:
            ended = self.developer.commit(self.holds[slot], units)
            self._close(slot, used=ended.used)

    def release(self, slot: int, _: int) -> None:
        if slot in self.holds:
            self.developer.release(self.holds[slot])
            self._close(slot, used=0)

    def spend(self, slot: int, units: int) -> None:
        if slot not in self.spent:
            self.developer.spend(units, f"use-{slot}")
            self.spent.add(slot)
            self.left, self.used = self.left - units, self.used + units

    def wait(self, _: int, units: int) -> None:
        clock.travel(timedelta(seconds=40 * units))

    def step(self, verb: str, slot: int, units: int) -> None:
        with suppress(ZimmerError):
            getattr(self, verb)(slot, units)
        for late in [slot for slot in self.open if state_of(self.session, self.holds[slot]) is HoldState.EXPIRED]:
            self._close(late, used=0)  # whoever asked returned it, in whichever call

    def _close(self, slot: int, *, used: int) -> None:
        if slot in self.open:
            self.open.remove(slot)
            self.left, self.used = self.left + self.holds[slot].units - used, self.used + used


STEPS = st.tuples(
    st.sampled_from(["hold", "hold", "commit", "release", "spend", "wait"]), st.integers(0, 4), st.integers(1, 12)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14), demo=st.integers(0, 9), paid=st.integers(0, 30))
def test_whatever_is_held_used_and_returned_adds_up(
    session: Session, database: RolledBackDatabase, steps: list[tuple[str, int, int]], demo: int, paid: int
) -> None:
    clock.reset()
    clock.travel(clock.next_business_day() - clock.now())  # the waits below stay in one day
    copy = make_copy(session, demo=demo, paid=paid)
    developer = Developer(session, database, copy.automation_id)
    developer.copy_id = copy.id
    model = Model(developer, session, demo + paid)
    for step in steps:
        model.step(*step)
    session.refresh(copy)
    assert copy.demo_tokens + copy.tokens_remaining == model.left >= 0
    held = sum(model.holds[slot].units for slot in model.open)
    assert model.left + held + model.used == demo + paid
    assert copy.spent_today == held + model.used
    assert (copy.tokens_remaining <= paid, copy.demo_tokens <= demo) == (True, True)
