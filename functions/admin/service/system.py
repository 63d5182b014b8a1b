"""How the platform is: queues, promises, the gateway, the schedules."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import column, func, select, table

from functions.admin import queues
from functions.admin.queues import Letter, Queue
from functions.admin.schemas.system import GatewayState, QueueLine, QueueName, ScheduleLine, SystemStatus
from functions.admin.service.dead_letters import explained
from zimmer import clock
from zimmer.db import ReadSession
from zimmer.errors import QueueUnavailable
from zimmer.models import (
    ZARINPAL,
    BusinessSettings,
    GatewayHealth,
    OutboxMessage,
    Payment,
    PaymentEvent,
    PaymentStatus,
    ScheduleRun,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# By the names they log under. A test compares them with template.yaml.
FUNCTIONS = (
    "admin",
    "admin-nightly",
    "auth",
    "automations",
    "automations-upkeep",
    "migrate",
    "payments",
    "payments-sweep",
    "payments-worker",
    "support",
    "support-deliver",
)
RECENT_PAYMENTS = 200  # among whose events the gateway's last answer is looked for

_LAST_ANSWER = (
    select(func.max(PaymentEvent.at))
    .where(
        PaymentEvent.payment_id.in_(select(Payment.id).order_by(Payment.id.desc()).limit(RECENT_PAYMENTS)),
        PaymentEvent.http_status.is_not(None),
    )
    .scalar_subquery()
)
_OLDEST_PROMISE = (
    select(func.min(OutboxMessage.created_at)).where(OutboxMessage.published_at.is_(None)).scalar_subquery()
)
_OLDEST_UNVERIFIED = (
    select(func.min(Payment.created_at))
    .where(Payment.status.in_([PaymentStatus.VERIFYING, PaymentStatus.VERIFY_UNKNOWN]))
    .scalar_subquery()
)
_NOW = select(
    BusinessSettings.gateway_paused.label("paused"),
    BusinessSettings.gateway_message.label("message"),
    GatewayHealth.resting_since,
    GatewayHealth.next_try_at,
    GatewayHealth.reason.label("failure"),
    _LAST_ANSWER.label("last_answer_at"),
    _OLDEST_PROMISE.label("oldest_promise"),
    _OLDEST_UNVERIFIED.label("oldest_unverified"),
    select(column("version_num")).select_from(table("alembic_version")).scalar_subquery().label("migration"),
).join_from(BusinessSettings, GatewayHealth, GatewayHealth.gateway == ZARINPAL)


def status(session: ReadSession, sqs: "SQSClient") -> SystemStatus:
    """Everything as it is now. What the queue does not say is null."""
    now = clock.now()
    lines, letters = _queues(sqs, now)
    [row] = session.rows(_NOW)
    return SystemStatus(
        queues=lines,
        dead_letters=list(explained(session, letters)),
        outbox_lag_s=_age(row.oldest_promise, now),
        oldest_unverified_s=_age(row.oldest_unverified, now),
        gateway=GatewayState(**{name: row._mapping[name] for name in GatewayState.model_fields}),
        schedules=[
            ScheduleLine(name=run.name, last_run=run.last_run, ok=run.ok)
            for run in session.entities(select(ScheduleRun).order_by(ScheduleRun.name))
        ],
        migration=row.migration,
        database=True,  # or we would not have come here
        functions=list(FUNCTIONS),
    )


def _queues(sqs: "SQSClient", now: datetime) -> tuple[list[QueueLine], dict[QueueName, list[Letter]]]:
    """The length of every queue, and some letters of each that has dead ones.

    Once a queue has not answered none is asked any more: they are one service, and each asking takes seconds.
    """
    lines, letters = list[QueueLine](), dict[QueueName, list[Letter]]()
    try:
        for queue in queues.known().values():
            lines.append(_line(sqs, queue.name, queue.url))
            letters[queue.name] = _dead_letters(sqs, queue)
            oldest = min((letter.sent_at for letter in letters[queue.name]), default=None)
            lines.append(_line(sqs, _dead(queue.name), queue.dead_letters_url, oldest_s=_age(oldest, now)))
    except QueueUnavailable:
        told = {line.name for line in lines}
        names = [name for queue in QueueName for name in (queue.value, _dead(queue)) if name not in told]
        lines += [QueueLine(name=name, visible=None, in_flight=None, oldest_s=None) for name in names]
    return lines, letters


def _line(sqs: "SQSClient", name: str, url: str, *, oldest_s: int | None = None) -> QueueLine:
    length = queues.length(sqs, url)
    return QueueLine(name=name, visible=length.visible, in_flight=length.in_flight, oldest_s=oldest_s)


def _dead_letters(sqs: "SQSClient", queue: Queue) -> list[Letter]:
    """Some of a queue's dead letters; an empty queue would keep us waiting for a second."""
    return queues.look_at(sqs, queue) if queues.length(sqs, queue.dead_letters_url).visible else []


def _dead(queue: str) -> str:
    return f"{queue}-dead-letters"


def _age(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds()))
