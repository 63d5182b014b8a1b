"""What Lambda's image brings and this machine lacks: the emulator, and a Python with the runtime's client and boto3."""

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from local import build
from local.emulator.artifacts import LOG, version_of
from local.environment import STORE
from local.errors import StepFailed
from local.template import ROOT

PROJECT = ROOT / "local" / "lambda"
EMULATORS = {"x86_64": "aws-lambda-rie-x86_64", "aarch64": "aws-lambda-rie-arm64"}


@dataclass(frozen=True)
class Machine:
    """The emulator's program, and the Python that runs handlers in it."""

    emulator: Path
    python: Path


def installed(python: str) -> Machine:
    """Everything that is needed to run artifacts under this Python. Raises StepFailed."""
    name = EMULATORS.get(platform.machine())
    if sys.platform != "linux" or not name:
        raise StepFailed("Lambda's emulator is a program for Linux", mend="./zimmer up --runtime source")
    environment = STORE / f"lambda-venv-{version_of(python)}"
    LOG.parent.mkdir(parents=True, exist_ok=True)
    try:
        build.sync_sam()
        build.sync(PROJECT, environment, python, log=LOG)
    except build.BuildFailed as failed:
        raise StepFailed(str(failed), log=LOG) from failed
    (emulator,) = build.SAM_VENV.glob(f"lib/python*/site-packages/samcli/local/rapid/{name}")
    if not os.access(emulator, os.X_OK):
        emulator.chmod(0o755)
    return Machine(emulator, environment / "bin" / "python")
