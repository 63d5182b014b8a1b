"""One emulator: a program that holds two loopback ports and starts the function's process with the first event."""

import contextlib
import itertools
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local import ports
from local.emulator.machine import Machine
from local.leash import Leash
from local.sandbox import SandboxDied

LOOPBACK = "127.0.0.1"  # by its number: the emulator would bind every interface for a name it cannot place
# Below the ports that the system gives to outgoing connections, any of which might take one between look and use.
PORTS = itertools.cycle(random.sample(range(20_000, 30_000), 10_000))
TRIES = 5
START_SECONDS, STOP_SECONDS = 15.0, 3.0
LISTENING = "0A"  # include/net/tcp_states.h


@dataclass(frozen=True)
class Memory:
    """What a process holds and has held at most, in kilobytes that are really in memory."""

    resident_kb: int
    peak_kb: int


class Emulator:
    """A running emulator. One request at a time: posts in parallel end it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, leash: Leash) -> None:
        self._process = process
        self._leash = leash
        self._is_ending = False
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return not self._is_ending and self._process.poll() is None

    def function_pid(self) -> int | None:
        """The process that runs the handler; None before the first event and between two lives."""
        return next(iter(children_of(self.pid)), None)

    def memory(self) -> Memory | None:
        """The handler's process's, now."""
        pid = self.function_pid()
        return memory_of(pid) if pid else None

    def end(self) -> None:
        """Ask it to end, from any thread; it kills the function's process at once, as Lambda does."""
        self._is_ending = True
        self._process.terminate()

    def stop(self) -> None:
        self.end()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._leash.release(self.pid)


def started(
    machine: Machine,
    handler: str,
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    leash: Leash,
    candidates: Iterator[int] | None = None,
) -> Emulator:
    """An emulator for this handler, its two ports certainly its own. Raises SandboxDied."""
    candidates = candidates or free_ports()
    for _ in range(TRIES):
        port, runtime_port = itertools.islice(candidates, 2)
        addresses = (
            *("--runtime-interface-emulator-address", f"{LOOPBACK}:{port}"),
            *("--runtime-api-address", f"{LOOPBACK}:{runtime_port}"),
        )
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(machine.emulator), *addresses, str(machine.python), "-m", "awslambdaric", handler],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C is for the platform, which stops us in its own order
            )
        leash.hold(process.pid, stop_signal=signal.SIGTERM)  # not SIGKILL: it has a process of its own to kill
        emulator = Emulator(process, port, leash)
        if holds(emulator, {port, runtime_port}):
            return emulator
        emulator.stop()
    raise SandboxDied(f"the emulator of {handler} did not start; its log is {log}")


def holds(emulator: Emulator, wanted: set[int]) -> bool:
    """Whether these ports become this very emulator's. One left over from before would answer with old code."""
    deadline = time.monotonic() + START_SECONDS
    while emulator.is_alive and time.monotonic() < deadline:
        if wanted <= listening_ports(emulator.pid):
            return True
        time.sleep(0.01)
    return False


def free_ports() -> Iterator[int]:
    return (port for port in PORTS if ports.is_free(port))


def listening_ports(pid: int) -> set[int]:
    """The TCP ports on which this process itself listens, read from /proc."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port_of = {f"socket:[{row[9]}]": int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTENING}
    held = set()
    with contextlib.suppress(OSError):  # it just ended
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                held.add(str(descriptor.readlink()))
    return {port_of[name] for name in held & port_of.keys()}


def children_of(pid: int) -> list[int]:
    """The processes that this one started and that still live."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            fields = status_fields(status)
            if fields.get("PPid") == str(pid) and not fields["State"].startswith("Z"):
                found.append(int(status.parent.name))
    return found


def memory_of(pid: int) -> Memory | None:
    try:
        fields = status_fields(Path(f"/proc/{pid}/status"))
        return Memory(int(fields["VmRSS"].split()[0]), int(fields["VmHWM"].split()[0]))
    except (OSError, KeyError):  # it just ended
        return None


def status_fields(status: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in status.read_text().splitlines())
    return {name: value.strip() for name, _, value in lines}
