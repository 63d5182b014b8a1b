"""`./zimmer demo --crash NN`: a purchase is broken at one point, and the story shows what healed it.

07  paid, and the tab was closed: nobody ever comes back to us.
10  the verify was applied at the bank and its answer was lost.

Each ends with the events that healed it, one purchase entry, and every invariant.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

import httpx
from sqlalchemy import func, select

from functions.admin import invariants
from local import screen
from local.record import Record
from local.shopper import Json, Shopper, StoryBroken, authority_in, expect
from zimmer.db import Database
from zimmer.models import EntryKind, Payment, PaymentEvent, TokenEntry

TOKENS = 200
FORWARD = timedelta(minutes=3)  # the sweep first asks two minutes after the purchase was opened
CREDITED_WITHIN_SECONDS = 15
ALREADY_VERIFIED = 101
SWEEP = "payments-sweep"


class Room:
    """The control room's levers, pulled by a program."""

    def __init__(self, api_url: str, browser: httpx.Client) -> None:
        self._api_url = api_url
        self._browser = browser

    def pull(self, lever: str, **body: Any) -> Json:
        """Raises StoryBroken with the room's own words when the lever does not move."""
        url = f"{self._api_url}/_local/{lever}"
        try:
            answer = self._browser.post(url, json=body, headers={"origin": self._api_url})
            said: Json = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise StoryBroken(f"{lever}: {error}") from error
        expect(answer.is_success, f"{lever}: {said.get('said')}")
        return said


class Crash:
    """What both stories share: a customer, a purchase, a sweep from the future, and the proof."""

    title: ClassVar[str] = ""

    def __init__(self, running: Record, browser: httpx.Client) -> None:
        self._running = running
        self._shopper = Shopper(running.api_url, browser)
        self._room = Room(running.api_url, browser)

    def walk(self) -> None:
        with screen.step(f"a new customer asks for {TOKENS} tokens"):
            self._shopper.register()
            automation = self._shopper.first_for_sale()
            self._shopper.add(automation)
            started = self._shopper.start_purchase(automation, TOKENS)
        self._break(started)
        with screen.step("moving the clock 3 min and running the sweep"):
            payment = self._heal(started["transaction_id"])
        with screen.step("reading the balance"):
            after = self._shopper.own(automation)["tokens_remaining"]
            expect(after == TOKENS, f"the balance is {after}")
        with screen.step("looking for what healed it, and for a second credit"):
            events = self._proof(payment["transaction_id"])
        show(events)

    def _break(self, started: Json) -> None:
        raise NotImplementedError

    def _pay(self, started: Json) -> str:
        with screen.step("paying on the bank's page"):
            return self._shopper.pay(started["redirect_url"])

    def _expect_phase(self, started: Json, phase: str) -> None:
        found = self._shopper.payment(started["transaction_id"])["phase"]
        expect(found == phase, f"the purchase is in phase {found} and not {phase}")

    def _heal(self, transaction_id: str) -> Json:
        """The clock goes back afterwards: whoever watches the platform wants the true time."""
        self._room.pull("clock/move", seconds=FORWARD.total_seconds())
        try:
            self._room.pull("sweep")
            return self._wait_for_tokens(transaction_id)
        finally:
            self._room.pull("clock/move", seconds=-FORWARD.total_seconds())

    def _wait_for_tokens(self, transaction_id: str) -> Json:
        deadline = time.monotonic() + CREDITED_WITHIN_SECONDS
        while (payment := self._shopper.payment(transaction_id))["phase"] != "done":
            late = f"not credited within {CREDITED_WITHIN_SECONDS} s (phase {payment['phase']}); is the worker up?"
            expect(time.monotonic() < deadline, late)
            time.sleep(0.1)
        return payment

    def _proof(self, transaction_id: str) -> Sequence[PaymentEvent]:
        database = Database(self._running.database_url)
        try:
            read = database.read()
            payment = read.entity(select(Payment).where(Payment.transaction_id == transaction_id))
            expect(payment is not None, "the purchase is not in the database")
            assert payment is not None
            entries = read.rows(
                select(func.count()).where(
                    TokenEntry.kind == EntryKind.PURCHASE, TokenEntry.reference == f"payment:{payment.id}"
                )
            )[0][0]
            expect(entries == 1, f"{entries} purchase entries instead of one")
            events = read.entities(
                select(PaymentEvent).where(PaymentEvent.payment_id == payment.id).order_by(PaymentEvent.seq)
            )
            with database.autocommit() as connection:
                broken = [answer.question for answer in invariants.check(connection) if not answer.holds]
            expect(not broken, f"broken: {'; '.join(broken)}")
        finally:
            database.close()
        self._expect_healed(events)
        return events

    def _expect_healed(self, events: Sequence[PaymentEvent]) -> PaymentEvent:
        healers = [event for event in events if event.cause == "paid"]
        expect(len(healers) == 1 and healers[0].actor == SWEEP, "it was not the sweep that found the money")
        return healers[0]


class TabClosed(Crash):
    """07: the customer pays and never comes back."""

    title = "paid, tab closed"

    def _break(self, started: Json) -> None:
        self._pay(started)
        with screen.step("closing the tab: we hear nothing"):
            self._expect_phase(started, "at_bank")


class AnswerLost(Crash):
    """10: the bank carries the verify out, and its answer never arrives."""

    title = "verify applied, answer lost"

    def _break(self, started: Json) -> None:
        authority = authority_in(started["redirect_url"])
        with screen.step("telling the bank to lose its next answer"):
            self._room.pull("bank/time-out", authority=authority)
        callback = self._pay(started)
        with screen.step("coming back: our verify waits 8 s for nothing"):
            self._shopper.come_back(callback, started["transaction_id"])
            self._expect_phase(started, "checking")

    def _expect_healed(self, events: Sequence[PaymentEvent]) -> PaymentEvent:
        healer = super()._expect_healed(events)
        expect(healer.gateway_code == ALREADY_VERIFIED, f"the bank said {healer.gateway_code} and not 101")
        return healer


STORIES: dict[str, type[Crash]] = {"07": TabClosed, "10": AnswerLost}


def show(events: Sequence[PaymentEvent]) -> None:
    """The purchase's events; what healed it is marked."""
    print()
    for event in events:
        healed = event.actor == SWEEP and event.cause == "paid"
        code = "" if event.gateway_code is None else str(event.gateway_code)
        moment = event.at.astimezone().strftime("%H:%M:%S")
        print(f"  {'>' if healed else ' '} {moment}  {event.actor:<16} {event.cause:<18} {code}".rstrip())
    healer = next(event for event in events if event.actor == SWEEP and event.cause == "paid")
    print(f"\n  healed by {healer.actor}: verify answered {healer.gateway_code}. One purchase entry, and")
    print(f"  {len(invariants.QUESTIONS)} of {len(invariants.QUESTIONS)} rules hold: money and tokens agree.")
