"""`./zimmer doctor`: can this machine run the platform? One line per question, and the mend for what fails.

It runs before anything is installed, so it imports the standard library and nothing that needs more.
"""

import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from local import unprivileged
from local.leash import is_alive
from local.ports import is_free, next_free

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / os.environ.get("ZIMMER_DATA", ".local")
API_PORT = 8000
OTHER_PORTS = {
    3000: "the customer panel",
    3001: "the staff dashboard",
    8010: "the pretend bank",
    8020: "the queue",
    8030: "the sample automation",
    54320: "Postgres",
}
NEEDED_GB = 2.0
REACHES = 'cd "$1"'


@dataclass(frozen=True)
class Finding:
    """One answer: what was asked, whether it is well, what was found, and the one command that mends it."""

    asked: str
    is_well: bool
    found: str
    mend: str = ""


def main() -> int:
    """Print every finding; 1 when something must be mended."""
    findings = examine()
    for finding in findings:
        print(f"  {'ok' if finding.is_well else '!!'}  {finding.asked:<10} {finding.found}")
        if finding.mend:
            print(f"      mend:      {finding.mend}")
    sick = sum(not finding.is_well for finding in findings)
    print(f"\n{f'{sick} to mend' if sick else 'this machine can run the platform: ./zimmer up'}")
    return 1 if sick else 0


def examine() -> list[Finding]:
    pid = platform_pid(DATA / "platform.json")
    questions: tuple[Callable[[], Finding], ...] = (
        python,
        uv,
        packages,
        lambda: api_port(API_PORT, is_ours=pid is not None),
        lambda: other_ports(is_ours=pid is not None),
        lambda: disk(shutil.disk_usage(ROOT).free),
        lambda: writing(DATA),
        user,
        lambda: platform(pid),
    )
    return [question() for question in questions]


def python() -> Finding:
    command = the_command()
    version = ".".join(str(part) for part in sys.version_info[:3])
    oldest = ".".join(str(part) for part in command.OLDEST)
    is_well = sys.version_info[:2] >= command.OLDEST
    return Finding("Python", is_well, version, "" if is_well else f"install Python {oldest} or newer")


def uv() -> Finding:
    command = the_command()
    for place in (str(command.TOOLS / "bin" / "uv"), shutil.which("uv")):
        if place and command.is_pinned(place):
            return Finding("uv", True, command.UV)
    if importlib.util.find_spec("ensurepip"):
        return Finding("uv", True, f"the first run fetches {command.UV} into .local/tools")
    return Finding("uv", False, "this Python has no ensurepip to fetch it with", command.mend_of_ensurepip())


def packages() -> Finding:
    command = the_command()
    if not command.PYTHON.exists():
        return Finding("packages", True, "the first run makes .venv from uv.lock")
    in_line = command.STAMP.exists() and command.STAMP.read_text() == command.fingerprint()
    return Finding("packages", True, "as uv.lock says" if in_line else "the next run brings .venv in line with uv.lock")


def api_port(port: int, *, is_ours: bool) -> Finding:
    if is_free(port):
        return Finding("port", True, f"{port} is free for the API")
    if is_ours:
        return Finding("port", True, f"{port} is in use, and a platform of ours runs")
    return Finding("port", False, f"another program uses {port}", f"./zimmer up --port {next_free(port)}")


def other_ports(*, is_ours: bool) -> Finding:
    taken = [f"{port} ({whose})" for port, whose in OTHER_PORTS.items() if not is_free(port)]
    if not taken or is_ours:
        return Finding("ports", True, "in use by our platform" if taken else f"{', '.join(map(str, OTHER_PORTS))} free")
    return Finding("ports", True, f"taken: {', '.join(taken)}; free ones are used instead")


def disk(free_bytes: int) -> Finding:
    free_gb = free_bytes / 1e9
    is_well = free_gb >= NEEDED_GB
    mend = "" if is_well else f"free {NEEDED_GB - free_gb:.1f} GB on this disk"
    return Finding("disk", is_well, f"{free_gb:.1f} GB free, {NEEDED_GB:.0f} are needed", mend)


def writing(folder: Path) -> Finding:
    name = folder.name
    probe = folder / f"doctor.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        why = f"{name} cannot be written to: {error.strerror}"
        return Finding("folder", False, why, f"sudo chown -R $(id -u) {name}")
    return Finding("folder", True, f"{name} can be written to")


def user() -> Finding:
    """Postgres refuses to run as root, and has its own way around it here."""
    if os.environ.get("DATABASE_URL"):
        return Finding("user", True, "DATABASE_URL is set, so no Postgres is started")
    if os.geteuid() != 0:
        return Finding("user", True, "not root")
    if unprivileged.namespaces_work():
        return Finding("user", True, "root; Postgres runs in a user namespace")
    nobody = unprivileged.as_user(unprivileged.NOBODY, unprivileged.NOBODY).identity
    reached = subprocess.run(["/bin/sh", "-c", REACHES, "sh", str(ROOT)], capture_output=True, **nobody)
    if reached.returncode == 0:
        return Finding("user", True, "root; Postgres runs as the user nobody")
    mend = "run as an ordinary user, or set DATABASE_URL to a Postgres of your own"
    return Finding("user", False, "root, without user namespaces, and nobody cannot read this folder", mend)


def platform(pid: int | None) -> Finding:
    return Finding("platform", True, f"runs as process {pid}" if pid else "does not run; ./zimmer up starts it")


def platform_pid(record: Path) -> int | None:
    """The process that wrote the record, if it lives."""
    try:
        pid = int(json.loads(record.read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if is_alive(pid) else None


def the_command() -> ModuleType:
    """`./zimmer` itself, which knows what it would install."""
    loader = importlib.machinery.SourceFileLoader("zimmer_command", str(ROOT / "zimmer"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


if __name__ == "__main__":
    sys.exit(main())
