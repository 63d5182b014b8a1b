"""The doctor has a line for everything, and a mend for what fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from local import doctor, ports, screen
from local.record import Account, Record
from local.template import ROOT


def test_this_machine_has_a_line_for_everything() -> None:
    asked = [finding.asked for finding in doctor.examine()]
    assert asked == ["Python", "uv", "packages", "port", "ports", "disk", "folder", "user", "platform"]
    assert all(finding.found for finding in doctor.examine())


def test_it_speaks_where_nothing_is_installed() -> None:
    # -I -S: no site-packages and no paths of ours
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import local.doctor; print(local.doctor.python().found)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("3."), done.stderr


def test_a_taken_port_is_mended_by_another() -> None:
    port = ports.free_port()
    (held, *others) = ports.take(port)
    held.listen()
    try:
        finding = doctor.api_port(port, is_ours=False)
        assert not finding.is_well
        assert finding.mend.startswith("./zimmer up --port ")
        assert doctor.api_port(port, is_ours=True).is_well
    finally:
        for taken in (held, *others):
            taken.close()


@pytest.mark.parametrize(("free_gb", "is_well"), [(1.5, False), (2, True), (80, True)])
def test_two_gigabytes_are_needed(free_gb: float, is_well: bool) -> None:
    finding = doctor.disk(int(free_gb * 1e9))
    assert finding.is_well is is_well
    assert bool(finding.mend) is not is_well


def test_a_folder_that_cannot_be_written_to_is_named_with_its_mend(tmp_path: Path) -> None:
    assert doctor.writing(tmp_path / "new").is_well
    in_the_way = tmp_path / "a-file"
    in_the_way.write_text("")
    finding = doctor.writing(in_the_way)
    assert not finding.is_well
    assert "a-file" in finding.mend


@pytest.mark.parametrize("content", ["", "{}", '{"pid": 999999999}', "[]"])
def test_a_record_of_a_dead_platform_counts_for_nothing(tmp_path: Path, content: str) -> None:
    record = tmp_path / "platform.json"
    record.write_text(content)
    assert doctor.platform_pid(record) is None


def test_the_card_names_the_room_and_fits_a_terminal() -> None:
    running = Record(
        pid=1,
        api_url="http://localhost:18000",
        zarinpal_url="http://localhost:18010",
        mailbox_url="http://localhost:18040",
        automation_url="http://localhost:18030",
        database_url="postgresql://zimmer@localhost:54320/zimmer_platform",
        sqs_url="http://localhost:18020",
        queues={},
        pids={},
        logs=".local/logs",
        accounts=(Account("manager", "manager@example.com", "zimmer-local-demo"),),
    )
    card = screen.card(running)
    assert "http://localhost:18000/_local  (each purchase, live)" in card
    assert "./zimmer code manager" in card
    assert max(len(line) for line in card.splitlines()) <= screen.WIDTH
