"""The figures of the dashboard's first page, as far as a role may see them."""

from sqlalchemy import literal, select
from sqlalchemy.exc import DBAPIError

from functions.admin.days import last_days
from functions.admin.queries import STATS, stats_parameters
from functions.admin.schemas.dashboard import (
    Attention,
    DashboardStats,
    DayRevenue,
    DayTokens,
    Figure,
    Range,
    TopAutomation,
)
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, may
from zimmer.db import ReadSession


def stats(session: ReadSession, staff: Person, chosen: Range, *, dead_letters: int | None) -> DashboardStats:
    """All figures of a range in one round trip. Money is left out for roles that see none."""
    span = last_days(chosen.days, today=clock.business_day())
    [found] = session.rows(STATS, stats_parameters(span, clock.now()))
    sees_money = may(staff.role, Right.ANALYTICS_REVENUE)

    def figure(name: str) -> Figure:
        return Figure(value=getattr(found, name), previous=getattr(found, f"{name}_before"))

    return DashboardStats(
        range=chosen,
        total_users=figure("total_users"),
        new_users=figure("new_users"),
        active_customers=figure("active_customers"),
        active_tickets=figure("active_tickets"),
        tokens_used=figure("tokens_used"),
        tokens_sold=figure("tokens_sold") if sees_money else None,
        monthly_revenue=figure("month_revenue") if sees_money else None,
        revenue_by_day=[DayRevenue(day=day["day"], amount=day["revenue"]) for day in found.by_day]
        if sees_money
        else None,
        tokens_by_day=[
            DayTokens(day=day["day"], used=day["used"], sold=day["sold"] if sees_money else None)
            for day in found.by_day
        ],
        top_automations=[
            TopAutomation(
                automation_id=one["automation_id"],
                name=one["name"],
                tokens_used=one["used"],
                revenue=one["revenue"] if sees_money else None,
            )
            for one in found.top
        ],
        attention=Attention(
            review=found.review,
            verify_unknown=found.verify_unknown,
            verified_uncredited=found.verified_uncredited,
            dead_letters=dead_letters,
            tickets_waiting=found.tickets_waiting,
        ),
    )


def database_answers(session: ReadSession) -> bool:
    try:
        return session.first(select(literal(1))) is not None
    except DBAPIError:
        return False
