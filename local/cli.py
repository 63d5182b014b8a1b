"""The verbs of `./zimmer`. Each imports what it needs, so that none waits for the others."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.template import ROOT

CHECKS = {
    "style": ("ruff", "check", ".", "zimmer"),
    "format": ("ruff", "format", "--check", ".", "zimmer"),
    "types": ("mypy",),
    "imports": ("lint-imports",),
}
WEB_CHECKS = {"web style": "lint", "web types": "types", "web tests": "test"}  # by the names of npm's scripts


def main(arguments: Sequence[str]) -> int:
    """Run one verb; the exit code for the shell."""
    tools = [str(Path(sys.executable).parent), str(ROOT / ".local" / "tools" / "bin")]
    os.environ["PATH"] = os.pathsep.join([*tools, os.environ.get("PATH", "")])
    verb, *rest = arguments
    return VERBS[verb](rest)


def up(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./zimmer up", description="Run the whole platform until Ctrl-C.")
    parser.add_argument("--port", type=int, default=8000, help="of the API (8000)")
    parser.add_argument("--panel-port", type=int, default=3000, help="of the customer panel (3000, or the next free)")
    parser.add_argument("--admin-port", type=int, default=3001, help="of the staff dashboard (3001, or the next free)")
    parser.add_argument("--without-panels", action="store_true", help="the API alone; nothing is built")
    parser.add_argument("--sandboxes", type=int, default=1, metavar="N", help="processes per function (1)")
    parser.add_argument(
        "--runtime",
        choices=("source", "lambda"),
        default="source",
        help="what runs the functions: this tree's code, or the built artifacts in Lambda's own runtime (source)",
    )
    parser.add_argument("--without-worker", action="store_true", help="take payments, but credit no tokens")
    parser.add_argument("--empty", action="store_true", help="seed accounts and automations, and no past")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every request")
    chosen = parser.parse_args(arguments)

    from local.platform import Wishes
    from local.up import up as run_until_stopped

    wishes = Wishes(
        port=chosen.port,
        panel_port=chosen.panel_port,
        admin_port=chosen.admin_port,
        with_panels=not chosen.without_panels,
        sandboxes=max(1, chosen.sandboxes),
        runtime=chosen.runtime,
        with_worker=not chosen.without_worker,
        with_history=not chosen.empty,
    )
    return run_until_stopped(wishes, verbose=chosen.verbose)


def test(arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT).returncode


def e2e(arguments: list[str]) -> int:
    """The browser tests, or some of them; what a failed one looked like is kept."""
    from local.environment import DATA

    paths = [] if any(argument.startswith("tests") for argument in arguments) else ["tests/e2e"]
    kept = [
        "--output",
        str(DATA / "e2e" / "failed"),
        "--tracing",
        "retain-on-failure",
        "--screenshot",
        "only-on-failure",
    ]
    return test([*kept, *paths, *arguments])


def runtime(arguments: list[str]) -> int:
    from local.emulator.measuring import main as run

    return run(arguments)


def screenshots(arguments: list[str]) -> int:
    from local.screenshots import main as run

    return run(arguments)


def fuzz(arguments: list[str]) -> int:
    from local.fuzz.run import main as run

    return run(arguments)


def soak(arguments: list[str]) -> int:
    from local.soak.run import main as run

    return run(arguments)


def mutation(arguments: list[str]) -> int:
    from local.mutation.run import main as run

    return run(arguments)


def web(_: list[str]) -> int:
    """The panels' own checks, each as one line."""
    from local import node
    from local.errors import StepFailed
    from local.panels import Workspace

    workspace = Workspace()
    try:
        workspace.install()
    except StepFailed:  # its step has said why
        return 1
    commands = {name: tuple(node.npm("run", "--silent", script)) for name, script in WEB_CHECKS.items()}
    return max([check(name, command, workspace.web, node.environment()) for name, command in commands.items()])


def lint(_: list[str]) -> int:
    """Every check, each as one line; what a failed one said stands below it."""
    return max([check(name, command) for name, command in CHECKS.items()])


def check(name: str, command: tuple[str, ...], where: Path = ROOT, environment: Mapping[str, str] | None = None) -> int:
    started = time.monotonic()
    print(f"  {name} … ", end="", flush=True)
    done = subprocess.run(
        command, cwd=where, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(f"{'failed' if done.returncode else 'ok'}  {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout)
    return min(done.returncode, 1)


def sql(arguments: list[str]) -> int:
    """psql on the running platform's database."""
    from local import record
    from local.postgres import binary

    if not (running := record.running()):
        sys.exit("nothing is running; start it with: ./zimmer up")
    return subprocess.run([binary("psql"), running.database_url, *arguments]).returncode


def demo(arguments: list[str]) -> int:
    from local.demo import main as run

    return run(arguments)


def code(arguments: list[str]) -> int:
    """The six digits that an authenticator app would show now, by the platform's clock."""
    parser = argparse.ArgumentParser(prog="./zimmer code", description="A staff account's second factor, here.")
    parser.add_argument("role", choices=("support", "technical", "manager"))
    chosen = parser.parse_args(arguments)

    from local import totp

    print(totp.now(chosen.role))
    return 0


def rotate_key(arguments: list[str]) -> int:
    from local.rotate_key import main as run

    return run(arguments)


def bench(arguments: list[str]) -> int:
    from benchmarks.run import main as run

    return run(arguments)


def doctor(arguments: list[str]) -> int:
    """Of a stage; that of this machine runs before anything is installed."""
    from local.stage_doctor import main as run

    return run(arguments)


def check_ledger(arguments: list[str]) -> int:
    from local.check import main as run

    return run(arguments)


def openapi(arguments: list[str]) -> int:
    from local.openapi import main as run

    return run(arguments)


def build(_: list[str]) -> int:
    """The artifacts, their table, and what is wrong with them; 1 when anything is."""
    from local.artifact.verb import main as run

    return run()


def deploy(arguments: list[str]) -> int:
    from local.deploy.verb import main as run

    return run(arguments)


def validate(_: list[str]) -> int:
    from local.build import BuildFailed
    from local.build import validate as validate_template

    try:
        validate_template()
    except BuildFailed as failed:
        sys.exit(str(failed))
    return 0


VERBS: dict[str, Callable[[list[str]], int]] = {
    "up": up,
    "test": test,
    "e2e": e2e,
    "runtime": runtime,
    "screenshots": screenshots,
    "fuzz": fuzz,
    "soak": soak,
    "mutation": mutation,
    "lint": lint,
    "web": web,
    "sql": sql,
    "demo": demo,
    "code": code,
    "rotate-key": rotate_key,
    "doctor": doctor,
    "bench": bench,
    "check": check_ledger,
    "openapi": openapi,
    "validate": validate,
    "build": build,
    "deploy": deploy,
}
