"""The mail of the past: it went out when it was written. None of it is sent on the day the seed is sown."""

from datetime import timedelta

from sqlalchemy import String, cast, func, literal, update

from zimmer.db import Session
from zimmer.events import DELIVER
from zimmer.models import Delivery, DeliveryState, OutboxMessage

ON_ITS_WAY = timedelta(seconds=2)


def was_sent(session: Session) -> None:
    """Every message that waits has been sent, soon after it was raised."""
    session.flush()
    number = func.concat(literal("seed-mail-"), cast(Delivery.id, String))
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.WAITING)
        .values(
            state=DeliveryState.SENT,
            attempts=1,
            sealed=None,
            sent_at=Delivery.created_at + ON_ITS_WAY,
            message_id=number,
        )
    )
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.topic == DELIVER, OutboxMessage.published_at.is_(None))
        .values(
            published_at=OutboxMessage.created_at + ON_ITS_WAY / 2,
            message_id=func.concat("seed-", OutboxMessage.id),
            attempts=1,
        )
    )
