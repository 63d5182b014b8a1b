"""A whole platform of one's own for the length of a block, beside whatever else runs on this machine.

It has its own database, record, clock, secrets and ports; only the tools and the built panels are shared.
"""

import contextlib
import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from local import ports, record
from local.environment import plain_environment
from local.errors import StepFailed
from local.leash import Leash
from local.record import Record
from local.template import ROOT

START_SECONDS = 600.0  # a fresh clone installs npm's packages and builds
STOP_SECONDS = 20.0


@contextlib.contextmanager
def trial(folder: Path, *arguments: str) -> Iterator[Record]:
    """`./zimmer up` with these arguments over `folder`, which is emptied first. Raises StepFailed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with mine(folder.with_suffix(".lock")), Leash() as leash:
        shutil.rmtree(folder, ignore_errors=True)
        log = folder.with_suffix(".log")
        process = started(folder, log, arguments)
        leash.hold(process.pid)
        try:
            yield ready(process, folder / record.RECORD.name, log)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait()
            leash.release(process.pid)


@contextlib.contextmanager
def mine(lock: Path) -> Iterator[None]:
    """Nobody else uses the folder meanwhile."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StepFailed(f"{lock.stem} is in use by another run", mend="ZIMMER_DATA=.local/other …") from error
        yield


def started(folder: Path, log: Path, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "local", "up", *arguments]
    for option in ("--port", "--panel-port", "--admin-port"):
        command += [option, str(ports.free_port())]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**plain_environment(), "ZIMMER_DATA": str(folder)},
            start_new_session=True,  # Ctrl-C is for us; we stop it when our own work is done
        )


def ready(process: subprocess.Popen[bytes], path: Path, log: Path) -> Record:
    """The record of the platform, once it runs."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if found := record.running(path):
            return found
        if process.poll() is not None:
            raise StepFailed(f"the platform did not start:\n{log.read_text(errors='replace')}", log=log)
        time.sleep(0.1)
    raise StepFailed(f"the platform did not start within {START_SECONDS:.0f} s", log=log)
