"""Values that exist, by the name under which a request gives them: without them every answer would be a 404.

Ids are read from the database; what only an answer tells (a quote, a cursor) is remembered from it.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from zimmer.db import ReadSession
from zimmer.models import (
    AdjustmentState,
    Automation,
    DiscountCode,
    Notification,
    OpenAIKey,
    Payment,
    PaymentStatus,
    ReconciliationRun,
    SignIn,
    Ticket,
    TokenAdjustment,
    User,
    UserAutomation,
)

NEWEST = 60
MOSTLY = 0.8
SERVED = 1  # the automation whose service token is used
REMEMBERED = 40

IDS: dict[str, Select[Any]] = {
    "automation_id": select(Automation.id).order_by(Automation.id.desc()),
    "user_automation_id": select(UserAutomation.id).order_by(UserAutomation.id.desc()),
    "user_id": select(User.id).order_by(User.id.desc()),
    "payment_id": select(Payment.id).order_by(Payment.id.desc()),
    "transaction_id": select(Payment.transaction_id).order_by(Payment.id.desc()),
    "authority": select(Payment.authority).where(Payment.authority.is_not(None)).order_by(Payment.id.desc()),
    "ticket_id": select(Ticket.id).order_by(Ticket.id.desc()),
    "key_id": select(OpenAIKey.id).order_by(OpenAIKey.id.desc()),
    "served_copy": select(UserAutomation.id).where(UserAutomation.automation_id == SERVED),
    "credited_payment": select(Payment.id).where(Payment.status == PaymentStatus.CREDITED).order_by(Payment.id.desc()),
    "payment_in_review": select(Payment.id).where(Payment.status == PaymentStatus.REVIEW).order_by(Payment.id.desc()),
    "discount_code": select(DiscountCode.code).order_by(DiscountCode.id.desc()),
    "run_id": select(ReconciliationRun.id).order_by(ReconciliationRun.id.desc()),
    "session_id": select(SignIn.id).where(SignIn.revoked_at.is_(None)).order_by(SignIn.created_at.desc()),
    "notification_id": select(Notification.id).order_by(Notification.id.desc()),
    "adjustment_id": select(TokenAdjustment.id)
    .where(TokenAdjustment.state == AdjustmentState.REQUESTED)
    .order_by(TokenAdjustment.id.desc()),
}
# What the bank's redirect names, of purchases whose customer has not come back.
WAITING = (
    select(Payment.transaction_id, Payment.authority)
    .where(Payment.status == PaymentStatus.PENDING, Payment.authority.is_not(None))
    .order_by(Payment.id.desc())
)
# Of these a customer has their own, and is told of nobody else's.
OWN: dict[str, Callable[[int], Select[Any]]] = {
    "automation_id": lambda owner: select(UserAutomation.automation_id).where(UserAutomation.user_id == owner),
    "transaction_id": lambda owner: select(Payment.transaction_id).where(Payment.user_id == owner),
    "payment_id": lambda owner: select(Payment.id).where(Payment.user_id == owner),
    "ticket_id": lambda owner: select(Ticket.id).where(Ticket.user_id == owner),
    "notification_id": lambda owner: select(Notification.id).where(Notification.user_id == owner),
    "session_id": lambda owner: select(SignIn.id).where(SignIn.user_id == owner, SignIn.revoked_at.is_(None)),
}
# What else a request calls them.
ALSO = {"Authority": "authority", "actor": "user_id", "related_payment": "payment_id", "entity_id": "user_id"}
# A field of an answer, and the name under which a later request gives it back.
TOLD = {
    "quote": "quote",
    "next_cursor": "cursor",
    "newest_message_id": "last_seen_message_id",
    "upload_id": "upload_id",
    "attachment_id": "attachment_id",
    "hold_id": "hold_id",
    "challenge_token": "challenge_token",
}


class Known:
    """What is known to exist at the moment, and what of it is the asking customer's."""

    def __init__(self, reader: ReadSession) -> None:
        self._reader = reader
        self._there: dict[str, list[Any]] = {}
        self._owned: dict[str, list[Any]] = {}
        self._told: dict[str, deque[Any]] = {}
        self._etags: dict[str, str] = {}
        self._waiting: list[tuple[str, str]] = []

    def look(self) -> None:
        """Read the ids that there are now."""
        self._there = {name: self._read(query) for name, query in IDS.items()}
        self._waiting = [(row.transaction_id, row.authority) for row in self._reader.rows(WAITING.limit(NEWEST))]

    def look_at_own(self, owner: int) -> None:
        """Read what belongs to the customer who will ask."""
        self._owned = {name: self._read(query(owner)) for name, query in OWN.items()}

    def learn(self, body: Any) -> None:
        """Remember what an answer tells."""
        for name, value in told_in(body):
            self._told.setdefault(TOLD[name], deque(maxlen=REMEMBERED)).append(value)

    def keep_etag(self, operation: str, etag: str) -> None:
        self._etags[operation] = etag

    def etag(self, operation: str) -> str | None:
        """Of the operation's last answer."""
        return self._etags.get(operation)

    def one(self, name: str, random: Random) -> Any:
        """Something that has this name, or None."""
        return self._choose(self._there, name, random)

    def waiting_purchase(self, random: Random) -> tuple[str, str] | None:
        """The transaction id and the authority of a purchase that waits at the bank."""
        return random.choice(self._waiting) if self._waiting else None

    def own(self, name: str, random: Random) -> Any:
        """The same of the customer's own, mostly."""
        mine = self._choose(self._owned, name, random) if random.random() < MOSTLY else None
        return self.one(name, random) if mine is None else mine

    def _choose(self, there: dict[str, list[Any]], name: str, random: Random) -> Any:
        found = [*there.get(ALSO.get(name, name), ()), *self._told.get(name, ())]
        return random.choice(found) if found else None

    def _read(self, query: Select[Any]) -> list[Any]:
        return [str(one) if isinstance(one, UUID) else one for (one,) in self._reader.rows(query.limit(NEWEST))]


def told_in(body: Any) -> Iterator[tuple[str, Any]]:
    """The fields of an answer that are worth remembering, however deep they stand."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if name in TOLD and isinstance(value, str | int):
                yield name, value
            yield from told_in(value)
    elif isinstance(body, list):
        for value in body:
            yield from told_in(value)
