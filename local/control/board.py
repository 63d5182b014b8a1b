"""What the control room shows: read from the database, the queues and the pretend bank, a second old at most."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import Row, func, select

from functions.admin import invariants
from functions.payments.states import on_the_wire
from local.control.lanes import Purchase, stations, verdict
from local.control.levers import BANK_IS_OUT, Levers
from local.queues import Address
from zimmer import clock
from zimmer.db import Database, ReadSession
from zimmer.models import (
    Automation,
    GatewayHealth,
    OutboxMessage,
    Payment,
    PaymentEvent,
    TokenEntry,
    User,
    UserAutomation,
)
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHOWN = 14  # lanes
RULES_HOLD_SECONDS = 3.0  # how long the answers to the invariants are believed: they read whole tables

Json = dict[str, Any]


class Board:
    """The state of the platform as one JSON object."""

    def __init__(
        self, database: Database, sqs: "SQSClient", queues: Mapping[str, Address], levers: Levers, bank: httpx.Client
    ) -> None:
        self._database = database
        self._sqs = sqs
        self._queues = queues
        self._levers = levers
        self._bank = bank
        self._lock = threading.Lock()  # there is one connection
        self._rules: list[Json] = []
        self._rules_until = 0.0

    def read(self) -> Json:
        """Everything the page draws."""
        with self._lock:
            purchases, rules, sums, gateway = self._purchases(), self._answers(), self._sums(), self._gateway()
        return {
            "now": clock.now().isoformat(),
            "ahead_seconds": self._levers.clock_ahead(),
            "balance": {**sums, "holds": sums["entries"] == sums["balances"] and all(rule["holds"] for rule in rules)},
            "rules": rules,
            "queue": self._depths(),
            "worker": self._levers.worker(),
            "armed": {**self._levers.armed(), **self._planned_faults()},
            "gateway": gateway,
            "purchases": purchases,
        }

    def _purchases(self) -> list[Json]:
        read = self._database.read()
        rows = read.rows(
            select(Payment.__table__, User.email, Automation.id.label("offer"))
            .join(User, User.id == Payment.user_id)
            .join(Automation, Automation.id == Payment.automation_id)
            .order_by(Payment.created_at.desc(), Payment.id.desc())
            .limit(SHOWN)
        )
        ids = [row.id for row in rows]
        events = _grouped(read, ids)
        messages = {message.dedup_key: message for message in read.entities(_messages(ids))}
        entries = {entry.reference: entry for entry in read.entities(_entries(ids))}
        return [
            self._lane(row, events.get(row.id, []), messages.get(f"credit:{row.id}"), entries.get(f"payment:{row.id}"))
            for row in rows
        ]

    def _lane(
        self, row: Row[Any], events: list[PaymentEvent], message: OutboxMessage | None, entry: TokenEntry | None
    ) -> Json:
        phase = on_the_wire(row, clock.now())[1]
        purchase = Purchase(
            row.status,
            phase,
            row.tokens_purchased,
            row.created_at,
            events,
            message,
            entry,
            dropped_at=self._levers.dropped.get(row.transaction_id),
            sent_again=self._levers.sent_again.get(row.id, ()),
        )
        sentence, tone = verdict(purchase)
        pays_at = f"{get_settings().zarrinpal_base_url.removesuffix('v4/payment/')}StartPay/{row.authority}"
        return {
            "transaction_id": row.transaction_id,
            "authority": row.authority,
            "customer": row.email,
            "amount": row.amount,
            "tokens": row.tokens_purchased,
            "status": row.status,
            "phase": phase,
            "verdict": sentence,
            "tone": tone,
            "bank_page": pays_at if self._levers.can_be_paid(row.status, row.transaction_id) else None,
            "created_at": row.created_at.isoformat(),
            "stations": [_station(station) for station in map(asdict, stations(purchase))],
        }

    def _answers(self) -> list[Json]:
        if time.monotonic() >= self._rules_until:
            with self._database.autocommit() as connection:
                answers = invariants.check(connection, show=3)
            self._rules = [
                {"question": answer.question, "holds": answer.holds, "broken": answer.broken} for answer in answers
            ]
            self._rules_until = time.monotonic() + RULES_HOLD_SECONDS
        return self._rules

    def _sums(self) -> dict[str, int]:
        sums = self._database.read().rows(
            select(
                select(func.coalesce(func.sum(TokenEntry.delta), 0)).scalar_subquery().label("entries"),
                select(func.coalesce(func.sum(UserAutomation.tokens_remaining + UserAutomation.demo_tokens), 0))
                .scalar_subquery()
                .label("balances"),
            )
        )[0]
        return {"entries": int(sums.entries), "balances": int(sums.balances)}

    def _depths(self) -> Json | None:
        """How many messages wait, are being worked on, and lie with the dead; None when the queue is away."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            depths = {name: self._depth(address) for name, address in self._queues.items()}
        except (BotoCoreError, ClientError):
            return None
        dead = sum(sum(depth) for name, depth in depths.items() if "Dead" in name)
        living = [depth for name, depth in depths.items() if "Dead" not in name]
        return {"visible": sum(d[0] for d in living), "in_flight": sum(d[1] for d in living), "dead": dead}

    def _depth(self, address: Address) -> tuple[int, int]:
        told = self._sqs.get_queue_attributes(
            QueueUrl=address.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return int(told["ApproximateNumberOfMessages"]), int(told["ApproximateNumberOfMessagesNotVisible"])

    def _planned_faults(self) -> Json:
        """Whether the bank is out, and how many other faults are planned for it."""
        try:
            planned = self._bank.get("/_control/faults").json()["planned"]
        except (httpx.HTTPError, ValueError, KeyError):
            return {"bank": 0, "bank_out": False}
        out = [fault for fault in planned if BANK_IS_OUT.items() <= fault.items()]
        return {"bank": len(planned) - len(out), "bank_out": bool(out)}

    def _gateway(self) -> Json:
        """How many the bank has failed since it last took an order, and whether purchases rest for it."""
        health = self._database.read().entity(select(GatewayHealth))
        if health is None:
            return {"failed": 0, "resting_since": None, "next_try_at": None}
        since, next_try = health.resting_since, health.next_try_at
        return {
            "failed": len(health.failed_for),
            "resting_since": since and since.isoformat(),
            "next_try_at": next_try and next_try.isoformat(),
        }


def _grouped(read: ReadSession, ids: Sequence[int]) -> dict[int, list[PaymentEvent]]:
    found: dict[int, list[PaymentEvent]] = {}
    query = select(PaymentEvent).where(PaymentEvent.payment_id.in_(ids)).order_by(PaymentEvent.payment_id)
    for event in read.entities(query.order_by(PaymentEvent.seq)):
        found.setdefault(event.payment_id, []).append(event)
    return found


def _messages(ids: Sequence[int]) -> Any:
    return select(OutboxMessage).where(OutboxMessage.dedup_key.in_([f"credit:{payment_id}" for payment_id in ids]))


def _entries(ids: Sequence[int]) -> Any:
    references = [f"payment:{payment_id}" for payment_id in ids]
    return select(TokenEntry).where(TokenEntry.kind == "purchase", TokenEntry.reference.in_(references))


def _station(station: Json) -> Json:
    notes = [{**note, "at": note["at"] and note["at"].isoformat()} for note in station["notes"]]
    return {**station, "notes": notes, "at": station["at"] and station["at"].isoformat()}
