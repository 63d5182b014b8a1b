"""The gateway as one object: its clock, its bank, its planned faults, its log of calls, its patience."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from local.zarinpal.bank import Bank, Payment, Status, UnknownPayment
from local.zarinpal.browser import Browser, Landing
from local.zarinpal.clock import Clock
from local.zarinpal.faults import AnswerFault, Arrival, Departure, Fault, Leaving, Moment, TermFault, Visit, VisitFault
from local.zarinpal.operations import Operation, carry_out
from local.zarinpal.planned import PlannedFaults
from local.zarinpal.replies import Reply


@dataclass(frozen=True)
class Call:
    """One call as it arrived; `code` is None when none of Zarinpal's codes went back."""

    operation: Operation
    authority: str | None
    amount: int | None
    code: int | None
    fault: str | None
    at: datetime
    sent: Mapping[str, object]
    http_status: int


class CallLog:
    """Every call in the order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def write(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def calls(self, operation: Operation | None = None, authority: str | None = None) -> list[Call]:
        with self._lock:
            return [
                call
                for call in self._calls
                if operation in (None, call.operation) and authority in (None, call.authority)
            ]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()


class Silence:
    """Keeps callers waiting without keeping the server from closing."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def keep(self, seconds: float, until: Future[Landing] | None = None) -> None:
        """Wait so long, or until something is done."""
        over = asyncio.ensure_future(self._over.wait())
        ends: list[asyncio.Future[Any]] = [over, asyncio.wrap_future(until)] if until else [over]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    def end(self) -> None:
        """Let everyone go. Call it on the server's own event loop."""
        self._over.set()


class Gateway:
    """Everything the pretend gateway knows, without HTTP."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.bank = Bank(self.clock.now)
        self.browser = Browser(self.clock.now)
        self.faults = PlannedFaults()
        self.log = CallLog()
        self.silence = Silence()

    def answer(self, operation: Operation, raw: bytes) -> Reply:
        """Answer one call, after the fault it meets, and log it before anyone has to wait for it."""
        sent = sent_fields(raw)
        authority = text_or_none(sent.get("authority"))
        term = self._settle(operation, authority)
        fault = self.faults.take(AnswerFault, operation, authority)
        call = Arrival(
            operation=operation,
            merchant_id=text_or_none(sent.get("merchant_id")) or "",
            bank=self.bank,
            browser=self.browser,
            carry_out=partial(carry_out, self.bank, operation, raw),
        )
        reply = fault.answer(call) if fault else call.carry_out()
        self.log.write(
            Call(
                operation=operation,
                authority=authority or reply.authority,
                amount=whole_or_none(sent.get("amount")),
                code=reply.code,
                fault=names_of(term, fault),
                at=self.clock.now(),
                sent=sent,
                http_status=reply.status,
            )
        )
        return reply

    def pay(self, authority: str) -> Departure:
        """The customer pays and leaves, as the fault planned for it wants.

        A fault may wait for the shop: not to be called on the server's event loop.
        """
        return self._leave(Visit.PAY, authority, self.bank.pay)

    def cancel(self, authority: str) -> Departure:
        """The customer gives up and leaves."""
        return self._leave(Visit.CANCEL, authority, self.bank.cancel)

    def reset(self) -> None:
        """Forget the payments, the planned faults, the log and the visits; the clock is right again."""
        self.bank.clear()
        self.faults.clear()
        self.log.clear()
        self.browser.clear()
        self.clock.reset()

    def _leave(self, visit: Visit, authority: str, press: Callable[[str], Payment]) -> Departure:
        fault = None
        if self.bank.find(authority).status is Status.IN_BANK:  # a second press is nobody's next visit
            self._settle(visit, authority)
            fault = self.faults.take(VisitFault, visit, authority)
        if fault:
            return fault.leave(Leaving(authority, self.bank, self.browser, partial(press, authority)))
        payment = press(authority)
        return Departure(payment, payment.return_url)

    def _settle(self, moment: Moment, authority: str | None) -> TermFault | None:
        fault = self.faults.take(TermFault, moment, authority)
        if fault and authority:
            with suppress(UnknownPayment):  # the call itself finds that out
                fault.settle(self.bank, authority)
        return fault


def names_of(*faults: Fault | None) -> str | None:
    return "+".join(fault.fault for fault in faults if fault) or None


def sent_fields(raw: bytes) -> Mapping[str, object]:
    """The body's fields for the log and for choosing a fault; judging them is the operation's part."""
    try:
        sent = json.loads(raw)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def whole_or_none(value: object) -> int | None:
    return value if isinstance(value, int) else None
