"""The built artifacts that this machine can run.

What is deployed is for arm64 and Python 3.13. Where neither fits, the same SAM and the same Makefiles build it again
for the processor and the Python at hand; a machine with both builds exactly what is deployed.
"""

import fcntl
import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local import build
from local.environment import LOGS, STORE
from local.errors import StepFailed
from local.template import ROOT

BUILDS = STORE / "lambda"
LOG = LOGS / "build.log"
DEPLOYED = ("3.13", "aarch64")
SOURCES = ("functions", "layers/common", "template.yaml", "local/build.py", "local/sam/uv.lock")
KEPT_BUILDS = 2  # a platform that still runs the build before this one keeps its files
FINISHED = "finished"


@dataclass(frozen=True)
class Artifacts:
    """One folder per logical id, as `sam build` leaves them, and what they were built for."""

    folder: Path
    python: str
    processor: str

    @property
    def layer(self) -> Path:
        return self.folder / "CommonLayer" / "python"

    def function(self, logical_id: str) -> Path:
        return self.folder / logical_id

    def __str__(self) -> str:
        built = f"Python {self.python} on {self.processor}"
        if (self.python, self.processor) == DEPLOYED:
            return f"{built}, as deployed"
        return f"{built}, a second build of the same Makefiles; what is deployed is Python 3.13 on arm64"


def python_at_hand() -> str:
    """Lambda's Python where one really runs, else the one that runs this."""
    return build.python313() or sys.executable


def built(python: str) -> Artifacts:
    """The artifacts for this Python, built unless they are those of the sources as they are now. Raises StepFailed."""
    version, processor = version_of(python), platform.machine()
    BUILDS.mkdir(parents=True, exist_ok=True)
    folder = BUILDS / f"{version}-{processor}-{fingerprint(version, processor)}"
    with (BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / FINISHED).exists():
            _build(folder, python, version, processor)
        (folder / FINISHED).touch()
        _forget_old_ones()
    return Artifacts(folder, version, processor)


def fingerprint(*also: str) -> str:
    """Ten digits that change with anything the artifacts are made from."""
    digest = hashlib.sha256("\0".join(also).encode())
    for path in sources():
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def sources() -> Iterator[Path]:
    for name in SOURCES:
        found = [ROOT / name, *(ROOT / name).rglob("*")]
        yield from sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def version_of(python: str) -> str:
    asked = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _build(folder: Path, python: str, version: str, processor: str) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    variables = {"LAYER_PYTHON": version, "LAYER_PLATFORM": f"{processor}-manylinux_2_28", "COMPILER": python}
    try:
        build.sam("build", "--build-dir", str(folder), variables=variables, log=LOG)
    except build.BuildFailed as failed:
        raise StepFailed(str(failed), mend="./zimmer build", log=LOG) from failed


def _forget_old_ones() -> None:
    finished = sorted(BUILDS.glob(f"*/{FINISHED}"), key=lambda mark: mark.stat().st_mtime, reverse=True)
    for mark in finished[KEPT_BUILDS:]:
        shutil.rmtree(mark.parent, ignore_errors=True)
