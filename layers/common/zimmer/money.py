"""Rials. Whole numbers only: the rial has no fraction and floats have no place near money.

Toman is a way of *showing* an amount (ten rials); prices are whole tomans, so amounts end in a zero.
"""

from decimal import Decimal
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


def discounted(amount: Rial, percent: Decimal) -> Rial:
    """What is left to pay of `amount` after `percent` (0..100, two places) is taken off.

    Rounds down to a whole toman: what does not divide is the buyer's.
    """
    hundredths = int(percent * 100)
    left = amount - amount * hundredths // 10_000
    return Rial(left - left % RIALS_PER_TOMAN)


def least_before_discount(amount: Rial, percent: Decimal) -> Rial:
    """The smallest whole-toman price of which `amount` (whole tomans) is left after `percent` (below 100)."""
    kept = 10_000 - int(percent * 100)
    price = (amount - 1) * 10_000 // kept + 1  # the discount is rounded down, so a rial less than the share is enough
    return Rial(price + -price % RIALS_PER_TOMAN)


def share_of(amount: Rial, part: int, *, of: int) -> Rial:
    """The share of `amount` that `part` of `of` tokens cost. Rounds down to a whole toman."""
    share = amount * part // of
    return Rial(share - share % RIALS_PER_TOMAN)
