"""What a container imports before its first request. Each of the denied costs more than all of ours."""

import json
import subprocess
import sys

import pytest

from local.environment import plain_environment
from local.template import functions, load_template

HANDLERS = {name: function.handler for name, function in functions(load_template()).items()}
# Powertools imports the bare package botocore (half a millisecond) to ask for its version; the rest is what costs.
NEVER = ("boto3", "botocore.session", "botocore.client", "httpx", "alembic", "aws_xray_sdk")
NOT_IN_BACKGROUND = ("fastapi", "starlette", "mangum")
BACKGROUND = {"PaymentsWorker", "PaymentsSweep", "SupportDeliver"}

LIST_MODULES = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""


def modules_after(handler: str) -> set[str]:
    """What a fresh interpreter has imported once the handler's module is there."""
    module = handler.rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, module],
        capture_output=True,
        text=True,
        check=True,
        env=plain_environment(),
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("function", HANDLERS)
def test_a_handler_starts_without_what_it_rarely_needs(function: str) -> None:
    imported = modules_after(HANDLERS[function])
    denied = NEVER + (NOT_IN_BACKGROUND if function in BACKGROUND else ())
    assert imported.isdisjoint(denied), sorted(imported.intersection(denied))
