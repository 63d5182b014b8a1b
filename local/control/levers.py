"""What a person in the control room can do to the platform, each answering with one sentence.

They reach for the outside of things only (a process, a queue, the bank's control API, the clock), never for rows.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from sqlalchemy import select

from local import moved_clock
from local.gateway import Functions
from local.http_event import Reply, Request
from local.poller import Poller
from local.queues import Address
from local.sandbox import SandboxDied, SandboxError
from local.scheduler import scheduled_event
from local.shopper import Refused, Shopper
from zimmer import clock
from zimmer.db import Database
from zimmer.events import CreditPayment
from zimmer.models import OutboxMessage, PaymentStatus

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

CALLBACK = "/api/payments/zarinpal/callback/"
BANK_HOLDS_SECONDS = 10  # longer than our client waits
BANK_IS_OUT: dict[str, Any] = {"fault": "http", "status": 503, "chance": 1.0, "seed": 1}  # to every call, until dropped
MOST_TOKENS = 100_000
A_MINUTE, FARTHEST_SECONDS = 60.0, 30 * 24 * 3600.0
TRIES_TO_BUY = 200  # tokens, when nobody says how many

Json = dict[str, Any]


class CannotDo(Exception):
    """The lever does not move now; the message says why."""


class Killable(Functions, Protocol):
    """Functions in processes that can be killed: the sandboxes."""

    def kill(self, function: str) -> int: ...


@dataclass(frozen=True)
class Parts:
    """What the levers reach for."""

    functions: Killable
    pollers: Sequence[Poller]
    sqs: "SQSClient"
    credit_queue: Address
    database: Database
    bank: httpx.Client
    api_url: str
    clock_file: Path
    sweep: str  # the function's name
    worker: str
    every_minute: Sequence[str]  # the functions that a schedule calls that often


class Saboteur:
    """Functions as the pollers see them: the batch after `die_next` dies with its process."""

    def __init__(self, functions: Killable) -> None:
        self._functions = functions
        self.die_next = False

    def invoke(self, function: str, event: Any) -> Any:
        if self.die_next:
            self.die_next = False
            self._functions.kill(function)
            raise SandboxDied(f"{function} was killed from the control room, with its batch")
        return self._functions.invoke(function, event)


class Levers:
    """The buttons, and what they have set up for the next purchase."""

    def __init__(self, parts: Parts, saboteur: Saboteur) -> None:
        self._parts = parts
        self._saboteur = saboteur
        self._lock = threading.Lock()
        self._drops_next = False
        self.dropped: dict[str, datetime] = {}  # by transaction id
        self.sent_again: dict[int, tuple[datetime, ...]] = {}  # by payment id

    # what is set up

    def armed(self) -> Json:
        return {"drop_callback": self._drops_next, "kill_worker": self._saboteur.die_next}

    def worker(self) -> Json:
        return {"paused": all(poller.is_paused for poller in self._parts.pollers)}

    def clock_ahead(self) -> float:
        return moved_clock.ahead(self._parts.clock_file)

    def can_be_paid(self, status: PaymentStatus, transaction_id: str) -> bool:
        """Whether the pretend bank still waits for this one; it does not know those of the seed."""
        return status is PaymentStatus.PENDING and not transaction_id.startswith("seed-")

    def interfere(self, request: Request) -> Reply | None:
        """The answer to a callback that is to be lost, once; None for everything else."""
        if request.method != "GET" or not request.path.startswith(CALLBACK):
            return None
        with self._lock:
            if not self._drops_next:
                return None
            self._drops_next = False
        self.dropped[request.path.removeprefix(CALLBACK)] = clock.now()
        return Reply(200, [("content-type", "text/html; charset=utf-8")], DROPPED)

    # the levers

    def bank_times_out(self, body: Json) -> Json:
        fault: Json = {"fault": "apply_then_timeout", "operation": "verify", "seconds": BANK_HOLDS_SECONDS}
        if authority := body.get("authority"):
            fault["authority"] = str(authority)
        self._ask_bank("POST", "/_control/faults", fault)
        return said("The bank will carry out the next verify and never say so.")

    def bank_goes_out(self, _: Json) -> Json:
        self._ask_bank("POST", "/_control/faults", BANK_IS_OUT)
        return said("The bank answers nobody. After failures that met three people, purchases rest by themselves.")

    def bank_comes_back(self, _: Json) -> Json:
        """What else was planned for it is dropped too: the bank's control knows no single one."""
        self._ask_bank("DELETE", "/_control/faults")
        return said("The bank answers again, and nothing is planned for it. The next sweep finds out.")

    def drop_callback(self, _: Json) -> Json:
        self._drops_next = True
        return said("The next browser that comes back from the bank will not reach us.")

    def keep_callback(self, _: Json) -> Json:
        self._drops_next = False
        return said("The next browser that comes back from the bank reaches us.")

    def deliver_twice(self, _: Json) -> Json:
        sent_before = OutboxMessage.published_at.is_not(None), OutboxMessage.topic == CreditPayment.topic
        query = select(OutboxMessage).where(*sent_before).order_by(OutboxMessage.published_at.desc())
        last = self._parts.database.read().entity(query)
        if last is None:
            raise CannotDo("No purchase was sent to the worker yet: buy something and pay first.")
        message = CreditPayment(int(last.payload["payment_id"]))
        sent = self._parts.sqs.send_message(QueueUrl=self._parts.credit_queue.url, MessageBody=json_of(last.payload))
        self.sent_again[message.payment_id] = (*self.sent_again.get(message.payment_id, ()), clock.now())
        return said(f"Sent again as {sent['MessageId'][:8]}…: the worker will find nothing to do.")

    def kill_worker(self, _: Json) -> Json:
        killed = self._parts.functions.kill(self._parts.worker)
        self._saboteur.die_next = True
        return said(f"{'Killed' if killed else 'It was not running'}. The batch it takes next dies with it, too.")

    def spare_worker(self, _: Json) -> Json:
        self._saboteur.die_next = False
        return said("The batch it takes next is safe.")

    def kill_function(self, body: Json) -> Json:
        name = str(body.get("function"))
        killed = self._parts.functions.kill(name)
        return {**said(f"Killed {killed} processes of {name}."), "killed": killed}

    def pause_worker(self, _: Json) -> Json:
        for poller in self._parts.pollers:
            poller.pause()
        return said("Paused: messages stay in the queue.")

    def resume_worker(self, _: Json) -> Json:
        for poller in self._parts.pollers:
            poller.resume()
        return said("The worker takes messages again.")

    def sweep(self, _: Json) -> Json:
        swept = self._scheduled(self._parts.sweep)
        told = f"{swept['published']} sent, {swept['requeued']} put back, {swept['asked']} asked about."
        return {**said(f"Swept: {told}"), "swept": swept}

    def move_clock(self, body: Json) -> Json:
        seconds = body.get("seconds")
        if (
            not isinstance(seconds, int | float)
            or not abs(moved_clock.ahead(self._parts.clock_file) + seconds) <= FARTHEST_SECONDS
        ):
            raise CannotDo("seconds: a number, and at most 30 days in all")
        ahead = moved_clock.move(seconds, self._parts.clock_file)
        self._set_bank_clock(ahead)
        return said(f"It is now {ahead / 60:+.0f} min from the machine's time, for every process.")

    def let_a_minute_pass(self, _: Json) -> Json:
        """The clock goes on, and whatever runs each minute runs. Raises CannotDo when one of them failed."""
        self.move_clock({"seconds": A_MINUTE})
        for function in self._parts.every_minute:
            self._scheduled(function)
        return said(f"It is now {self.clock_ahead() / 60:+.0f} min from the machine's time.")

    def reset_clock(self, _: Json) -> Json:
        moved_clock.reset(self._parts.clock_file)
        self._set_bank_clock(0)
        return said("Back to the machine's time.")

    def calm(self, _: Json) -> Json:
        """Nothing planned, nothing paused, the right time; what has happened stays."""
        self._drops_next = self._saboteur.die_next = False
        for poller in self._parts.pollers:
            poller.resume()
        moved_clock.reset(self._parts.clock_file)
        self._set_bank_clock(0)
        self._ask_bank("DELETE", "/_control/faults")
        return said("Nothing is planned, everything works, and it is the machine's time.")

    def buy(self, body: Json) -> Json:
        tokens = body.get("tokens", TRIES_TO_BUY)
        if not isinstance(tokens, int) or not 0 < tokens <= MOST_TOKENS:
            raise CannotDo(f"tokens: a whole number up to {MOST_TOKENS}")
        with httpx.Client(timeout=30, trust_env=False) as browser:
            shopper = Shopper(self._parts.api_url, browser)
            shopper.register()
            if not (cards := shopper.for_sale()):
                raise CannotDo("Nothing can be bought now. While the bank is away, purchases rest by themselves.")
            automation = int(cards[0]["id"])
            shopper.add(automation)
            try:
                started = shopper.start_purchase(automation, tokens)
            except Refused as refusal:
                raise CannotDo(f"Refused, {refusal.code}: {refusal.title}.") from refusal
        return {**said("Opened. Pay on the bank's page, or from its lane."), **started}

    def pay(self, body: Json) -> Json:
        """Pay at the bank without its page, and come back to us or not."""
        paid = self._ask_bank("POST", f"/_control/payments/{body.get('authority')}/pay", {})
        if not body.get("comes_back"):
            return said("Paid, and the tab was closed.")
        with httpx.Client(timeout=30, trust_env=False) as browser:
            returned = browser.get(paid["redirect"])
        if returned.content == DROPPED:
            return said("Paid, and came back to nobody: that callback was dropped.")
        return said("Paid, and came back.")

    def _scheduled(self, function: str) -> Any:
        try:
            return self._parts.functions.invoke(function, scheduled_event(function))
        except SandboxError as error:
            raise CannotDo(f"{function} failed: {error}") from error

    def _set_bank_clock(self, ahead: float) -> None:
        self._ask_bank("DELETE", "/_control/clock")
        if ahead > 0:  # the bank's clock goes forward only
            self._ask_bank("POST", "/_control/clock", {"forward_s": ahead})

    def _ask_bank(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            answer = self._parts.bank.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise CannotDo("The pretend bank does not answer.") from error
        if answer.is_error:
            raise CannotDo(f"The pretend bank refused ({answer.status_code}): {answer.text[:200]}")
        return dict(answer.json()) if answer.content else {}


def said(sentence: str) -> Json:
    return {"said": sentence}


def json_of(payload: Json) -> str:
    """As the outbox writes its messages."""
    return json.dumps(payload)


DROPPED = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Dropped</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<body style="font:16px/1.6 system-ui;max-width:32rem;margin:20vh auto;padding:0 1rem">
<h1 style="font-size:1.25rem">This callback was dropped.</h1>
<p>You paid and came back, and we never heard of it. Close this tab, move the clock and run the sweep.</p>
<p><a href="/_local">Back to the control room</a></p></body></html>"""
