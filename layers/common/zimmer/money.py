"""Rials. Whole numbers only: the rial has no fraction and floats have no place near money.

Toman is a way of *showing* an amount (ten rials); prices are whole tomans, so amounts end in a zero.
"""

from typing import NewType

Rial = NewType("Rial", int)

RIALS_PER_TOMAN = 10


def price_of(tokens: int, *, unit_price: Rial) -> Rial:
    """What `tokens` cost at `unit_price` each."""
    return Rial(tokens * unit_price)


def tokens_for_at_least(amount: Rial, *, unit_price: Rial) -> int:
    """The smallest number of tokens whose price reaches `amount` (rounds up)."""
    return -(-amount // unit_price)


def tokens_for_at_most(amount: Rial, *, unit_price: Rial) -> int:
    """The largest number of tokens whose price does not pass `amount` (rounds down)."""
    return amount // unit_price
