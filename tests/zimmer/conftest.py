"""An environment that a test may write on."""

from collections.abc import Callable, Iterator

import pytest

from local.secrets_extension import Extension
from local.secrets_extension import running as running_extension
from zimmer import settings

SetEnv = Callable[..., None]


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
