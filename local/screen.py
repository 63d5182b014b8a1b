"""What a person sees: one timed line per step, then one card. Colours on a terminal only, never with NO_COLOR."""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator

from local.environment import LOGS
from local.errors import StepFailed
from local.record import Record

WIDTH = 80
log = logging.getLogger("local.screen")

BOLD, DIM, GREEN, RED = "1", "2", "32", "31"


def painted(text: str, colour: str) -> str:
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"\033[{colour}m{text}\033[0m"


def show(text: str = "") -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """`  what … 0.4 s`, the time when it is done; on failure the reason, the mend and the log below it."""
    print(f"  {what} … ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except StepFailed as error:
        show(painted("failed", RED))
        show_failure(error)
        raise
    except Exception as error:
        log.exception(what)
        show(painted("failed", RED))
        first_line = f"{type(error).__name__}: {error}".splitlines()[0]
        surprise = StepFailed(first_line, log=LOGS / "platform.log")
        show_failure(surprise)
        raise surprise from error
    except BaseException:
        show("stopped")
        raise
    show(painted(f"{time.monotonic() - started:.1f} s", DIM))


def show_failure(error: StepFailed) -> None:
    show(f"    why:  {error.why}")
    if error.mend:
        show(f"    mend: {error.mend}")
    if error.log:
        show(f"    log:  {error.log}")


def card(record: Record) -> str:
    """Where everything is, in at most 80 columns."""
    rule = painted("─" * WIDTH, DIM)
    return "\n".join([rule, *(line for line in lines_of(record)), rule])


def lines_of(record: Record) -> list[str]:
    places = [
        *([("Customer panel", f"{record.panel_url}  (as sara, below)")] if record.panel_url else []),
        *([("Staff dashboard", f"{record.admin_url}  (as a manager, below)")] if record.admin_url else []),
        ("API", f"{record.api_url}  (read and try it at /docs)"),
        ("Control room", f"{record.api_url}/_local  (each purchase, live)"),
        ("Pretend bank", f"{record.zarinpal_url}  (stands in for Zarinpal)"),
        ("Mailbox", f"{record.mailbox_url}  (what would have been sent)"),
        ("Automation", f"{record.automation_url}  (a developer's, spends tokens)"),
        ("Database", without_password(record.database_url)),
        ("Logs", record.logs),
    ]
    accounts = [(account.role, f"{account.email}  {account.password}") for account in record.accounts]
    return [
        painted("Zimmer is running on this machine", BOLD),
        "",
        *table(places),
        *(["", *table(accounts)] if accounts else []),
        "",
        f"Try it:  {painted('./zimmer demo', GREEN)}   in another terminal; or {painted('--crash 07', GREEN)}",
        "Codes:   ./zimmer code manager   (staff sign in with one; each works once)",
        "Stop it: Ctrl-C",
    ]


def table(rows: list[tuple[str, str]]) -> list[str]:
    return [f"  {name:<16}{value}"[:WIDTH] for name, value in rows]


def without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}://{login.partition(':')[0]}{at}{place}"
