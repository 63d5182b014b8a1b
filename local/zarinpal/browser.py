"""The customer's browser, for the callbacks that the pretend bank opens by itself.

It opens addresses of this machine only, follows no redirect, and never keeps the bank waiting.
"""

import ipaddress
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime

import httpx

ANSWER_SECONDS = 30
LOOPBACK_ONLY = "not opened: the pretend bank opens callbacks on this machine only"


@dataclass(frozen=True)
class Landing:
    """One callback that was opened: the shop's HTTP status, or why there is none."""

    url: str
    at: datetime
    status: int | None = None
    error: str | None = None


class Browser:
    """Opens each address in a thread of its own and remembers what came back."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._visits: list[Future[Landing]] = []

    def open(self, url: str) -> Future[Landing]:
        return self.open_at_once([url])[0]

    def open_at_once(self, urls: Sequence[str]) -> list[Future[Landing]]:
        """Start all the visits before the first of them says a word."""
        starting_shot = threading.Event()
        visits = [self._set_off(url, starting_shot) for url in urls]
        with self._lock:
            self._visits += visits
        starting_shot.set()
        return visits

    def landings(self) -> list[Landing]:
        """What has come back so far, in the order in which the visits began."""
        with self._lock:
            return [visit.result() for visit in self._visits if visit.done()]

    def wait(self, seconds: float) -> list[Landing]:
        """Everything that comes back within `seconds`."""
        with self._lock:
            visits = list(self._visits)
        wait(visits, timeout=seconds)
        return self.landings()

    def clear(self) -> None:
        with self._lock:
            self._visits.clear()

    def _set_off(self, url: str, starting_shot: threading.Event) -> Future[Landing]:
        visit: Future[Landing] = Future()
        visit.set_running_or_notify_cancel()  # whoever stops waiting for it must not cancel it

        def go() -> None:
            starting_shot.wait()
            visit.set_result(self._land(url))

        threading.Thread(target=go, name="pretend-browser", daemon=True).start()
        return visit

    def _land(self, url: str) -> Landing:
        at = self._now()
        try:
            if not is_on_this_machine(url):
                return Landing(url, at, error=LOOPBACK_ONLY)
            # A certificate on loopback is nobody's proof, and the store takes long to load.
            answer = httpx.get(url, timeout=ANSWER_SECONDS, trust_env=False, verify=False, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Landing(url, at, error=type(error).__name__)
        return Landing(url, at, status=answer.status_code)


def is_on_this_machine(url: str) -> bool:
    """Whether the host is loopback by its very spelling; no name is looked up. Raises httpx.InvalidURL."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
