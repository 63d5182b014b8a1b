"""Children that must not outlive us, not even when we are killed with -9.

A signal handler cannot promise that, and Linux's parent-death signal is lost when `unshare` changes credentials
and fires early when the *thread* that started a child ends. So one tiny process reads a pipe from us: each line
names a child to stop (`+pid signal`) or to forget (`-pid`). When we die, however we die, the pipe ends and it
stops whoever is left. It runs as a script, so it must import nothing but the standard library's smallest parts.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 5.0


class Leash:
    """Holds the children of this process; a context manager, so that leaving it forgets them all."""

    def __init__(self) -> None:
        self._watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    def hold(self, pid: int, *, stop_signal: signal.Signals = signal.SIGTERM) -> None:
        self._tell(f"+{pid} {int(stop_signal)}\n")

    def release(self, pid: int) -> None:
        self._tell(f"-{pid}\n")

    def close(self) -> None:
        """Let the watcher go; whoever is still held is stopped by it."""
        if self._watcher.stdin and not self._watcher.stdin.closed:
            with contextlib.suppress(OSError):
                self._watcher.stdin.close()
        self._watcher.wait()

    def __enter__(self) -> "Leash":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tell(self, line: str) -> None:
        assert self._watcher.stdin is not None
        with contextlib.suppress(OSError):
            self._watcher.stdin.write(line)
            self._watcher.stdin.flush()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop_all(held: dict[int, int]) -> None:
    """Ask each one with its own signal, then insist."""
    for pid, number in held.items():
        with contextlib.suppress(OSError):
            os.kill(pid, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := [pid for pid in held if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def watch() -> None:
    held: dict[int, int] = {}
    for line in sys.stdin:
        pid, _, number = line[1:].strip().partition(" ")
        if line.startswith("+"):
            held[int(pid)] = int(number)
        else:
            held.pop(int(pid), None)
    stop_all(held)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watch()
