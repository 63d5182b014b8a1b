"""A figure, what it has to be, and what became of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MOST_NOISE = 1.15  # a control that differs from itself by more says that nothing can be told


NEAR_ENOUGH = 1.25  # a target that is missed by less is a matter for the profile in docs/performance.md


class Verdict(StrEnum):
    PASS = "PASS"
    NEAR = "NEAR"  # missed by less than a quarter
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    SHOWN = "-"  # stands beside a figure, and has no target


@dataclass(frozen=True)
class Figure:
    """One measured value. `number` is that of the table of figures to reach; `noise` the null control's ratio."""

    number: int
    name: str
    value: str
    target: str
    verdict: Verdict
    noise: float | None = None
    why: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def exact(
    number: int, name: str, found: int, *, at_most: int, why: str = "", unit: str = "", is_strict: bool = True
) -> Figure:
    """A count, which no load of the machine changes. Only where it is not strict may it be nearly met."""
    verdict = judged(found / at_most if at_most else 1 + found, None)
    if is_strict and verdict is Verdict.NEAR:
        verdict = Verdict.FAIL
    shown = f"{found} {unit}".strip()
    return Figure(number, name, shown, f"≤ {at_most} {unit}".strip(), verdict, why=why, data={"found": found})


def most(number: int, name: str, found: float, limit: float, *, noise: float | None = None, **data: Any) -> Figure:
    """A ratio that may be at most `limit`."""
    verdict = judged(found / limit, noise)
    return Figure(number, name, f"x{found:.2f}", f"≤ x{limit:g}", verdict, noise, data={"found": found, **data})


def least(number: int, name: str, found: float, limit: float, *, noise: float | None = None, **data: Any) -> Figure:
    """A ratio that must be at least `limit`."""
    verdict = judged(limit / found, noise)
    return Figure(number, name, f"x{found:.1f}", f"≥ x{limit:g}", verdict, noise, data={"found": found, **data})


def rate(number: int, name: str, found: float, limit: float, *, noise: float, **data: Any) -> Figure:
    """So many a second, of at least `limit`. A busy machine makes it fewer and never more: reached is reached."""
    verdict = Verdict.PASS if found >= limit else judged(limit / found, noise)
    target = f"≥ {limit:,.0f}/s"
    return Figure(number, name, f"{found:,.0f}/s", target, verdict, noise, data={"found": found, **data})


def within(number: int, name: str, found: float, limit: float, *, unit: str = "s") -> Figure:
    """A time that may be at most `limit`."""
    verdict = judged(found / limit, None)
    return Figure(number, name, f"{found:.2f} {unit}", f"≤ {limit:g} {unit}", verdict, data={"found": found})


def shown(number: int, name: str, value: str, **data: Any) -> Figure:
    """Something to read beside a figure."""
    return Figure(number, name, value, "", Verdict.SHOWN, data=data)


def unknown(number: int, name: str, target: str, why: str) -> Figure:
    """A figure that cannot be measured here; `why` names the command after which it can."""
    return Figure(number, name, "", target, Verdict.INCONCLUSIVE, why=why)


def judged(of_the_limit: float, noise: float | None) -> Verdict:
    """What is said of a value that is so many times its limit. A noisy machine says that it cannot tell."""
    if noise is not None and noise > MOST_NOISE:
        return Verdict.INCONCLUSIVE
    if of_the_limit <= 1:
        return Verdict.PASS
    return Verdict.NEAR if of_the_limit <= NEAR_ENOUGH else Verdict.FAIL


def table(figures: Sequence[Figure]) -> str:
    """For the terminal."""
    heads = ("#", "figure", "measured", "target", "", "control")
    lines = [heads, *(_cells(figure) for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join(rows + [f"      {figure.name}: {figure.why}" for figure in figures if figure.why])


def markdown(figures: Sequence[Figure]) -> str:
    """For the documentation."""
    rows = ["| # | figure | measured | target | verdict | control |", "|---|---|---|---|---|---|"]
    rows += [f"| {' | '.join(_cells(figure))} |" for figure in figures]
    notes = [f"* {figure.name}: {figure.why}" for figure in figures if figure.why]
    return "\n".join([*rows, *([""] if notes else []), *notes])


def as_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    return [asdict(figure) for figure in figures]


def _cells(figure: Figure) -> tuple[str, ...]:
    noise = "" if figure.noise is None else f"{figure.noise:.2f}"
    return (str(figure.number), figure.name, figure.value, figure.target, figure.verdict.value, noise)
