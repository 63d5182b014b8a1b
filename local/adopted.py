"""Variables of a running platform for code of ours in this process, and the process as it was afterwards."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.environment import local_keys
from local.record import Record
from zimmer.settings import get_settings


@contextmanager
def adopted(variables: Mapping[str, str]) -> Iterator[None]:
    """Inside, the settings are read with these variables."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    get_settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        get_settings.cache_clear()


def keys_of(running: Record, folder: Path) -> Mapping[str, str]:
    """What it takes to write rows that the platform over this folder can read: its database and its own keys."""
    keys = local_keys(folder / "secrets.json")
    return {**keys, "ENV": "local", "DATABASE_URL": running.database_url, "POWERTOOLS_LOG_LEVEL": "ERROR"}
