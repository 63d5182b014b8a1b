"""The pretend bank on a bad day: what goes wrong there, how often, and how often it really did."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from local.soak.judging import AtBank
from local.soak.tables import books

SECONDS = 30.0
CLIENT_WAITS = 8.5  # s; a little longer than our client waits for an answer
TOO_MANY = -12
NOT_PAID_YET = -51

# Of a hundred calls so many meet it. Together they are thirty of each kind of call, and a few more of some.
ANSWERS: tuple[tuple[float, dict[str, Any]], ...] = (
    (1.5, {"fault": "callback_before_init_answer", "operation": "request"}),
    (1.0, {"fault": "already_verified", "operation": "verify"}),
    (1.0, {"fault": "refuse", "code": NOT_PAID_YET, "operation": "verify"}),
    (1.0, {"fault": "hang", "seconds": CLIENT_WAITS}),
    (2.0, {"fault": "apply_then_timeout", "seconds": CLIENT_WAITS}),
    (4.0, {"fault": "delay", "seconds": 1}),
    (4.0, {"fault": "http_500"}),
    (2.0, {"fault": "http", "status": 503}),
    (1.0, {"fault": "http", "status": 429}),
    (4.5, {"fault": "apply_then_5xx"}),
    (3.0, {"fault": "html"}),
    (4.5, {"fault": "truncated_json"}),
    (1.5, {"fault": "data_as_list"}),
    (1.5, {"fault": "string_code"}),
    (0.5, {"fault": "errors_as_list", "code": TOO_MANY}),
    (0.5, {"fault": "errors_as_object", "code": TOO_MANY}),
    (0.5, {"fault": "errors_as_fieldmap", "code": TOO_MANY}),
    (0.5, {"fault": "rate_limit"}),
)
TERMS: tuple[tuple[float, dict[str, Any]], ...] = ((2.0, {"fault": "auto_verify"}),)
VISITS: tuple[dict[str, Any], ...] = (
    {"fault": "never_returns"},
    {"fault": "nok_then_ok", "seconds": 2},
    {"fault": "duplicate_callbacks", "n": 3},
)


@dataclass(frozen=True)
class Happened:
    """What the bank was asked so far, how often that went wrong, and how many customers left it in an odd way."""

    calls: int = 0
    wrong: int = 0
    visits: int = 0

    @property
    def faults(self) -> int:
        return self.wrong + self.visits


class Bank:
    """The control API of the pretend bank."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(base_url=f"{url}/_control", timeout=SECONDS, trust_env=False)
        self._lock = threading.Lock()
        self._visits = 0

    def break_down(self, seed: int) -> None:
        """From now on nearly every third call goes wrong."""
        for number, (percent, fault) in enumerate([*shares(ANSWERS), *shares(TERMS)]):
            self._plan({**fault, "chance": percent, "seed": seed + number})

    def recover(self) -> None:
        """What was planned and has not happened never will."""
        self._visits = self._visits_so_far()
        self._client.delete("/faults").raise_for_status()

    def pay(self, authority: str, visit: dict[str, Any] | None) -> str | None:
        """The customer pays there. Where their browser goes then, None when it never comes back to us."""
        if visit:
            self._plan({**visit, "authority": authority})
            with self._lock:
                self._visits += 1
        url: str | None = self._press(authority, "pay")["redirect"]
        return url

    def cancel(self, authority: str) -> str:
        return str(self._press(authority, "cancel")["redirect"])

    def happened(self) -> Happened:
        calls = self._client.get("/log").raise_for_status().json()["calls"]
        return Happened(len(calls), sum(call["fault"] is not None for call in calls), self._visits_so_far())

    def books(self) -> list[AtBank]:
        return books(self._url)

    def close(self) -> None:
        self._client.close()

    def _visits_so_far(self) -> int:
        """Those planned and not used up did not happen: that customer had paid in another way before."""
        planned = self._client.get("/faults").raise_for_status().json()["planned"]
        return self._visits - sum(one["authority"] is not None for one in planned)

    def _press(self, authority: str, button: str) -> dict[str, Any]:
        answer = self._client.post(f"/payments/{authority}/{button}").raise_for_status()
        return dict(answer.json())

    def _plan(self, fault: dict[str, Any]) -> None:
        self._client.post("/faults", json=fault).raise_for_status()


def shares(faults: tuple[tuple[float, dict[str, Any]], ...]) -> Iterator[tuple[float, dict[str, Any]]]:
    """Each with the chance it has once those before it did not strike: the bank throws its dice in their order."""
    passed = 1.0
    for percent, fault in faults:
        share = percent / 100
        yield share / passed, fault
        passed -= 0 if "operation" in fault else share


def a_visit(random: Random) -> dict[str, Any] | None:
    """What happens while a customer leaves the bank, three times in ten."""
    return random.choice(VISITS) if random.random() < 0.3 else None
