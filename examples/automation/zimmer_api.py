"""The calls a developer needs: spend a customer's tokens exactly once, or hold them until the cost is known.

Every try of one piece of work carries the same idempotency key, so a try whose answer was lost may be repeated:
Zimmer answers the second one with the result of the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

TRIES = 3
PAUSES = (0.2, 0.8)  # seconds before the second and the third try


@dataclass(frozen=True)
class Outcome:
    """What Zimmer said: its status, and its body as it came."""

    status: int
    body: dict[str, Any]


class ZimmerUnreachable(Exception):
    """No try was answered. Whether tokens were spent is unknown until the same key is sent again."""


class ZimmerApi:
    """Zimmer's developer API for one automation."""

    def __init__(self, client: httpx.Client, *, service_token: str, pause: Callable[[float], None]) -> None:
        self._client = client
        self._headers = {"X-Zimmer-Service-Token": service_token}
        self._pause = pause

    def consume(self, *, user_automation_id: int, units: int, usage_type: str, idempotency_key: str) -> Outcome:
        """Spend `units` tokens of one customer. Raises ZimmerUnreachable."""
        body = {
            "user_automation_id": user_automation_id,
            "units": units,
            "usage_type": usage_type,
            "idempotency_key": idempotency_key,
        }
        return self._post("/consume", body)

    def hold(self, *, user_automation_id: int, units: int, usage_type: str, idempotency_key: str) -> Outcome:
        """Set `units` tokens aside for five minutes, once per key. Raises ZimmerUnreachable."""
        body = {
            "user_automation_id": user_automation_id,
            "units": units,
            "usage_type": usage_type,
            "idempotency_key": idempotency_key,
        }
        return self._post("/holds", body)

    def commit(self, hold_id: int, *, units: int) -> Outcome:
        """Spend `units` of what is held and return the rest. May be repeated. Raises ZimmerUnreachable."""
        return self._post(f"/holds/{hold_id}/commit", {"units": units})

    def release(self, hold_id: int) -> Outcome:
        """Return all that is held: the work was not done. May be repeated. Raises ZimmerUnreachable."""
        return self._post(f"/holds/{hold_id}/release", None)

    def _post(self, path: str, body: dict[str, Any] | None) -> Outcome:
        for number in range(TRIES):
            if number:
                self._pause(PAUSES[number - 1])
            outcome = self._try(path, body)
            if outcome is not None:
                return outcome
        raise ZimmerUnreachable(f"no answer in {TRIES} tries")

    def _try(self, path: str, body: dict[str, Any] | None) -> Outcome | None:
        """One try; None when another one may help: no answer, a broken server, or one that asks to wait."""
        try:
            response = self._client.post(f"/api/automation-usage{path}", json=body, headers=self._headers)
        except httpx.TransportError:
            return None
        if response.status_code >= 500 or response.status_code == 429:
            return None
        return Outcome(response.status_code, response.json() if response.content else {})
