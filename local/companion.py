"""A program that runs beside the platform: the queue server, the pretend bank, the sample automation, a panel."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from local.environment import plain_environment
from local.errors import StepFailed
from local.leash import Leash
from local.ports import answers
from local.template import ROOT

START_SECONDS = 30.0
STOP_SECONDS = 3.0


class Companion:
    """A program that serves a port. `wait` for it as late as possible: it starts while others work."""

    def __init__(self, process: subprocess.Popen[bytes], *, port: int, log: Path) -> None:
        self._process = process
        self.port = port
        self.url = f"http://localhost:{port}"
        self.log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> None:
        """Return when it accepts connections. Raises StepFailed when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if self._process.poll() is not None:
                raise StepFailed(f"it ended at once: {last_words(self.log)}", log=self.log)
            if time.monotonic() > deadline:
                raise StepFailed(f"it does not answer after {START_SECONDS:.0f} seconds", log=self.log)
            time.sleep(0.02)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def beside(
    module: str, *arguments: str, port: int, log: Path, leash: Leash
) -> contextlib.AbstractContextManager[Companion]:
    """`python -m module arguments` for the length of the block."""
    command = [sys.executable, "-m", module, *arguments]
    return running(command, plain_environment(), port=port, log=log, leash=leash)


@contextlib.contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, port: int, log: Path, leash: Leash
) -> Iterator[Companion]:
    """Any program that serves this port, for the length of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the platform, which stops us in its own order
        )
    leash.hold(process.pid)
    companion = Companion(process, port=port, log=log)
    try:
        yield companion
    finally:
        companion.stop()
        leash.release(process.pid)


def last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
