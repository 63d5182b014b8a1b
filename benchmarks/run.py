"""`./zimmer bench`: measure, judge, and say so.

./zimmer bench             everything, a million customers included; takes half an hour
./zimmer bench --quick     everything, a hundred thousand customers; three minutes on two cores
./zimmer bench --exact     only what no load of the machine changes; seconds
./zimmer bench warm credit some parts; --only warm --only credit is the same
./zimmer bench consume     and credit-lag, recovery: on servers that keep what they commit; not in --quick
./zimmer bench --write     also into docs/performance.md, with its picture
"""

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks import cold, consume, credit, credit_lag, growth, login, recovery, report, size, trips, warm
from benchmarks.figures import Figure, Verdict, as_json, table
from benchmarks.ground import Ground, ground
from local.environment import DATA

RESULTS = DATA / "bench"
QUICK_SIZES, FULL_SIZES = (1_000, 10_000, 100_000), (1_000, 100_000, 1_000_000)

GROUPS = ("Auth", "Automations", "Payments", "Support", "Admin")

Part = Callable[[Ground], list[Figure]]
Measure = TypeVar("Measure")

EXACT: dict[str, Part] = {
    "trips": trips.measure,
    "cold": lambda _: cold.measure_exactly(),
    "size": lambda _: size.measure_exactly(),
    "login": login.measure_exactly,
}
QUICK: dict[str, Part] = {
    "cold": lambda _: cold.measure(),
    "warm": warm.measure,
    "credit": credit.measure,
    "growth": lambda here: growth.measure(here, QUICK_SIZES),
    "size": size.measure,
    "login": login.measure,
}
FULL: dict[str, Part] = {
    **QUICK,
    "cold": lambda _: cold.measure(rounds=25, api=tuple(f"{name}Function" for name in GROUPS)),
    "warm": lambda here: warm.measure(here, blocks=100, calls=20),
    "credit": lambda here: credit.measure(here, payments=50_000, of_naive=2_000),
    "growth": lambda here: growth.measure(here, FULL_SIZES),
}
# On Postgres servers that keep what they have committed, of their own; not in --quick, for they take minutes.
DURABLE: dict[str, Callable[[], list[Figure]]] = {
    "credit-lag": credit_lag.measure,
    "recovery": recovery.measure,
    "consume": consume.measure,
}


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 1 when a figure was missed."""
    chosen = _chosen(arguments)
    random.seed(chosen.seed)
    load = os.getloadavg()
    began = time.monotonic()
    figures = _measured(chosen)
    print("\n" + table(figures))
    run = _run(chosen, figures, load_before=load, seconds=time.monotonic() - began)
    path = _kept(run)
    print(f"\n{_summary(figures)} in {run['seconds']:.0f} s; load {load[0]:.1f} before, {run['load_after']:.1f} after")
    print(f"numbers: {path}")
    if chosen.write:
        for written in report.write(run, figures):
            print(f"wrote {written}")
    return 1 if any(figure.verdict is Verdict.FAIL for figure in figures) else 0


def _chosen(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./zimmer bench", description="Measure the platform beside its baselines.")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="three minutes instead of half an hour")
    how.add_argument("--exact", action="store_true", help="only counts and sizes, in seconds")
    names = sorted(EXACT | QUICK | DURABLE)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(names)}")
    parser.add_argument("--only", action="append", default=[], choices=names, help="the same; may be repeated")
    parser.add_argument("--write", action="store_true", help="put the run into docs/performance.md")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32, help="of the order in which things run")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.parts) - set(names)):  # argparse's own choices would refuse to be given none
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(names)}")
    chosen.only = [*chosen.only, *chosen.parts]
    return chosen


def _measured(chosen: argparse.Namespace) -> list[Figure]:
    """The parts on forgetful ground, each kind in turn, and then those that keep what they commit."""
    of_ground = {"exact": EXACT} if chosen.exact else {"exact": EXACT, "timed": QUICK if chosen.quick else FULL}
    wanted = {kind: _wanted(of, chosen.only) for kind, of in of_ground.items()}
    figures: list[Figure] = []
    if any(wanted.values()):
        with ground() as here:
            for kind, of in wanted.items():
                for name, measure in of.items():
                    figures += _part(name, kind, partial(measure, here))
    for name, measure_durable in _durable(chosen).items():
        figures += _part(name, "durable", measure_durable)
    return sorted(figures, key=lambda figure: figure.number)


def _durable(chosen: argparse.Namespace) -> dict[str, Callable[[], list[Figure]]]:
    """Whoever names a part gets it; else they belong to the long run."""
    return _wanted(DURABLE, chosen.only) if chosen.only or not (chosen.exact or chosen.quick) else {}


def _wanted(parts: Mapping[str, Measure], only: Sequence[str]) -> dict[str, Measure]:
    return {name: measure for name, measure in parts.items() if not only or name in only}


def _part(name: str, kind: str, measure: Callable[[], list[Figure]]) -> list[Figure]:
    began = time.monotonic()
    print(f"  {name}, {kind} … ", end="", flush=True)
    figures = measure()
    print(f"{time.monotonic() - began:.1f} s", flush=True)
    return figures


def _run(
    chosen: argparse.Namespace, figures: Sequence[Figure], *, load_before: tuple[float, float, float], seconds: float
) -> report.Run:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "how": "exact" if chosen.exact else "quick" if chosen.quick else "full",
        "seed": chosen.seed,
        "machine": _machine(),
        "load_before": load_before[0],
        "load_after": os.getloadavg()[0],
        "seconds": seconds,
        "figures": as_json(figures),
    }


def _machine() -> str:
    cores = os.cpu_count() or 0
    system = f"{platform.system()} {platform.machine()}"
    return f"{cores} cores ({_processor()}), {system}, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def _kept(run: report.Run) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{run['how']}.json"
    path.write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n")
    return path


def _summary(figures: Sequence[Figure]) -> str:
    counted = {verdict: sum(1 for figure in figures if figure.verdict is verdict) for verdict in Verdict}
    return ", ".join(f"{number} {verdict}" for verdict, number in counted.items() if verdict is not Verdict.SHOWN)
