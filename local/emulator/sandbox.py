"""A sandbox whose inside is Lambda's own runtime, over a built artifact.

The emulator starts the handler's process with the first event, so a cold start is part of that event's time.
"""

import contextlib
import http.client
import json
import os
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from local.emulator import process, reports
from local.emulator.artifacts import Artifacts
from local.emulator.machine import Machine
from local.emulator.process import Emulator
from local.sandbox import HandlerRaised, Kind, SandboxDied, Surroundings, TimedOut, environment_of
from local.template import LambdaFunction

INVOCATIONS = "/2015-03-31/functions/function/invocations"
INIT_SECONDS = 60.0  # Lambda gives ten; a busy laptop needs more
TIMED_OUT = b"Task timed out"
# On Lambda each cold start has a processor to itself. Thirty that share two would all take as long as the last.
COLD_STARTS = threading.BoundedSemaphore(os.cpu_count() or 1)
TURN_SECONDS = 10.0  # a handler may wait for another's cold start, so nobody waits for a turn without end


def from_artifacts(surroundings: Surroundings, machine: Machine, artifacts: Artifacts) -> Kind:
    """The kind of sandbox that runs what was built."""
    return partial(EmulatedSandbox, surroundings=surroundings, machine=machine, artifacts=artifacts)


class EmulatedSandbox:
    """One emulator and its function's process."""

    def __init__(
        self, function: LambdaFunction, surroundings: Surroundings, machine: Machine, artifacts: Artifacts
    ) -> None:
        self.function = function
        self.lock = threading.Lock()
        self._log = surroundings.logs / f"{function.logical_id}.log"
        self._surroundings = surroundings
        self._machine = machine
        self._artifacts = artifacts
        self._emulator: Emulator | None = None

    def invoke(self, event: Any) -> Any:
        """The handler's answer. Raises SandboxError; the sandbox serves the next event all the same."""
        emulator, sent = self._running(), json.dumps(event, separators=(",", ":")).encode()
        with contextlib.nullcontext() if emulator.function_pid() else turn_to_start():
            status, body = self._post(emulator, sent)
        if memory := emulator.memory():
            reports.write_memory(self._log, memory)
        return answer_in(status, body)

    def warm(self) -> None:
        """Start the emulator, not the handler: only an event starts that."""
        self._running()

    def kill(self) -> bool:
        emulator = self._emulator
        if emulator is None or not emulator.is_alive:
            return False
        emulator.end()
        return True

    def stop(self) -> None:
        emulator, self._emulator = self._emulator, None
        if emulator:
            emulator.stop()

    @property
    def emulator(self) -> Emulator | None:
        return self._emulator

    def _running(self) -> Emulator:
        if self._emulator and self._emulator.is_alive:
            return self._emulator
        self.stop()
        folder = self._artifacts.function(self.function.logical_id)
        self._emulator = process.started(
            self._machine,
            self.function.handler,
            folder=folder,
            environment=self._environment(folder),
            log=self._log,
            leash=self._surroundings.leash,
        )
        return self._emulator

    def _post(self, emulator: Emulator, event: bytes) -> tuple[int, bytes]:
        """What the emulator says to an event. It measures the time-out itself; we only do not wait for ever."""
        patience = self.function.timeout_seconds + INIT_SECONDS
        connection = http.client.HTTPConnection(process.LOOPBACK, emulator.port, timeout=patience)
        try:
            connection.request("POST", INVOCATIONS, event)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except TimeoutError as error:
            self.stop()
            raise TimedOut(f"{self.function.logical_id} said nothing for {patience:g} seconds") from error
        except (OSError, http.client.HTTPException) as error:
            self.stop()
            raise SandboxDied(f"{self.function.logical_id} died") from error
        finally:
            connection.close()

    def _environment(self, folder: Path) -> dict[str, str]:
        """As on Lambda: the artifact and the layer are where code comes from, and neither is written to."""
        return environment_of(self.function, self._surroundings.environment) | {
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.function.timeout_seconds),
            "LAMBDA_TASK_ROOT": str(folder),
            "PYTHONPATH": f"{folder}:{self._artifacts.layer}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TZ": ":UTC",
        }


@contextlib.contextmanager
def turn_to_start() -> Iterator[None]:
    has_turn = COLD_STARTS.acquire(timeout=TURN_SECONDS)
    try:
        yield
    finally:
        if has_turn:
            COLD_STARTS.release()


def answer_in(status: int, body: bytes) -> Any:
    """The handler's answer out of the emulator's. Raises SandboxError when there is none.

    The emulator answers 200 to an exception as well, with the body that Lambda would mark as a function error.
    """
    if body.startswith(TIMED_OUT):
        raise TimedOut(body.decode())
    try:
        said = json.loads(body)
    except ValueError as error:
        raise SandboxDied(f"the emulator answered {status}: {body[:200]!r}") from error
    if status != http.client.OK:
        raise SandboxDied(complaint(said))
    if isinstance(said, Mapping) and {"errorType", "errorMessage"} <= said.keys():
        raise HandlerRaised(complaint(said))
    return said


def complaint(said: Any) -> str:
    if not isinstance(said, Mapping):
        return str(said)
    return f"{said.get('errorType', 'an error')}: {said.get('errorMessage', said)}"
