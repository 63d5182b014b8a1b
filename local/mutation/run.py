"""`./zimmer mutation`: how many mutants of the money core the tests notice, and whether those that live may.

mutmut changes one thing at a time in the functions of the modules that `mutmut.toml` names and runs the tests that
call the changed one. It changes Python only: the SQL of the ledger stands in constants and stays as it is; for it
there are the schedules of `tests/crash` and the bugs planted there. One Postgres and one queue server are lent to
all runs of tests, each of which makes its own database.
"""

import argparse
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local import companion, ports
from local.environment import DATA, plain_environment
from local.leash import Leash
from local.mutation.laying import lay_out, lay_tests
from local.postgres import running as running_postgres

FOLDER = DATA / "mutation"
ACCEPTED = Path(__file__).with_name("accepted.toml")
LEAST = 90.0  # percent
CONNECTIONS = 300
UNTRIED = frozenset({"not checked", "check was interrupted by user", "skipped"})
NOTICED = frozenset({"killed", "timeout", "suspicious", "segfault"})


@dataclass(frozen=True)
class Mutant:
    """One change, and what became of it."""

    name: str  # zimmer.ledger.lots.x_part_of__mutmut_3
    status: str

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def function(self) -> str:
        """`zimmer.ledger.lots.part_of`; a method is `module.Class.method`."""
        mangled = self.name.rpartition(".")[2].partition("__mutmut_")[0]
        return f"{self.module}.{mangled.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed: the line as it was and as it became."""

    function: str
    before: str
    after: str

    @property
    def shown(self) -> str:
        return f"{self.function}\n    - {self.before}\n    + {self.after}"


def main(arguments: Sequence[str]) -> int:
    """Run it, print the table; 1 below the least score, or when a survivor has no reason in `accepted.toml`."""
    parser = argparse.ArgumentParser(prog="./zimmer mutation", description=__doc__.split("\n\n")[0])
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="runs of tests beside each other (2)")
    parser.add_argument(
        "--go-on", action="store_true", help="with the last run, where it was stopped, and with the tests of now"
    )
    parser.add_argument("--again", action="store_true", help="judge the last run's results once more")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these, by name or zimmer.ledger.lots.*")
    chosen = parser.parse_args(arguments)
    if not chosen.again:
        if not chosen.go_on:
            lay_out(FOLDER)
        lay_tests(FOLDER)
        if code := mutate(chosen.workers, chosen.only):
            return code
    return report(results())


def mutate(workers: int, only: Sequence[str]) -> int:
    """mutmut's own run, with the servers lent to it."""
    port = ports.free_port()
    moto = [sys.executable, "-m", "moto.server", "-H", "localhost", "-p", str(port)]
    data = FOLDER / "servers" / str(os.getpid())
    data.mkdir(parents=True)
    with (
        running_postgres(data / "postgres", durable=False, max_connections=CONNECTIONS) as postgres,
        Leash() as leash,
        companion.running(moto, plain_environment(), port=port, log=data / "queue.log", leash=leash) as queues,
    ):
        queues.wait()
        lent = {
            "ZIMMER_TEST_POSTGRES": postgres.url,
            "ZIMMER_TEST_QUEUES": queues.url,
            "ZIMMER_TEST_PATIENCE": "5",  # a busy machine is no failure of the code
        }
        started = time.monotonic()
        command = [*mutmut("run"), "--max-children", str(workers), *only]
        code = subprocess.run(command, cwd=FOLDER, env={**os.environ, **lent}).returncode
    print(f"{time.monotonic() - started:.0f} s")
    return code


def results() -> list[Mutant]:
    """Every mutant of the last run, those that no test calls among them."""
    said = subprocess.run([*mutmut("results"), "--all", "true"], cwd=FOLDER, check=True, capture_output=True, text=True)
    pairs = (line.strip().rpartition(": ") for line in said.stdout.splitlines() if "__mutmut_" in line)
    return [Mutant(name, status) for name, _, status in pairs]


def report(mutants: Sequence[Mutant]) -> int:
    """Print it for the docs; the exit code."""
    tried = [one for one in mutants if one.status not in UNTRIED]
    for module in [*sorted({one.module for one in mutants}), None]:
        print(row(module, [one for one in mutants if module in (None, one.module)]))
    reasons = accepted()
    survivors = [survivor(one) for one in tried if not is_noticed(one)]
    unexplained = [one for one in survivors if one not in reasons]
    for one in survivors:
        print(f"\nlives: {one.shown}\n    {reasons.get(one, 'and nobody says why')}")
    for one in reasons:
        if one not in survivors and len(tried) == len(mutants):
            print(f"\nno longer lives: {one.shown}")
    is_whole, score = len(tried) == len(mutants), share_of(tried)
    return int(bool(unexplained) or not is_whole or score < LEAST)


def row(module: str | None, mutants: Sequence[Mutant]) -> str:
    tried = [one for one in mutants if one.status not in UNTRIED]
    noticed = sum(map(is_noticed, tried))
    counts = f"{len(mutants):5} mutants {len(tried):5} tried {noticed:5} noticed"
    return f"{module or 'all':30}{counts} {share_of(tried):6.1f} %"


def share_of(tried: Sequence[Mutant]) -> float:
    """How many of these were noticed, in percent."""
    return 100 * sum(map(is_noticed, tried)) / len(tried) if tried else 0.0


def is_noticed(mutant: Mutant) -> bool:
    return mutant.status in NOTICED


def survivor(mutant: Mutant) -> Survivor:
    """What was changed, in lines: the numbers of mutants move with every edit."""
    diff = subprocess.run([*mutmut("show"), mutant.name], cwd=FOLDER, check=True, capture_output=True, text=True).stdout
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "#"))]
    before, after = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Survivor(mutant.function, before, after)


def accepted() -> Mapping[Survivor, str]:
    """The survivors that may live, with the reason."""
    if not ACCEPTED.exists():
        return {}
    kept = tomllib.loads(ACCEPTED.read_text())["survivor"]
    return {Survivor(one["function"], one["before"], one["after"]): one["reason"] for one in kept}


def mutmut(verb: str) -> list[str]:
    return [sys.executable, "-m", "mutmut", verb]
