"""A run: a platform of its own, a storm, the calm after it, and what became of the money."""

import argparse
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from local import screen
from local.adopted import adopted
from local.environment import DATA
from local.errors import StepFailed
from local.record import Record
from local.soak import page, tables
from local.soak.bank import Bank, Happened
from local.soak.judging import Verdict, judged, merged
from local.soak.people import Notebook, World, customers
from local.soak.trouble import Deeds, Trouble
from local.trial import trial
from zimmer import clock
from zimmer.db import Database

FOLDER = DATA / "soak"
SANDBOXES, CUSTOMERS = 4, 16
UP = ("--without-panels", "--empty", "--sandboxes", str(SANDBOXES))
FEWEST_PURCHASES, FEWEST_FAULTS, FEWEST_KILLS = 50, 100, 10
TWICE = 2.0  # a slow machine may take so many times the seconds, until enough has happened
LOOKS_EVERY_SECONDS = 5.0
CALM_MINUTES = 90  # of the platform's time: the backoff of a purchase that was asked about five times, and more
SETTLED_AFTER = 12  # minutes with nothing left to do; the bank's list of the unverified is asked for every tenth
REST_SECONDS = 0.1


@dataclass(frozen=True)
class Counts:
    """What has happened."""

    purchases: int
    faults: int
    kills: int

    @property
    def missing(self) -> list[str]:
        """Where too little has happened to prove anything."""
        asked = (("purchases", FEWEST_PURCHASES), ("faults", FEWEST_FAULTS), ("kills", FEWEST_KILLS))
        return [
            f"{getattr(self, name)} {name} of at least {fewest}"
            for name, fewest in asked
            if getattr(self, name) < fewest
        ]


def main(arguments: Sequence[str]) -> int:
    """0 when enough has happened and nothing was lost, credited twice or left open."""
    parser = argparse.ArgumentParser(prog="./zimmer soak", description="Money is never lost: everything fails at once.")
    parser.add_argument("--seconds", type=float, default=70.0, help="how long everything fails (70)")
    parser.add_argument("--seed", type=int, default=None, help="of the dice of an earlier run")
    parser.add_argument("--write", action="store_true", help="put what is said into docs/payments.md")
    chosen = parser.parse_args(arguments)
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    said: list[str] = []

    def tell(line: str) -> None:
        said.append(line)
        screen.show(line)

    tell(f"  seed {seed}: the same dice again with ./zimmer soak --seed {seed}")
    try:
        code = soak(seed, seconds=chosen.seconds, tell=tell)
    except StepFailed as error:
        screen.show_failure(error)
        return 1
    if chosen.write and not code:
        page.write(said)
        screen.show(f"  wrote {page.PAGE.name}")
        screen.show(said[-1])
    return code


def soak(seed: int, *, seconds: float, tell: Callable[[str], None]) -> int:
    """Raises StepFailed when there is no platform, or a healer fails though nothing disturbs it any more."""
    began = time.monotonic()
    with ExitStack() as stack:
        running = stack.enter_context(trial(FOLDER / "platform", *UP))
        stack.enter_context(adopted(its_clock(running)))
        database = stack.enter_context(closing(Database(running.database_url)))
        bank = stack.enter_context(closing(Bank(running.zarinpal_url)))
        trouble = stack.enter_context(closing(Trouble(running, database, Random(f"{seed} trouble"))))
        tell(f"  a platform of its own runs after {time.monotonic() - began:.0f} s; now everything fails")
        notebook = storm(running, bank, trouble, seed=seed, seconds=seconds, tell=tell)
        happened, calm_since = bank.happened(), clock.now()
        minutes = calm(database, trouble)
        tell(f"  nothing fails any more, the clock went on by {minutes} min: {time.monotonic() - began:.0f} s in all")
        verdict = judged(bank.books(), tables.ours(database), merged(notebook.uses))
        verdict.broken += tables.broken_rules(database)
        healed = (tables.last_credit(database) or calm_since) - calm_since
    return told(verdict, happened, trouble.deeds, notebook, healed=healed, tell=tell)


def storm(
    running: Record, bank: Bank, trouble: Trouble, *, seed: int, seconds: float, tell: Callable[[str], None]
) -> Notebook:
    """Until the time is over and enough has happened. Everybody has gone home when this returns."""
    began, over = time.monotonic(), [False]
    world = World(running, bank, Notebook(), lambda: over[0], trouble.kill)
    bank.break_down(seed)
    with ThreadPoolExecutor(CUSTOMERS + 2, thread_name_prefix="soak") as threads:
        busy = [threads.submit(customers, world, Random(f"{seed} {number}")) for number in range(CUSTOMERS)]
        busy += [threads.submit(trouble.rage, world.is_over), threads.submit(trouble.hurry, world.is_over)]
        try:
            while not over[0]:
                wait(busy, timeout=LOOKS_EVERY_SECONDS, return_when="FIRST_EXCEPTION")
                spent, counts = time.monotonic() - began, so_far(bank, trouble)
                said = f"{counts.purchases} purchases, {counts.faults} faults, {counts.kills} kills"
                tell(f"  {spent:4.0f} s  {said}, {len(merged(world.notebook.uses))} uses")
                enough = spent >= seconds and not counts.missing
                over[0] = enough or spent >= TWICE * seconds or any(one.done() for one in busy)
        finally:
            over[0] = True
            bank.recover()
    for one in busy:
        one.result()  # a mistake of ours is raised here
    return world.notebook


def calm(database: Database, trouble: Trouble) -> int:
    """Minutes of the platform's time go by until nothing is left to do. How many."""
    settled = 0
    for minute in range(1, CALM_MINUTES + 1):
        trouble.let_a_minute_pass()
        time.sleep(REST_SECONDS)  # the worker's turn
        settled = 0 if tables.undecided(database) or tables.unsent(database) else settled + 1
        if settled >= SETTLED_AFTER:
            return minute
    return CALM_MINUTES


def so_far(bank: Bank, trouble: Trouble) -> Counts:
    return Counts(sum(line.has_money for line in bank.books()), bank.happened().faults, trouble.deeds.kills)


def told(
    verdict: Verdict,
    happened: Happened,
    deeds: Deeds,
    notebook: Notebook,
    *,
    healed: timedelta,
    tell: Callable[[str], None],
) -> int:
    """The end of a run; the exit code. `healed` is how long the last tokens took once nothing failed any more."""
    counts, uses = Counts(verdict.paid, happened.faults, deeds.kills), merged(notebook.uses)
    share = 100 * happened.wrong / max(1, happened.calls)
    tell(f"  {counts.purchases} purchases paid, {notebook.given_up} given up by their customers")
    tell(
        f"  {counts.faults} faults: {happened.wrong} of {happened.calls} calls to the bank ({share:.0f} %),"
        f" and {happened.visits} customers who left it in an odd way"
    )
    tell(f"  {counts.kills} kills, {deeds.doubled} messages sent twice, {deeds.lost} lost from the queue")
    tell(f"  {sum(use.heard for use in uses)} uses of tokens accepted of {len(uses)} asked for")
    late = max(0.0, healed.total_seconds() / 60)
    tell(f"  the last tokens came {late:.0f} min of platform time after the last fault")
    if verdict.given_back:
        tell(f"  {verdict.given_back} paid twice for one purchase: the staff was told, and the bank gives it back")
    for line in [*verdict.complaints(), *(f"✗ too little happened: {line}" for line in counts.missing)]:
        tell(line)
    tell(verdict.sentence + (", and too little happened to prove it" if counts.missing else ""))
    return 0 if verdict.is_clean and not counts.missing else 1


def its_clock(running: Record) -> Mapping[str, str]:
    """With these, what this process calls now is the platform's now: a promise is overdue by its clock."""
    return {"ENV": "local", "LOCAL_CLOCK_FILE": str(running.clock.resolve()), "DATABASE_URL": running.database_url}
