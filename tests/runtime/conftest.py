"""The built artifacts in Lambda's own runtime, by `./zimmer runtime`: they need a build first.

def test_something(platform): ...     the whole platform, its functions emulated, eight sandboxes each
def test_something(put): ...          a handler of one's own in an emulator: put("echo").invoke({})
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from local.emulator import artifacts as building
from local.emulator import machine as installing
from local.emulator.artifacts import Artifacts
from local.emulator.crowd import Outcome
from local.emulator.figures import Figures, crowd_table, figures, figures_table
from local.emulator.machine import Machine
from local.emulator.measuring import FOLDER, PATIENCE_SECONDS, SANDBOXES, UP
from local.emulator.sandbox import EmulatedSandbox, from_artifacts
from local.emulator.walk import walk
from local.environment import plain_environment
from local.leash import Leash
from local.record import Record
from local.sandbox import Kind, Surroundings
from local.template import ROOT, LambdaFunction, functions, load_template
from local.trial import trial
from zimmer.settings import get_settings

HANDLERS = ROOT / "tests" / "local" / "handlers.py"
TABLES = pytest.StashKey[list[str]]()

Put = Callable[..., EmulatedSandbox]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if tables := config.stash.get(TABLES, None):
        terminalreporter.section("the built artifacts in Lambda's runtime")
        for table in tables:
            terminalreporter.write_line(f"{table}\n")


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> list[str]:
    """What is shown at the end of the run."""
    return pytestconfig.stash.setdefault(TABLES, [])


@pytest.fixture(scope="session", autouse=True)
def _environment() -> Iterator[None]:
    """The functions have an environment of their own; ours is for what looks into the ledger afterwards."""
    before = os.environ.get("ENV")
    os.environ["ENV"] = "local"
    get_settings.cache_clear()
    yield
    os.environ.pop("ENV") if before is None else os.environ.update(ENV=before)
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def python() -> str:
    return building.python_at_hand()


@pytest.fixture(scope="session")
def machine(python: str) -> Machine:
    return installing.installed(python)


@pytest.fixture(scope="session")
def artifacts(machine: Machine, python: str, tables: list[str]) -> Artifacts:
    built = building.built(python)
    tables.append(f"what ran: {built}")
    return built


@pytest.fixture(scope="session")
def untouched(artifacts: Artifacts) -> dict[str, tuple[int, int]]:
    """Every file of the artifacts before anything ran, with its size and time."""
    return files_in(artifacts.folder)


@pytest.fixture(scope="session")
def platform(untouched: dict[str, tuple[int, int]]) -> Iterator[Record]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with trial(FOLDER / "platform", *UP) as running:
        yield running


@pytest.fixture(scope="session")
def walked(platform: Record, tables: list[str]) -> dict[str, Figures]:
    """The figures of every function, once each has been at work."""
    with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as browser:
        walk(platform, browser)
    rows = figures(ROOT / platform.logs, functions(load_template()).values())
    tables.append(figures_table(rows))
    return {row.function: row for row in rows}


@pytest.fixture(scope="session")
def show_crowd(tables: list[str]) -> Callable[[Outcome], None]:
    return lambda outcome: tables.append(crowd_table(outcome, SANDBOXES))


@pytest.fixture(scope="module")
def kind(
    machine: Machine, artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], Kind]]:
    """The emulated kind of sandbox over a folder of artifacts that a test has made."""
    with Leash() as leash:
        surroundings = Surroundings(plain_environment(), tmp_path_factory.mktemp("logs"), leash)
        yield lambda folder: from_artifacts(surroundings, machine, replace(artifacts, folder=folder))


@pytest.fixture(scope="module")
def put(kind: Callable[[Path], Kind], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Put]:
    """Puts one of tests/local/handlers.py into an artifact of its own."""
    made: list[EmulatedSandbox] = []

    def make(name: str, *, timeout_seconds: int = 20) -> EmulatedSandbox:
        folder = tmp_path_factory.mktemp("artifacts")
        (folder / name).mkdir()
        shutil.copy(HANDLERS, folder / name)
        sandbox = kind(folder)(LambdaFunction(name, f"handlers.{name}", timeout_seconds, 512, None, {}))
        assert isinstance(sandbox, EmulatedSandbox)
        made.append(sandbox)
        return sandbox

    yield make
    for sandbox in made:
        sandbox.stop()


def files_in(folder: Path) -> dict[str, tuple[int, int]]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}
