"""An environment that a test may write on, and the log it may read."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.secrets_extension import Extension
from local.secrets_extension import running as running_extension
from zimmer import settings
from zimmer.observability import logger

SetEnv = Callable[..., None]
ReadLog = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log() -> Iterator[ReadLog]:
    """The lines that our logger writes during the test, read back from their JSON."""
    handler, stream = logger().registered_handler, io.StringIO()
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    if before is not None:
        handler.setStream(before)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetEnv]:
    """Sets variables (None removes one) for the settings that are read next; all is put back afterwards."""

    def given(**variables: str | None) -> None:
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        settings.forget()

    yield given
    monkeypatch.undo()
    settings.forget()


@pytest.fixture
def extension(environment: SetEnv) -> Iterator[Extension]:
    """The secrets extension beside this container, holding nothing yet."""
    with running_extension() as extension:
        environment(**extension.environment)
        yield extension
