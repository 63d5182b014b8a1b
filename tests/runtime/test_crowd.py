"""Several sandboxes of each function at once, as Lambda scales, and a ledger that is exact all the same."""

from collections.abc import Callable

from local.emulator.crowd import Outcome, crowd
from local.emulator.figures import Figures
from local.emulator.measuring import BUYERS, WITHIN_SECONDS
from local.record import Record


def test_forty_buyers_at_once_lose_nothing_and_get_nothing_twice(
    walked: dict[str, Figures], platform: Record, show_crowd: Callable[[Outcome], None]
) -> None:
    outcome = crowd(platform, buyers=BUYERS, within_seconds=WITHIN_SECONDS)
    show_crowd(outcome)
    assert outcome.is_exact, outcome
