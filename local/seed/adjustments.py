"""Corrections of balances that wait for a manager."""

from collections.abc import Sequence
from datetime import timedelta

from zimmer import clock
from zimmer.db import Session
from zimmer.models import Bucket, TokenAdjustment, User, UserAutomation

DECIDED_WITHIN = timedelta(days=7)


def ask(session: Session, copies: Sequence[UserAutomation], *, first: User, second: User) -> None:
    """Two requests by different people; the larger one needs two approvals."""
    for copy, delta, needed, by, hours_ago, reason in (
        (copies[0], 20, 1, first, 26, "The automation answered twice to the same customer on Tuesday."),
        (copies[1], 1_500, 2, second, 3, "Outage of the developer's server; promised to the customer by phone."),
    ):
        asked_at = clock.now() - timedelta(hours=hours_ago)
        session.add(
            TokenAdjustment(
                user_automation_id=copy.id,
                bucket=Bucket.PAID,
                delta=delta,
                reason=reason,
                requested_by=by.id,
                approvals_needed=needed,
                created_at=asked_at,
                expires_at=asked_at + DECIDED_WITHIN,
            )
        )
    session.flush()
