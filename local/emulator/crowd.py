"""Many buyers at once, and the two questions about them: was a purchase lost, was one credited twice?

Each buyer is a new customer who registers, adds an automation, waits until all the others are there too, buys a
number of tokens that nobody else buys, comes back from the bank twice at the same moment, and waits for the tokens.
What they have paid for is read from the bank's books and not from what they were told.
"""

import contextlib
import threading
import time
from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import httpx
from sqlalchemy import func, select

from functions.admin import invariants
from local.errors import StepFailed
from local.record import Record
from local.shopper import ASKS_EVERY_SECONDS, PatientShopper, Shopper, expect
from local.zarinpal.bank import HAS_MONEY
from zimmer.db import Database
from zimmer.models import EntryKind, Payment, TokenEntry, UserAutomation

FEWEST_TOKENS = 100
PATIENCE_SECONDS = 40  # of one request: what API Gateway waits, and a queue before it


@dataclass(frozen=True)
class Outcome:
    """What became of the purchases; `complaints` are the buyers' and the invariants'."""

    buyers: int
    paid: int
    credited: int
    lost: int
    double: int
    seconds: float
    complaints: Sequence[str] = field(default=())

    @property
    def is_exact(self) -> bool:
        all_there = self.buyers == self.paid == self.credited
        return all_there and not (self.lost or self.double or self.complaints)


def crowd(running: Record, *, buyers: int, within_seconds: float) -> Outcome:
    """Let them buy. Everybody has been served, or has given up, when this returns."""
    before = paid_at_bank(running)
    started = time.monotonic()
    deadline = started + within_seconds
    together = threading.Barrier(buyers, timeout=within_seconds)
    with ThreadPoolExecutor(buyers, thread_name_prefix="buyer") as threads:
        bought = [threads.submit(buy, running, FEWEST_TOKENS + n, together, deadline) for n in range(buyers)]
        wait(bought)
    seconds = time.monotonic() - started
    complaints = [f"{type(error).__name__}: {error}" for one in bought if (error := one.exception())]
    paid = paid_at_bank(running) - before
    return counted(running.database_url, paid, buyers=buyers, seconds=seconds, complaints=complaints)


def buy(running: Record, tokens: int, together: threading.Barrier, deadline: float) -> None:
    """One buyer's whole way. Raises StoryBroken with the first promise that was not kept."""
    # Who waits for the others for long would find a kept connection closed; a browser would open another by itself.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False, limits=limits) as browser:
        shopper = PatientShopper(running.api_url, browser, deadline)
        try:
            automation = settle_in(shopper, tokens)
        except StepFailed:
            together.abort()  # the others go on without us
            raise
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait()
        opened = shopper.start_purchase(automation, tokens)
        come_back_twice(shopper, shopper.pay(opened["redirect_url"]), opened["transaction_id"])
        while shopper.payment(opened["transaction_id"])["phase"] != "done":
            expect(time.monotonic() < deadline, f"{tokens} tokens were not credited in time")
            time.sleep(ASKS_EVERY_SECONDS)
        own = shopper.own(automation)["tokens_remaining"]
        expect(own == tokens, f"{tokens} tokens were paid for and the balance is {own}")


def settle_in(shopper: Shopper, number: int) -> int:
    """Be a customer with an automation; which one goes by the number."""
    shopper.register()
    cards = shopper.for_sale()
    automation = int(cards[number % len(cards)]["id"])
    shopper.add(automation)
    return automation


def come_back_twice(shopper: Shopper, callback: str, transaction_id: str) -> None:
    with ThreadPoolExecutor(2) as tabs:
        both = [tabs.submit(shopper.come_back, callback, transaction_id) for _ in range(2)]
    for tab in both:
        tab.result()


def counted(database_url: str, paid: Set[str], *, buyers: int, seconds: float, complaints: Sequence[str]) -> Outcome:
    """The bank's books against the ledger's."""
    database = Database(database_url)
    try:
        times = [credits_of(database, authority) for authority in paid]
        with database.autocommit() as connection:
            unkept = [answer.question for answer in invariants.check(connection) if not answer.holds]
    finally:
        database.close()
    return Outcome(
        buyers=buyers,
        paid=len(paid),
        credited=times.count(1),
        lost=times.count(0),
        double=sum(often > 1 for often in times),
        seconds=seconds,
        complaints=[*complaints, *unkept],
    )


def paid_at_bank(running: Record) -> set[str]:
    """The bank's names of the purchases whose money it has."""
    books = httpx.get(f"{running.zarinpal_url}/_control/payments", trust_env=False).json()["payments"]
    return {payment["authority"] for payment in books if payment["status"] in HAS_MONEY}


def credits_of(database: Database, authority: str) -> int:
    """How often this purchase stands in its buyer's ledger with its exact number of tokens."""
    query = (
        select(func.count(TokenEntry.id))
        .select_from(Payment)
        .join(UserAutomation, UserAutomation.id == Payment.user_automation_id)
        .join(TokenEntry, TokenEntry.user_automation_id == UserAutomation.id)
        .where(
            Payment.authority == authority,
            TokenEntry.kind == EntryKind.PURCHASE,
            TokenEntry.delta == Payment.tokens_purchased,
        )
    )
    return int(database.read().rows(query)[0][0])
