"""What a container imports before its first request. Each of the denied costs more than all of ours."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import pytest

from local.environment import plain_environment
from local.template import functions, load_template

HANDLERS = {name: function.handler for name, function in functions(load_template()).items()}
# Powertools imports the bare package botocore (half a millisecond) to ask for its version; the rest is what costs.
NEVER = (
    *("boto3", "botocore.session", "botocore.client", "httpx", "alembic", "aws_xray_sdk", "valkey", "pyotp", "segno"),
    "pydantic_settings",  # a command line and five clouds, to read the environment
    *("cryptography", "pydantic.v1.main"),  # what PyJWT and FastAPI would load for what we do not use
)
NOT_IN_BACKGROUND = ("fastapi", "starlette", "mangum")
NOT_IN_THE_WORKER = ("sqlalchemy.orm", "zimmer.models")  # it asks one statement
BACKGROUND = {"PaymentsWorker", "PaymentsSweep", "SupportDeliver", "AutomationsUpkeep", "AdminNightly"}
NEVER_FROM_A_SNAPSHOT = {"MigrateFunction"}  # it runs once a deployment
NEVER_ANSWERED = {
    "ENV": "prod",
    "APP_SECRET_ID": "zimmer/prod/app",
    "DB_SECRET_ID": "zimmer/prod/db",
    "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": "1",
}

START = """
import importlib, json, sys
import snapshot_restore_py
importlib.import_module(sys.argv[1])
modules = sorted(sys.modules)
hooks = snapshot_restore_py.get_before_snapshot(), snapshot_restore_py.get_after_restore()
print(json.dumps({"modules": modules, "hooks": [[hook.__name__ for hook, *_ in kind] for kind in hooks]}))
"""


@dataclass(frozen=True)
class Started:
    """A container once its handler's module is there: what it has imported, what Lambda calls around a snapshot."""

    modules: frozenset[str]
    hooks: list[list[str]]


@cache
def started(handler: str) -> Started:
    """A fresh interpreter, as Lambda starts one: it has the runtime's hooks, and no secret can be read yet."""
    done = subprocess.run(
        [sys.executable, "-c", START, handler.rpartition(".")[0]],
        capture_output=True,
        text=True,
        check=True,
        env=plain_environment() | NEVER_ANSWERED,
    )
    said = json.loads(done.stdout)
    return Started(frozenset(said["modules"]), said["hooks"])


@pytest.mark.parametrize("function", HANDLERS)
def test_a_handler_starts_without_what_it_rarely_needs(function: str) -> None:
    imported = started(HANDLERS[function]).modules
    denied = NEVER + (NOT_IN_BACKGROUND if function in BACKGROUND else ())
    assert imported.isdisjoint(denied), sorted(imported.intersection(denied))


def test_the_models_of_documents_are_not_built() -> None:
    asked = "from fastapi.openapi.models import Schema; print(Schema.__pydantic_complete__)"
    command = [sys.executable, "-c", f"import functions.payments.app; {asked}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain_environment())
    assert done.stdout.strip() == "False"
    assert "email_validator" not in started(HANDLERS["PaymentsFunction"]).modules


def test_the_worker_starts_without_tables() -> None:
    imported = started(HANDLERS["PaymentsWorker"]).modules
    assert imported.isdisjoint(NOT_IN_THE_WORKER), sorted(imported.intersection(NOT_IN_THE_WORKER))


@pytest.mark.parametrize("function", sorted(set(HANDLERS) - NEVER_FROM_A_SNAPSHOT))
def test_a_handler_registers_what_a_snapshot_needs_once(function: str) -> None:
    assert started(HANDLERS[function]).hooks == [["before_snapshot"], ["after_restore"]]
