"""What tokens cost. The server prices every purchase; the client only says how many."""

from collections.abc import Sequence
from dataclasses import dataclass

from zimmer import money
from zimmer.errors import AboveMaximum, BelowMinimum
from zimmer.models import Automation, AutomationPackage, BusinessSettings
from zimmer.money import Rial


@dataclass(frozen=True)
class Price:
    """One purchase's price: `amount` is what the bank is asked for."""

    unit_price: Rial
    amount_before: Rial
    amount: Rial


def price(
    automation: Automation, packages: Sequence[AutomationPackage], tokens: int, *, limits: BusinessSettings
) -> Price:
    """The price of `tokens` (> 0): a package's own when the size is one, else so many times the unit's.

    Raises BelowMinimum or AboveMaximum with the nearest number of tokens that can be bought.
    """
    unit_price = automation.price_per_token
    amount = next(
        (package.amount for package in packages if package.tokens == tokens),
        money.price_of(tokens, unit_price=unit_price),
    )
    if amount < limits.minimum_amount:
        raise BelowMinimum(
            amount=amount,
            minimum=limits.minimum_amount,
            min_tokens=money.tokens_for_at_least(limits.minimum_amount, unit_price=unit_price),
        )
    if amount > limits.maximum_amount:
        raise AboveMaximum(
            amount=amount,
            maximum=limits.maximum_amount,
            max_tokens=money.tokens_for_at_most(limits.maximum_amount, unit_price=unit_price),
        )
    return Price(unit_price=unit_price, amount_before=amount, amount=amount)
