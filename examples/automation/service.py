"""A small automation, as an independent developer would write it: it works, and charges for its work.

`POST /run` does a piece of work whose cost is known before it; `POST /write` one whose cost is known after it, and
holds the most it may cost meanwhile. `GET /health` is what Zimmer probes.
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

    def write(self, order: dict[str, Any]) -> Answer:
        """Hold the most it may cost, work, pay for what it took. A customer who cannot pay for that gets no work."""
        try:
            user_automation_id, at_most, topic = int(order["user_automation_id"]), int(order["at_most"]), order["topic"]
        except (KeyError, TypeError, ValueError):
            return Answer(422, {"error": "user_automation_id and at_most are needed as numbers, and a topic"})
        key = str(order.get("idempotency_key") or uuid.uuid4())
        try:
            held = self._zimmer.hold(
                user_automation_id=user_automation_id, units=at_most, usage_type="text", idempotency_key=key
            )
            if held.status != 201:
                return Answer(held.status, {**held.body, "done": False, "idempotency_key": key})
            text = written(str(topic), at_most=at_most)
            if text is None:
                self._zimmer.release(held.body["hold_id"])
                return Answer(422, {"error": "there is nothing to write", "done": False, "idempotency_key": key})
            paid = self._zimmer.commit(held.body["hold_id"], units=len(text.split()))
        except ZimmerUnreachable:
            return Answer(503, {"error": "zimmer does not answer, try again", "idempotency_key": key})
        is_paid = paid.status == 200
        return Answer(paid.status, {**paid.body, "done": is_paid, "text": text if is_paid else None})


def written(topic: str, *, at_most: int) -> str | None:
    """The work: a token for each word. None when there is nothing to say."""
    words = f"A few words about {topic.strip()}, as long as they may be.".split() if topic.strip() else []
    return " ".join(words[:at_most]) or None


class Requests(BaseHTTPRequestHandler):
    """HTTP in front of an Automation."""

    automation: Automation

    def do_GET(self) -> None:
        self._send(self.automation.health() if self.path == "/health" else Answer(404, {"error": "not found"}))

    def do_POST(self) -> None:
        work = {"/run": self.automation.run, "/write": self.automation.write}.get(self.path)
        if work is None:
            self._send(Answer(404, {"error": "not found"}))
            return
        try:
            order = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        except ValueError:
            order = None
        self._send(work(order) if isinstance(order, dict) else Answer(400, {"error": "JSON is needed"}))

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
