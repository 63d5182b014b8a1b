"""A second container, for tests of the first one's connection."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from zimmer.db import Database


@pytest.fixture
def other(own_database: str) -> Iterator[Database]:
    """Another container, to see what is committed and to do harm."""
    with closing(Database(own_database)) as other:
        yield other
