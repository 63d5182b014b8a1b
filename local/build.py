"""The deployable artifacts, built and checked by the pinned SAM CLI.

`sam` lives in a virtual environment of its own (local/sam/uv.lock), because it pins what it needs too tightly to
share ours. Neither Docker nor an AWS account is needed.

    python -m local.build validate        the template, with its linter
    python -m local.build build           .aws-sam/build: the layer and one artifact per function
    python -m local.build requirements    rewrite the layer's requirements from uv.lock
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAM_PROJECT = ROOT / "local" / "sam"
SAM_VENV = ROOT / ".local" / "sam-venv"
ARTIFACTS = ROOT / ".aws-sam" / "build"
REQUIREMENTS = ROOT / "layers" / "common" / "requirements.txt"
MIGRATE_REQUIREMENTS = ROOT / "functions" / "admin" / "migrate.txt"
RECEIPT_REQUIREMENTS = ROOT / "functions" / "payments" / "receipts.txt"
REPORT_REQUIREMENTS = ROOT / "functions" / "admin" / "report.txt"
REQUIREMENTS_HEADER = "# Exported from uv.lock by: python -m local.build requirements\n"
SLIM = ROOT / "layers" / "common" / "slim.toml"
IN_THE_LAYER = ("sqlalchemy", "typing-extensions")  # alembic needs them, and finds them there
NO_PICTURES = ("pillow",)  # fpdf2 asks it for bitmaps only, and does without


class BuildFailed(Exception):
    """A tool is missing or refused; what it said itself stands above this in the terminal."""


def sam(*args: str, variables: Mapping[str, str] | None = None, log: Path | None = None) -> None:
    """Run the pinned SAM CLI on this project, with these variables for the Makefiles. Raises BuildFailed.

    What it says goes to the terminal, or into `log`.
    """
    sync_sam()
    _run([str(SAM_VENV / "bin" / "sam"), *args], env=_build_environment() | dict(variables or {}), log=log)


def validate() -> None:
    """Check the template: SAM's own rules and cfn-lint's."""
    sam("validate", "--lint")


def build() -> Path:
    """Build the layer and every function; returns the folder that holds one artifact per logical id."""
    sam("build")
    return ARTIFACTS


def requirements() -> None:
    """Write what the layer and some functions carry, as uv.lock has them now."""
    for path, text in exported_requirements().items():
        path.write_text(text, encoding="utf-8")


def exported_requirements() -> dict[Path, str]:
    """What each file of requirements has to say, hashes included. Needs no network."""
    left_out = tomllib.loads(SLIM.read_text(encoding="utf-8"))["packages"]
    return {
        REQUIREMENTS: _export("--no-default-groups", left_out=left_out),
        MIGRATE_REQUIREMENTS: _export("--only-group", "migrate", left_out=IN_THE_LAYER),
        RECEIPT_REQUIREMENTS: _export("--only-group", "receipts", left_out=NO_PICTURES),
        REPORT_REQUIREMENTS: _export("--only-group", "report", left_out=NO_PICTURES),
    }


def _export(*which: str, left_out: Iterable[str]) -> str:
    export = ["export", "--quiet", "--frozen", "--no-emit-project", "--no-header", "--no-annotate"]
    pruned = [part for name in left_out for part in ("--prune", name)]
    command = [uv(), *export, *which, *pruned]
    exported = subprocess.run(command, cwd=ROOT, env=_quiet(), check=True, capture_output=True, text=True)
    return REQUIREMENTS_HEADER + exported.stdout


def uv() -> str:
    """Where uv is: the variable UV, the tools that ./zimmer made, beside this Python, or on the PATH.

    Raises BuildFailed when nowhere.
    """
    ours = [ROOT / ".local" / "tools" / "bin" / "uv", Path(sys.executable).with_name("uv")]
    beside = next((str(path) for path in ours if path.exists()), None)
    found = os.environ.get("UV") or beside or shutil.which("uv")
    if not found:
        raise BuildFailed("uv was found nowhere; ./zimmer installs one")
    return found


def python313() -> str | None:
    """A Python 3.13 that really runs (pyenv's shims exist and refuse), to compile byte code for Lambda's.

    Where the variable PYTHON313 names one, no other is looked for.
    """
    return next((candidate for candidate in _python313_candidates() if _is_python313(candidate)), None)


def sync_sam() -> None:
    """Install the pinned SAM CLI, unless it is there. Raises BuildFailed."""
    sync(SAM_PROJECT, SAM_VENV, sys.executable)


def sync(project: Path, environment: Path, python: str, *, log: Path | None = None) -> None:
    """Bring a virtual environment of this Python in line with the project's uv.lock. Raises BuildFailed."""
    command = [uv(), "sync", "--quiet", "--frozen", "--project", str(project), "--python", python]
    _run(command, env=_quiet() | {"UV_PROJECT_ENVIRONMENT": str(environment)}, log=log)


def _build_environment() -> dict[str, str]:
    """What SAM and the Makefiles need to find: uv, a Python for uv to ask, and a Python 3.13 if there is one."""
    uv_path = uv()
    tools = [str(Path(sys.executable).parent), str(Path(uv_path).parent), os.environ.get("PATH", "")]
    found = python313()
    ours = {"PATH": os.pathsep.join(tools), "UV": uv_path, "PYTHON": sys.executable}
    return _quiet() | ours | ({"COMPILER": found} if found else {})


def _quiet() -> dict[str, str]:
    """Our environment without telemetry, downloads of Pythons, or another project's virtual environment."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PROJECT"}}
    return inherited | {"SAM_CLI_TELEMETRY": "0", "UV_PYTHON_DOWNLOADS": "never"}


def _python313_candidates() -> Iterator[str]:
    if named := os.environ.get("PYTHON313"):
        yield named
        return
    yield sys.executable
    if on_path := shutil.which("python3.13"):
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (str(path) for path in sorted(pyenv.glob("versions/3.13*/bin/python3.13"), reverse=True))


def _is_python313(candidate: str) -> bool:
    check = "import sys; sys.exit(sys.version_info[:2] != (3, 13))"
    try:
        return subprocess.run([candidate, "-c", check], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _run(command: list[str], *, env: dict[str, str], log: Path | None = None) -> None:
    with log.open("ab") if log else contextlib.nullcontext() as output:
        status = subprocess.run(command, cwd=ROOT, env=env, check=False, stdout=output, stderr=output).returncode
    if status:
        raise BuildFailed(f"`{Path(command[0]).name} {' '.join(command[1:])}` ended with {status}")


def main() -> None:
    verbs = {"validate": validate, "build": build, "requirements": requirements}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=verbs)
    try:
        verbs[parser.parse_args().verb]()
    except BuildFailed as failed:
        sys.exit(str(failed))


if __name__ == "__main__":
    main()
