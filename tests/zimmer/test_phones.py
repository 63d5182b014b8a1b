"""Iranian mobile numbers, one stored form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zimmer import phones


@pytest.mark.parametrize(
    "typed",
    ["09121234567", "9121234567", "989121234567", "+989121234567", "00989121234567", "0912 123-4567", "(0912) 1234567"],
)
def test_every_way_to_write_a_number_is_stored_in_one(typed: str) -> None:
    assert phones.stored(typed) == "+989121234567"


@pytest.mark.parametrize(
    "typed", ["", "0912123456", "091212345678", "02112345678", "+19121234567", "0912x1234567", "09121234567\n9"]
)
def test_what_is_no_iranian_mobile_is_none(typed: str) -> None:
    assert phones.stored(typed) is None


@given(st.from_regex(r"9[0-9]{9}", fullmatch=True))
def test_a_number_survives_the_way_to_the_bank_and_back(digits: str) -> None:
    number = phones.stored(digits)
    assert number
    assert phones.national(number) == f"0{digits}"
    assert phones.stored(phones.national(number)) == number


def test_a_number_of_the_version_before_is_shown_as_it_is() -> None:
    assert phones.national("09121234567") == "09121234567"


def test_a_piece_is_looked_for_in_both_forms() -> None:
    assert phones.pieces("0912-123") == ("0912123", "+98912123")
    assert phones.pieces("912 123") == ("912123",)
