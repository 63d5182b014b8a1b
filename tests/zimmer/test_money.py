"""Whole rials, and which way each division rounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zimmer.money import (
    Rial,
    discounted,
    least_before_discount,
    price_of,
    share_of,
    tokens_for_at_least,
    tokens_for_at_most,
)

tokens = st.integers(0, 10_000_000)
amounts = st.integers(0, 10**12).map(Rial)
unit_prices = st.integers(1, 10**9).map(Rial)


@given(tokens=tokens, unit_price=unit_prices)
def test_a_price_buys_back_exactly_its_tokens(tokens: int, unit_price: Rial) -> None:
    price = price_of(tokens, unit_price=unit_price)
    assert tokens_for_at_least(price, unit_price=unit_price) == tokens
    assert tokens_for_at_most(price, unit_price=unit_price) == tokens


@given(amount=amounts, unit_price=unit_prices)
def test_at_least_is_the_fewest_tokens_that_reach_the_amount(amount: Rial, unit_price: Rial) -> None:
    fewest = tokens_for_at_least(amount, unit_price=unit_price)
    assert price_of(fewest, unit_price=unit_price) >= amount
    assert fewest == 0 or price_of(fewest - 1, unit_price=unit_price) < amount


@given(amount=amounts, unit_price=unit_prices)
def test_at_most_is_the_most_tokens_within_the_amount(amount: Rial, unit_price: Rial) -> None:
    most = tokens_for_at_most(amount, unit_price=unit_price)
    assert price_of(most, unit_price=unit_price) <= amount < price_of(most + 1, unit_price=unit_price)


@given(tokens=tokens, unit_price=unit_prices)
def test_money_is_never_a_float(tokens: int, unit_price: Rial) -> None:
    price = price_of(tokens, unit_price=unit_price)
    assert type(price) is int
    assert type(tokens_for_at_least(price, unit_price=unit_price)) is int


@pytest.mark.parametrize(
    ("amount", "percent", "left"),
    [
        (100_000, "0", 100_000),
        (100_000, "20", 80_000),
        (100_000, "100", 0),
        (10_010, "50", 5_000),  # 5,005: half a toman is the buyer's
        (10_020, "0.01", 10_010),  # 1.002 off: the discount loses its fraction, the rest its last digit
        (100_000, "33.33", 66_670),
        (9_990, "99.99", 0),
    ],
)
def test_a_discount_leaves_whole_tomans(amount: int, percent: str, left: int) -> None:
    assert discounted(Rial(amount), Decimal(percent)) == left


@given(tomans=st.integers(1, 10**8), hundredths=st.integers(0, 9_999))
def test_the_least_price_before_a_discount_is_the_least(tomans: int, hundredths: int) -> None:
    wanted, percent = Rial(tomans * 10), Decimal(hundredths) / 100
    least = least_before_discount(wanted, percent)
    assert least % 10 == 0
    assert discounted(least, percent) >= wanted
    assert discounted(Rial(least - 10), percent) < wanted


@pytest.mark.parametrize(
    ("amount", "part", "whole", "share"),
    [(90_000, 0, 3, 0), (90_000, 1, 3, 30_000), (90_000, 3, 3, 90_000), (100_000, 1, 3, 33_330), (20, 1, 3, 0)],
)
def test_a_share_is_rounded_down_to_whole_tomans(amount: int, part: int, whole: int, share: int) -> None:
    assert share_of(Rial(amount), part, of=whole) == share
