"""This tree, laid out as mutmut reads one: both source roots under `src`, its own configuration beside them."""

import shutil
from pathlib import Path

from local.template import ROOT

SOURCES = {"layers/common/zimmer": "src/zimmer", "functions": "src/functions", "local": "local"}
FILES = {"template.yaml": "template.yaml", "local/mutation/mutmut.toml": "pyproject.toml"}
LEFT_OUT = shutil.ignore_patterns("__pycache__", "e2e", "artifact", "runtime")


def lay_out(folder: Path) -> None:
    """Make the folder anew. What an earlier run knew is forgotten with it."""
    shutil.rmtree(folder, ignore_errors=True)
    for source, target in SOURCES.items():
        shutil.copytree(ROOT / source, folder / target, ignore=LEFT_OUT)
    for source, target in FILES.items():
        shutil.copy2(ROOT / source, folder / target)


def lay_tests(folder: Path) -> None:
    """The tests as they are now."""
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=LEFT_OUT, dirs_exist_ok=True)
