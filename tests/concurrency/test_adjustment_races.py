"""Two managers at one request at the same moment: the tokens move once, or not at all."""

from contextlib import closing

import pytest
from sqlalchemy import func, select

from functions.admin.service.correcting import DECIDED_WITHIN
from tests.api import Api
from tests.concurrency.races import at_once
from tests.factories import make_copy, make_user, token_for
from zimmer import clock
from zimmer.db import Database
from zimmer.models import Audience, AuditEntry, Bucket, Role, TokenAdjustment, TokenEntry, UserAutomation

MANAGERS = 6


def waiting(url: str, *, delta: int, needed: int = 1) -> tuple[int, list[str]]:
    """A request, and the managers who may decide it."""
    with closing(Database(url)) as shared, shared.transaction() as session:
        copy = make_copy(session, paid=100)
        adjustment = TokenAdjustment(
            user_automation_id=copy.id,
            bucket=Bucket.PAID,
            delta=delta,
            reason="Answered twice.",
            requested_by=make_user(session, role=Role.SUPPORT).id,
            approvals_needed=needed,
            created_at=clock.now(),
            expires_at=clock.now() + DECIDED_WITHIN,
        )
        session.add(adjustment)
        session.flush()
        managers = [make_user(session, role=Role.MANAGER) for _ in range(MANAGERS)]
        return adjustment.id, [token_for(session, manager, audience=Audience.ADMIN) for manager in managers]


def outcome(url: str) -> tuple[int, int, str]:
    """Paid tokens, entries of the request, and its state."""
    with closing(Database(url)) as shared:
        read = shared.read()
        [[tokens]] = read.rows(select(UserAutomation.tokens_remaining))
        moved = select(func.count()).where(TokenEntry.reference.startswith("adjustment:"))
        [[state]] = read.rows(select(TokenAdjustment.state))
        return tokens, read.rows(moved)[0][0], state


def test_six_approvals_at_once_move_the_tokens_once(own_database: str) -> None:
    adjustment_id, tokens = waiting(own_database, delta=20)

    def approve(number: int) -> int:
        return Api(tokens[number]).post(f"/api/admin/tokens/adjustments/{adjustment_id}/approve").status

    assert sorted(at_once(own_database, approve, threads=MANAGERS)) == [200, *[409] * (MANAGERS - 1)]
    assert outcome(own_database) == (120, 1, "approved")
    with closing(Database(own_database)) as shared:
        done = shared.read().rows(select(AuditEntry.id).where(AuditEntry.refused.is_(None)))
        assert len(done) == 1


def test_six_approvals_at_once_of_one_that_needs_two(own_database: str) -> None:
    adjustment_id, tokens = waiting(own_database, delta=2_000, needed=2)

    def approve(number: int) -> int:
        return Api(tokens[number]).post(f"/api/admin/tokens/adjustments/{adjustment_id}/approve").status

    assert sorted(at_once(own_database, approve, threads=MANAGERS)) == [200, 200, *[409] * (MANAGERS - 2)]
    assert outcome(own_database) == (2_100, 1, "approved")


@pytest.mark.parametrize("delta", [20, -100])
def test_of_approval_and_rejection_one_wins(own_database: str, delta: int) -> None:
    adjustment_id, tokens = waiting(own_database, delta=delta)

    def decide(number: int) -> tuple[str, int]:
        verb = "approve" if number % 2 else "reject"
        path = f"/api/admin/tokens/adjustments/{adjustment_id}/{verb}"
        return verb, Api(tokens[number]).post(path, {}).status

    won = [verb for verb, status in at_once(own_database, decide, threads=MANAGERS) if status == 200]
    assert len(won) == 1
    moved = won == ["approve"]
    assert outcome(own_database) == (100 + delta * moved, int(moved), "approved" if moved else "rejected")
