"""How long each function takes to start and to answer, and what it holds in memory: read from the logs of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from local.emulator import reports
from local.emulator.crowd import Outcome
from local.template import LambdaFunction

KB_PER_MB = 1024
COLUMNS = ("function", "start ms", "first ms", "warm ms", "events", "resident MB", "peak MB", "setting MB")


@dataclass(frozen=True)
class Figures:
    """One function's, from its first start on. Times are milliseconds, memory is megabytes."""

    function: str
    start_ms: float
    first_ms: float
    warm_ms: float | None
    events: int
    resident_mb: float
    peak_mb: float
    setting_mb: int


def figures(logs: Path, functions: Iterable[LambdaFunction]) -> list[Figures]:
    """Of every function that has answered an event."""
    found = [(function, reports.read(logs / f"{function.logical_id}.log")) for function in functions]
    return [figures_of(function, report) for function, report in found if report.events_ms and report.memory]


def figures_of(function: LambdaFunction, report: reports.Report) -> Figures:
    first, *warm = report.events_ms
    return Figures(
        function=function.logical_id,
        start_ms=report.starts_ms[0],
        first_ms=first,
        warm_ms=median(warm) if warm else None,
        events=len(report.events_ms),
        resident_mb=report.memory[-1].resident_kb / KB_PER_MB,
        peak_mb=report.memory[-1].peak_kb / KB_PER_MB,
        setting_mb=function.memory_mb,
    )


def figures_table(rows: Sequence[Figures]) -> str:
    """In Markdown, and readable as it is."""
    return table(COLUMNS, [cells(row) for row in rows])


def crowd_table(outcome: Outcome, sandboxes: int) -> str:
    columns = ("sandboxes a function", "buyers at once", "paid", "credited", "lost", "double", "seconds")
    counts = (sandboxes, outcome.buyers, outcome.paid, outcome.credited, outcome.lost, outcome.double)
    return table(columns, [(*map(str, counts), f"{outcome.seconds:.0f}")])


def cells(row: Figures) -> Sequence[str]:
    warm = "" if row.warm_ms is None else f"{row.warm_ms:.1f}"
    memory = (f"{row.resident_mb:.0f}", f"{row.peak_mb:.0f}", str(row.setting_mb))
    return (row.function, f"{row.start_ms:.0f}", f"{row.first_ms:.0f}", warm, str(row.events), *memory)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[n]) for row in [columns, *rows]) for n in range(len(columns))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(line(row, widths) for row in [columns, ruler, *rows])


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"
