"""What was asked, what came of it, and how it is told at the end."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from local.fuzz.judging import Fault

SHOWN = 25
LINES_OF_A_FAULT = 8
NOT_LET_IN = (401, 403)


@dataclass(frozen=True)
class Finding:
    """A fault, where it was met first, and the line that asks the same again."""

    operation: str
    status: int
    caller: str
    fault: Fault
    curl: str


@dataclass
class Tally:
    """The answers of each operation by their status, and the findings, each of them once."""

    operations: Sequence[str]
    answers: dict[str, Counter[int]] = field(default_factory=dict)
    findings: dict[tuple[str, int, str], Finding] = field(default_factory=dict)
    times: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def count(self, operation: str, status: int) -> None:
        self.answers.setdefault(operation, Counter())[status] += 1

    def note(self, finding: Finding) -> None:
        name = (finding.operation, finding.status, finding.fault.what)
        self.findings.setdefault(name, finding)
        self.times[name] += 1

    @property
    def calls(self) -> int:
        return sum(sum(answers.values()) for answers in self.answers.values())

    def is_covered(self, operation: str) -> bool:
        """Whether somebody was let in at least once."""
        return any(status not in NOT_LET_IN for status in self.answers.get(operation, ()))

    def has_succeeded(self, operation: str) -> bool:
        return any(status < 400 for status in self.answers.get(operation, ()))

    @property
    def uncovered(self) -> list[str]:
        return [operation for operation in self.operations if not self.is_covered(operation)]

    def by_class(self) -> str:
        """`2xx 812 · 4xx 530`."""
        classes: Counter[str] = Counter()
        for answers in self.answers.values():
            for status, times in answers.items():
                classes[f"{status // 100}xx"] += times
        return " · ".join(f"{name} {times}" for name, times in sorted(classes.items()))


def table(tally: Tally) -> Iterator[str]:
    """Each operation with how often it was answered what."""
    for operation in sorted(tally.operations):
        answers = sorted(tally.answers.get(operation, Counter()).items())
        yield f"  {operation:<70} " + " ".join(f"{status}×{times}" for status, times in answers)


def told(tally: Tally) -> Iterator[str]:
    """The end of a run, line by line."""
    for name, finding in list(tally.findings.items())[:SHOWN]:
        met = f"{finding.operation} → {finding.status} as {finding.caller}, {tally.times[name]}×"
        yield f"✗ {met}: {finding.fault.what}"
        yield from (f"    {line}" for line in finding.fault.more.splitlines()[:LINES_OF_A_FAULT])
        yield f"    {finding.curl}"
    if len(tally.findings) > SHOWN:
        yield f"… and {len(tally.findings) - SHOWN} more"
    yield from (f"✗ nobody was let in: {operation}" for operation in tally.uncovered)
    hollow = [one for one in tally.operations if tally.is_covered(one) and not tally.has_succeeded(one)]
    yield from (f"  never a success: {operation}" for operation in hollow)
    covered = len(tally.operations) - len(tally.uncovered)
    succeeded = sum(tally.has_succeeded(operation) for operation in tally.operations)
    yield f"operations covered {covered} of {len(tally.operations)}, {succeeded} with a success"
    yield f"{tally.calls} answers: {tally.by_class()}; {len(tally.findings)} kinds of faults"
