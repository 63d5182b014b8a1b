"""What an artifact imports before its first event, asked inside Lambda's runtime."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from local.emulator.artifacts import Artifacts
from local.sandbox import Kind
from local.template import LambdaFunction, functions, load_template
from tests.contract.test_cold_start import BACKGROUND, HANDLERS, NEVER, NOT_IN_BACKGROUND

PROBE = """
import importlib, sys

importlib.import_module({module!r})
LOADED = {{name: getattr(module, "__file__", None) or "" for name, module in list(sys.modules.items())}}


def handler(event, context):
    return LOADED
"""


def loaded_by(function: str, artifacts: Artifacts, folder: Path, kind: Callable[[Path], Kind]) -> dict[str, str]:
    """The modules and their files, once the handler's own module is there."""
    shutil.copytree(artifacts.function(function), folder / function)
    (folder / artifacts.layer.parent.name).symlink_to(artifacts.layer.parent)
    (folder / function / "probe.py").write_text(PROBE.format(module=HANDLERS[function].rpartition(".")[0]))
    known = functions(load_template())[function]
    sandbox = kind(folder)(LambdaFunction(function, "probe.handler", 20, known.memory_mb, None, known.environment))
    try:
        loaded: dict[str, str] = sandbox.invoke({})
    finally:
        sandbox.stop()
    return loaded


@pytest.mark.parametrize("function", HANDLERS)
def test_an_artifact_starts_without_what_it_rarely_needs_and_from_nowhere_else(
    function: str, artifacts: Artifacts, tmp_path: Path, kind: Callable[[Path], Kind]
) -> None:
    loaded = loaded_by(function, artifacts, tmp_path, kind)
    denied = NEVER + (NOT_IN_BACKGROUND if function in BACKGROUND else ())
    assert loaded.keys().isdisjoint(denied), sorted(loaded.keys() & set(denied))
    ours = {name: file for name, file in loaded.items() if name.partition(".")[0] in ("functions", "zimmer")}
    assert ours
    assert not {name: file for name, file in ours.items() if not file.startswith(str(tmp_path))}
