"""Real processes on a database that is committed to, killed with SIGKILL at a chosen moment."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from local.environment import plain_environment
from local.http_event import Request, event_of
from local.template import ROOT, find_route
from tests.api import route_table

PATIENCE_SECONDS = 30.0
PASSED_ON = ("AWS_", "CREDIT_", "DELIVERY_", "ENV", "POWERTOOLS_", "ZARRINPAL_")


def killed_when(
    condition: Callable[[], bool], module: str, event: Any, *, database_url: str, **environment: str
) -> None:
    """Run a handler in a process of its own and kill it as soon as `condition` holds.

    The process must not have ended by then: a test in which nobody dies proves nothing.
    """
    with _running(module, event, {"DATABASE_URL": database_url, **environment}) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert process.poll() is None, "the process ended before it could be killed"
            assert time.monotonic() < deadline, "the moment to kill the process did not come"
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
        assert process.poll() is None, "the process ended before it could be killed"
        process.kill()
        process.wait()


def http_event(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A request as API Gateway hands it to the function that the template names."""
    match = find_route(route_table(), method, path)
    assert match
    sent = {"host": "localhost:8000", "content-type": "application/json", **(headers or {})}
    request = Request(
        method=method,
        path=path,
        query=urlencode(query or {}),
        headers=list(sent.items()),
        body=json.dumps(body).encode() if body is not None else b"",
        source_ip="203.0.113.7",
        port=8000,
    )
    return event_of(request, match)


class DeafServer:
    """Takes connections and never says a word."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._callers: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://localhost:{self._listener.getsockname()[1]}"

    def is_called(self) -> bool:
        with suppress(BlockingIOError):
            self._callers.append(self._listener.accept()[0])
        return bool(self._callers)

    def close(self) -> None:
        for connection in (*self._callers, self._listener):
            connection.close()


@contextmanager
def deaf_server() -> Iterator[DeafServer]:
    listener = socket.create_server(("localhost", 0))
    listener.setblocking(False)
    server = DeafServer(listener)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def _running(module: str, event: Any, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    ours = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.lambda_process", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**plain_environment(), **ours, **environment},
        text=True,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(event))
        process.stdin.close()
        yield process
    finally:
        process.kill()
        process.wait()
