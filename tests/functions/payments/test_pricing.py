"""What tokens cost, and how far a refused purchase is from one that can be made."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from functions.payments import pricing
from zimmer.errors import AboveMaximum, BelowMinimum, PackageOnly
from zimmer.models import Automation, AutomationPackage, BusinessSettings, PricingType
from zimmer.money import Rial

MINIMUM, MAXIMUM = Rial(10_000), Rial(1_000_000_000)


def price(
    tokens: int,
    *,
    unit: int = 5_000,
    packages: Mapping[int, int] | None = None,
    minimum: int = MINIMUM,
    maximum: int = MAXIMUM,
    pricing_type: PricingType = PricingType.PER_SESSION,
) -> pricing.Price:
    return pricing.price(
        Automation(price_per_token=Rial(unit), pricing_type=pricing_type),
        [AutomationPackage(tokens=size, amount=Rial(amount)) for size, amount in (packages or {}).items()],
        tokens,
        limits=BusinessSettings(minimum_amount=Rial(minimum), maximum_amount=Rial(maximum)),
    )


def is_sold(tokens: int, **catalogue: object) -> bool:
    try:
        price(tokens, **catalogue)  # type: ignore[arg-type]
    except (BelowMinimum, AboveMaximum):
        return False
    return True


tokens_asked = st.integers(min_value=1, max_value=3_000)
units = st.integers(min_value=1, max_value=20_000).map(lambda tomans: tomans * 10)
some_packages = st.dictionaries(
    st.integers(min_value=1, max_value=3_000), st.integers(min_value=1, max_value=2_000_000).map(lambda t: t * 10)
)


@pytest.mark.parametrize(
    ("tokens", "amount"), [(2, 10_000), (99, 495_000), (100, 400_000), (101, 505_000), (200_000, 1_000_000_000)]
)
def test_a_package_has_an_amount_of_its_own_and_every_other_size_the_units(tokens: int, amount: int) -> None:
    assert price(tokens, packages={100: 400_000}).amount == amount


def test_a_package_may_cost_more_than_its_tokens_do() -> None:
    assert price(100, packages={100: 600_000}).amount == 600_000


def test_the_unit_price_is_kept_also_for_a_package() -> None:
    assert price(100, packages={100: 400_000}) == pricing.Price(Rial(5_000), Rial(400_000), Rial(400_000))


@settings(deadline=None)
@given(tokens=tokens_asked, unit=units, packages=some_packages)
def test_the_price_is_the_packages_or_so_many_times_the_units(tokens: int, unit: int, packages: dict[int, int]) -> None:
    assume(is_sold(tokens, unit=unit, packages=packages))
    assert price(tokens, unit=unit, packages=packages).amount == packages.get(tokens, tokens * unit)


@settings(deadline=None)
@given(tokens=tokens_asked, unit=units, packages=some_packages)
def test_every_price_is_whole_tomans_within_the_limits(tokens: int, unit: int, packages: dict[int, int]) -> None:
    assume(is_sold(tokens, unit=unit, packages=packages))
    amount = price(tokens, unit=unit, packages=packages).amount
    assert amount % 10 == 0
    assert MINIMUM <= amount <= MAXIMUM


@pytest.mark.parametrize(
    ("tokens", "unit", "packages", "min_tokens"),
    [
        pytest.param(1, 5_000, {}, 2, id="the price reaches the minimum exactly"),
        pytest.param(1, 3_000, {}, 4, id="the price passes the minimum"),
        pytest.param(3, 3_000, {}, 4, id="one token short"),
        pytest.param(1, 10, {}, 1_000, id="the smallest price there is"),
        pytest.param(1, 5_000, {2: 9_990}, 3, id="the nearest size is a package that is too cheap"),
        pytest.param(2, 5_000, {2: 9_990, 3: 9_990}, 4, id="two of them"),
        pytest.param(1, 1_000, {5: 10_000}, 5, id="a smaller package costs enough"),
    ],
)
def test_below_the_minimum_says_how_many_can_be_bought(
    tokens: int, unit: int, packages: dict[int, int], min_tokens: int
) -> None:
    with pytest.raises(BelowMinimum) as refusal:
        price(tokens, unit=unit, packages=packages)
    amount = packages.get(tokens, tokens * unit)
    assert refusal.value.data == {"amount": amount, "minimum": MINIMUM, "min_tokens": min_tokens}


@pytest.mark.parametrize(
    ("tokens", "unit", "packages", "max_tokens"),
    [
        pytest.param(200_001, 5_000, {}, 200_000, id="one token too many"),
        pytest.param(200_000, 7_000, {}, 142_857, id="the price does not meet the maximum exactly"),
        pytest.param(1, 2_000_000_000, {}, 0, id="not even one"),
        pytest.param(300_000, 5_000, {250_000: 900_000_000}, 250_000, id="a larger package is cheap enough"),
        pytest.param(300_000, 5_000, {200_000: 1_000_000_010}, 199_999, id="the nearest size is a dear package"),
    ],
)
def test_above_the_maximum_says_how_many_can_be_bought(
    tokens: int, unit: int, packages: dict[int, int], max_tokens: int
) -> None:
    with pytest.raises(AboveMaximum) as refusal:
        price(tokens, unit=unit, packages=packages)
    amount = packages.get(tokens, tokens * unit)
    assert refusal.value.data == {"amount": amount, "maximum": MAXIMUM, "max_tokens": max_tokens}


@settings(deadline=None)
@given(tokens=st.integers(min_value=1, max_value=50), unit=st.integers(1, 300).map(lambda t: t * 10), data=st.data())
def test_min_tokens_is_the_smallest_purchase_that_passes(tokens: int, unit: int, data: st.DataObject) -> None:
    packages = data.draw(st.dictionaries(st.integers(1, 60), st.integers(1, 200).map(lambda t: t * 10)))
    sold: dict[str, object] = {"unit": unit, "packages": packages, "minimum": 1_000}
    assume(not is_sold(tokens, **sold))
    with pytest.raises(BelowMinimum) as refusal:
        price(tokens, unit=unit, packages=packages, minimum=1_000)
    assert refusal.value.data["min_tokens"] == next(size for size in range(1, 1_000) if is_sold(size, **sold))


@settings(deadline=None)
@given(tokens=st.integers(min_value=1, max_value=60), unit=st.integers(1, 300).map(lambda t: t * 10), data=st.data())
def test_max_tokens_is_the_largest_purchase_that_passes(tokens: int, unit: int, data: st.DataObject) -> None:
    packages = data.draw(st.dictionaries(st.integers(1, 60), st.integers(1, 2_000).map(lambda t: t * 10)))
    sold: dict[str, object] = {"unit": unit, "packages": packages, "minimum": 10, "maximum": 1_000}
    assume(not is_sold(tokens, **sold))
    with pytest.raises(AboveMaximum) as refusal:
        price(tokens, unit=unit, packages=packages, minimum=10, maximum=1_000)
    largest = max((size for size in range(1, 110) if is_sold(size, **sold)), default=0)
    assert refusal.value.data["max_tokens"] == largest


@pytest.mark.parametrize(
    ("tokens", "packages", "sizes"),
    [
        pytest.param(100, {}, [], id="nothing is for sale"),
        pytest.param(99, {100: 400_000}, [100], id="one token short"),
        pytest.param(101, {365: 900_000, 30: 100_000}, [30, 365], id="between two"),
        pytest.param(1, {1: 9_990, 30: 100_000}, [30], id="a package below the minimum"),
        pytest.param(9, {9: 1_000_000_010, 30: 100_000}, [30], id="a package above the maximum"),
        pytest.param(9, {1: 10_000, 2: 1_000_000_000}, [1, 2], id="packages at both ends"),
    ],
)
def test_a_flat_fee_is_sold_in_its_packages_only(tokens: int, packages: dict[int, int], sizes: list[int]) -> None:
    with pytest.raises(PackageOnly) as refusal:
        price(tokens, packages=packages, pricing_type=PricingType.FLAT_FEE)
    assert refusal.value.data["sizes"] == sizes


def test_a_package_of_a_flat_fee_costs_its_own_amount() -> None:
    assert price(30, packages={30: 100_000}, pricing_type=PricingType.FLAT_FEE).amount == 100_000


@pytest.mark.parametrize("pricing_type", [PricingType.PER_SESSION, PricingType.PER_MESSAGE])
def test_tokens_by_the_unit_are_sold_in_any_number(pricing_type: PricingType) -> None:
    assert price(7, packages={30: 100_000}, pricing_type=pricing_type).amount == 35_000
