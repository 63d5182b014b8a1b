"""Whole rials, and which way each division rounds."""

from hypothesis import given
from hypothesis import strategies as st

from zimmer.money import Rial, price_of, tokens_for_at_least, tokens_for_at_most

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
