"""The log that a test may read."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from zimmer.observability import logger

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
def talkative() -> Iterator[None]:
    """Our logger says everything, as it does in production."""
    before = logger().log_level
    logger().setLevel(logging.INFO)
    yield
    logger().setLevel(before)
