"""`./zimmer build`: the layer and one artifact per function, made again when what they are made of has changed.

What was made is remembered with a hash of its sources and one of itself, so neither a changed source nor a changed
artifact is ever taken for the finished one.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from local import build as tools
from local import screen
from local.artifact.compilers import Compiler, compiler
from local.artifact.measures import Measure, measured
from local.environment import LOGS, STORE
from local.errors import StepFailed
from local.panels import complaint
from local.template import ROOT

ARTIFACTS = tools.ARTIFACTS
# Everything that has a say in what comes out. The Makefiles and the list of what is left out lie in these folders.
SOURCES = (
    "template.yaml",
    "samconfig.toml",
    "layers/common",
    "functions",
    "local/build.py",
    "local/sam",
    "local/pyodide",
)
NOT_WRITTEN = frozenset({"__pycache__", ".DS_Store"})
RECORD = STORE / "artifacts.json"
LOG = LOGS / "build.log"


@dataclass(frozen=True)
class Built:
    """What stands in .aws-sam/build: from which sources, by whom compiled, how large, and its own hash."""

    sources: str
    compiler: str
    sha: str
    measures: tuple[Measure, ...]

    @classmethod
    def read(cls, record: Path) -> "Built | None":
        """The build before this one, or None when there was none that anybody can read."""
        try:
            stored = json.loads(record.read_text(encoding="utf-8"))
            measures = tuple(Measure(**measure) for measure in stored.pop("measures"))
            return cls(**stored, measures=measures)
        except (OSError, ValueError, KeyError, TypeError):
            return None


def build(*, artifacts: Path = ARTIFACTS, record: Path = RECORD) -> Built:
    """Bring the artifacts in line with the sources. Costs a second when they are. Raises StepFailed."""
    found = compiler()
    with alone(record):
        before, sources = Built.read(record), sources_sha(found.title)
        if before and before.sources == sources and is_as_it_was(artifacts, before):
            return before
        record.unlink(missing_ok=True)
        with screen.step("building the layer and the functions"):
            make(artifacts, found)
        with screen.step("measuring them"):
            built = Built(sources, found.title, tree_sha(artifacts), measured(artifacts))
        record.write_text(json.dumps(asdict(built), indent=2), encoding="utf-8")
        return built


def is_as_it_was(artifacts: Path, before: Built) -> bool:
    """Nobody has touched what was built."""
    return artifacts.is_dir() and tree_sha(artifacts) == before.sha


def make(artifacts: Path, by: Compiler) -> None:
    """One `sam build`, in silence. Raises StepFailed with its own words."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b"")
    variables = {"COMPILER": by.command, "COMPILER_VERSION": by.version}
    try:
        tools.sam("build", "--build-dir", str(artifacts), variables=variables, log=LOG)
    except tools.BuildFailed as failed:
        raise StepFailed(complaint(LOG), mend="./zimmer validate", log=LOG) from failed


def standing(*, artifacts: Path = ARTIFACTS, record: Path = RECORD) -> Built | None:
    """What is built already and still what the sources say; None when `build` would build."""
    before = Built.read(record)
    is_right = before and before.sources == sources_sha(before.compiler) and is_as_it_was(artifacts, before)
    return before if is_right else None


def sources_sha(compiler_title: str, root: Path = ROOT) -> str:
    """Changes with anything the artifacts are made of, the compiler included."""
    files = (path for name in SOURCES for path in written(root / name))
    return digest(files, root, compiler_title)


def tree_sha(folder: Path) -> str:
    """Changes with any file of the folder, in content, name or place. It is the BuildSha of what stands there."""
    return digest((path for path in folder.rglob("*") if path.is_file()), folder)


def written(place: Path) -> Iterator[Path]:
    """The files at a place that somebody wrote."""
    found = place.rglob("*") if place.is_dir() else [place]
    return (path for path in found if path.is_file() and not NOT_WRITTEN.intersection(path.parts))


def digest(files: Iterable[Path], root: Path, *also: str) -> str:
    total = hashlib.sha256("\0".join(also).encode())
    for path in sorted(files):
        content = path.read_bytes()
        total.update(f"\0{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


@contextmanager
def alone(record: Path) -> Iterator[None]:
    """Nobody else builds here during the block."""
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
