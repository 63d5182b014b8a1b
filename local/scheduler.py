"""EventBridge's clock: calls a function every so often with a scheduled event."""

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from local.gateway import Functions
from local.http_event import ACCOUNT
from local.queues import REGION
from local.sandbox import SandboxError
from zimmer import clock

LOOKS_EVERY_SECONDS = 5

log = logging.getLogger("local.scheduler")


@dataclass(frozen=True)
class Clock:
    """Calls one function at once and then at every tick.

    At once, because the pretend queue forgot its messages when the platform stopped and this is what heals that.
    """

    function: str
    every: timedelta
    functions: Functions

    def run(self, stopping: threading.Event) -> None:
        self.tick()
        while not stopping.wait(self.every.total_seconds()):
            self.tick()

    def tick(self) -> None:
        call(self.functions, self.function)


@dataclass(frozen=True)
class Night:
    """Calls one function each day at an hour of UTC, by the platform's clock: who moves that meets the night sooner."""

    function: str
    at: time
    functions: Functions

    def run(self, stopping: threading.Event) -> None:
        due = self.next_after(clock.now())
        while not stopping.wait(LOOKS_EVERY_SECONDS):
            if clock.now() >= due:
                call(self.functions, self.function)
                due = self.next_after(clock.now())

    def next_after(self, now: datetime) -> datetime:
        today = datetime.combine(now.astimezone(UTC).date(), self.at, UTC)
        return today if today > now else today + timedelta(days=1)


def call(functions: Functions, function: str) -> None:
    try:
        functions.invoke(function, scheduled_event(function))
    except SandboxError as error:
        log.warning("%s", error)


def scheduled_event(rule: str) -> dict[str, Any]:
    """As EventBridge sends it. Its time is the platform's: what happens each tenth minute goes by it."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }
