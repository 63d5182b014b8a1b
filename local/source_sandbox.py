"""A sandbox that runs the code of this tree in a Python of ours; `local.runtime` is its inside."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import uuid
from functools import partial
from typing import Any

from local.sandbox import HandlerRaised, Kind, SandboxDied, Surroundings, TimedOut, environment_of
from local.template import ROOT, LambdaFunction

INIT_SECONDS = 60.0  # Lambda gives ten; a laptop that compiles everything for the first time needs more


def from_source(surroundings: Surroundings) -> Kind:
    """The kind of sandbox that needs no build."""
    return partial(SourceSandbox, surroundings=surroundings)


class SourceSandbox:
    """One process of `local.runtime`, spoken to by lines of JSON."""

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


def is_readable(descriptor: int, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(max(0.0, seconds) * 1000))
