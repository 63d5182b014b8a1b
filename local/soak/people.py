"""Who buys, and the automations that spend: each of them as impatient and as forgetful as people are.

Nothing they meet ends the run: who is refused tries again or gives up, and what they were told is not believed.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import httpx

from examples.automation.zimmer_api import ZimmerApi, ZimmerUnreachable
from local.errors import StepFailed
from local.record import Record
from local.shopper import Json, PatientShopper, Shopper, authority_in
from local.soak.bank import Bank, a_visit
from local.soak.judging import Asked

SERVED = 1  # the automation whose service token is known
WAITS_SECONDS = 40.0  # for one answer
PURCHASES, TRIES = 3, 5  # of one customer; of opening one purchase
FEWEST_TOKENS, MOST_TOKENS = 100, 400
WATCHES_SECONDS = 4.0  # the return page
RESTS = (0.3, 1.2)  # s, before something is tried again


@dataclass
class Notebook:
    """What everybody has done, written by many threads at once."""

    uses: list[Asked] = field(default_factory=list)
    given_up: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, *uses: Asked) -> None:
        with self._lock:
            self.uses += uses

    def give_up(self) -> None:
        with self._lock:
            self.given_up += 1


@dataclass(frozen=True)
class World:
    """What the people know: the platform, the bank, a notebook, and when to go home (monotonic)."""

    running: Record
    bank: Bank
    notebook: Notebook
    is_over: Callable[[], bool]
    kill: Callable[[str], None]


def customers(world: World, random: Random) -> None:
    """One after the other until it is over."""
    while not world.is_over():
        with httpx.Client(timeout=WAITS_SECONDS, trust_env=False) as browser:
            shopper = PatientShopper(world.running.api_url, browser, time.monotonic() + WAITS_SECONDS)
            with suppress(StepFailed, httpx.HTTPError):
                Customer(world, random, shopper).live()


class Customer:
    """Somebody new, who buys a few times and whose automation works in between."""

    def __init__(self, world: World, random: Random, shopper: Shopper) -> None:
        self._world = world
        self._random = random
        self._shopper = shopper

    def live(self) -> None:
        self._shopper.register()
        copy = self._shopper.add(SERVED)
        for _ in range(PURCHASES):
            if self._world.is_over():
                return
            self._buy()
            self._let_it_work(int(copy["user_automation_id"]))

    def _buy(self) -> None:
        opened = self._open()
        if opened is None:
            return self._world.notebook.give_up()
        dice = self._random.random()
        authority = authority_in(opened["redirect_url"])
        if dice < 0.04:  # leaves the bank's page open and goes away
            return None
        if dice < 0.08:
            return self._return(self._world.bank.cancel(authority))
        url = self._world.bank.pay(authority, a_visit(self._random))
        if url is None or self._random.random() < 0.1:  # the tab was closed
            return None
        self._return(url)
        self._watch(opened["transaction_id"])
        return None

    def _open(self) -> Json | None:
        """The opened purchase; every try carries the same key. None when the customer gives up."""
        key = str(UUID(int=self._random.getrandbits(128), version=4))
        tokens = self._random.randint(FEWEST_TOKENS, MOST_TOKENS)
        for _ in range(TRIES):
            with suppress(StepFailed):
                return self._shopper.start_purchase(SERVED, tokens, key=key)
            self._rest()
        return None

    def _return(self, url: str) -> None:
        """Follow the bank's redirect, perhaps in two tabs, and press reload when an error is shown."""
        if self._random.random() < 0.06:
            threading.Timer(self._random.uniform(0, 0.4), self._world.kill, ["PaymentsFunction"]).start()
        for _ in range(1 + (self._random.random() < 0.2)):
            with suppress(StepFailed):
                if self._shopper.send("GET", url).is_error and self._random.random() < 0.7:
                    self._rest()
                    self._shopper.send("GET", url)

    def _watch(self, transaction_id: str) -> None:
        until = time.monotonic() + WATCHES_SECONDS
        while time.monotonic() < until and not self._world.is_over():
            with suppress(StepFailed):
                if self._shopper.payment(transaction_id)["phase"] == "done":
                    return
            self._rest()

    def _let_it_work(self, copy_id: int) -> None:
        with httpx.Client(base_url=self._world.running.api_url, timeout=WAITS_SECONDS, trust_env=False) as client:
            zimmer = ZimmerApi(client, service_token=self._world.running.service_token, pause=time.sleep)
            for number in range(self._random.randint(1, 4)):
                key = f"{number}-{self._random.getrandbits(48):x}"
                with suppress(ZimmerUnreachable):
                    self._hold(zimmer, copy_id, key) if self._random.random() < 0.2 else self._use(zimmer, copy_id, key)

    def _use(self, zimmer: ZimmerApi, copy_id: int, key: str) -> None:
        """Sent once more now and then though it was answered: an automation may die before it has written that down."""
        units, note = self._random.randint(1, 40), self._world.notebook.note
        note(Asked(copy_id, key, units, heard=False))
        for _ in range(1 + (self._random.random() < 0.3)):
            outcome = zimmer.consume(user_automation_id=copy_id, units=units, usage_type="message", idempotency_key=key)
            note(Asked(copy_id, key, units, heard=outcome.status == httpx.codes.OK))

    def _hold(self, zimmer: ZimmerApi, copy_id: int, key: str) -> None:
        held = zimmer.hold(user_automation_id=copy_id, units=20, usage_type="text", idempotency_key=key)
        if held.status == httpx.codes.CREATED and self._random.random() < 0.8:  # else it dies and never comes back
            zimmer.commit(held.body["hold_id"], units=self._random.randint(0, 20))

    def _rest(self) -> None:
        time.sleep(self._random.uniform(*RESTS))
