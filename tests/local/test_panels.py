"""The panels are installed and built when something they are made of has changed, and only then."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import node
from local.errors import StepFailed
from local.panels import CUSTOMER, Workspace

BUILDING = ["run generate", "run build"]

# Stands in for npm: writes down what it was asked for, refuses to work unguarded, and fails or builds.
NPM = """
import fcntl, pathlib, sys
pathlib.Path("asked").open("a").write(" ".join(sys.argv[1:3]) + chr(10))
try:
    fcntl.flock(open("../stamps/lock", "w"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    sys.exit("error: another platform could build at the same time")
except BlockingIOError:
    pass
if pathlib.Path("breaks").exists():
    sys.exit("> build\\nType error: Property 'tokens' is missing\\nnpm error code 1")
made = pathlib.Path("node_modules" if sys.argv[1] == "ci" else "user-panel/out")
made.mkdir(parents=True, exist_ok=True)
(made / "index.html").write_text("built")
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    web = tmp_path / "web"
    for name in (
        "package.json",
        "package-lock.json",
        "packages/ui/Button.tsx",
        "packages/api/problem-codes.gen.ts",
        "packages/api/schema.gen.ts",
        "user-panel/src/pages/index.tsx",
    ):
        write(web / name, "first")
    write(tmp_path / "openapi.json", "{}")
    write(tmp_path / "npm.py", NPM)
    return Workspace(
        web=web,
        interface=tmp_path / "openapi.json",
        stamps=tmp_path / "stamps",
        logs=tmp_path / "logs",
        npm=lambda *arguments: [sys.executable, str(tmp_path / "npm.py"), *arguments],
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def asked(workspace: Workspace) -> list[str]:
    """What npm was asked for since the last look."""
    log = workspace.web / "asked"
    found = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return found


def test_a_fresh_clone_is_installed_and_built_and_then_left_alone(workspace: Workspace) -> None:
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == ["ci --prefer-offline", *BUILDING]
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == []


@pytest.mark.parametrize(
    "source",
    [
        "web/package.json",
        "web/packages/ui/Button.tsx",
        "web/packages/api/problem-codes.gen.ts",
        "web/user-panel/src/pages/index.tsx",
        "web/user-panel/src/pages/new.tsx",
        "web/user-panel/public/icon.svg",
        "openapi.json",
    ],
)
def test_a_changed_source_is_built_again_without_installing(workspace: Workspace, source: str) -> None:
    workspace.prepare(CUSTOMER)
    asked(workspace)
    write(workspace.web.parent / source, "second")
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == BUILDING


@pytest.mark.parametrize(
    "made",
    [
        "packages/api/schema.gen.ts",
        "user-panel/tsconfig.tsbuildinfo",
        "user-panel/next-env.d.ts",
        "user-panel/.next/trace",
        "user-panel/out/index.html",
        "packages/ui/node_modules/x.js",
    ],
)
def test_what_a_build_writes_is_no_source(workspace: Workspace, made: str) -> None:
    workspace.prepare(CUSTOMER)
    asked(workspace)
    write(workspace.web / made, "second")
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == []


def test_a_removed_source_is_noticed(workspace: Workspace) -> None:
    workspace.prepare(CUSTOMER)
    asked(workspace)
    (workspace.web / "packages/ui/Button.tsx").unlink()
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == BUILDING


def test_other_packages_are_installed_and_built_with(workspace: Workspace) -> None:
    workspace.prepare(CUSTOMER)
    asked(workspace)
    write(workspace.web / "package-lock.json", "second")
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == ["ci --prefer-offline", *BUILDING]


def test_what_somebody_deleted_is_made_again(workspace: Workspace) -> None:
    workspace.prepare(CUSTOMER)
    asked(workspace)
    (workspace.export(CUSTOMER) / "index.html").unlink()
    (workspace.web / "node_modules" / "index.html").unlink()
    (workspace.web / "node_modules").rmdir()
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == ["ci --prefer-offline", *BUILDING]


def test_a_build_that_failed_is_not_taken_for_a_good_one(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.prepare(CUSTOMER)
    write(workspace.web / "user-panel/src/pages/index.tsx", "broken")
    write(workspace.web / "breaks", "")
    with pytest.raises(StepFailed) as failed:
        workspace.prepare(CUSTOMER)
    assert failed.value.why == "Type error: Property 'tokens' is missing"
    assert failed.value.mend
    assert failed.value.log
    assert failed.value.log.exists()
    assert "building the customer panel … failed" in capsys.readouterr().out
    write(workspace.web / "user-panel/src/pages/index.tsx", "first")  # as it was when it was built
    (workspace.web / "breaks").unlink()
    asked(workspace)
    workspace.prepare(CUSTOMER)
    assert asked(workspace) == BUILDING


def test_node_is_the_wheel_s_own_and_knows_nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--max-old-space-size=1")
    monkeypatch.setenv("NEXT_PUBLIC_API", "https://elsewhere.example")
    environment = node.environment()
    assert not {"NODE_OPTIONS", "NEXT_PUBLIC_API"} & set(environment)
    assert environment["NEXT_TELEMETRY_DISABLED"] == "1"
    assert shutil.which("node", path=environment["PATH"]) == str(Path(sys.executable).with_name("node"))
    for command in (["npm", "--version"], node.npm("--version")):  # as npm's own scripts call it, and as we do
        assert subprocess.run(command, env=environment, capture_output=True, text=True).stdout.strip()
    assert os.access(node.node(), os.X_OK)
