"""How passwords are kept."""

import argon2
import pytest

from zimmer.auth import passwords

HASH = passwords.hashed("panjereh-roo-be-darya")


def test_only_the_password_matches() -> None:
    assert passwords.matches(HASH, "panjereh-roo-be-darya")
    assert not passwords.matches(HASH, "panjereh-roo-be-darya ")
    assert not passwords.matches(HASH, "")


def test_the_same_password_is_never_stored_the_same() -> None:
    assert passwords.hashed("panjereh-roo-be-darya") != HASH


def test_a_hash_has_the_cost_we_chose() -> None:
    parameters = argon2.extract_parameters(HASH)
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        argon2.Type.ID,
        19 * 1024,
        2,
        1,
    )


@pytest.mark.parametrize("password", ["the password of nobody", "panjereh-roo-be-darya", ""])
def test_nobody_has_no_password(password: str) -> None:
    assert not passwords.matches(None, password)


def test_an_unknown_user_takes_the_same_path(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    def refuse(hasher: argon2.PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored)
        raise argon2.exceptions.VerifyMismatchError

    monkeypatch.setattr(argon2.PasswordHasher, "verify", refuse)
    passwords.matches(HASH, "a")
    passwords.matches(None, "a")
    known, nobodys = map(argon2.extract_parameters, verified)
    assert known == nobodys


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert not passwords.matches(stored, stored)


def test_a_hash_of_other_costs_is_outdated() -> None:
    assert not passwords.is_outdated(HASH)
    assert passwords.is_outdated(argon2.PasswordHasher(memory_cost=8 * 1024, time_cost=1, parallelism=1).hash("x"))
