"""What functions say to each other through a queue: a topic, an id, a version, and nothing that could grow old."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from zimmer.models import Json

CREDIT = "payments.credit"  # payload {payment_id, v: 1}, for functions.payments.worker
DELIVER = "notifications.deliver"  # payload {delivery_id, v: 1}, for functions.support.deliver
TOPICS = (CREDIT, DELIVER)


@dataclass(frozen=True)
class CreditPayment:
    """Ask for one verified payment to be turned into tokens."""

    topic: ClassVar[str] = CREDIT
    payment_id: int

    @property
    def dedup_key(self) -> str:
        return f"credit:{self.payment_id}"

    def body(self) -> "Json":
        return {"payment_id": self.payment_id, "v": 1}

    @classmethod
    def parse(cls, body: str) -> "CreditPayment":
        """Read a queue body. Raises ValueError for anything but a version 1 message."""
        return cls(_only_id(body, "payment_id"))


@dataclass(frozen=True)
class DeliverMessage:
    """Ask for one delivery to be sent. The message names it and holds nothing of it."""

    topic: ClassVar[str] = DELIVER
    delivery_id: int

    @property
    def dedup_key(self) -> str:
        return f"deliver:{self.delivery_id}"

    def body(self) -> "Json":
        return {"delivery_id": self.delivery_id, "v": 1}

    @classmethod
    def parse(cls, body: str) -> "DeliverMessage":
        """Read a queue body. Raises ValueError for anything but a version 1 message."""
        return cls(_only_id(body, "delivery_id"))


QueueMessage = CreditPayment | DeliverMessage


def _only_id(body: str, name: str) -> int:
    try:
        content = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    match content:
        case {"v": 1} if isinstance(found := content.get(name), int) and found > 0 and not isinstance(found, bool):
            return found
        case _:
            raise ValueError(f"not a version 1 message with a {name}")
