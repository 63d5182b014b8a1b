"""What Lambda's hooks do, called as its runtime calls them."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import snapshot_restore_py

from local.secrets_extension import Extension
from tests.zimmer.conftest import SetEnv
from tests.zimmer.test_secrets import APP, LOGIN, NAMED, OTHER_KEY
from zimmer import snapstart
from zimmer.settings import get_settings

Hook = tuple[Callable[..., None], tuple[Any, ...], dict[str, Any]]


def call(hooks: list[Hook]) -> None:
    """As lambda_runtime_hooks_runner of Lambda's Python runtime does."""
    for hook, args, kwargs in hooks:
        hook(*args, **kwargs)


@pytest.fixture(autouse=True)
def _registered() -> None:
    snapstart.register()
    assert snapshot_restore_py.get_before_snapshot()


def taken_and_restored() -> None:
    call(snapshot_restore_py.get_before_snapshot())
    call(snapshot_restore_py.get_after_restore())


def test_a_restored_copy_signs_with_the_key_of_then(extension: Extension, environment: SetEnv) -> None:
    extension.put("zimmer/prod/app", APP)
    extension.put(str(NAMED["DB_SECRET_ID"]), LOGIN)
    environment(**NAMED)
    assert get_settings().jwt_secret_key.get_secret_value() == APP["JWT_SECRET_KEY"]
    extension.put("zimmer/prod/app", {**APP, "JWT_SECRET_KEY": OTHER_KEY})
    taken_and_restored()
    assert get_settings().jwt_secret_key.get_secret_value() == OTHER_KEY


def test_neither_hook_reads_a_secret_since_a_hook_that_fails_stops_the_start(
    extension: Extension, environment: SetEnv
) -> None:
    environment(**NAMED)
    taken_and_restored()
    assert extension.asked == []


def test_two_copies_of_a_snapshot_draw_different_random_numbers() -> None:
    in_the_snapshot = random.getstate()
    drawn = set()
    for _ in range(2):
        random.setstate(in_the_snapshot)
        call(snapshot_restore_py.get_after_restore())
        drawn.add(random.getrandbits(64))
    assert len(drawn) == 2
