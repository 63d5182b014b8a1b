"""The gateway as one object: its bank, its planned faults, its log of calls, its patience."""

import asyncio
import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from local.zarinpal.bank import Bank, utc_now
from local.zarinpal.faults import PlannedFaults
from local.zarinpal.operations import Operation, carry_out
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


class CallLog:
    """Every call in the order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def write(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def calls(self, operation: Operation | None = None) -> list[Call]:
        with self._lock:
            return [call for call in self._calls if operation in (None, call.operation)]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()


class Silence:
    """Keeps callers waiting without keeping the server from closing."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def keep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    def end(self) -> None:
        """Let everyone go. Call it on the server's own event loop."""
        self._over.set()


@dataclass(frozen=True)
class Gateway:
    bank: Bank = field(default_factory=Bank)
    faults: PlannedFaults = field(default_factory=PlannedFaults)
    log: CallLog = field(default_factory=CallLog)
    silence: Silence = field(default_factory=Silence)

    def answer(self, operation: Operation, raw: bytes) -> Reply:
        """Answer one call, after the fault it meets, and log it before anyone has to wait for it."""
        sent = sent_fields(raw)
        authority = text_or_none(sent.get("authority"))
        fault = self.faults.take(operation, authority)
        normally = partial(carry_out, self.bank, operation, raw)
        reply = fault.play(normally) if fault else normally()
        self.log.write(
            Call(
                operation=operation,
                authority=authority or reply.authority,
                amount=whole_or_none(sent.get("amount")),
                code=reply.code,
                fault=fault.fault if fault else None,
                at=utc_now(),
                sent=sent,
            )
        )
        return reply

    def reset(self) -> None:
        """Forget the payments, the planned faults and the log."""
        self.bank.clear()
        self.faults.clear()
        self.log.clear()


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
