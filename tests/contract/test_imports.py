"""The directions of imports are contracts, and the contracts can fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.template import ROOT

PLANTED = {
    "a function that imports another": ("functions/payments/service.py", "from functions.auth import app"),
    "the layer importing a function": ("layers/common/zimmer/money.py", "import functions.auth"),
    "an import against the layer's list": ("layers/common/zimmer/models/base.py", "from zimmer import ledger"),
    "a worker that starts the web": ("functions/payments/worker.py", "from zimmer import web"),
    "a function that knows the local platform": ("functions/admin/invariants.py", "from local import record"),
}


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(tree), str(tree / "layers" / "common")])
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=tree, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source that may be spoiled."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder in ("functions", "layers/common/zimmer", "local"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_the_tree_keeps_its_contracts(tree: Path) -> None:
    done = lint_imports(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_import_breaks_a_contract(tree: Path, mistake: str) -> None:
    file, line = PLANTED[mistake]
    source = (tree / file).read_text()
    (tree / file).write_text(f"{source}\n{line}\n")
    try:
        done = lint_imports(tree)
    finally:
        (tree / file).write_text(source)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout
