"""What the emulator writes into a function's log about time, and we about memory.

`Max Memory Used` of its REPORT repeats the setting, and `Init Duration` leaves out the start of the process, so
both figures come from elsewhere: INIT REPORT, and /proc after each event.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.emulator.process import Memory

INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
DONE = re.compile(r"INVOKE RTDONE\(status: success, produced bytes: \d+, duration: ([0-9.]+)ms\)")
RESIDENT = re.compile(r"^MEMORY resident: (\d+) kB, peak: (\d+) kB$", re.MULTILINE)
FAILED_INIT = 1.0  # milliseconds; a failed start is tried a second time, which reports next to nothing


@dataclass(frozen=True)
class Report:
    """What one function's log tells: milliseconds of each start and each event, kilobytes after each event."""

    starts_ms: Sequence[float]
    events_ms: Sequence[float]
    memory: Sequence[Memory]


def write_memory(log: Path, memory: Memory) -> None:
    with log.open("a") as output:
        output.write(f"MEMORY resident: {memory.resident_kb} kB, peak: {memory.peak_kb} kB\n")


def read(log: Path) -> Report:
    """A function that was never called has no log, and an empty report."""
    said = log.read_text(errors="replace") if log.exists() else ""
    return Report(
        starts_ms=[float(found) for found in INIT.findall(said) if float(found) > FAILED_INIT],
        events_ms=[float(found) for found in DONE.findall(said)],
        memory=[Memory(int(resident), int(peak)) for resident, peak in RESIDENT.findall(said)],
    )
