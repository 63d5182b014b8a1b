"""Messages that were tried too often: what the database says of them, and the way back."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from functions.admin import queues
from functions.admin.queues import Letter
from functions.admin.schemas.system import DeadLetter, QueueName, Redrive, Redriven
from zimmer import audit
from zimmer.auth.acting import Staff
from zimmer.db import ReadSession, committed
from zimmer.events import CreditPayment, DeliverMessage
from zimmer.models import Delivery, Payment
from zimmer.pagination import LARGEST_ID

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHOWN_OF_A_BODY = 200
LONG_WORD = re.compile(r"(\w\w)\w{2,}")


@dataclass(frozen=True)
class Errand:
    """What the messages of one queue ask for: something by its id, which stands somewhere."""

    noun: str
    id_in: Callable[[str], int]
    standing: Callable[[Sequence[int]], Select[*tuple[Any, ...]]]

    def asked_by(self, letter: Letter) -> int | None:
        """The id a letter names; None for one that nobody can read."""
        try:
            return self.id_in(letter.body)
        except ValueError:
            return None


ERRANDS = {
    QueueName.CREDIT: Errand(
        "payment",
        lambda body: CreditPayment.parse(body).payment_id,
        lambda ids: select(Payment.id, Payment.status.label("standing")).where(Payment.id.in_(ids)),
    ),
    QueueName.DELIVERY: Errand(
        "delivery",
        lambda body: DeliverMessage.parse(body).delivery_id,
        lambda ids: select(Delivery.id, Delivery.state.label("standing")).where(Delivery.id.in_(ids)),
    ),
}


def explained(session: ReadSession, letters: Mapping[QueueName, Sequence[Letter]]) -> Iterator[DeadLetter]:
    """Each letter beside what the database says today of what it asks for: `payment-is-verified`."""
    for name, found in letters.items():
        errand = ERRANDS[name]
        asked = {letter.message_id: errand.asked_by(letter) for letter in found}
        ids = sorted({number for number in asked.values() if number is not None and number <= LARGEST_ID})
        standing = {row.id: row.standing for row in session.rows(errand.standing(ids))} if ids else {}
        for letter in found:
            number = asked[letter.message_id]
            yield DeadLetter(
                id=letter.message_id,
                queue=name,
                reason=_reason(errand.noun, number, standing),
                body_masked=masked(letter.body) if number is None else letter.body,
                receive_count=letter.receive_count,
            )


def redrive(staff: Staff, order: Redrive, sqs: "SQSClient") -> Redriven:
    """Send dead letters back to their queue. Raises QueueUnavailable when none could be moved.

    A conversation with the queue: no transaction is open meanwhile, and the trail is written of what was moved.
    """
    moved = queues.send_back(sqs, queues.known()[order.queue], order.ids)
    if moved:
        with committed() as session:
            after = {"moved": len(moved), "message_ids": moved}
            audit.done(session, staff.act, before=None, after=after, entity_id=order.queue)
    return Redriven(moved=len(moved))


def masked(body: str) -> str:
    """The form of a body that is not ours to read: it may hold anything, of anybody."""
    return LONG_WORD.sub(r"\1***", body[:SHOWN_OF_A_BODY])


def _reason(noun: str, number: int | None, standing: Mapping[int, str]) -> str:
    if number is None:
        return "unreadable"
    return f"{noun}-is-{standing[number]}" if number in standing else f"{noun}-unknown"
