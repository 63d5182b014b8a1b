"""The artifacts as `./zimmer build` makes them, built once for the run, and copies of them to break."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pg8000.native
import pytest

from local import build as tools
from local.artifact import building
from local.postgres import Server
from local.template import ROOT, Template, load_template


@pytest.fixture(scope="session")
def built() -> building.Built:
    return building.build()


@pytest.fixture(scope="session")
def artifacts(built: building.Built) -> Path:
    """What would be uploaded. Nobody writes here: take `copy`."""
    return building.ARTIFACTS


@dataclass(frozen=True)
class Copy:
    """A copy that shares its unchanged files with the original, so files are replaced and never written into."""

    folder: Path

    @property
    def packages(self) -> Path:
        return self.folder / "CommonLayer" / "python"

    @property
    def template(self) -> Path:
        return self.folder / "template.yaml"

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    def edit_template(self, edit: Callable[[Template], object]) -> None:
        template = load_template(self.template)
        edit(template)
        self.write("template.yaml", json.dumps(template).encode())  # JSON is YAML, too


@pytest.fixture
def copy(artifacts: Path, tmp_path: Path) -> Copy:
    return Copy(Path(shutil.copytree(artifacts, tmp_path / "build", copy_function=os.link)))


@dataclass(frozen=True)
class Host:
    """The layer and MigrateFunction, built by the same Makefiles for the Python and the processor that run this."""

    layer: Path
    migrate: Path

    def run(self, script: str, **variables: str) -> str:
        """What a script prints that sees the artifacts, the repository's functions and no installed package."""
        path = os.pathsep.join([str(self.migrate), str(self.layer / "python")])
        environment = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"], **variables}
        command = [sys.executable, "-S", "-c", script]
        done = subprocess.run(command, env=environment, cwd=self.migrate, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


def this_platform() -> str:
    processor = {"arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    return f"{processor}-apple-darwin" if sys.platform == "darwin" else f"{processor}-manylinux_2_28"


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    folder = tmp_path_factory.mktemp("host")
    version = "{}.{}".format(*sys.version_info)
    variables = {
        "UV": tools.uv(),
        "PYTHON": sys.executable,
        "COMPILER": sys.executable,
        "LAYER_PYTHON": version,
        "LAYER_PLATFORM": this_platform(),
    }
    for source, logical_id in (("layers/common", "CommonLayer"), ("functions", "MigrateFunction")):
        scratch = shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__"))
        given = [f"{name}={value}" for name, value in variables.items()]
        made = ["make", "-s", f"build-{logical_id}", f"ARTIFACTS_DIR={folder / logical_id}", *given]
        subprocess.run(made, cwd=scratch, check=True)
    for group in ("auth", "automations", "payments", "support"):
        shutil.copytree(ROOT / "functions" / group, folder / "MigrateFunction" / "functions" / group)
    return Host(folder / "CommonLayer", folder / "MigrateFunction")


@pytest.fixture
def new_database_url(postgres: Server) -> str:
    """A database in which nothing is."""
    connection = pg8000.native.Connection("zimmer", host="localhost", port=postgres.port, database="postgres")
    connection.run("CREATE DATABASE zimmer_artifact")
    connection.close()
    return postgres.url.rpartition("/")[0] + "/zimmer_artifact"
