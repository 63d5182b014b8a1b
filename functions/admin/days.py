"""Spans of business days: the ranges of the dashboard, Jalali months, and the dates of a filter."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from zimmer.settings import get_settings

ONE = timedelta(days=1)

# What a filter may name. Both ends are far from where a date or its moment in UTC cannot be said any more.
FilterDay = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


@dataclass(frozen=True)
class Span:
    """Business days, both ends included."""

    first: date
    last: date

    @property
    def before(self) -> "Span":
        """As many days, right before these."""
        length = self.last - self.first + ONE
        return Span(self.first - length, self.first - ONE)


def last_days(count: int, *, today: date) -> Span:
    """So many days, today included."""
    return Span(today - (count - 1) * ONE, today)


def jalali_month(day: date) -> Span:
    """The Jalali month that a day stands in, up to that day."""
    from persiantools.jdatetime import JalaliDate  # asked for once a page; no route waits for it to be imported

    first: date = JalaliDate(day).replace(day=1).to_gregorian()  # type: ignore[no-untyped-call]
    return Span(first, day)


def month_before(day: date) -> Span:
    """The whole Jalali month before the one that a day stands in."""
    return jalali_month(jalali_month(day).first - ONE)


def begins(day: date) -> datetime:
    """The moment a business day begins, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(get_settings().business_timezone)).astimezone(UTC)


def ends(day: date) -> datetime:
    """The moment a business day is over: the first that does not belong to it."""
    return begins(day + ONE)
