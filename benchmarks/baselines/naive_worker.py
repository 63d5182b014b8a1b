"""The common style of a queue's reader: one transaction per message, one statement per row."""

import json
from datetime import UTC, datetime

from sqlalchemy import select

from benchmarks.baselines.naive import (
    Delivery,
    Lot,
    Notification,
    Outbox,
    Payment,
    PaymentEvent,
    User,
    UserAutomation,
    move,
    new_session,
    rollup,
)


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            credit(int(json.loads(record["body"])["payment_id"]))
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def credit(payment_id):
    with new_session() as db, db.begin():
        payment = db.get(Payment, payment_id, with_for_update=True)
        if payment is None:
            raise LookupError(payment_id)
        if payment.status != "verified":
            return
        copy = db.get(UserAutomation, payment.user_automation_id, with_for_update=True)
        entry = move(db, copy, payment.tokens_purchased, kind="purchase", reference=f"payment:{payment.id}")
        db.add(Lot(entry_id=entry.id, user_automation_id=copy.id, tokens=payment.tokens_purchased, clawed_back=0))
        now = datetime.now(UTC)
        payment.status, payment.credited_at, payment.event_seq = "credited", now, payment.event_seq + 1
        db.add(
            PaymentEvent(
                payment_id=payment.id,
                seq=payment.event_seq,
                at=now,
                actor="naive",
                from_status="verified",
                to_status="credited",
                cause="tokens-credited",
            )
        )
        day = rollup(db, payment.automation_id, payment.id % 8)
        day.payments += 1
        day.revenue += payment.amount
        day.tokens_sold += payment.tokens_purchased
        tell(db, payment, copy, now)


def tell(db, payment, copy, now):
    user = db.scalars(select(User).where(User.id == payment.user_id)).one()
    key = f"tokens-credited:{payment.id}"
    data = {"tokens": payment.tokens_purchased, "balance": copy.tokens_remaining}
    told = {"user_id": user.id, "kind": "tokens-credited", "data": data, "created_at": now}
    db.add(Notification(level="success", dedup_key=key, link="/", **told))
    delivery = Delivery(dedup_key=f"{key}/email", address=user.email, link="/", **told)
    db.add(delivery)
    db.flush()
    payload = {"delivery_id": delivery.id, "v": 1}
    db.add(
        Outbox(
            topic="notifications.deliver",
            dedup_key=f"deliver:{delivery.id}",
            payload=payload,
            created_at=now,
            next_at=now,
        )
    )
