"""Functions as Lambda runs them: one process per sandbox, one request at a time, killed when its time is over.

SandboxError
├── HandlerRaised   the handler raised, or its answer was no JSON
├── SandboxDied     the process ended under the request, or its module cannot be imported
├── TimedOut        the function's own Timeout passed; the process was killed
└── NoneFree        every sandbox of the function stayed busy
"""

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.leash import Leash
from local.template import ROOT, LambdaFunction

INIT_SECONDS = 60.0  # Lambda gives ten; a laptop that compiles everything for the first time needs more
WAIT_SECONDS = 30.0  # how long a request may wait for a sandbox: as long as API Gateway waits for an answer


class SandboxError(Exception):
    """A function did not answer an event."""


class HandlerRaised(SandboxError):
    pass


class SandboxDied(SandboxError):
    pass


class TimedOut(SandboxError):
    pass


class NoneFree(SandboxError):
    pass


@dataclass(frozen=True)
class Surroundings:
    """What all sandboxes share: the environment, the folder of logs, and the leash that ends orphans."""

    environment: Mapping[str, str]
    logs: Path
    leash: Leash


class Sandbox:
    """One process that serves one function, started by the first event and again after each death.

    Whoever calls it from several threads holds its `lock`.
    """

    def __init__(self, function: LambdaFunction, surroundings: Surroundings) -> None:
        self.function = function
        self.lock = threading.Lock()
        self._surroundings = surroundings
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def invoke(self, event: Any) -> Any:
        """The handler's answer. Raises SandboxError; the sandbox serves the next event all the same."""
        self.warm()
        deadline = time.time() + self.function.timeout_seconds
        request = {"event": event, "request_id": str(uuid.uuid4()), "deadline": deadline}
        self._send(json.dumps(request, separators=(",", ":")).encode() + b"\n")
        said = self._hear(self.function.timeout_seconds)
        if "error" in said:
            raise HandlerRaised(f"{said['error']['errorType']}: {said['error']['errorMessage']}")
        return said["answer"]

    def warm(self) -> None:
        """Start the process and import the handler, unless that is done. Raises SandboxDied when it cannot be."""
        if self._process and self._process.poll() is None:
            return
        self._spawn()
        said = self._hear(INIT_SECONDS)
        if "error" in said:
            self.stop()
            raise SandboxDied(f"{said['error']['errorType']}: {said['error']['errorMessage']}")

    def kill(self) -> bool:
        """End the process from another thread; the event it works on ends as SandboxDied. Whether there was one."""
        process = self._process
        if process is None or process.poll() is not None:
            return False
        process.kill()
        return True

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # as Lambda does: nothing a handler promised may depend on a farewell
        process.wait()
        self._surroundings.leash.release(process.pid)
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _spawn(self) -> None:
        self.stop()
        self._unread = b""
        with (self._surroundings.logs / f"{self.function.logical_id}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.runtime", self.function.handler],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=environment_of(self.function, self._surroundings.environment),
                start_new_session=True,  # Ctrl-C is for the platform, which stops us in its own order
                bufsize=0,
            )
        self._surroundings.leash.hold(self._process.pid, stop_signal=signal.SIGKILL)

    def _send(self, line: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            remaining = memoryview(line)
            while remaining:
                remaining = remaining[self._process.stdin.write(remaining) :]
        except OSError as error:
            self.stop()
            raise SandboxDied(f"{self.function.logical_id} died before the event") from error

    def _hear(self, seconds: float) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        pipe, deadline = self._process.stdout.fileno(), time.monotonic() + seconds
        while b"\n" not in self._unread:
            if not is_readable(pipe, deadline - time.monotonic()):
                self.stop()
                raise TimedOut(f"{self.function.logical_id} timed out after {seconds:g} seconds")
            chunk = os.read(pipe, 1 << 20)
            if not chunk:
                self.stop()
                raise SandboxDied(f"{self.function.logical_id} died")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said


class Sandboxes:
    """All functions, each with its sandboxes; an event goes to one that is free."""

    def __init__(
        self, functions: Mapping[str, LambdaFunction], surroundings: Surroundings, *, per_function: int = 1
    ) -> None:
        self._all: list[Sandbox] = []
        self._free: dict[str, queue.LifoQueue[Sandbox]] = {}  # the one used last is the warm one
        self._stopped = threading.Event()
        for logical_id, function in functions.items():
            self._free[logical_id] = queue.LifoQueue()
            for _ in range(min(per_function, function.reserved_concurrency or per_function)):
                sandbox = Sandbox(function, surroundings)
                self._all.append(sandbox)
                self._free[logical_id].put(sandbox)

    def invoke(self, function: str, event: Any) -> Any:
        """The function's answer. Raises SandboxError."""
        with self._one_of(function) as sandbox:
            return sandbox.invoke(event)

    def warm(self, functions: Iterable[str]) -> None:
        """Import handlers ahead of the first event. A broken one says so in its log and at its first event."""
        for function in functions:
            with contextlib.suppress(SandboxError), self._one_of(function) as sandbox:
                sandbox.warm()

    def kill(self, function: str) -> int:
        """SIGKILL every process of one function; the next event starts a new one. How many there were."""
        return sum(sandbox.kill() for sandbox in self._all if sandbox.function.logical_id == function)

    def stop(self) -> None:
        """End every process; events under way end as SandboxDied, waiting ones as NoneFree."""
        self._stopped.set()
        for sandbox in self._all:
            sandbox.kill()
        for sandbox in self._all:
            with sandbox.lock:
                sandbox.stop()

    @contextlib.contextmanager
    def _one_of(self, function: str) -> Iterator[Sandbox]:
        try:
            sandbox = self._free[function].get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise NoneFree(f"every sandbox of {function} is busy") from None
        try:
            with sandbox.lock:
                if self._stopped.is_set():
                    raise NoneFree("the platform is stopping")
                yield sandbox
        finally:
            self._free[function].put(sandbox)


def is_readable(descriptor: int, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(max(0.0, seconds) * 1000))


def environment_of(function: LambdaFunction, shared: Mapping[str, str]) -> dict[str, str]:
    """The template's literals, the platform's values over them, and what Lambda tells a process about itself.

    The template's DB_ variables name a database on AWS; here DATABASE_URL is the only one.
    """
    literals = {name: value for name, value in function.environment.items() if not name.startswith("DB_")}
    return {
        **literals,
        **shared,
        "AWS_LAMBDA_FUNCTION_NAME": function.logical_id,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    }
