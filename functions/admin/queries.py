"""The dashboard's first page as one statement.

It reads sums that the causing transactions keep (see `zimmer.models.figures`), and of payments only the few
that wait for somebody: what it costs follows the days that have passed, not the customers or their payments.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import Date, DateTime, bindparam, column, select, text

from functions.admin.days import Span, jalali_month, month_before
from zimmer.db import Prepared

OVERDUE = timedelta(minutes=10)  # a verified payment is credited within seconds

_COLUMNS = (
    "total_users",
    "total_users_before",
    "new_users",
    "new_users_before",
    "active_customers",
    "active_customers_before",
    "active_tickets",
    "active_tickets_before",
    "tickets_waiting",
    "tokens_used",
    "tokens_used_before",
    "tokens_sold",
    "tokens_sold_before",
    "month_revenue",
    "month_revenue_before",
    "review",
    "verify_unknown",
    "verified_uncredited",
    "by_day",
    "top",
)

_STATS = """
WITH days AS (
    SELECT day, sum(revenue) AS revenue, sum(tokens_sold) AS sold, sum(tokens_used) AS used
    FROM rollups WHERE day BETWEEN :oldest AND :last GROUP BY day
), money AS (
    SELECT coalesce(sum(used) FILTER (WHERE day >= :first), 0) AS tokens_used,
           coalesce(sum(used) FILTER (WHERE day BETWEEN :before_first AND :before_last), 0) AS tokens_used_before,
           coalesce(sum(sold) FILTER (WHERE day >= :first), 0) AS tokens_sold,
           coalesce(sum(sold) FILTER (WHERE day BETWEEN :before_first AND :before_last), 0) AS tokens_sold_before,
           coalesce(sum(revenue) FILTER (WHERE day >= :month_first), 0) AS month_revenue,
           coalesce(sum(revenue) FILTER (WHERE day BETWEEN :month_before_first AND :month_before_last), 0)
               AS month_revenue_before
    FROM days
), people AS (
    SELECT coalesce(sum(customers), 0) AS total_users,
           coalesce(sum(customers) FILTER (WHERE day < :first), 0) AS total_users_before,
           coalesce(sum(customers) FILTER (WHERE day BETWEEN :first AND :last), 0) AS new_users,
           coalesce(sum(customers) FILTER (WHERE day BETWEEN :before_first AND :before_last), 0) AS new_users_before
    FROM customer_counts
), active AS (
    SELECT coalesce(sum(customers) FILTER (WHERE to_day >= :first AND from_day < :first), 0) AS active_customers,
           coalesce(sum(customers) FILTER (WHERE to_day <= :before_last AND from_day < :before_first), 0)
               AS active_customers_before
    FROM activity WHERE to_day BETWEEN :before_first AND :last
), asked AS (
    SELECT coalesce(sum(entered - departed) FILTER (WHERE status <> 'resolved'), 0) AS active_tickets,
           coalesce(sum(entered - departed) FILTER (WHERE status <> 'resolved' AND day < :first), 0)
               AS active_tickets_before,
           coalesce(sum(entered - departed) FILTER (WHERE status <> 'waiting'), 0) AS tickets_waiting
    FROM ticket_counts WHERE status IN ('open', 'in_progress', 'waiting')
), held_up AS (
    SELECT count(*) FILTER (WHERE status = 'review') AS review,
           count(*) FILTER (WHERE status = 'verify_unknown') AS verify_unknown,
           count(*) FILTER (WHERE status = 'verified' AND verified_at < :overdue_since) AS verified_uncredited
    FROM payments WHERE status IN ('review', 'verify_unknown', 'verified')
), best AS (
    SELECT automation_id, sum(tokens_used) AS used, sum(revenue) AS revenue
    FROM rollups WHERE day BETWEEN :first AND :last
    GROUP BY automation_id HAVING sum(tokens_used) > 0 ORDER BY used DESC, automation_id LIMIT 5
), each_day AS (
    SELECT each.day::date AS day FROM
        generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), INTERVAL '1 day') AS each (day)
)
SELECT people.*, active.*, asked.*, money.*, held_up.*,
       (SELECT jsonb_agg(jsonb_build_object('day', each_day.day, 'revenue', coalesce(days.revenue, 0),
                                            'used', coalesce(days.used, 0), 'sold', coalesce(days.sold, 0))
                         ORDER BY each_day.day)
        FROM each_day LEFT JOIN days ON days.day = each_day.day) AS by_day,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('automation_id', best.automation_id, 'name', automations.name,
                                                     'used', best.used, 'revenue', best.revenue)
                                  ORDER BY best.used DESC, best.automation_id), '[]')
        FROM best JOIN automations ON automations.id = best.automation_id) AS top
FROM people, active, asked, money, held_up
"""

_DATES = (
    "oldest",
    "first",
    "last",
    "before_first",
    "before_last",
    "month_first",
    "month_before_first",
    "month_before_last",
)

STATS = Prepared(
    select(
        text(_STATS)
        .bindparams(*(bindparam(name, type_=Date) for name in _DATES))
        .bindparams(bindparam("overdue_since", type_=DateTime(timezone=True)))
        .columns(*(column(name) for name in _COLUMNS))
        .subquery("stats")
    )
)


def stats_parameters(span: Span, now: datetime) -> dict[str, date | datetime]:
    """What `STATS` is asked with for a range that ends today."""
    before, month, month_ago = span.before, jalali_month(span.last), month_before(span.last)
    return {
        "oldest": min(before.first, month_ago.first),
        "first": span.first,
        "last": span.last,
        "before_first": before.first,
        "before_last": before.last,
        "month_first": month.first,
        "month_before_first": month_ago.first,
        "month_before_last": month_ago.last,
        "overdue_since": now - OVERDUE,
    }
