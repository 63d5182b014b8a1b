"""A small automation, as an independent developer would write it: it works, and charges for its work.

`POST /run` does a piece of work for one customer and spends their tokens; `GET /health` is what Zimmer probes.
"""

import json
import time
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from examples.automation.zimmer_api import ZimmerApi, ZimmerUnreachable

VERSION = "1.0.0"
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]


class Automation:
    """What this automation can be asked."""

    def __init__(self, zimmer: ZimmerApi) -> None:
        self._zimmer = zimmer
        self._started = time.monotonic()

    def health(self) -> Answer:
        return Answer(200, {"status": "ok", "version": VERSION, "uptime": int(time.monotonic() - self._started)})

    def run(self, order: dict[str, Any]) -> Answer:
        """Charge first, work second: a customer without tokens costs us nothing."""
        try:
            user_automation_id, units = int(order["user_automation_id"]), int(order["units"])
        except (KeyError, TypeError, ValueError):
            return Answer(422, {"error": "user_automation_id and units are needed as numbers"})
        key = str(order.get("idempotency_key") or uuid.uuid4())
        try:
            outcome = self._zimmer.consume(
                user_automation_id=user_automation_id, units=units, usage_type="message", idempotency_key=key
            )
        except ZimmerUnreachable:
            return Answer(503, {"error": "zimmer does not answer, try again", "idempotency_key": key})
        is_paid = outcome.status in (200, 201)
        return Answer(outcome.status, {**outcome.body, "done": is_paid, "idempotency_key": key})


class Requests(BaseHTTPRequestHandler):
    """HTTP in front of an Automation."""

    automation: Automation

    def do_GET(self) -> None:
        self._send(self.automation.health() if self.path == "/health" else Answer(404, {"error": "not found"}))

    def do_POST(self) -> None:
        if self.path != "/run":
            self._send(Answer(404, {"error": "not found"}))
            return
        try:
            order = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        except ValueError:
            order = None
        self._send(self.automation.run(order) if isinstance(order, dict) else Answer(400, {"error": "JSON is needed"}))

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(*, port: int, api: str, service_token: str) -> None:
    """Answer on loopback until the process is ended."""
    with httpx.Client(base_url=api, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        automation = Automation(ZimmerApi(client, service_token=service_token, pause=time.sleep))
        bound = type("BoundRequests", (Requests,), {"automation": automation})
        ThreadingHTTPServer(("localhost", port), bound).serve_forever()
