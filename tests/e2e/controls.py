"""The pretend bank's control API and the control room's levers, as methods. See local/zarinpal/README.md."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from local.record import Record
from local.shopper import Json, authority_in

SECONDS = 20.0


class Bank:
    """What the bank does next, and what has happened there."""

    def __init__(self, running: Record, client: httpx.Client) -> None:
        self.url = running.zarinpal_url
        self._client = client

    def fail_next(self, operation: str, fault: str, **fields: Any) -> None:
        """The next call of `operation` (request, verify, inquiry …) or visit (pay, cancel) meets this fault."""
        self._ask("POST", "faults", {"fault": fault, "operation": operation, **fields})

    def drop_faults(self) -> None:
        """Forget the faults that have not happened yet."""
        self._ask("DELETE", "faults")

    def pay(self, authority: str) -> str | None:
        """Pay without the bank's page; where the browser would go next, None when nowhere."""
        redirect: str | None = self._ask("POST", f"payments/{authority}/pay")["redirect"]
        return redirect

    def cancel(self, authority: str) -> str | None:
        """Give up without the bank's page; where the browser would go next."""
        redirect: str | None = self._ask("POST", f"payments/{authority}/cancel")["redirect"]
        return redirect

    def payments(self) -> Sequence[Json]:
        """Every payment the bank knows, the newest first."""
        found: list[Json] = self._ask("GET", "payments")["payments"]
        return found

    def calls(self, operation: str | None = None, *, authority: str | None = None) -> Sequence[Json]:
        """What our API has asked the bank."""
        wanted = {"operation": operation, "authority": authority}
        query = httpx.QueryParams({name: value for name, value in wanted.items() if value})
        found: list[Json] = self._ask("GET", f"log?{query}")["calls"]
        return found

    @staticmethod
    def authority_of(page_url: str) -> str:
        """The bank's name for the purchase whose page this is."""
        return authority_in(page_url)

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self._client.request(method, f"{self.url}/_control/{path}", json=body, timeout=SECONDS)
        assert answer.is_success, f"the bank's control answered {answer.status_code}: {answer.text}"
        return dict(answer.json()) if answer.content else {}


class Room:
    """The control room's levers."""

    def __init__(self, running: Record, client: httpx.Client) -> None:
        self._url = running.api_url
        self._client = client

    def drop_next_callback(self) -> None:
        """The next browser that comes back from the bank does not reach us."""
        self._pull("callback/drop")

    def pause_worker(self) -> None:
        """What is verified is not credited."""
        self._pull("worker/pause")

    def resume_worker(self) -> None:
        self._pull("worker/resume")

    def kill_worker(self) -> None:
        """The worker dies now, and again with the next batch it takes."""
        self._pull("worker/kill")

    def deliver_twice(self) -> None:
        """The last message arrives once more."""
        self._pull("queue/deliver-twice")

    def sweep(self) -> Json:
        """Run the sweep now; how many it has published, requeued and asked about."""
        swept: Json = self._pull("sweep")["swept"]
        return swept

    def move_clock(self, by: timedelta) -> None:
        """Move the time of every process and of the bank. The browser's own is `page.clock`."""
        self._pull("clock/move", seconds=by.total_seconds())

    def calm(self) -> None:
        """Undo whatever the levers have done."""
        self._pull("calm")

    def _pull(self, lever: str, **body: Any) -> Json:
        url, headers = f"{self._url}/_local/{lever}", {"origin": self._url}
        answer = self._client.post(url, json=body, headers=headers, timeout=SECONDS)
        assert answer.is_success, f"{lever} answered {answer.status_code}: {answer.text}"
        return dict(answer.json())
