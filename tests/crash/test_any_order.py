"""Everybody does anything in any order, processes die anywhere; when it is quiet again, money and tokens agree.

Hypothesis draws the schedules and, when one ends badly, looks for the shortest that still does. Who is there and
what must hold is in `scene.py`, what they do in `doings.py`. `--long` draws ten thousand, in four parts that may
run beside each other: `./zimmer test --long "tests/crash/test_any_order.py::…[2]"`. docs/payments.md has its last run.
"""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.doings import Automation, Customer, Healers, Managers, Trouble
from tests.crash.scene import Cast
from tests.crash.world import World

SCHEDULES, SCHEDULES_LONG, PARTS = 300, 10_000, 4  # parts may run beside each other, each on a platform of its own
STEPS = 16


class Shop(Customer, Automation, Healers, Managers, Trouble):
    """All of them at once."""


def run(world: World, schedules: int, *, phases: Sequence[Phase] = tuple(Phase)) -> None:
    Shop.world, Shop.cast = world, Cast.of(world)
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=phases,
        ),
    )


def test_in_any_order_money_and_tokens_agree(quick_world: World) -> None:
    run(quick_world, SCHEDULES)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_in_ten_thousand_orders_money_and_tokens_agree(quick_world: World, part: int) -> None:
    run(quick_world, SCHEDULES_LONG // PARTS)
