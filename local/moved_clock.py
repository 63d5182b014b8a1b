"""The clock of the whole local platform: the machine's, and as far ahead of it as somebody has moved it.

Every process reads the same file (LOCAL_CLOCK_FILE, see `zimmer.clock`), so moving it needs no message to anybody.
"""

from pathlib import Path

from local.environment import CLOCK, write_private


def ahead(path: Path = CLOCK) -> float:
    """By how many seconds it is ahead."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return 0.0


def move(seconds: float, path: Path = CLOCK) -> float:
    """Move it onward (or back, with negative seconds); how far ahead it is then."""
    now_ahead = ahead(path) + seconds
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, f"{now_ahead:g}\n")
    return now_ahead


def reset(path: Path = CLOCK) -> None:
    """Return to the machine's time."""
    path.unlink(missing_ok=True)
