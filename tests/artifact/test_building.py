"""A build is made again when it must be and only then, and its byte code is what Lambda's Python reads."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import build as tools
from local.artifact import building, compilers
from local.artifact.compilers import Compiler
from local.artifact.rules import wrong_byte_code
from local.template import ROOT
from tests.artifact.conftest import Copy

ZIMMER = ROOT / "layers" / "common" / "zimmer"
SOME, OTHER = "Python 3.13.0", "Python 3.13.2 (Pyodide)"


def test_a_second_build_does_nothing(built: building.Built, artifacts: Path) -> None:
    when = (artifacts / "template.yaml").stat().st_mtime_ns
    assert building.standing() == built
    assert building.build() == built
    assert (artifacts / "template.yaml").stat().st_mtime_ns == when


def test_an_artifact_that_somebody_touched_is_not_taken_for_the_built_one(built: building.Built, copy: Copy) -> None:
    assert building.is_as_it_was(copy.folder, built)
    copy.write("AuthFunction/functions/auth/app.py", b"def handler(event, context): ...")
    assert not building.is_as_it_was(copy.folder, built)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of everything the artifacts are made of."""
    root = tmp_path_factory.mktemp("sources")
    for name in building.SOURCES:
        for path in building.written(ROOT / name):
            (root / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / path.relative_to(ROOT))
    return root


@pytest.mark.parametrize(
    "name",
    [
        "template.yaml",
        "layers/common/zimmer/money.py",
        "layers/common/slim.toml",
        "layers/common/requirements.txt",
        "layers/common/Makefile",
        "functions/payments/worker.py",
        "functions/Makefile",
        "local/sam/uv.lock",
        "local/pyodide/package-lock.json",
    ],
)
def test_a_changed_source_is_built_again(name: str, sources: Path) -> None:
    before = building.sources_sha(SOME, sources)
    content = (sources / name).read_bytes()
    (sources / name).write_bytes(content + b"\n")
    after = building.sources_sha(SOME, sources)
    (sources / name).write_bytes(content)
    assert before != after
    assert before == building.sources_sha(SOME, sources)


def test_another_compiler_builds_again(sources: Path) -> None:
    assert building.sources_sha(SOME, sources) != building.sources_sha(OTHER, sources)


@pytest.fixture(scope="module")
def without_python313() -> Iterator[Compiler]:
    """What a machine compiles with on which no Python 3.13 runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON313", "/nonexistent")
        assert tools.python313() is None
        yield compilers.compiler()


def test_a_machine_without_python_313_compiles_with_pyodide(without_python313: Compiler) -> None:
    assert without_python313.title.startswith("Python 3.13.")
    assert without_python313.title.endswith("(Pyodide)")


def test_pyodides_byte_code_is_run_and_not_made_again(without_python313: Compiler, tmp_path: Path) -> None:
    """The sources are replaced by refusals after compiling: who still imports them reads the byte code."""
    shutil.copytree(ZIMMER, tmp_path / "zimmer", ignore=shutil.ignore_patterns("__pycache__"))
    arguments = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(tmp_path), "-p", "/opt"]
    subprocess.run([without_python313.command, *arguments, str(tmp_path / "zimmer")], check=True)
    sources = sorted((tmp_path / "zimmer").rglob("*.py"))
    assert [path for path in sources if wrong_byte_code(path)] == []

    for path in sources:
        path.write_text("raise SystemExit('compiled again')")
    script = "import zimmer.money, zimmer.errors; print(zimmer.money.__cached__, zimmer.errors.ZimmerError.__mro__[1])"
    reader = tools.python313() or without_python313.command
    done = subprocess.run(
        [reader, "-c", script], cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    assert "money.cpython-313.pyc" in done.stdout, done.stderr


def test_the_makefile_builds_a_function_with_pyodide(without_python313: Compiler, tmp_path: Path) -> None:
    given = [f"ARTIFACTS_DIR={tmp_path}", f"COMPILER={without_python313.command}"]
    subprocess.run(["make", "-s", "build-PaymentsWorker", *given], cwd=ROOT / "functions", check=True)
    sources = sorted(tmp_path.rglob("*.py"))
    assert sources
    assert [path for path in sources if wrong_byte_code(path)] == []


def test_a_makefile_that_finds_no_compiler_says_so_and_keeps_the_sources(tmp_path: Path) -> None:
    given = [f"ARTIFACTS_DIR={tmp_path}", "COMPILER=/nonexistent"]
    made = subprocess.run(
        ["make", "-s", "build-AuthFunction", *given], cwd=ROOT / "functions", capture_output=True, text=True
    )
    assert "no byte code" in made.stderr
    assert (tmp_path / "functions" / "auth" / "app.py").exists()
