"""Secrets at rest."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zimmer import crypto
from zimmer.crypto import CannotUnseal, seal, unseal

PLACE = "users|twofa_secret|7"
SEALED = seal("JBSWY3DPEHPK3PXP", place=PLACE)


def changed(part: int, at: int) -> str:
    """SEALED with one bit of one byte of one part turned over."""
    parts = SEALED.split(".")
    raw = bytearray(base64.urlsafe_b64decode(parts[part]))
    raw[at] ^= 1
    parts[part] = base64.urlsafe_b64encode(bytes(raw)).decode()
    return ".".join(parts)


@given(plain=st.text(), place=st.text())
def test_what_was_sealed_opens_at_its_place(plain: str, place: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in plain + place):
        return
    assert unseal(seal(plain, place=place), place=place) == plain


def test_a_sealed_value_names_its_version_and_key() -> None:
    version, kid, nonce, _ = SEALED.split(".")
    assert (version, len(kid)) == ("v1", 8)
    assert len(base64.urlsafe_b64decode(nonce)) == 12


def test_the_same_secret_never_looks_the_same() -> None:
    assert len({seal("JBSWY3DPEHPK3PXP", place=PLACE) for _ in range(100)}) == 100


def test_the_secret_cannot_be_seen() -> None:
    assert "JBSWY3DP" not in SEALED
    assert b"JBSWY3DP" not in base64.urlsafe_b64decode(SEALED.split(".")[3])


@pytest.mark.parametrize("place", ["users|twofa_secret|8", "user_automations|telegram_bot_token|7", "", PLACE + " "])
def test_35_a_value_moved_to_another_place_does_not_open(place: str) -> None:
    with pytest.raises(CannotUnseal):
        unseal(SEALED, place=place)


@pytest.mark.parametrize(("part", "at"), [(2, 0), (2, 11), (3, 0), (3, -1)])
def test_35_a_changed_value_does_not_open(part: int, at: int) -> None:
    with pytest.raises(CannotUnseal):
        unseal(changed(part, at), place=PLACE)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "plain text",
        "v1.x.y",
        "v2" + SEALED[2:],
        SEALED.replace(SEALED.split(".")[1], "00000000"),
        ".".join([*SEALED.split(".")[:2], "", ""]),
        ".".join([*SEALED.split(".")[:3], "é"]),
        SEALED + ".more",
    ],
    ids=["empty", "plain", "short", "another version", "another key", "nothing inside", "not base64", "long"],
)
def test_what_we_did_not_seal_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotUnseal):
        unseal(sealed, place=PLACE)


def test_equal_secrets_have_equal_blind_indexes() -> None:
    assert crypto.blind_index("123:token") == crypto.blind_index("123:token")
    assert crypto.blind_index("123:token") != crypto.blind_index("124:token")


def test_a_blind_index_needs_the_key() -> None:
    assert crypto.blind_index("123:token") != crypto.token_hash("123:token")


def test_random_tokens_are_long_and_never_the_same() -> None:
    tokens = {crypto.random_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_a_key_is_told_from_its_successor() -> None:
    assert crypto.key_id(b"one") != crypto.key_id(b"other")
