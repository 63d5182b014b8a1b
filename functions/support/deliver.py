"""Sends what was promised to somebody: SQS in, e-mail out.

Each delivery is claimed and committed, sent with nothing open, and marked in a second commit. A message that
comes twice finds it sent or claimed. SES has no idempotency key, so a process that dies between SES's answer
and the second commit sends that one mail again when its lease is over: at least once there, never lost.

It believes nothing in a message but the delivery's id, and starts without the web.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from sqlalchemy import select, update

from functions.support import mail, postman
from functions.support.postman import MailServiceAway, Undeliverable
from zimmer import clock, crypto, snapstart
from zimmer.db import Session, committed
from zimmer.events import DeliverMessage
from zimmer.models import Delivery, DeliveryState, Json, Role, User
from zimmer.notifications import FORGOTTEN, sealed_place
from zimmer.observability import logger

LEASE = timedelta(seconds=60)  # longer than a call to SES can take (2 s to connect, 8 s to read)

snapstart.register()


class Busy(Exception):
    """Somebody else is sending it right now, or it does not exist: SQS is to bring the message again."""


@dataclass(frozen=True)
class Claim:
    """The right to send one delivery, until somebody claims it after us."""

    delivery_id: int
    fence: int
    address: str
    kind: str
    data: Json
    link: str | None
    role: Role
    is_owner_gone: bool  # the account was deleted: what is still to be sent is sent, and then forgotten


def handler(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
    """Send the deliveries of one SQS batch, each by itself: one that fails is brought again alone."""
    # Not at the module's top: Powertools keeps a batch in its processor.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=dict(event), record_handler=deliver, processor=processor, context=context)


def deliver(record: SQSRecord) -> None:
    """Send one delivery unless it was sent before. Raises what makes SQS bring its message again."""
    delivery_id = DeliverMessage.parse(record.body).delivery_id
    with committed() as session:
        claim = claim_delivery(session, delivery_id)
    if claim is None:
        return
    letter = mail.written(claim.kind, claim.data, role=claim.role, link=claim.link)
    try:
        message_id = postman.send(letter, to=claim.address)  # nothing is open while we wait for SES
    except Undeliverable as error:
        logger().error("delivery.refused", delivery_id=delivery_id, kind=claim.kind, reason=str(error))
        _end(claim, state=DeliveryState.FAILED, failure=str(error))
        return
    except MailServiceAway as error:
        logger().warning("delivery.later", delivery_id=delivery_id, reason=str(error))
        _end(claim, state=DeliveryState.WAITING, failure=str(error))
        raise
    _end(claim, state=DeliveryState.SENT, message_id=message_id, sent_at=clock.now(), failure=None)
    logger().info("delivery.sent", delivery_id=delivery_id, kind=claim.kind)


def claim_delivery(session: Session, delivery_id: int) -> Claim | None:
    """Take the lease on a delivery; None when it was sent or given up before.

    Raises Busy while somebody else holds it, and for one that is not there (yet).
    """
    delivery = session.get(Delivery, delivery_id, with_for_update={"key_share": True})
    now = clock.now()
    if delivery is None:
        raise Busy(f"delivery {delivery_id} does not exist")
    if delivery.state in {DeliveryState.SENT, DeliveryState.FAILED}:
        return None
    if delivery.state is DeliveryState.SENDING and delivery.lease_until and delivery.lease_until > now:
        raise Busy(f"delivery {delivery_id} is being sent")
    delivery.state, delivery.lease_until = DeliveryState.SENDING, now + LEASE
    delivery.attempts += 1
    owner = session.execute(select(User.role, User.deleted_at).where(User.id == delivery.user_id)).one()
    session.flush()
    return Claim(
        delivery_id=delivery.id,
        fence=delivery.attempts,
        address=delivery.address,
        kind=delivery.kind,
        data=_data(delivery),
        link=delivery.link,
        role=owner.role,
        is_owner_gone=owner.deleted_at is not None,
    )


def _data(delivery: Delivery) -> Json:
    if delivery.sealed is None:
        return delivery.data
    opened: Json = json.loads(crypto.unseal(delivery.sealed, place=sealed_place(delivery.dedup_key)))
    return opened


def _end(claim: Claim, *, state: DeliveryState, **facts: object) -> None:
    """Keep what became of it, unless a later claim has taken over. What was secret is erased once it is of no use."""
    if state is not DeliveryState.WAITING:
        facts |= {"sealed": None, **({"address": FORGOTTEN, "data": {}} if claim.is_owner_gone else {})}
    with committed() as session:
        session.execute(
            update(Delivery)
            .where(
                Delivery.id == claim.delivery_id,
                Delivery.attempts == claim.fence,
                Delivery.state == DeliveryState.SENDING,
            )
            .values(state=state, lease_until=None, **facts)
        )
