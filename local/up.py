"""`./zimmer up`: from the command to Ctrl-C."""

import contextlib
import logging
import signal
import time
from typing import NoReturn

from local import record, screen
from local.environment import LOGS
from local.errors import StepFailed
from local.platform import Platform, Wishes


def up(wishes: Wishes, *, verbose: bool) -> int:
    """Run the platform until Ctrl-C; the exit code for the shell."""
    if already := record.running():
        screen.show(screen.card(already))
        return 0
    stop_on_signals()
    write_logs(verbose=verbose)
    try:
        with contextlib.ExitStack() as undo:
            Platform(wishes, undo).start()
            while True:
                # Not signal.pause(): a signal that arrives just before it would wait for the next one.
                time.sleep(0.5)
    except StepFailed:
        return 1  # its step has said why
    except KeyboardInterrupt:
        screen.show("\nstopped")
        return 0


def stop_on_signals() -> None:
    """The first signal unwinds whatever is running; later ones must not interrupt that."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_: int, __: object) -> NoReturn:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, stop)


def write_logs(*, verbose: bool) -> None:
    """Our own log in a file, new at each start; with -v on the terminal as well."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.glob("*.log"):
        if old.name != "install.log":
            old.unlink()
    handlers: list[logging.Handler] = [logging.FileHandler(LOGS / "platform.log")]
    if verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", handlers=handlers)
    for chatty in ("botocore", "boto3", "httpx", "urllib3", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
