"""`./zimmer runtime`: the tests of the built artifacts; with --write, their figures into docs/performance.md."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from local.emulator import artifacts
from local.emulator.crowd import crowd
from local.emulator.figures import crowd_table, figures, figures_table
from local.emulator.walk import REQUESTS, walk
from local.environment import DATA
from local.errors import StepFailed
from local.template import ROOT, functions, load_template
from local.trial import trial

FOLDER = DATA / "runtime"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- begin: ./zimmer runtime --write -->", "<!-- end: ./zimmer runtime --write -->"
SANDBOXES, BUYERS, WITHIN_SECONDS = 8, 40, 120.0
UP = ("--runtime", "lambda", "--without-panels", "--empty", "--sandboxes", str(SANDBOXES))
PATIENCE_SECONDS = 40


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./zimmer runtime", description="The built artifacts in Lambda's runtime.")
    parser.add_argument("--write", action="store_true", help="measure, and write the figures into docs/performance.md")
    chosen, rest = parser.parse_known_args(arguments)
    if not chosen.write:
        paths = [] if any(argument.startswith("tests") for argument in rest) else ["tests/runtime"]
        return subprocess.run([sys.executable, "-m", "pytest", *paths, *rest], cwd=ROOT).returncode
    try:
        said = measured()
    except StepFailed as error:
        print(f"\n{error.why}", file=sys.stderr)
        return 1
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), said), encoding="utf-8")
    print(f"\n{said}\n\nwritten into {PAGE.relative_to(ROOT)}")
    return 0


def measured() -> str:
    """Both tables, from a platform of our own. Raises StepFailed when a promise was not kept."""
    conditions = what_ran()
    with (
        trial(FOLDER / "figures", *UP) as running,
        httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as browser,
    ):
        walk(running, browser)
        rows = figures(ROOT / running.logs, functions(load_template()).values())
        outcome = crowd(running, buyers=BUYERS, within_seconds=WITHIN_SECONDS)
    if not outcome.is_exact:
        raise StepFailed(f"the crowd was not served exactly: {outcome}")
    return "\n\n".join([conditions, figures_table(rows), legend(), crowd_table(outcome, SANDBOXES)])


def what_ran() -> str:
    built = artifacts.built(artifacts.python_at_hand())
    load, processors = os.getloadavg()[0], os.cpu_count()
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {processors} processors, with {load:.1f} programs wanting one"
        f" beforehand; what ran: {built}."
    )


def legend() -> str:
    return (
        "*start* is the emulator's INIT REPORT: a new Python, the imports and the module's own work. *first* is the"
        f" first event after it, *warm* the median of the others ({REQUESTS} ordinary requests to each function of the"
        " API). Memory is what /proc says of the function's process after the last event, *setting* the template's."
    )


def with_figures(page: str, figures: str) -> str:
    """The page with these figures between its two marks. Raises ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no place for the figures")
    return f"{before}{begin}\n{figures}\n{end}{after}"
