"""`./zimmer demo`: the product's story by HTTP against the running platform, asserting as it goes.

A visitor registers, adds an automation, buys tokens at the bank's page, gets them, and the automation spends
some. It ends with the ids under which the purchase can be found everywhere.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx
from sqlalchemy import String, cast, literal, select

from local import record, screen
from local.crashes import STORIES
from local.errors import StepFailed
from local.record import Record
from local.shopper import Json, Shopper, StoryBroken, authority_in, expect
from zimmer.db import Database
from zimmer.models import OutboxMessage, Payment, TokenEntry

TOKENS = 200
USED = 7  # more than the five demo tokens, so that both buckets are drawn from
CREDITED_WITHIN_SECONDS = 30
SHOWN_ON_PAGE = 100


@dataclass(frozen=True)
class Ids:
    """One purchase's names in every part of the platform."""

    transaction_id: str
    authority: str
    message_id: str
    entry_id: int
    balance_before: int
    balance_after: int


def main(arguments: Sequence[str]) -> int:
    """Walk a story. 0 when every step kept its promise, 1 with the broken one's name otherwise."""
    parser = argparse.ArgumentParser(prog="./zimmer demo", description="The product's story, asserted step by step.")
    parser.add_argument(
        "--crash", choices=sorted(STORIES), help="; ".join(f"{name}: {story.title}" for name, story in STORIES.items())
    )
    chosen = parser.parse_args(arguments)
    running = record.running()
    if running is None:
        print("nothing is running; start it with: ./zimmer up", file=sys.stderr)
        return 1
    try:
        with httpx.Client(timeout=40, trust_env=False) as browser:
            story = STORIES[chosen.crash] if chosen.crash else Story
            story(running, browser).walk()
    except StepFailed:  # its step has said why
        print(f"\nthe demo failed; the logs are in {running.logs}", file=sys.stderr)
        return 1
    return 0


class Story:
    """One customer's way through the platform."""

    def __init__(self, running: Record, browser: httpx.Client) -> None:
        self._running = running
        self._shopper = Shopper(running.api_url, browser)

    def walk(self) -> None:
        with screen.step("registering a new customer"):
            self._register()
        with screen.step("looking at the marketplace"):
            automation = self._choose()
        with screen.step("adding the first automation"):
            copy = self._add(automation)
        with screen.step(f"asking to buy {TOKENS} tokens"):
            started = self._start_purchase(automation)
        with screen.step("paying on the bank's page"):
            authority = self._pay(started)
        with screen.step("waiting for the tokens"):
            payment = self._wait_for_tokens(started["transaction_id"])
        with screen.step("reading the balance"):
            after = self._shopper.own(automation)["tokens_remaining"]
            expect(after == copy["tokens_remaining"] + TOKENS, f"the balance is {after}")
        with screen.step(f"letting the automation use {USED} tokens"):
            self._let_it_work(copy["user_automation_id"], demo=copy["demo_tokens"], paid=after)
        with screen.step("finding the purchase in the database"):
            ids = self._find(payment, authority, before=copy["tokens_remaining"], after=after)
        show(ids, self._running)

    def _register(self) -> None:
        self._shopper.register()
        me = self._shopper.api("GET", "/api/auth/me")
        expect(me["role"] == "customer", f"the new account is a {me['role']}")

    def _choose(self) -> int:
        cards = self._shopper.api("GET", "/api/automations/available")["items"]
        expect(len(cards) >= 5, f"the marketplace shows {len(cards)} automations")
        buyable = [card for card in cards if card["can_buy"]]
        page = self._shopper.api("GET", f"/api/automations/{buyable[0]['id']}")
        expect(any(package["tokens"] == TOKENS for package in page["packages"]), f"no package of {TOKENS} tokens")
        return int(page["id"])

    def _add(self, automation: int) -> Json:
        copy = self._shopper.add(automation)
        expect(copy["demo_tokens"] == 5, f"{copy['demo_tokens']} demo tokens instead of 5")
        again = self._shopper.api("POST", f"/api/user/automations/{automation}", expected=200)
        expect(again["demo_tokens"] == 5, "adding twice gave demo tokens twice")
        return copy

    def _start_purchase(self, automation: int) -> Json:
        key = str(uuid4())
        started = self._shopper.start_purchase(automation, TOKENS, key=key)
        again = self._shopper.start_purchase(automation, TOKENS, key=key)
        expect(started == again, "the second click opened a second purchase")
        return started

    def _pay(self, started: Json) -> str:
        """What a browser does: open the bank's page, press its button, follow it back to us."""
        callback = self._shopper.pay(started["redirect_url"])
        for _ in range(2):  # people press "back" and "forward"
            self._shopper.come_back(callback, started["transaction_id"])
        return authority_in(started["redirect_url"])

    def _wait_for_tokens(self, transaction_id: str) -> Json:
        deadline = time.monotonic() + CREDITED_WITHIN_SECONDS
        while time.monotonic() < deadline:
            payment = self._shopper.payment(transaction_id)
            if payment["phase"] == "done":
                return payment
            time.sleep(0.1)
        raise StoryBroken(
            f"not credited within {CREDITED_WITHIN_SECONDS} s (phase {payment['phase']}); is the worker up?"
        )

    def _let_it_work(self, user_automation_id: int, *, demo: int, paid: int) -> None:
        run = {"user_automation_id": user_automation_id, "units": USED, "idempotency_key": str(uuid4())}
        for _ in range(2):  # the automation's own retry
            answer = self._shopper.send("POST", f"{self._running.automation_url}/run", run)
            expect(
                answer.status_code == 200,
                f"the automation answered {answer.status_code}: {answer.text[:SHOWN_ON_PAGE]}",
            )
        left = answer.json()
        used_paid = USED - demo
        expect(left["remaining_demo_tokens"] == 0, f"{left['remaining_demo_tokens']} demo tokens left")
        expect(left["remaining_paid_tokens"] == paid - used_paid, f"{left['remaining_paid_tokens']} paid tokens left")

    def _find(self, payment: Json, authority: str, *, before: int, after: int) -> Ids:
        database = Database(self._running.database_url)
        try:
            row = database.read().first(
                select(Payment.id, OutboxMessage.message_id, TokenEntry.id.label("entry_id"))
                .join(OutboxMessage, OutboxMessage.dedup_key == literal("credit:") + cast(Payment.id, String))
                .join(TokenEntry, TokenEntry.reference == literal("payment:") + cast(Payment.id, String))
                .where(Payment.transaction_id == payment["transaction_id"], Payment.authority == authority)
            )
        finally:
            database.close()
        expect(row is not None and bool(row.message_id), "the purchase is not in the database")
        assert row is not None
        return Ids(payment["transaction_id"], authority, row.message_id, row.entry_id, before, after)


def show(ids: Ids, running: Record) -> None:
    """The table of ids, and where to look them up."""
    rows = {
        "transaction_id": ids.transaction_id,
        "authority": ids.authority,
        "SQS message id": ids.message_id,
        "ledger entry id": str(ids.entry_id),
        "balance before": str(ids.balance_before),
        "balance after": str(ids.balance_after),
    }
    width = max(len(name) for name in rows)
    print()
    for name, value in rows.items():
        print(f"  {name:<{width}}  {value}")
    print(f"\n  look them up: psql {running.database_url}")
