"""Six months of one customer: three automations used day by day, bought for whenever they ran dry."""

import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from local.seed import purchases
from local.seed.automations import OFFERS, Caller, service_token
from local.seed.moments import at
from local.seed.purchases import Road, Till
from zimmer import clock, ledger
from zimmer.db import AtomicSession, Session
from zimmer.ledger import Use
from zimmer.models import (
    Automation,
    Bucket,
    EntryKind,
    IntegrationStatus,
    Notification,
    Payment,
    UsageEvent,
    User,
    UserAutomation,
)

SAME_ON_EVERY_MACHINE = 1404
WAKING_SECONDS = 12 * 3600
DEMO_TOKENS, DEMO_DAYS = 5, 30
USE_KEY = "seed-{:04d}"


@dataclass(frozen=True)
class Habit:
    """How one automation is used: since when (days ago), how often a day, how much at a time, which package."""

    offer: int
    since: int
    package: int
    a_day: tuple[int, ...]
    units: tuple[int, ...]
    usage_type: str


HABITS = (
    Habit(0, 178, 0, (0, 1, 1, 2, 3), (1, 1, 1, 2), "chat_session"),
    Habit(2, 121, 0, (0, 0, 1, 1, 2), (1, 2, 3), "message"),
    Habit(4, 64, 0, (0, 1, 1), (1, 1, 3), "lesson"),
)

# What else can become of a purchase, by the days since (of the copy with this habit).
MISHAPS: dict[int, tuple[int, Road]] = {
    41: (0, purchases.canceled),
    33: (1, purchases.not_paid),
    27: (1, purchases.refused),
    20: (2, purchases.expired),
    15: (0, purchases.never_answered),
    12: (2, purchases.given_back),
    2: (1, purchases.in_review),
}
# And what is going on right now, by the minutes since.
STILL_OPEN: tuple[tuple[int, int, Road], ...] = ((6, 0, purchases.checking), (3, 2, purchases.at_bank))


@dataclass(frozen=True)
class Written:
    """What tickets and adjustments are about."""

    copies: tuple[UserAutomation, ...]
    in_review: Payment


def was_written(session: Session, customer: User) -> bool:
    """Whether the first use of the history stands in the database."""
    mine = select(UserAutomation.id).where(UserAutomation.user_id == customer.id)
    first = select(UsageEvent.at).where(
        UsageEvent.user_automation_id.in_(mine), UsageEvent.idempotency_key == USE_KEY.format(1)
    )
    return session.scalars(first).first() is not None


def write(session: Session, customer: User, automations: Sequence[Automation]) -> Written:
    """The whole past, day by day up to now. Backdates the customer's registration to its beginning."""
    today = clock.now()
    customer.created_at = customer.email_verified_at = today - timedelta(days=HABITS[0].since + 1)
    lives = [Life(session, customer, automations[habit.offer], habit) for habit in HABITS]
    made: dict[Road, Payment] = {}
    for days_ago in range(HABITS[0].since, 0, -1):
        for life in lives:
            life.live(days_ago, until=today - timedelta(days=days_ago - 1))
        if days_ago in MISHAPS:
            place, road = MISHAPS[days_ago]
            made[road] = lives[place].buy(today - timedelta(days=days_ago), road)
    for minutes_ago, place, road in STILL_OPEN:
        made[road] = lives[place].buy(today - timedelta(minutes=minutes_ago), road)
    for payment in made.values():
        purchases.let_rest(payment)
    _read_old_notices(session, customer, today - timedelta(days=3))
    session.flush()
    return Written(tuple(life.copy for life in lives), made[purchases.in_review])


class Life:
    """One copy of an automation, from the day it was added."""

    def __init__(self, session: Session, customer: User, automation: Automation, habit: Habit) -> None:
        self._session = session
        self._customer = customer
        self._automation = automation
        self._habit = habit
        self._luck = random.Random(SAME_ON_EVERY_MACHINE + habit.offer)
        self._caller: Caller = service_token(session, automation)
        self._left = self._uses = self._bought = 0
        self.copy: UserAutomation

    def live(self, days_ago: int, *, until: datetime) -> None:
        """One day, which ends at `until`."""
        if days_ago > self._habit.since:
            return
        morning = until - timedelta(seconds=WAKING_SECONDS)
        if days_ago == self._habit.since:
            self._add(morning - timedelta(minutes=20))
        times = self._luck.choice(self._habit.a_day)
        for second in sorted(self._luck.sample(range(WAKING_SECONDS), times)):
            self._use(morning + timedelta(seconds=second))

    def buy(self, moment: datetime, road: Road) -> Payment:
        """One purchase of the usual package, down this road."""
        tokens, amount = OFFERS[self._habit.offer].packages[self._habit.package]
        return road(Till(self._session, self._luck, self._automation, self.copy, tokens, amount), moment)

    def _add(self, moment: datetime) -> None:
        with at(moment):
            self.copy = self._found() or self._new()
            ledger.credit(
                self._session,
                self.copy,
                tokens=DEMO_TOKENS,
                bucket=Bucket.DEMO,
                kind=EntryKind.DEMO,
                reference=f"demo:{self.copy.id}",
                actor=f"user:{self._customer.id}",
            )
        self._left = ledger.balance(self._session, self.copy.id).total

    def _found(self) -> UserAutomation | None:
        """What somebody added by hand before there was a history."""
        return self._session.scalars(
            select(UserAutomation).where(
                UserAutomation.user_id == self._customer.id, UserAutomation.automation_id == self._automation.id
            )
        ).first()

    def _new(self) -> UserAutomation:
        now = clock.now()
        copy = UserAutomation(
            user_id=self._customer.id,
            automation_id=self._automation.id,
            created_at=now,
            provisioned_at=now + timedelta(minutes=2),
            integration_status=IntegrationStatus.ACTIVE,
            demo_expires_at=now + timedelta(days=DEMO_DAYS),
        )
        self._session.add(copy)
        self._session.flush()
        return copy

    def _use(self, moment: datetime) -> None:
        units = self._luck.choice(self._habit.units)
        if self._left < units:
            self._fill_up(moment - timedelta(minutes=8))
        self._uses += 1
        use = Use(self.copy.id, units, self._habit.usage_type, USE_KEY.format(self._uses))
        with at(moment):
            used = ledger.consume(self._inside, use, token_id=self._caller.token_id, token_hash=self._caller.token_hash)
        self._left = used.remaining_demo_tokens + used.remaining_paid_tokens

    def _fill_up(self, moment: datetime) -> None:
        self._bought += 1
        road = purchases.healed if self._bought == 2 else purchases.credited
        self._left += self.buy(moment, road).tokens_purchased

    @property
    def _inside(self) -> AtomicSession:
        """The statement of a use, inside the seed's own transaction: a seed that is stopped has done nothing."""
        return AtomicSession(lambda: contextlib.nullcontext(self._session.connection()))


def _read_old_notices(session: Session, customer: User, before: datetime) -> None:
    session.execute(
        update(Notification)
        .where(Notification.user_id == customer.id, Notification.created_at < before)
        .values(read_at=Notification.created_at + timedelta(hours=1))
    )
