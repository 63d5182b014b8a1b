"""A run: a platform of its own, asked for so long, and at the end whether money and tokens agree."""

import argparse
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from functions.admin import invariants
from local import screen, totp
from local.adopted import adopted, keys_of
from local.environment import DATA, local_keys
from local.errors import StepFailed
from local.fuzz import people
from local.fuzz.asking import Run
from local.fuzz.cases import operations
from local.fuzz.tally import table, told
from local.openapi import OPENAPI
from local.record import Record
from local.trial import trial
from zimmer.db import Database

PLATFORM = DATA / "fuzz" / "platform"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was found, every operation was asked by somebody it lets in, and money and tokens agree."""
    parser = argparse.ArgumentParser(prog="./zimmer fuzz", description="Every operation, with what nobody foresaw.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to ask, once the platform runs (60)")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to ask the same again")
    parser.add_argument("--hold", action="store_true", help="keep the platform up until Ctrl-C, to repeat a request")
    parser.add_argument("-v", "--verbose", action="store_true", help="how often each operation was answered what")
    chosen = parser.parse_args(arguments)
    number = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    screen.show(f"  seed {number}: the same again with ./zimmer fuzz --seed {number}")
    try:
        return fuzz(number, seconds=chosen.seconds, verbose=chosen.verbose, hold=chosen.hold)
    except StepFailed as error:
        screen.show_failure(error)
        return 1


def fuzz(number: int, *, seconds: float, verbose: bool, hold: bool) -> int:
    """Raises StepFailed when there is no platform."""
    started = time.monotonic()
    screen.show("  starting a platform to ask …")
    with (
        trial(PLATFORM, "--without-panels") as running,
        adopted(keys_of(running, PLATFORM)),
        opened(running) as database,
    ):
        refuse_others(running.api_url)
        screen.show(f"  it runs after {time.monotonic() - started:.0f} s")
        run = Run(running, database, operations(OPENAPI), number=number, secrets=platforms_secrets(running))
        run.ask(until=time.monotonic() + seconds)
        for line in [*(table(run.tally) if verbose else []), *told(run.tally)]:
            screen.show(line)
        broken = disagreements(database)
        screen.show(broken or "money and tokens agree: every rule of ./zimmer check holds")
        if hold:
            wait_for_ctrl_c()
    return 1 if run.tally.findings or run.tally.uncovered or broken else 0


def platforms_secrets(running: Record) -> list[str]:
    """Texts that no answer may hold."""
    keys = local_keys(PLATFORM / "secrets.json")
    codes = [totp.secret_of(role) for role in people.STAFF]
    return [*keys.values(), *codes, running.service_token, *(account.password for account in running.accounts)]


def disagreements(database: Database) -> str:
    """The rules that do not hold, with rows that break them; empty when all do."""
    with database.autocommit() as connection:
        answers = invariants.check(connection)
    return "\n".join(f"✗ {answer.question}: {answer.broken}" for answer in answers if not answer.holds)


def refuse_others(url: str) -> None:
    """Nothing but this machine is ever asked. Raises StepFailed."""
    if urlsplit(url).hostname not in LOOPBACK:
        raise StepFailed(f"{url} is not this machine")


@contextmanager
def opened(running: Record) -> Iterator[Database]:
    database = Database(running.database_url)
    try:
        yield database
    finally:
        database.close()


def wait_for_ctrl_c() -> None:
    screen.show("  the platform stays up until Ctrl-C")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        print(file=sys.stderr)
