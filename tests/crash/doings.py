"""What each may do in the shop, one rule each. Any of them may die on the way, or be refused."""

from contextlib import nullcontext, suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from functions.automations import upkeep
from functions.payments import refunds, reviews, service, staff, sweep
from functions.payments.schemas import InitPayment, InitQuoted
from local.zarinpal.bank import SessionClosed, Status
from tests.crash.scene import FREE, HALF, REFUSES, Scene
from tests.crash.world import no_queue
from zimmer import clock, ledger
from zimmer.db import committed
from zimmer.ledger import Consumed, Reserve, Use
from zimmer.models import Bucket, EntryKind, ReviewDecision, UserAutomation, UserAutomationStatus

FAULTS = ("http_500", "html", "truncated_json", "apply_then_5xx", "data_as_list", "rate_limit", REFUSES)
CLIENT_CALLS = ("start", "verify", "inquire", "reverse")
CALLS = ("request", "verify", "inquiry", "reverse")

WHICH = st.integers(0, 9)
UNITS = st.integers(1, 20)
CODES = st.sampled_from([None, None, HALF, FREE])
MINUTES = st.sampled_from([1, 30, 60])
# A call is new, or sent again, or sent with an old key that belongs to another body.
NEW, AGAIN, OTHERWISE = "new", "again", "otherwise"
KINDS = st.sampled_from([NEW, NEW, AGAIN, OTHERWISE])
# A schedule is short: nobody spends a step of it on what is not there.
with_purchases = precondition(lambda scene: scene.has_purchases)


class Customer(Scene):
    """Orders, pays, comes back or does not, gives up."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[tuple[str, InitPayment | InitQuoted]] = []

    @rule(tokens=st.sampled_from([20, 50, 100]), code=CODES, quoted=st.booleans(), kind=KINDS, which=WHICH)
    def order(self, tokens: int, code: str | None, quoted: bool, kind: str, which: int) -> None:
        earlier = self.orders[which % len(self.orders)] if self.orders and kind is not NEW else None
        key, wish = earlier or (self.new_key("order"), None)
        if wish is None or kind is OTHERWISE:
            wish = self.wish(tokens, code, quoted=quoted)
        if wish:
            self.orders.append((key, wish))
            self.send(key, wish)

    @rule(tokens=st.sampled_from([20, 100]), returns=st.booleans())
    def buy(self, tokens: int, returns: bool) -> None:
        """The usual way from one end to the other, for schedules that begin where it ends."""
        key, wish = self.new_key("order"), InitPayment(automation_id=self.cast.automation_id, tokens=tokens)
        self.orders.append((key, wish))
        self.send(key, wish)
        self.pay(0)
        if returns:
            self.come_back(-1, paid=True, queue_is_away=False, fault=None)
            with self.mortally():
                self.world.queue.poll()

    @with_purchases
    @rule(which=WHICH)
    def pay(self, which: int) -> None:
        if payment := self.visit(which):
            with suppress(SessionClosed):
                self.world.bank.pay(payment.authority)

    @with_purchases
    @rule(which=WHICH)
    def give_up_at_the_bank(self, which: int) -> None:
        if payment := self.visit(which):
            with suppress(SessionClosed):
                self.world.bank.cancel(payment.authority)

    @with_purchases
    @rule(
        which=WHICH,
        paid=st.sampled_from([True, True, False]),
        queue_is_away=st.sampled_from([False, False, True]),
        fault=st.sampled_from([None, None, REFUSES, "apply_then_5xx", "html"]),
    )
    def come_back(self, which: int, paid: bool, queue_is_away: bool, fault: str | None) -> None:
        if purchase := self.pick(which):
            if paid:
                self.bank_meets("verify", fault)
            with no_queue() if queue_is_away else nullcontext():
                self.land(purchase.transaction_id, purchase.authority, paid=paid)

    @with_purchases
    @rule(which=WHICH, other=WHICH, paid=st.booleans())
    def come_back_with_the_name_of_another(self, which: int, other: int, paid: bool) -> None:
        purchase, foreign = self.pick(which), self.pick(other)
        if purchase and foreign:
            self.land(purchase.transaction_id, foreign.authority, paid=paid)

    @with_purchases
    @rule(which=WHICH)
    def ask(self, which: int) -> None:
        if purchase := self.pick(which):
            gateway = self.world.gateway
            with self.mortally():
                service.check(self.cast.customer, purchase.transaction_id, gateway=gateway, trace_id="any")

    @with_purchases
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        purchases = self.purchases()
        if purchases:
            with self.mortally():
                service.cancel(self.cast.customer, purchases[which % len(purchases)].transaction_id, trace_id="any")

    def wish(self, tokens: int, code: str | None, *, quoted: bool) -> InitPayment | InitQuoted | None:
        order = InitPayment(automation_id=self.cast.automation_id, tokens=tokens, discount_code=code)
        if not quoted:
            return order
        promised = None
        with self.mortally(), committed() as session:
            promised = service.quote(session, self.cast.customer, order)
        return InitQuoted(quote=promised.quote) if promised else None

    def send(self, key: str, wish: InitPayment | InitQuoted) -> None:
        with self.mortally():
            service.start_purchase(self.cast.customer, wish, client_key=key, gateway=self.world.gateway, trace_id="any")

    def land(self, transaction_id: str, authority: str, *, paid: bool) -> None:
        with self.mortally():
            service.bank_returned(transaction_id, authority, paid=paid, gateway=self.world.gateway, trace_id="any")


class Automation(Scene):
    """Spends the customer's tokens: at once, many at once, or held before they are used."""

    def __init__(self) -> None:
        super().__init__()
        self.uses: list[Use] = []
        self.reserves: list[Reserve] = []

    @rule(asked=st.lists(st.tuples(UNITS, KINDS, WHICH), min_size=1, max_size=4))
    def consume(self, asked: list[tuple[int, str, int]]) -> None:
        for units, kind, which in asked:
            use = self.use(units, kind, which)
            with self.mortally():
                self.hears_of(use, ledger.consume(self.writing, use, **self.cast.caller.proof))

    @rule(asked=st.lists(st.tuples(UNITS, KINDS, WHICH), min_size=1, max_size=4))
    def consume_many(self, asked: list[tuple[int, str, int]]) -> None:
        uses = [self.use(units, kind, which) for units, kind, which in asked]
        with self.mortally():
            outcomes = ledger.consume_many(self.writing, uses, **self.cast.caller.proof)
            for use, outcome in zip(uses, outcomes, strict=True):
                if isinstance(outcome, Consumed):
                    self.hears_of(use, outcome)

    @rule(runs=st.lists(st.tuples(UNITS, MINUTES, KINDS, WHICH, st.none() | UNITS), min_size=1, max_size=4))
    def hold(self, runs: list[tuple[int, int, str, int, int | None]]) -> None:
        """Set tokens aside for each run; one that says how many it has used ends at once."""
        for units, minutes, kind, which, used in runs:
            reserve = self.reserve(units, timedelta(minutes=minutes), kind, which)
            with self.mortally():
                held = ledger.hold(self.writing, reserve, **self.cast.caller.proof)
                self.hears("hold", reserve.idempotency_key, held)
                if used:
                    self.commit(held, used)

    @precondition(lambda scene: scene.has_holds)
    @rule(ends=st.lists(st.tuples(WHICH, st.none() | UNITS), min_size=1, max_size=4))
    def end(self, ends: list[tuple[int, int | None]]) -> None:
        """Commit or release any of the holds, also one that has ended."""
        for which, used in ends:
            held = self.held(which)
            with self.mortally():
                if used:
                    self.commit(held, used)
                else:
                    ended = ledger.release(self.writing, held.hold_id, **self.cast.caller.proof)
                    self.hears("end", held.hold_id, ended)

    def commit(self, held: ledger.Held, units: int) -> None:
        """With fewer than are held, mostly; sometimes with more."""
        used = units if units % 3 == 0 else 1 + units % held.units
        ended = ledger.commit(self.writing, held.hold_id, units=used, **self.cast.caller.proof)
        self.hears("end", held.hold_id, ended)

    def use(self, units: int, kind: str, which: int) -> Use:
        earlier = self.uses[which % len(self.uses)] if self.uses and kind is not NEW else None
        if earlier and kind is AGAIN:
            return earlier
        key = earlier.idempotency_key if earlier else self.new_key("use")
        self.uses.append(Use(self.copy_id, units, "message", key))
        return self.uses[-1]

    def reserve(self, units: int, ttl: timedelta, kind: str, which: int) -> Reserve:
        earlier = self.reserves[which % len(self.reserves)] if self.reserves and kind is not NEW else None
        if earlier and kind is AGAIN:
            return earlier
        key = earlier.idempotency_key if earlier else self.new_key("hold")
        self.reserves.append(Reserve(self.copy_id, units, "run", key, ttl))
        return self.reserves[-1]

    def held(self, which: int) -> ledger.Held:
        known: list[ledger.Held] = [held for _, held in self.heard_of("hold")]
        return known[which % len(known)]

    def hears_of(self, use: Use, consumed: Consumed) -> None:
        self.hears("use", use.idempotency_key, (use.units, consumed))


class Healers(Scene):
    """What runs by itself, and the queue."""

    @rule(minutes=st.sampled_from([1, 3, 31, 90]), unverified=st.booleans())
    def sweep(self, minutes: int, unverified: bool) -> None:
        clock.travel(timedelta(minutes=minutes))
        run = sweep.sweep_with_unverified if unverified else sweep.sweep
        with self.mortally():
            run(self.world.gateway)

    @rule(minutes=st.sampled_from([0, 1, 61]))
    def upkeep(self, minutes: int) -> None:
        clock.travel(timedelta(minutes=minutes))
        with self.mortally():
            upkeep.return_what_is_overdue()

    @with_purchases
    @rule()
    def work(self) -> None:
        with self.mortally():
            self.world.queue.poll()

    @with_purchases
    @rule()
    def messages_are_lost(self) -> None:
        self.world.messages()

    @with_purchases
    @rule()
    def messages_come_twice(self) -> None:
        for message in self.world.messages():
            for _ in range(2):
                with self.mortally():
                    self.world.worker(message)


class Managers(Scene):
    """Give money back, decide what nobody else can, correct."""

    @with_purchases
    @rule(which=WHICH, fault=st.sampled_from([None, REFUSES, REFUSES, "apply_then_5xx"]))
    def reverse(self, which: int, fault: str | None) -> None:
        if purchase := self.pick(which):
            self.bank_meets("reverse", fault)
            manager, gateway = self.cast.managers[0], self.world.gateway
            with self.mortally():
                staff.reverse(manager, purchase.id, reason="any", gateway=gateway, trace_id="any")

    @with_purchases
    @rule(which=WHICH)
    def refund(self, which: int) -> None:
        if purchase := self.pick(which):
            self.has_refunds = True
            with self.mortally():
                refunds.open_refund(self.cast.managers[0], purchase.id, reason="any", trace_id="any")

    @precondition(lambda scene: scene.has_refunds)
    @rule(which=WHICH)
    def paid_back(self, which: int) -> None:
        if purchase := self.pick(which):
            with self.mortally():
                refunds.paid_back(self.cast.managers[0], purchase.id, transfer="any", trace_id="any")

    @precondition(lambda scene: scene.has_reviews)
    @rule(which=WHICH, accepts=st.booleans())
    def review(self, which: int, accepts: bool) -> None:
        """Both managers, of one mind."""
        if purchase := self.pick(which):
            decision = ReviewDecision.ACCEPT if accepts else ReviewDecision.CLOSE
            for manager in self.cast.managers:
                with self.mortally():
                    reviews.propose_or_agree(
                        manager, purchase.id, decision, reason="any", gateway=self.world.gateway, trace_id="any"
                    )

    @rule(tokens=st.integers(-40, 40).filter(bool), bucket=st.sampled_from(Bucket))
    def correct(self, tokens: int, bucket: Bucket) -> None:
        act = ledger.credit if tokens > 0 else ledger.debit
        with self.mortally(), committed() as session:
            copy = session.get_one(UserAutomation, self.copy_id)
            act(
                session,
                copy,
                tokens=abs(tokens),
                bucket=bucket,
                kind=EntryKind.ADJUSTMENT,
                reference=f"adjust:{self.new_key('any')}",
                actor="any",
            )

    @rule(status=st.sampled_from([*[UserAutomationStatus.ACTIVE] * 3, *UserAutomationStatus]))
    def take_away_or_bring_back(self, status: UserAutomationStatus) -> None:
        with self.mortally(), committed() as session:
            session.get_one(UserAutomation, self.copy_id, with_for_update={"key_share": True}).status = status


class Trouble(Scene):
    """What goes wrong: processes that die, a bank that fails, that is early, or that gives money back."""

    @rule(at=st.one_of(st.integers(1, 4), st.just("statement"), st.sampled_from(CLIENT_CALLS)), heard=st.booleans())
    def a_process_will_die(self, at: int | str, heard: bool) -> None:
        """At the first, second, … commit from now; at a statement that is a transaction; at a call of the bank."""
        database, gateway = self.world.database, self.world.gateway
        if isinstance(at, int):
            (database.dies_after if heard else database.dies_before)(at)
        elif at == "statement":
            (database.dies_after_a_statement if heard else database.dies_before_a_statement)()
        else:
            (gateway.dies_after if heard else gateway.dies_before)(at)

    @rule(call=st.sampled_from(CALLS), fault=st.sampled_from(FAULTS))
    def the_bank_will_fail(self, call: str, fault: str) -> None:
        self.bank_meets(call, fault)

    @with_purchases
    @rule(which=WHICH)
    def the_bank_verifies_by_itself(self, which: int) -> None:
        if purchase := self.pick(which):
            self.world.bank.gateway.bank.let_verify_itself(purchase.authority)

    @with_purchases
    @rule(which=WHICH)
    def the_bank_gives_back_what_nobody_verified(self, which: int) -> None:
        payment = self.visit(which)
        if payment and payment.status is Status.PAID:
            self.world.bank.gateway.bank.give_back(payment.authority)
