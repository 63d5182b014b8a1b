"""What a copy has left, as its automation may ask."""

from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from zimmer import clock, ledger
from zimmer.auth.dependencies import ServiceCaller
from zimmer.db import AtomicSession, ReadSession
from zimmer.errors import ServiceTokenInvalid, UserAutomationNotFound
from zimmer.models import Hold, HoldState, ServiceToken, UserAutomation

# Few rows, by their own index: a copy has as many open holds as runs of it are under way.
HELD = (
    select(func.coalesce(func.sum(Hold.units), 0))
    .where(Hold.user_automation_id == UserAutomation.id, Hold.state == HoldState.OPEN)
    .scalar_subquery()
)


def of_copy(
    session: ReadSession, writing: AtomicSession, user_automation_id: int, caller: ServiceCaller
) -> dict[str, Any]:
    """The balance, after the holds whose time is over have gone back.

    Raises ServiceTokenInvalid, UserAutomationNotFound (also for another automation's customer).
    """
    found = _read(session, user_automation_id, caller)
    if found.next_end is not None and found.next_end <= clock.now():
        ledger.expire_overdue(writing, user_automation_id, actor=f"service-token:{caller.token_id}")
        found = _read(session, user_automation_id, caller)
    now = clock.now()
    has_demo = found.demo_expires_at is None or found.demo_expires_at > now
    return {
        "user_automation_id": found.id,
        "status": found.status,
        "remaining_demo_tokens": found.demo_tokens if has_demo else 0,
        "remaining_paid_tokens": found.tokens_remaining,
        "held_tokens": found.held,
        "spent_today": found.spent_today if found.spent_on == clock.business_day() else 0,
        "daily_spend_cap": found.daily_spend_cap,
        "cap_resets_at": cap_resets_at(found.daily_spend_cap),
    }


def cap_resets_at(daily_spend_cap: int | None) -> Any:
    """When the cap counts anew. None without a cap."""
    return None if daily_spend_cap is None else clock.next_business_day()


def _read(session: ReadSession, user_automation_id: int, caller: ServiceCaller) -> Row[Any]:
    next_end = (
        select(func.min(Hold.expires_at))
        .where(Hold.user_automation_id == UserAutomation.id, Hold.state == HoldState.OPEN)
        .scalar_subquery()
    )
    copy = and_(UserAutomation.automation_id == ServiceToken.automation_id, UserAutomation.id == user_automation_id)
    found = session.first(
        select(
            UserAutomation.id,
            UserAutomation.status,
            UserAutomation.demo_tokens,
            UserAutomation.demo_expires_at,
            UserAutomation.tokens_remaining,
            UserAutomation.spent_on,
            UserAutomation.spent_today,
            UserAutomation.daily_spend_cap,
            HELD.label("held"),
            next_end.label("next_end"),
        )
        .select_from(ServiceToken)
        .outerjoin(UserAutomation, copy)
        .where(
            ServiceToken.id == caller.token_id,
            ServiceToken.token_hash == caller.token_hash,
            ServiceToken.revoked_at.is_(None),
            or_(ServiceToken.expires_at.is_(None), ServiceToken.expires_at > clock.now()),
        )
    )
    if found is None:
        raise ServiceTokenInvalid
    if found.id is None:
        raise UserAutomationNotFound
    return found
