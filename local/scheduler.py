"""EventBridge's clock: calls a function every so often with a scheduled event."""

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.gateway import Functions
from local.http_event import ACCOUNT
from local.queues import REGION
from local.sandbox import SandboxError

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
        try:
            self.functions.invoke(self.function, scheduled_event(self.function))
        except SandboxError as error:
            log.warning("%s", error)


def scheduled_event(rule: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }
