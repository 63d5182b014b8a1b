"""A proof that cannot fail proves nothing: each of these bugs, planted in the money core, is found by the schedules."""

from collections.abc import Callable

import pytest
from hypothesis import Phase
from sqlalchemy.exc import DBAPIError

from functions.payments import sweep
from tests.crash.rewriting import rewritten
from tests.crash.scene import EMPTY
from tests.crash.test_any_order import SCHEDULES, run
from tests.crash.world import World
from zimmer.ledger import consuming, ending, holding, lots
from zimmer.models import PaymentStatus

Bug = Callable[[pytest.MonkeyPatch], None]


def a_hold_ends_twice(patch: pytest.MonkeyPatch) -> None:
    """A commit, a release or an expiry does not look whether the hold is still open."""
    for name in ("END_BY_CALLER", "END_BY_US"):
        patch.setattr(ending, name, rewritten(getattr(ending, name), "WHERE state = 'open' AND (", "WHERE ("))


def a_commit_keeps_the_rest(patch: pytest.MonkeyPatch) -> None:
    """Paid tokens that were held and not used do not go back."""
    rest = "paid_part - (used_now - least(demo_part, used_now)) AS paid_back"
    patch.setattr(ending, "END_BY_CALLER", rewritten(ending.END_BY_CALLER, rest, "CAST(0 AS bigint) AS paid_back"))


def a_hold_is_not_counted_for_lots(patch: pytest.MonkeyPatch) -> None:
    """Held tokens do not count as spent, so a refund gives back what is being used."""
    counted = "paid_spent = parts.paid_spent + parts.paid_part"
    patch.setattr(holding, "HOLD", rewritten(holding.HOLD, counted, "paid_spent = parts.paid_spent"))


def a_use_overwrites_a_newer_balance(patch: pytest.MonkeyPatch) -> None:
    """The cap's counter and both balances are kept, the chain's head is not moved on."""
    moved = "ledger_seq = last.seq, ledger_head = last.hash, ledger_prev = last.prev_hash"
    patch.setattr(consuming, "CONSUME", rewritten(consuming.CONSUME, moved, "ledger_seq = last.seq"))


def a_reversal_takes_no_tokens(patch: pytest.MonkeyPatch) -> None:
    """Money goes back and the tokens stay."""
    patch.setattr(lots, "claw_back", lambda *_, **__: None)


def a_refused_reversal_gives_nothing_back(patch: pytest.MonkeyPatch) -> None:
    """The gateway refuses and the customer's tokens are gone."""
    patch.setattr(lots, "give_back", lambda *_, **__: None)


def nobody_asks_about_canceled_purchases(patch: pytest.MonkeyPatch) -> None:
    """A customer who gave up and whose bank took the money all the same is forgotten."""
    watched = sweep.WATCHED - {PaymentStatus.NOT_PAID, PaymentStatus.EXPIRED}
    patch.setattr(sweep, "WATCHED", watched)


@pytest.mark.long
@pytest.mark.parametrize(
    "bug",
    [
        a_hold_ends_twice,
        a_commit_keeps_the_rest,
        a_hold_is_not_counted_for_lots,
        a_use_overwrites_a_newer_balance,
        a_reversal_takes_no_tokens,
        a_refused_reversal_gives_nothing_back,
        nobody_asks_about_canceled_purchases,
    ],
    ids=lambda bug: bug.__name__,
)
def test_the_schedules_find(quick_world: World, monkeypatch: pytest.MonkeyPatch, bug: Bug) -> None:
    bug(monkeypatch)
    with pytest.raises((AssertionError, DBAPIError, LookupError)):
        run(quick_world, SCHEDULES, phases=[Phase.generate])
    with quick_world.database.autocommit() as connection:
        connection.execute(EMPTY)  # what the bug has done
