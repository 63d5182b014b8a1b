"""What was sent, newest first, and what is to go wrong next. Safe to use from several threads."""

import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from typing import Any

KEPT = 500
LONGEST_HOLD_SECONDS = 30.0


class Plan(StrEnum):
    """What the next mail meets."""

    REJECT = "reject"  # 400 MessageRejected: SES will never take it
    THROTTLE = "throttle"  # 429 TooManyRequestsException
    BREAK = "break"  # 500
    HOLD = "hold"  # not taken: the caller waits until it is released, and then hears 500
    STALL = "stall"  # taken, and answered only when it is released
    LOSE = "lose"  # taken, and the connection ends without an answer


@dataclass(frozen=True)
class Mail:
    """One mail as SES got it."""

    id: str
    number: int
    at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str

    def shown(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass
class Box:
    """The mails, and the plans for the next ones in their order."""

    mails: deque[Mail] = field(default_factory=lambda: deque(maxlen=KEPT))
    plans: deque[Plan | None] = field(default_factory=deque)
    held: int = 0  # how many wait for `release` right now
    _numbers: Any = field(default_factory=lambda: count(1))
    _lock: Any = field(default_factory=threading.Lock)
    _release: threading.Event = field(default_factory=threading.Event)

    def take(self, sender: str, to: list[str], subject: str, text: str, html: str) -> Mail:
        """Accept a mail."""
        with self._lock:
            number = next(self._numbers)
            mail = Mail(f"local-{number:06d}", number, datetime.now(UTC), sender, tuple(to), subject, text, html)
            self.mails.appendleft(mail)
        return mail

    def plan(self, plan: Plan, *, after: int = 0, times: int = 1) -> None:
        """Let `times` mails meet `plan`, `after` so many that meet nothing."""
        with self._lock:
            self.plans.extend([*([None] * after), *([plan] * times)])

    def next_plan(self) -> Plan | None:
        with self._lock:
            return self.plans.popleft() if self.plans else None

    def wait_for_release(self) -> bool:
        """Hold a mail back; False when nobody released it for long."""
        with self._lock:
            self.held += 1
        try:
            return self._release.wait(LONGEST_HOLD_SECONDS)
        finally:
            with self._lock:
                self.held -= 1

    def release(self) -> None:
        """Let go of what is held, and of what comes to be held until `forget`."""
        self._release.set()

    def forget(self) -> None:
        """No mails and no plans."""
        with self._lock:
            self.mails.clear()
            self.plans.clear()
            self._release.set()
            self._release = threading.Event()

    def to(self, address: str | None) -> list[Mail]:
        """The mails, newest first; with an address, those to it."""
        with self._lock:
            return [mail for mail in self.mails if address is None or address in mail.to]

    def by_id(self, mail_id: str) -> Mail | None:
        with self._lock:
            return next((mail for mail in self.mails if mail.id == mail_id), None)
