"""Each healer is needed: with any of them taken away, a story that it heals ends badly."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.payments import settlement, strays, sweep
from tests.crash import test_points_before_the_bank as before
from tests.crash import test_points_of_crediting as crediting
from tests.crash import test_points_of_verifying as verifying
from tests.crash.rewriting import rewritten
from tests.crash.world import World
from zimmer import events
from zimmer.ledger import purchases

Story = Callable[[World], None]
Removal = Callable[[pytest.MonkeyPatch], None]


def no_relay(patch: pytest.MonkeyPatch) -> None:
    """Nobody sends what waits in the outbox."""
    patch.setattr(events, "publish", lambda **_: 0)


def no_requeue(patch: pytest.MonkeyPatch) -> None:
    """Nobody sends again what the queue has lost."""
    patch.setattr(sweep, "requeue_uncredited", lambda: 0)


def no_questions(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks about customers who did not come back."""
    patch.setattr(sweep, "ask_about_the_missing", lambda *_: 0)


def no_unverified(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks at what the gateway holds unverified."""
    patch.setattr(strays, "settle_unverified", lambda *_, **__: 0)


def leases_without_end(patch: pytest.MonkeyPatch) -> None:
    """Whoever has died keeps what they held."""
    patch.setattr(settlement, "LEASE", timedelta(days=365))


def no_gate(patch: pytest.MonkeyPatch) -> None:
    """Crediting looks at the message and not at the payment."""
    gate = "status = 'verified'\n    ORDER BY id FOR NO KEY UPDATE"
    open_to_all = gate.replace("= 'verified'", "IN ('verified', 'credited')")
    patch.setattr(purchases, "CREDIT_PURCHASES", rewritten(purchases.CREDIT_PURCHASES, gate, open_to_all))


@pytest.mark.parametrize(
    ("removed", "story"),
    [
        (no_relay, verifying.test_crash_12_commit_outcome_unknown),
        (no_relay, verifying.test_crash_13_committed_send_message_fails),
        (no_requeue, crediting.test_crash_19_message_lost),
        (no_questions, before.test_crash_07_paid_tab_closed),
        (no_questions, verifying.test_crash_28_auto_verified_customer_never_returns),
        (no_unverified, before.test_crash_04_before_the_authority_is_stored),
        (leases_without_end, verifying.test_crash_09_after_the_lease_before_verify),
        (leases_without_end, verifying.test_crash_11_before_the_commit),
        (no_gate, crediting.test_crash_17_commit_done_ack_lost),
    ],
    ids=lambda part: part.__name__,
)
def test_without_this_healer_the_story_ends_badly(
    world: World, monkeypatch: pytest.MonkeyPatch, removed: Removal, story: Story
) -> None:
    removed(monkeypatch)
    with pytest.raises(AssertionError):
        story(world)


def test_every_crash_point_has_its_story() -> None:
    names = [name for module in (before, verifying, crediting) for name in vars(module)]
    told = [int(name[11:13]) for name in names if name.startswith("test_crash_")]
    assert sorted(told) == list(range(1, 33))
