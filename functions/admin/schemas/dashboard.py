"""What crosses the border of the dashboard's first page."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel


class Range(StrEnum):
    """Business days, today included. Each figure comes with the same number of days before."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def days(self) -> int:
        return {Range.TODAY: 1, Range.WEEK: 7, Range.MONTH: 30}[self]


class Figure(BaseModel):
    value: int
    previous: int


class DayRevenue(BaseModel):
    day: date
    amount: int


class DayTokens(BaseModel):
    """`sold` is null for roles that see no money."""

    day: date
    used: int
    sold: int | None


class TopAutomation(BaseModel):
    automation_id: int
    name: str
    tokens_used: int
    revenue: int | None


class Attention(BaseModel):
    """What somebody should look at now. `dead_letters` is null while the queue does not answer."""

    review: int
    verify_unknown: int
    verified_uncredited: int
    dead_letters: int | None
    tickets_waiting: int


class DashboardStats(BaseModel):
    """The figures of a range. Those about money are null for roles that see none.

    `total_users` and `active_tickets` are as they stand, and stood at the end of the range before;
    `monthly_revenue` is this Jalali month so far, and the whole one before it.
    """

    range: Range
    total_users: Figure
    new_users: Figure
    active_customers: Figure
    active_tickets: Figure
    tokens_used: Figure
    tokens_sold: Figure | None
    monthly_revenue: Figure | None
    revenue_by_day: list[DayRevenue] | None
    tokens_by_day: list[DayTokens]
    top_automations: list[TopAutomation]
    attention: Attention


class DeepHealth(BaseModel):
    """Whether what the platform stands on answers."""

    database: bool
    queue: bool
