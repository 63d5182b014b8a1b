"""Changing the key that signs access tokens, while people are signed in."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from zimmer import clock
from zimmer.auth import tokens
from zimmer.auth.tokens import AccessClaims
from zimmer.errors import TokenExpired, TokenInvalid
from zimmer.models import Audience
from zimmer.settings import SettingsRefused, get_settings

OLD, NEW, FOREIGN = (f"the {word} key of at least thirty-two bytes" for word in ("old", "new", "foreign"))
CLAIMS = AccessClaims(7, uuid4(), Audience.USER, 1)

Keys = Callable[..., None]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keys]:
    """Gives the platform its key, and maybe a second one that only checks."""

    def given(current: str, previous: str = "") -> None:
        monkeypatch.setenv("JWT_SECRET_KEY", current)
        monkeypatch.setenv("JWT_SECRET_KEY_PREVIOUS", previous)
        get_settings.cache_clear()

    yield given
    monkeypatch.undo()
    get_settings.cache_clear()


def is_good(token: str) -> bool:
    try:
        return tokens.read(token) == CLAIMS
    except TokenInvalid:
        return False


def test_5_a_token_of_the_previous_key_works_until_it_is_removed(keys: Keys) -> None:
    keys(OLD)
    token = tokens.issue(CLAIMS).text
    keys(NEW, OLD)
    assert is_good(token)
    keys(NEW)
    assert not is_good(token)


def test_5_the_previous_key_signs_nothing(keys: Keys) -> None:
    keys(NEW, OLD)
    token = tokens.issue(CLAIMS).text
    keys(OLD)
    assert not is_good(token)
    keys(NEW)
    assert is_good(token)


def test_5_an_unknown_kid_is_refused_also_while_there_are_two_keys(keys: Keys) -> None:
    keys(FOREIGN)
    token = tokens.issue(CLAIMS).text
    keys(NEW, OLD)
    assert not is_good(token)


def test_5_a_kid_does_not_let_another_keys_signature_pass(keys: Keys) -> None:
    """The token names the previous key and is signed with the current one."""
    import jwt

    from zimmer.crypto import key_id

    keys(NEW, OLD)
    claims = jwt.decode(tokens.issue(CLAIMS).text, options={"verify_signature": False})
    assert not is_good(jwt.encode(claims, NEW, algorithm="HS256", headers={"kid": key_id(OLD.encode())}))


@pytest.mark.parametrize("previous", ["short", "x" * 31])
def test_a_previous_key_is_as_long_as_any(previous: str, keys: Keys) -> None:
    keys(NEW, previous)
    with pytest.raises(SettingsRefused, match="JWT_SECRET_KEY_PREVIOUS"):
        get_settings()


def test_a_token_that_was_good_a_moment_ago_still_ends(keys: Keys) -> None:
    """What it says is kept, and until when is compared each time."""
    keys(NEW)
    token = tokens.issue(CLAIMS)
    assert is_good(token.text)
    clock.travel(timedelta(seconds=token.expires_in))
    with pytest.raises(TokenExpired):
        tokens.read(token.text)


def test_a_refused_token_takes_no_good_ones_place(keys: Keys) -> None:
    keys(NEW)
    token = tokens.issue(CLAIMS).text
    before = tokens._checked.cache_info().currsize
    for n in range(20):
        assert not is_good(f"{token}{n}")
    assert tokens._checked.cache_info().currsize == before
