"""The panels as files: npm's packages, the export, and the server that stands in for CloudFront and S3.

Both are made again when what they are made of has changed, and only then. A stamp is taken away before the work
and written after it, so an interrupted one is never taken for a finished one. What is made lies beside the sources
and all platforms of this machine share it; `alone` keeps two of them from making it at once.
"""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from local import node, screen
from local.environment import LOGS, STORE
from local.errors import StepFailed
from local.template import ROOT

OF_THE_WORKSPACE = ("package.json", "package-lock.json", "tsconfig.base.json", "next.config.base.mjs")
MADE = frozenset({"node_modules", ".next", "out", "coverage"})
MADE_SUFFIXES = (".gen.ts", ".tsbuildinfo", "next-env.d.ts")
WRITTEN_FOR_GOOD = "problem-codes.gen.ts"  # generated, too, but kept in the repository
INSTALL = ("ci", "--prefer-offline", "--no-audit", "--no-fund", "--no-progress")


@dataclass(frozen=True)
class Panel:
    """One panel: what people call it, its folder in the workspace, and the port they expect it on."""

    title: str
    folder: str
    port: int


CUSTOMER = Panel("customer panel", "user-panel", 3000)
DASHBOARD = Panel("staff dashboard", "admin-dashboard", 3001)
PANELS = (CUSTOMER, DASHBOARD)


@dataclass(frozen=True)
class Workspace:
    """The npm workspace with the panels in it, and where is written down what was made of which sources."""

    web: Path = ROOT / "web"
    interface: Path = ROOT / "docs" / "api" / "openapi.json"  # the types of the client are made from it
    stamps: Path = STORE / "web"
    logs: Path = LOGS
    npm: Callable[..., list[str]] = node.npm

    def prepare(self, panel: Panel) -> None:
        """Install and build what is not up to date. Costs milliseconds when all is. Raises StepFailed."""
        with self.alone():
            self._install()
            self._build(panel)

    def install(self) -> None:
        """npm's packages alone. Raises StepFailed."""
        with self.alone():
            self._install()

    def export(self, panel: Panel) -> Path:
        """The folder with the panel's files."""
        return self.web / panel.folder / "out"

    def server(self, panel: Panel, *, port: int, api_url: str) -> list[str]:
        """The command that serves the export on this port."""
        served = ["--root", str(self.export(panel)), "--port", str(port), "--api", api_url]
        return [str(node.node()), str(self.web / "serve.mjs"), *served]

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else installs or builds during the block."""
        self.stamps.mkdir(parents=True, exist_ok=True)
        with (self.stamps / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _install(self) -> None:
        stamp, wanted = self.stamps / "installed", fingerprint([self.web / "package-lock.json"])
        if (self.web / "node_modules").is_dir() and holds(stamp, wanted):
            return
        with screen.step("installing the panels' packages"), replaced(stamp, wanted):
            self._run(*INSTALL, log=self.logs / "npm.log", mend="./zimmer up --without-panels")

    def _build(self, panel: Panel) -> None:
        stamp, wanted = self.stamps / f"{panel.folder}.built", fingerprint(self._sources(panel))
        if (self.export(panel) / "index.html").exists() and holds(stamp, wanted):
            return
        with screen.step(f"building the {panel.title}"), replaced(stamp, wanted):
            log = self.logs / f"{panel.folder}.build.log"
            self._run("run", "generate", log=log, mend="./zimmer web")
            self._run("run", "build", "--workspace", panel.folder, log=log, mend="./zimmer web")

    def _sources(self, panel: Panel) -> list[Path]:
        """Every file that the export is made of."""
        workspace = [self.web / name for name in OF_THE_WORKSPACE]
        folders = (self.web / "packages", self.web / panel.folder)
        return [*workspace, self.interface, *(path for folder in folders for path in written(folder))]

    def _run(self, *command: str, log: Path, mend: str) -> None:
        """One command of npm, in silence. Raises StepFailed with npm's own words."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.npm(*command),
                cwd=self.web,
                env=node.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # npm starts others, and all of them are stopped together
            )
            try:
                returned = process.wait()
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
                raise
        if returned:
            raise StepFailed(complaint(log), mend=mend, log=log)


def written(folder: Path) -> Iterator[Path]:
    """The files below a folder that a person wrote, in an order that is the same everywhere."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - MADE)
        yield from (Path(place, name) for name in sorted(names) if is_written(name))


def is_written(name: str) -> bool:
    return name == WRITTEN_FOR_GOOD or not name.endswith(MADE_SUFFIXES)


def fingerprint(paths: list[Path]) -> str:
    """Of addresses and contents; a file that is missing counts, too."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.exists() else b"missing"
        total.update(f"{path} {len(content)}\n".encode() + content)
    return total.hexdigest()


def holds(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


@contextlib.contextmanager
def replaced(stamp: Path, value: str) -> Iterator[None]:
    """No stamp during the block, and this one after it, unless it failed."""
    stamp.unlink(missing_ok=True)
    yield
    stamp.write_text(value)


def complaint(log: Path) -> str:
    """What went wrong: the first line that speaks of an error, or the last one."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    of_errors = (line for line in lines if "error" in line.lower())
    return next(of_errors, lines[-1] if lines else "it said nothing")
