"""Another key for access tokens, and nobody is signed out by it."""

import json
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from local import rotate_key
from local.errors import StepFailed
from zimmer.auth import tokens
from zimmer.auth.tokens import AccessClaims
from zimmer.errors import TokenInvalid
from zimmer.models import Audience
from zimmer.settings import get_settings

CLAIMS = AccessClaims(7, uuid4(), Audience.USER, 1)
FIRST = {"JWT_SECRET_KEY": "the first key of at least thirty-two bytes", "DATA_KEY": "untouched"}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "app.json"
    path.write_text(json.dumps(FIRST))
    return path


class Container:
    """A process that has read its secrets at its start, and no later."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._keys, self._patch = json.loads(path.read_text()), monkeypatch

    def issues(self) -> str:
        self._awake()
        return tokens.issue(CLAIMS).text

    def believes(self, token: str) -> bool:
        self._awake()
        try:
            return tokens.read(token) == CLAIMS
        except TokenInvalid:
            return False

    def _awake(self) -> None:
        for name in (rotate_key.SIGNS, rotate_key.VERIFIES):
            self._patch.setenv(name, self._keys.get(name, ""))
        get_settings.cache_clear()


def test_old_and_new_containers_believe_each_other_until_the_old_key_is_forgotten(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Container(keys, monkeypatch)
    from_before = old.issues()
    assert rotate_key.main(["jwt", "change", "--file", str(keys)]) == 0
    new = Container(keys, monkeypatch)
    assert new.believes(from_before)
    assert not old.believes(new.issues())  # until it has read the secret again
    assert rotate_key.main(["jwt", "forget", "--file", str(keys)]) == 0
    last = Container(keys, monkeypatch)
    assert last.believes(new.issues())
    assert not last.believes(from_before)
    monkeypatch.undo()
    get_settings.cache_clear()


def test_the_file_stays_private_and_keeps_the_rest(keys: Path) -> None:
    rotate_key.taken(keys, "change")
    changed = json.loads(keys.read_text())
    assert changed["JWT_SECRET_KEY_PREVIOUS"] == FIRST["JWT_SECRET_KEY"]
    assert len(changed["JWT_SECRET_KEY"]) >= 32
    assert changed["DATA_KEY"] == "untouched"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


def test_no_key_is_printed(keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for step in rotate_key.STEPS:
        rotate_key.main(["jwt", step, "--file", str(keys)])
    printed = capsys.readouterr().out
    assert FIRST["JWT_SECRET_KEY"] not in printed
    assert json.loads(keys.read_text())["JWT_SECRET_KEY"] not in printed


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json"])
def test_a_file_without_keys_is_left_alone(text: str, keys: Path) -> None:
    keys.write_text(text)
    with pytest.raises(StepFailed):
        rotate_key.taken(keys, "change")
    assert keys.read_text() == text


def test_the_steps_for_a_stage_are_printed_and_nothing_is_changed(
    keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate_key.main(["jwt", "--stage", "prod", "--file", str(keys)]) == 0
    printed = capsys.readouterr().out
    assert "--secret-id zimmer/prod/app" in printed
    assert printed.index("jwt change") < printed.index("jwt forget")
    assert json.loads(keys.read_text()) == FIRST
