"""Who writes the byte code that Lambda's Python 3.13 reads.

A Python 3.13 where one really runs. Everywhere else Pyodide, which is CPython 3.13 compiled to WebAssembly and comes
from npm, run by the Node that builds the panels. Both take `-m compileall`, so the Makefiles know of one command.
"""

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local import build, node, screen
from local.environment import LOGS, STORE
from local.errors import StepFailed
from local.panels import complaint, fingerprint, holds, replaced
from local.template import ROOT

SOURCES = ROOT / "local" / "pyodide"
FILES = ("package.json", "package-lock.json", "python.mjs")
TOOL = STORE / "tools" / "pyodide"
WHICH = "import platform, sys; print(platform.python_version(), sys.platform)"
IS_LOCKED = ("ci", "--prefer-offline", "--no-audit", "--no-fund", "--no-progress")


@dataclass(frozen=True)
class Compiler:
    """A command that runs Python 3.13, and what a person calls it."""

    command: str
    title: str
    version: str = "3.13"


def compiler() -> Compiler:
    """The compiler of this machine, Pyodide installed where it is needed. Raises StepFailed."""
    if found := build.python313():
        return titled(found)
    command = pyodide()
    with screen.step("starting the Python 3.13 that Node runs"):
        return titled(str(command))


def pyodide(tool: Path = TOOL) -> Path:
    """The command of a Pyodide that is installed as its lock says. Raises StepFailed."""
    command, stamp = tool / "python3.13", tool / "installed"
    wanted = fingerprint([SOURCES / name for name in FILES]) + str(node.node())
    if command.exists() and holds(stamp, wanted):
        return command
    with screen.step("fetching a Python 3.13 that Node runs"):
        tool.mkdir(parents=True, exist_ok=True)
        with replaced(stamp, wanted):
            _install(tool, command)
    return command


def titled(command: str) -> Compiler:
    """A compiler by what it says of itself. Raises StepFailed when it says nothing."""
    said = subprocess.run([command, "-c", WHICH], capture_output=True, text=True, check=False)
    if said.returncode:
        raise StepFailed(f"{command} does not run: {said.stderr.strip() or said.returncode}", mend="./zimmer doctor")
    version, platform = said.stdout.split()
    return Compiler(command, f"Python {version}" + (" (Pyodide)" if platform == "emscripten" else ""))


def _install(tool: Path, command: Path) -> None:
    for name in FILES:
        shutil.copy(SOURCES / name, tool / name)
    log = LOGS / "pyodide.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            node.npm(*IS_LOCKED),
            cwd=tool,
            env=node.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    if done.returncode:
        raise StepFailed(complaint(log), mend="./zimmer build", log=log)
    starts = shlex.join([str(node.node()), str(tool / "python.mjs")])
    command.write_text(f'#!/bin/sh\nexec {starts} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
