"""Figure 4: what a container does before its first request. CPU of fresh interpreters, and what they import."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.figures import Figure, exact, most, shown
from benchmarks.ground import environment
from local.environment import plain_environment
from local.template import functions, load_template
from tests.contract.test_cold_start import BACKGROUND, NEVER, NOT_IN_BACKGROUND

ROUNDS = 9
FLOOR, CONTROL, NAIVE = "bare", "bare again", "naive"
MOST_MODULES = 760

LIST_MODULES = "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(list(sys.modules)))"


def modules_after(module: str) -> frozenset[str]:
    """What a fresh interpreter has imported once the handler's module is there."""
    command = [sys.executable, "-c", LIST_MODULES, module]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment())
    return frozenset(json.loads(done.stdout))


def measure_exactly() -> list[Figure]:
    """The modules of every function, and the absence of those that may never be there."""
    handlers = {name: function.handler.rpartition(".")[0] for name, function in functions(load_template()).items()}
    del handlers["MigrateFunction"]  # it runs once per deployment, and Alembic is what it is for
    imported = {name: modules_after(module) for name, module in handlers.items()}
    denied = {f"{name} imports {module}" for name, modules in imported.items() for module in modules & denied_to(name)}
    largest = max(imported, key=lambda name: len(imported[name]))
    return [
        exact(4, "start: modules that may never be imported", len(denied), at_most=0, why="; ".join(sorted(denied))),
        exact(
            4,
            f"start: modules of the largest function ({largest})",
            len(imported[largest]),
            at_most=MOST_MODULES,
            is_strict=False,
        ),
    ]


def denied_to(function: str) -> frozenset[str]:
    """What its start may never import."""
    return frozenset(NEVER + (NOT_IN_BACKGROUND if function in BACKGROUND else ()))


def measure(*, rounds: int = ROUNDS, api: Sequence[str] = ("AutomationsFunction", "PaymentsFunction")) -> list[Figure]:
    """CPU seconds to a ready handler, the minimum of so many rounds in random order."""
    handlers = {name: function.handler.rpartition(".")[0] for name, function in functions(load_template()).items()}
    modules = {
        **{name: handlers[name] for name in (*api, "PaymentsWorker")},
        FLOOR: "benchmarks.baselines.bare",
        CONTROL: "benchmarks.baselines.bare",
        NAIVE: "benchmarks.baselines.naive",
    }
    best = _minimum_of(modules, rounds)
    floor = min(best[FLOOR], best[CONTROL])
    noise = max(best[FLOOR], best[CONTROL]) / floor
    slowest = max(api, key=lambda name: best[name])
    return [
        most(4, f"start: CPU of {slowest} / bare", best[slowest] / floor, 6.5, noise=noise, seconds=best[slowest]),
        most(4, "start: CPU of the worker / bare", best["PaymentsWorker"] / floor, 3.5, noise=noise),
        shown(4, "start: CPU of bare", f"{floor * 1000:.0f} ms", seconds=best),
        shown(4, "start: CPU of naive / bare", f"x{best[NAIVE] / floor:.1f}"),
    ]


def _minimum_of(modules: dict[str, str], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(modules, float("inf"))
    for number in range(rounds + 1):
        for name in random.sample(list(modules), len(modules)):
            spent = cpu_of(modules[name])
            if number:  # the first round writes byte code
                best[name] = min(best[name], spent)
    return best


def cpu_of(module: str) -> float:
    """Seconds of CPU that a fresh interpreter spends until the module is there."""
    process = subprocess.Popen([sys.executable, "-c", f"import {module}"], env=_environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{module} does not start")
    return usage.ru_utime + usage.ru_stime


def _environment() -> dict[str, str]:
    return {**plain_environment(), **environment()}
