"""One purchase in a world of its own, with everybody who takes part in it: the customer, the bank, the queue, the
worker and what heals."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from functions.payments import sweep, worker
from local.adopted import adopted
from local.poller import MOST_AT_ONCE, Poller
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.crash.mortal import Died, MortalDatabase, MortalGateway
from tests.functions.payments.purchases import INIT
from zimmer import clock
from zimmer.models import Payment, PaymentStatus, TokenEntry, UserAutomation

PAST_EVERY_LEASE = timedelta(seconds=61)
TOKENS = 100


@dataclass
class World:
    """Everything a crash point needs. Its calls are those of the real customer, bank and schedule."""

    database: MortalDatabase
    gateway: MortalGateway
    bank: Zarinpal
    queue: Poller
    customer: Api
    copy_id: int
    automation_id: int

    def order(self, key: str = "purchase-0001", **body: object) -> Answer:
        """The panel asks for a purchase."""
        wish = {"automation_id": self.automation_id, "tokens": TOKENS, **body}
        return self.customer.post(INIT, wish, headers={"idempotency-key": key})

    def bought(self, key: str = "purchase-0001") -> Payment:
        """A purchase whose customer is at the bank."""
        answer = self.order(key)
        assert answer.status == 201, answer.body
        return self.payment(answer.json["transaction_id"])

    def paid(self, key: str = "purchase-0001") -> Payment:
        """A purchase that was paid; the browser is on its way back."""
        payment = self.bought(key)
        self.bank.pay(payment.authority or "")
        return payment

    def come_back(self, payment: Payment, **query: str) -> Answer:
        """The bank sends the customer's browser to us."""
        sent = {"Authority": payment.authority or "", "Status": "OK", **query}
        return self.customer.get(f"/api/payments/zarinpal/callback/{payment.transaction_id}", params=sent)

    def work(self) -> None:
        """The worker empties the queue."""
        while self.queue.poll() == MOST_AT_ONCE:
            pass

    def heal(self, *, after: timedelta = PAST_EVERY_LEASE, unverified: bool = False) -> None:
        """Time passes, the schedule runs, and the worker does what there is."""
        clock.travel(after)
        run = sweep.sweep_with_unverified if unverified else sweep.sweep
        run(self.gateway)
        self.work()

    def heal_until_settled(self, *, hours: float = 3) -> None:
        """The schedule runs through the backoff of a gateway that was asked in vain."""
        end = clock.now() + timedelta(hours=hours)
        while clock.now() < end:
            self.heal(after=timedelta(minutes=5))

    def spare(self) -> None:
        """Nobody dies and the bank answers, from now on."""
        self.database.spare()
        self.gateway.spare()
        self.bank.drop_faults()

    def payment(self, transaction_id: str | None = None) -> Payment:
        """A purchase as it stands now; the only one where no id is given."""
        query = select(Payment)
        if transaction_id:
            query = query.where(Payment.transaction_id == transaction_id)
        with self.database.transaction() as session:
            return session.scalars(query).one()

    def stands(self, payment: Payment) -> PaymentStatus:
        return self.payment(payment.transaction_id).status

    def tokens(self) -> int:
        with self.database.transaction() as session:
            return session.get_one(UserAutomation, self.copy_id).tokens_remaining

    def entries(self) -> list[tuple[str, int]]:
        """The ledger of this customer."""
        with self.database.transaction() as session:
            rows = session.execute(select(TokenEntry.kind, TokenEntry.delta).order_by(TokenEntry.seq))
            return [(row.kind, row.delta) for row in rows]

    def calls(self, operation: str) -> list[int | None]:
        """What the bank answered to each call of one kind."""
        return [call.code for call in self.bank.calls(operation)]

    def credited_once(self, payment: Payment) -> None:
        """The end that most stories have."""
        assert self.stands(payment) is PaymentStatus.CREDITED
        assert (self.tokens(), self.entries()) == (TOKENS, [("purchase", TOKENS)])

    def messages(self) -> list[dict[str, object]]:
        """Take what is in the queue away, as SQS records."""
        found = self.queue.sqs.receive_message(QueueUrl=self.queue.queue.url, MaxNumberOfMessages=10)
        return [{"messageId": one["MessageId"], "body": one["Body"]} for one in found.get("Messages", [])]

    def worker(self, *records: dict[str, object]) -> list[str]:
        """The worker gets these records; which it wants again."""
        answer = worker.handler({"Records": list(records)}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@contextmanager
def dying() -> Iterator[None]:
    """The process dies inside. A story in which nobody dies proves nothing."""
    before = Died.times
    with suppress(Died):
        yield
    assert Died.times == before + 1, "nobody died"


@contextmanager
def no_queue() -> Iterator[None]:
    """SQS does not take anything."""
    with adopted({"CREDIT_QUEUE_URL": f"{os.environ['CREDIT_QUEUE_URL']}-that-nobody-made"}):
        yield
