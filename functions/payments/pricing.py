"""What tokens cost. The server prices every purchase; the client only says how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from zimmer import money
from zimmer.errors import AboveMaximum, BelowMinimum, PackageOnly
from zimmer.models import Automation, AutomationPackage, BusinessSettings, PricingType
from zimmer.money import Rial


@dataclass(frozen=True)
class Discount:
    """So much off, by this code."""

    code: str
    percent: Decimal  # 0.01 to 100


@dataclass(frozen=True)
class Price:
    """One purchase's price: `amount` is what the bank is asked for; at 0 it is asked for nothing."""

    unit_price: Rial
    amount_before: Rial
    amount: Rial
    discount: Discount | None = None


def price(
    automation: Automation,
    packages: Sequence[AutomationPackage],
    tokens: int,
    *,
    limits: BusinessSettings,
    discount: Discount | None = None,
) -> Price:
    """The price of `tokens` (> 0): a package's own when the size is one, else so many times the unit's, less the
    discount.

    The maximum is asked of the price before it, the minimum of what is left to pay, unless that is nothing.
    Raises BelowMinimum or AboveMaximum with the nearest number of tokens that can be bought, and PackageOnly
    with the sizes when the automation has a flat fee.
    """
    unit_price = automation.price_per_token
    own = {package.tokens: package.amount for package in packages}
    if automation.pricing_type is PricingType.FLAT_FEE:
        _refuse_all_but_packages(tokens, own, limits)
    before = own.get(tokens, money.price_of(tokens, unit_price=unit_price))
    if before > limits.maximum_amount:
        raise AboveMaximum(
            amount=before,
            maximum=limits.maximum_amount,
            max_tokens=_most_tokens(limits.maximum_amount, unit_price, own),
        )
    amount = money.discounted(before, discount.percent) if discount else before
    if amount < limits.minimum_amount and not _is_a_gift(amount, discount):
        least = limits.minimum_amount
        if discount and amount:
            least = money.least_before_discount(least, discount.percent)
        raise BelowMinimum(
            amount=amount, minimum=limits.minimum_amount, min_tokens=_fewest_tokens(least, unit_price, own)
        )
    return Price(unit_price=unit_price, amount_before=before, amount=amount, discount=discount)


def _is_a_gift(amount: Rial, discount: Discount | None) -> bool:
    """Nothing is left to pay, because of a discount."""
    return amount == 0 and discount is not None


def _refuse_all_but_packages(tokens: int, own: Mapping[int, Rial], limits: BusinessSettings) -> None:
    sizes = sorted(size for size, amount in own.items() if limits.minimum_amount <= amount <= limits.maximum_amount)
    if tokens not in sizes:
        raise PackageOnly(sizes=sizes)


def _fewest_tokens(minimum: Rial, unit_price: Rial, own: Mapping[int, Rial]) -> int:
    """The smallest size that costs `minimum`; a package may be dearer or cheaper than its tokens."""
    sizes = count(money.tokens_for_at_least(minimum, unit_price=unit_price))
    by_the_unit = next(size for size in sizes if own.get(size, minimum) >= minimum)
    return min([by_the_unit, *(size for size, amount in own.items() if amount >= minimum)])


def _most_tokens(maximum: Rial, unit_price: Rial, own: Mapping[int, Rial]) -> int:
    """The largest size that costs no more than `maximum`; 0 when nothing does."""
    sizes = count(money.tokens_for_at_most(maximum, unit_price=unit_price), -1)
    by_the_unit = next(size for size in sizes if own.get(size, maximum) <= maximum)
    return max([by_the_unit, *(size for size, amount in own.items() if amount <= maximum)])
