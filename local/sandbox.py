"""Functions as Lambda runs them: one process per sandbox, one request at a time, killed when its time is over.

There are two kinds: `source_sandbox` runs the code of this tree, `emulator` the built artifacts in the real Lambda
runtime. Whoever sends events need not know which.

SandboxError
├── HandlerRaised   the handler raised, or its answer was no JSON
├── SandboxDied     the process ended under the request, or its module cannot be imported
├── TimedOut        the function's own Timeout passed; the process was killed
└── NoneFree        every sandbox of the function stayed busy
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local.leash import Leash
from local.template import LambdaFunction

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


class Sandbox(Protocol):
    """Serves one function, started by the first event and again after each death.

    Whoever calls it from several threads holds its `lock`.
    """

    function: LambdaFunction
    lock: threading.Lock

    def invoke(self, event: Any) -> Any:
        """The handler's answer. Raises SandboxError; the sandbox serves the next event all the same."""

    def warm(self) -> None:
        """Do ahead of the first event what can be done without one. Raises SandboxDied when it cannot be."""

    def kill(self) -> bool:
        """End the process from another thread; the event it works on ends as SandboxDied. Whether there was one."""

    def stop(self) -> None:
        """End it for good, or until the next event."""


Kind = Callable[[LambdaFunction], Sandbox]


class Sandboxes:
    """All functions, each with its sandboxes; an event goes to one that is free."""

    def __init__(self, functions: Mapping[str, LambdaFunction], kind: Kind, *, per_function: int = 1) -> None:
        self._all: list[Sandbox] = []
        self._free: dict[str, queue.LifoQueue[Sandbox]] = {}  # the one used last is the warm one
        self._stopped = threading.Event()
        for logical_id, function in functions.items():
            self._free[logical_id] = queue.LifoQueue()
            for _ in range(min(per_function, function.reserved_concurrency or per_function)):
                sandbox = kind(function)
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

    def how_many(self, function: str) -> int:
        """Of this function's sandboxes, started or not."""
        return sum(sandbox.function.logical_id == function for sandbox in self._all)

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
