"""The HTTP of the control room: one page, one JSON object, and a POST per lever.

Another site's page must not pull a lever in the browser of whoever runs this: a POST without our own Origin is
refused, and nothing here is readable from elsewhere, since no answer carries CORS headers.
"""

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.control.board import Board
from local.control.levers import CannotDo, Levers
from local.errors import StepFailed
from local.http_event import Reply, Request

HOME = "/_local"
STATE = "/_local/state"
PAGE = Path(__file__).with_name("page.html")

Lever = Callable[[dict[str, Any]], dict[str, Any]]

log = logging.getLogger("local.control")


class ControlRoom:
    """Asked about every request before API Gateway is; answers its own, and a callback that is to be lost."""

    def __init__(self, board: Board, levers: Levers, *, api_url: str, beside: Mapping[str, str]) -> None:
        self._board = board
        self._levers = levers
        self._origins = origins_of(api_url)
        self._beside = beside  # the bank and the mailbox, whose pages are linked
        self._actions: dict[str, Lever] = {
            "bank/time-out": levers.bank_times_out,
            "bank/out": levers.bank_goes_out,
            "bank/back": levers.bank_comes_back,
            "callback/drop": levers.drop_callback,
            "callback/keep": levers.keep_callback,
            "queue/deliver-twice": levers.deliver_twice,
            "worker/kill": levers.kill_worker,
            "worker/spare": levers.spare_worker,
            "worker/pause": levers.pause_worker,
            "worker/resume": levers.resume_worker,
            "function/kill": levers.kill_function,
            "sweep": levers.sweep,
            "minute": levers.let_a_minute_pass,
            "clock/move": levers.move_clock,
            "clock/reset": levers.reset_clock,
            "calm": levers.calm,
            "buy": levers.buy,
            "pay": levers.pay,
        }

    def __call__(self, request: Request) -> Reply | None:
        """The answer, or None when this request is not ours."""
        if request.path.rstrip("/") != HOME and not request.path.startswith(f"{HOME}/"):
            return self._levers.interfere(request)
        if request.method == "POST":
            return self._act(request)
        if request.method != "GET":
            return answer(405, {"said": "GET or POST"})
        if request.path == STATE:
            return answer(200, self._board.read())
        return self._page() if request.path.rstrip("/") == HOME else answer(404, {"said": "no such page"})

    def _page(self) -> Reply:
        page = PAGE.read_text("utf-8")
        for name, url in self._beside.items():
            page = page.replace(f"{{{{{name}}}}}", url)
        headers = [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ]
        return Reply(200, headers, page.encode())

    def _act(self, request: Request) -> Reply:
        if request.header("origin") not in self._origins:
            return answer(403, {"said": "Levers are pulled from the control room's own page only."})
        lever = self._actions.get(request.path.removeprefix(f"{HOME}/"))
        if lever is None:
            return answer(404, {"said": "no such lever"})
        try:
            return answer(200, lever(body_of(request)))
        except (CannotDo, StepFailed) as error:
            return answer(409, {"said": str(error)})
        except Exception as error:
            log.exception("%s", request.path)
            return answer(500, {"said": f"{type(error).__name__}: {error}"})


def origins_of(api_url: str) -> frozenset[str]:
    """The names under which this machine's browser knows us."""
    port = urlsplit(api_url).port
    return frozenset(f"http://{host}:{port}" for host in ("localhost", "127.0.0.1", "[::1]"))


def body_of(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise CannotDo("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise CannotDo("The body is no JSON object.")
    return body


def answer(status: int, body: dict[str, Any]) -> Reply:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Reply(status, headers, json.dumps(body, default=str).encode())
