"""Figures are read from lines that somebody else writes; these are such lines."""

from pathlib import Path

from local.emulator import reports
from local.emulator.measuring import BEGIN, END, with_figures
from local.emulator.process import Memory

LOG = """\
26 Nov 2026 11:52:10,562 [INFO] (rapid) INIT START(type: on-demand, phase: init)
26 Nov 2026 11:52:10,747 [INFO] (rapid) INIT REPORT(durationMs: 184.433000)
26 Nov 2026 11:52:10,748 [INFO] (rapid) INVOKE RTDONE(status: success, produced bytes: 0, duration: 1.454000ms)
REPORT RequestId: f116 Init Duration: 0.14 ms\tDuration: 185.54 ms\tMemory Size: 512 MB\tMax Memory Used: 512 MB\t
MEMORY resident: 30208 kB, peak: 31000 kB
26 Nov 2026 11:52:10,764 [INFO] (rapid) INVOKE RTDONE(status: success, produced bytes: 0, duration: 2.892000ms)
MEMORY resident: 30300 kB, peak: 31000 kB
26 Nov 2026 11:52:41,948 [INFO] (rapid) INIT REPORT(durationMs: 0.027000)
"""


def test_starts_events_and_memory_are_found_and_a_start_that_failed_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(LOG)
    report = reports.read(tmp_path / "log")
    assert report.starts_ms == [184.433]
    assert report.events_ms == [1.454, 2.892]
    assert report.memory == [Memory(30208, 31000), Memory(30300, 31000)]


def test_a_function_that_was_never_called_has_nothing_to_report(tmp_path: Path) -> None:
    assert reports.read(tmp_path / "log") == reports.Report([], [], [])


def test_figures_replace_those_that_stood_between_the_marks() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_figures(page, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
