"""Purchases rest by themselves while the gateway fails, and go on by themselves when it answers.

A circuit breaker. Containers share nothing but the database, so its state is one row there, which is read together with
the business settings. A manager's pause is another thing: it stands in the settings, and nothing here lifts it.

* **Closed.** Each failure notes whom it met. Three of them (customers, or questions that the sweep asks of its own
  accord), with no order taken in between and none later than five minutes after the one before, open it. One customer
  whom the gateway cannot serve counts once, however often they try.
* **Open.** No order reaches the gateway. Whoever is at the bank already is asked about as ever.
* **Half open.** When the rest is over one order is let through. If it is taken the breaker closes, if it fails the rest
  begins anew. Any sensible answer to another question ends the rest early, and closes nothing: a gateway that tells of
  old payments may still refuse new ones.

Locks are taken user → payment → this row.
"""

import math
from datetime import datetime, timedelta

from sqlalchemy import select, update

from functions.payments.gateways.base import Answer, Refused, Report, Started, Unknown
from zimmer import clock
from zimmer.db import Session, committed, database
from zimmer.errors import GatewayUnavailable
from zimmer.models import ZARINPAL, BusinessSettings, GatewayHealth
from zimmer.observability import logger

OPENED_BY = 3  # failures that met different people
FORGOTTEN_AFTER = timedelta(minutes=5)
REST = timedelta(seconds=90)  # longer than the sweep's minute: while it asks, no customer needs to try
A_TRY_TAKES = timedelta(seconds=20)  # then whoever had it is given up, and the next one may
WELL: dict[str, object] = {
    "failed_for": [],
    "failed_at": None,
    "reason": None,
    "resting_since": None,
    "next_try_at": None,
}

_THIS = GatewayHealth.gateway == ZARINPAL
# Where all is well it meets no row, locks none, and leaves with the commit: it costs no round trip.
_UNSEEN = update(GatewayHealth).where(_THIS).execution_options(synchronize_session=False)


def refuse_a_pause(settings: BusinessSettings, health: GatewayHealth) -> None:
    """Raises GatewayUnavailable while a manager has stopped the sales (in their words), or while they rest."""
    now = clock.now()
    if settings.gateway_paused:
        raise GatewayUnavailable(settings.gateway_message, is_paused=True, retry_after_s=60)
    if health.next_try_at and health.next_try_at > now:
        raise _resting(until=health.next_try_at)


def take_the_try(session: Session, health: GatewayHealth) -> None:
    """Let one order through when the rest is over. Raises GatewayUnavailable for those who come with it.

    Without a rest it asks the database nothing. If this transaction fails, the try was not taken.
    """
    if health.next_try_at is None:
        return
    now = clock.now()
    until = now + A_TRY_TAKES
    mine = _UNSEEN.where(GatewayHealth.next_try_at <= now).values(next_try_at=until)
    if session.execute(mine.returning(GatewayHealth.gateway)).first() is None and _rests(session, now):
        raise _resting(until=until)
    logger().info("gateway.tried", resting_since=health.resting_since)


def order_answered(session: Session, answer: Started | Refused | Unknown, *, customer_id: int) -> None:
    """Note what the gateway said to an order. One that it took shows that all is well."""
    if isinstance(answer, Started):
        session.execute(_UNSEEN.where(GatewayHealth.failed_at.is_not(None)).values(WELL))
    elif answer.report.has_failed:
        _failed(session, answer.report, met=f"user:{customer_id}", rests_on=True)


def answered(session: Session, answer: Answer, *, customer_id: int) -> None:
    """Note how a question about a customer's purchase went. Its failure alone keeps no other customer waiting."""
    if answer.report.has_failed:
        _failed(session, answer.report, met=f"user:{customer_id}", rests_on=False)
    elif not isinstance(answer, Unknown):
        _end_the_rest(session)


def sweep_was_answered(answer: Answer) -> None:
    """Note how a question went that is about nobody in particular. Each minute's counts for itself."""
    with committed() as session:
        if answer.report.has_failed:
            _failed(session, answer.report, met=f"sweep:{clock.now():%H:%M}", rests_on=True)
        elif not isinstance(answer, Unknown):
            _end_the_rest(session)


def is_in_doubt() -> bool:
    """Whether the gateway has failed lately: then the sweep asks of its own accord."""
    row = database().read().first(select(GatewayHealth.failed_at, GatewayHealth.resting_since).where(_THIS))
    return row is not None and (row.resting_since is not None or _is_fresh(row.failed_at))


def _failed(session: Session, report: Report, *, met: str, rests_on: bool) -> None:
    """Count a failure once for everybody it met. Locks the row: of two at once neither is lost."""
    health = session.get_one(GatewayHealth, ZARINPAL, with_for_update=True, populate_existing=True)
    now, is_resting = clock.now(), health.resting_since is not None
    before = health.failed_for if is_resting or _is_fresh(health.failed_at) else []
    if met not in before and len(before) < OPENED_BY:
        before = [*before, met]
    health.failed_for, health.failed_at = before, now
    health.reason = report.reason or f"code {report.code}"
    if len(before) >= OPENED_BY and not is_resting:
        health.resting_since = now
        logger().error("gateway.rests", reason=health.reason, met=before)
    if health.resting_since and (rests_on or not is_resting):
        health.next_try_at = now + REST
    session.flush()


def _end_the_rest(session: Session) -> None:
    now = clock.now()
    session.execute(_UNSEEN.where(GatewayHealth.next_try_at > now).values(next_try_at=now))


def _rests(session: Session, now: datetime) -> bool:
    """Whether it does after all, by whoever was faster than we. They may also have closed the breaker."""
    return bool(session.scalar(select(GatewayHealth.next_try_at > now).where(_THIS)))


def _is_fresh(failed_at: datetime | None) -> bool:
    return failed_at is not None and clock.now() - failed_at <= FORGOTTEN_AFTER


def _resting(*, until: datetime) -> GatewayUnavailable:
    wait = max(1, math.ceil((until - clock.now()).total_seconds()))
    return GatewayUnavailable("Purchases rest until the gateway answers", is_paused=True, retry_after_s=wait)
