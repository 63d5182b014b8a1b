"""The shop in which everybody does anything in any order: who is there, and what must hold when it is quiet again.

What they do are the rules of `doings.py`. Each schedule begins in an empty database, at the true time, with a bank
and a queue that know nothing, so that Hypothesis can play the same one again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import Row, select, text

from functions.admin import invariants
from functions.automations import upkeep
from functions.payments.discounts import CAME_TO_NOTHING
from functions.payments.states import AT_NO_BANK
from functions.payments.strays import transaction_of
from local.zarinpal import bank
from tests.crash.mortal import Died
from tests.crash.world import World
from tests.factories import make_copy, make_service_token, make_user, person_of
from tests.functions.payments.purchases import purchase_at
from zimmer import clock, crypto, ledger
from zimmer.audit import Act
from zimmer.auth.acting import Staff
from zimmer.auth.dependencies import Person
from zimmer.db import AtomicSession, Session, committed
from zimmer.errors import ZimmerError
from zimmer.models import (
    Automation,
    Base,
    DiscountCode,
    DiscountRedemption,
    Hold,
    Payment,
    PaymentStatus,
    RedemptionState,
    Role,
    UsageEvent,
    User,
    UserAutomation,
)

S = PaymentStatus
# Nobody has to do anything any more, unless a customer or the staff wants something.
SETTLED = frozenset(
    {S.CREDITED, S.REVERSED, S.REFUND_PENDING, S.REFUNDED, S.CLOSED, S.EXPIRED, S.REJECTED, S.REVIEW, S.INIT_UNKNOWN}
)
WITH_PEOPLE = frozenset({S.REVIEW, S.CLOSED})  # two managers decide about this money
# Past every lease; past every wait of the first day; past those of the three days for which a purchase is watched.
QUIET = [timedelta(minutes=2), *[timedelta(minutes=65)] * 8, *[timedelta(hours=6, minutes=5)] * 12]
HALF, FREE = "HALF", "FREE"
REFUSES = "refuse"
REFUSALS = {"request": -11, "verify": -50, "inquiry": -12, "reverse": -61}  # the merchant; another amount; too often
KEPT = frozenset({"settings", "users", "customer_counts", "automations", "service_tokens", "discount_codes"})
_numbers = count(1)

EMPTY = text(
    "DO $$ BEGIN SET LOCAL session_replication_role = replica; "  # no triggers: entries cannot be deleted otherwise
    + "".join(f"DELETE FROM {table.name}; " for table in Base.metadata.sorted_tables if table.name not in KEPT)
    + "INSERT INTO gateway_health (gateway) VALUES ('zarinpal'); UPDATE users SET last_active_on = NULL; END $$"
)

BALANCES = text("""
SELECT ua.demo_tokens AS demo, ua.tokens_remaining AS paid, ua.ledger_seq AS seq,
       coalesce(sum(delta) FILTER (WHERE bucket = 'demo'), 0) AS entries_demo,
       coalesce(sum(delta) FILTER (WHERE bucket = 'paid'), 0) AS entries_paid, count(entry.id) AS entries
FROM user_automations ua LEFT JOIN token_entries entry ON entry.user_automation_id = ua.id
WHERE ua.id = :copy_id GROUP BY ua.id
""")

PURCHASES = (
    select(
        Payment.id,
        Payment.transaction_id,
        Payment.authority,
        Payment.status,
        Payment.amount,
        Payment.credited_at,
        DiscountRedemption.state.label("use_of_code"),
    )
    .outerjoin(DiscountRedemption, DiscountRedemption.payment_id == Payment.id)
    .order_by(Payment.id)
)
Purchase = Row[Any]


@dataclass(frozen=True)
class Caller:
    """How the automation says who it is."""

    token_id: int
    token_hash: bytes

    @classmethod
    def of(cls, token: str) -> "Caller":
        _, token_id, secret = token.split("_", 2)
        return cls(int(token_id), crypto.token_hash(secret))

    @property
    def proof(self) -> dict[str, Any]:
        return {"token_id": self.token_id, "token_hash": self.token_hash}


@dataclass(frozen=True)
class Cast:
    """Who takes part in every schedule: a customer, an automation that may be bought with two codes, two managers."""

    customer: Person
    automation_id: int
    caller: Caller
    managers: tuple[Staff, Staff]

    @classmethod
    def of(cls, world: World) -> "Cast":
        """The world's customer and automation, and the others, who are new."""
        with committed() as session:
            customer = person_of(session, session.get_one(UserAutomation, world.copy_id))
            session.get_one(User, customer.id).is_active = False  # no mail, which is half of the messages
            caller = Caller.of(make_service_token(session, world.automation_id))
            first, second = (make_user(session, role=Role.MANAGER) for _ in range(2))
            half = DiscountCode(code=HALF, percent=Decimal(50), max_uses=2, created_at=clock.now())
            free = DiscountCode(code=FREE, percent=Decimal(100), max_uses_per_user=1, created_at=clock.now())
            session.add_all([half, free])
            managers = (_at_the_desk(customer, first.id), _at_the_desk(customer, second.id))
            return cls(customer, world.automation_id, caller, managers)


class Scene(RuleBasedStateMachine):
    """The cast, one copy of the customer's, the bank and the queue."""

    world: ClassVar[World]
    cast: ClassVar[Cast]

    @initialize(
        cap=st.sampled_from([None, None, None, 60]),
        demo_days=st.sampled_from([None, 1]),
        bought=st.sampled_from([True, True, False]),
    )
    def open_the_shop(self, cap: int | None, demo_days: int | None, bought: bool) -> None:
        self._forget_everything()
        self.has_refunds = self.has_reviews = False  # or may have
        self.heard: dict[tuple[str, object], Any] = {}  # what the automation was answered, by what it had asked
        ends_at = clock.now() + timedelta(days=demo_days) if demo_days else None
        with committed() as session:
            user, automation = (
                session.get_one(User, self.cast.customer.id),
                session.get_one(Automation, self.cast.automation_id),
            )
            copy = make_copy(session, user, automation, demo=5, daily_spend_cap=cap, demo_expires_at=ends_at)
            if bought:
                self._buy(session, copy)
        self.copy_id = copy.id

    def _buy(self, session: Session, copy: UserAutomation) -> None:
        """A credited purchase, for schedules that begin where most end."""
        payment = purchase_at(self.world.bank, session, S.VERIFIED, copy=copy, tokens=50)
        self.world.bank.gateway.bank.let_verify_itself(payment.authority or "")
        self.world.bank.pay(payment.authority or "")
        ledger.credit_purchases(session, [payment.id], actor="any")

    def _forget_everything(self) -> None:
        """All but the cast."""
        self.world.spare()
        clock.reset()
        self.world.bank.reset()
        self.world.queue.sqs.purge_queue(QueueUrl=self.world.queue.queue.url)
        with self.world.database.autocommit() as connection:
            connection.execute(EMPTY)

    # what the rules need

    @staticmethod
    def new_key(kind: str) -> str:
        return f"{kind}-{next(_numbers)}-key"

    @property
    def has_purchases(self) -> bool:
        return bool(self.world.bank.gateway.bank.payments())

    @property
    def has_holds(self) -> bool:
        return any(kind == "hold" for kind, _ in self.heard)

    @property
    def writing(self) -> AtomicSession:
        return self.world.database.atomic()

    @contextmanager
    def mortally(self) -> Iterator[None]:
        """A process that may die, or be refused."""
        with suppress(Died, ZimmerError):
            yield

    def bank_meets(self, call: str, fault: str | None) -> None:
        """The bank's next answer to this call goes wrong, if it does."""
        if fault == REFUSES:
            self.has_reviews |= call == "verify"
            self.world.bank.fail_next(call, fault, code=REFUSALS[call])
        elif fault:
            self.world.bank.fail_next(call, fault)

    def hears(self, kind: str, name: object, answer: object) -> None:
        """Whoever asks the same again gets the answer of the first time."""
        assert self.heard.setdefault((kind, name), answer) == answer

    def purchases(self) -> Sequence[Purchase]:
        return self.world.database.read().rows(PURCHASES)

    def pick(self, which: int) -> Purchase | None:
        """One of the purchases that have a name at the bank."""
        known = [purchase for purchase in self.purchases() if purchase.authority]
        return known[which % len(known)] if known else None

    def visit(self, which: int) -> bank.Payment | None:
        """One of the bank's payments, also one whose name never reached us."""
        opened = self.world.bank.gateway.bank.payments()
        return opened[which % len(opened)] if opened else None

    # what always holds

    @invariant()
    def the_balance_is_the_sum_of_its_entries(self) -> None:
        if not hasattr(self, "copy_id"):
            return
        with self.world.database.autocommit() as connection:
            now = connection.execute(BALANCES, {"copy_id": self.copy_id}).one()
        assert (now.demo, now.paid, now.seq) == (now.entries_demo, now.entries_paid, now.entries)

    # what holds when it is quiet

    def teardown(self) -> None:
        """It becomes quiet: nobody dies any more, the bank answers, and the schedules run."""
        if not hasattr(self, "copy_id"):
            return
        self.world.spare()
        for wait in QUIET:
            self.world.heal(after=wait, unverified=True)
            assert upkeep.return_what_is_overdue()["failed"] == 0
            if self.is_quiet():
                break
        self.everything_agrees()

    def is_quiet(self) -> bool:
        """Whether nobody's money, tokens or use of a code wait for anything."""
        with self.world.database.autocommit() as connection:
            has_open_holds = connection.scalar(select(Hold.id).where(Hold.state == "open").limit(1)) is not None
        purchases = self.purchases()
        return not has_open_holds and all(map(self.is_settled, purchases)) and not self.strays(purchases)

    def is_settled(self, purchase: Purchase) -> bool:
        if self.at_the_bank(purchase) in bank.HAS_MONEY and purchase.status in {S.EXPIRED, S.REJECTED}:
            return False  # it was paid late, and is watched for three days
        keeps_a_code = purchase.use_of_code is RedemptionState.RESERVED and purchase.status in CAME_TO_NOTHING
        return purchase.status in SETTLED and not keeps_a_code

    def strays(self, purchases: Sequence[Purchase]) -> set[str | None]:
        """Purchases that wait for a name from the bank, and were paid there under one that never reached us."""
        paid = (one for one in self.world.bank.gateway.bank.payments() if one.status in bank.HAS_MONEY)
        waiting = {one.transaction_id for one in purchases if one.status in AT_NO_BANK}
        return waiting & {transaction_of(one.callback_url) for one in paid}

    def at_the_bank(self, purchase: Purchase) -> bank.Status | None:
        return self.world.bank.gateway.bank.find(purchase.authority).status if purchase.authority else None

    def everything_agrees(self) -> None:
        with self.world.database.autocommit() as connection:
            broken = [answer for answer in invariants.check(connection) if not answer.holds]
        assert broken == []
        assert self.is_quiet(), [(one.status, one.use_of_code) for one in self.purchases()]
        for purchase in self.purchases():
            self.money_and_tokens_agree(purchase)
        self.every_answer_was_true()

    def money_and_tokens_agree(self, purchase: Purchase) -> None:
        at_the_bank, is_credited = self.at_the_bank(purchase), purchase.credited_at is not None
        if purchase.amount == 0:
            assert (at_the_bank, purchase.status) == (None, S.CREDITED), "what costs nothing is given"
            return
        if purchase.status is S.CREDITED:
            assert at_the_bank is bank.Status.VERIFIED
        if at_the_bank is bank.Status.VERIFIED:
            decided = purchase.status in WITH_PEOPLE
            assert is_credited or decided, f"{purchase.status}: the bank has the money and the customer no tokens"
        if at_the_bank is bank.Status.PAID:
            assert purchase.status in WITH_PEOPLE, f"{purchase.status}: nobody asks about money that waits at the bank"
        if at_the_bank in {bank.Status.IN_BANK, bank.Status.FAILED, None}:
            assert not is_credited

    def every_answer_was_true(self) -> None:
        """What an automation was told it had used is in the books, once, and nothing that it never asked for."""
        events = select(UsageEvent.idempotency_key, UsageEvent.units).where(
            UsageEvent.user_automation_id == self.copy_id
        )
        kept = {row.idempotency_key: row.units for row in self.world.database.read().rows(events)}
        uses = {name: units for (_, name), (units, _) in self.heard_of("use")}
        ends = {f"hold {name}": ended.used for (_, name), ended in self.heard_of("end")}
        assert uses.items() <= kept.items()
        assert {key: used for key, used in ends.items() if used} == {key: kept[key] for key in ends if key in kept}

    def heard_of(self, kind: str) -> list[tuple[tuple[str, object], Any]]:
        return [(asked, answer) for asked, answer in self.heard.items() if asked[0] == kind]


def _at_the_desk(like: Person, manager_id: int) -> Staff:
    person = replace(like, id=manager_id, role=Role.MANAGER)
    return Staff(person, Act("payment.any", person.id, person.role))
