"""Figure 11: from the worst moments to the tokens, in minutes of the platform's clock, with nobody's help.

Each story takes a purchase to the point at which something dies with the customer's money on the way, just after a
sweep, so that the next one is a whole minute away. From there minute after minute passes on the movable clock, each
with its sweep; the time ends with the tokens in the ledger.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from benchmarks.figures import Figure, exact, within
from benchmarks.standing import Standing, standing
from local import moved_clock, queues
from local.errors import StepFailed
from local.shopper import Json, PatientShopper, authority_in, expect
from zimmer.models import Payment, PaymentStatus

MOST, A_MINUTE = timedelta(minutes=4), timedelta(minutes=1)
GIVE_UP = 15  # minutes of the platform's time
ROUNDS, TOKENS = 2, 200
WORKER_TAKES, LOOKS_EVERY = 3.0, 0.05  # s of the machine's time
BANK_HOLDS, SOON, SHOPPER_WAITS = 12.0, 10.0, 60.0  # s, likewise

S = PaymentStatus
Story = Callable[["Purchase"], None]


class Purchase:
    """One customer's, opened and not yet paid, and what may befall it."""

    def __init__(self, here: Standing) -> None:
        self.here = here
        self._shopper = PatientShopper(here.running.api_url, here.browser, time.monotonic() + SHOPPER_WAITS)
        self._shopper.register()
        automation = self._shopper.first_for_sale()
        self._shopper.add(automation)
        self._opened = self._shopper.start_purchase(automation, TOKENS)
        self.authority = authority_in(self._opened["redirect_url"])

    def pay(self) -> str:
        """Where the bank sends the customer."""
        return self._shopper.pay(self._opened["redirect_url"])

    def come_back(self, url: str) -> None:
        """Whatever becomes of the answer: the function may be killed over it."""
        with suppress(StepFailed):
            self._shopper.come_back(url, self._opened["transaction_id"])

    def row(self) -> Payment:
        query = select(Payment).where(Payment.transaction_id == self._opened["transaction_id"])
        found = self.here.database.read().entity(query)
        assert found is not None
        return found

    def wait_for(self, status: PaymentStatus) -> None:
        """Raises StepFailed when it does not come."""
        deadline = time.monotonic() + SOON
        while self.row().status is not status:
            expect(time.monotonic() < deadline, f"the purchase is {self.row().status} and not {status}")
            time.sleep(LOOKS_EVERY)

    def credited_soon(self) -> datetime | None:
        """When it was credited. What is verified gets a moment: its message may be on the way to the worker."""
        deadline = time.monotonic() + WORKER_TAKES
        while (row := self.row()).status is S.VERIFIED and time.monotonic() < deadline:
            time.sleep(LOOKS_EVERY)
        return row.credited_at


def tab_closed(purchase: Purchase) -> None:
    """Paid, and nobody comes back."""
    purchase.pay()


def killed_after_verify(purchase: Purchase) -> None:
    """The bank has carried the verify out, and the process that asked dies before it has heard."""
    here = purchase.here
    fault = {"fault": "apply_then_timeout", "operation": "verify", "authority": purchase.authority}
    ask_bank(here, "POST", "/faults", {**fault, "seconds": BANK_HOLDS})
    url = purchase.pay()
    tab = threading.Thread(target=purchase.come_back, args=(url,))
    tab.start()
    deadline = time.monotonic() + SOON
    while not ask_bank(here, "GET", f"/log?operation=verify&authority={purchase.authority}")["calls"]:
        expect(time.monotonic() < deadline, "nobody has asked the bank")
        time.sleep(LOOKS_EVERY)
    here.room.pull("function/kill", function="PaymentsFunction")
    tab.join()
    expect(purchase.row().status is S.VERIFYING, "the process was killed too late")


def message_lost(purchase: Purchase) -> None:
    """Verified and sent, and the queue forgets the message."""
    here = purchase.here
    here.room.pull("worker/pause")
    purchase.come_back(purchase.pay())
    purchase.wait_for(S.VERIFIED)
    sqs = queues.client(here.running.sqs_url)
    url, lost = here.running.queues["CreditQueue"], 0
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        for message in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        lost += len(got)
    sqs.close()
    expect(lost > 0, "there was no message to lose")
    here.room.pull("worker/resume")


def worker_dead(purchase: Purchase) -> None:
    """The worker dies with the batch in its hands; SQS gives the message back only after three minutes."""
    purchase.here.room.pull("worker/kill")
    purchase.come_back(purchase.pay())
    purchase.wait_for(S.VERIFIED)
    deadline = time.monotonic() + SOON
    while state(purchase.here)["armed"]["kill_worker"]:
        expect(time.monotonic() < deadline, "the worker did not take the batch")
        time.sleep(LOOKS_EVERY)


def answer_lost(purchase: Purchase) -> None:
    """The bank has carried the verify out, and its answer never comes."""
    purchase.here.room.pull("bank/time-out", authority=purchase.authority)
    purchase.come_back(purchase.pay())
    purchase.wait_for(S.VERIFY_UNKNOWN)


STORIES: dict[str, Story] = {
    "paid, tab closed": tab_closed,
    "killed after verify": killed_after_verify,
    "answer lost": answer_lost,
    "message lost": message_lost,
    "worker dead": worker_dead,
}


def measure(*, rounds: int = ROUNDS) -> list[Figure]:
    """The longest of each story's. Raises StepFailed when a story cannot be told."""
    with standing("recovery", sandboxes=1) as here:
        longest = {name: max(healed(here, story) for _ in range(rounds)) for name, story in STORIES.items()}
        wrong = here.broken()
    figures = [
        within(11, f"recovery: {name}", took / 60, MOST.total_seconds() / 60, unit="min")
        for name, took in longest.items()
    ]
    return [exact(11, "recovery: rows that break a promise", wrong, at_most=0), *figures]


def healed(here: Standing, story: Story) -> float:
    """Seconds of the platform's time until the tokens are there; those of giving up when they are not.

    Sweeps are a minute apart, to the second: what is due a second after one waits for the next.
    """
    swept = sweep(here)
    purchase = Purchase(here)
    began = now(here)
    story(purchase)
    for _ in range(GIVE_UP):
        early = (swept + A_MINUTE - now(here)).total_seconds()
        here.room.pull("clock/move", seconds=max(0.0, early))
        swept = sweep(here)
        if credited_at := purchase.credited_soon():
            return (credited_at - began).total_seconds()
    return GIVE_UP * A_MINUTE.total_seconds()


def sweep(here: Standing) -> datetime:
    """When it began."""
    began = now(here)
    here.room.pull("sweep")
    return began


def now(here: Standing) -> datetime:
    """By the platform's clock."""
    return datetime.now(UTC) + timedelta(seconds=moved_clock.ahead(here.running.clock))


def ask_bank(here: Standing, method: str, path: str, body: Json | None = None) -> Json:
    answer = here.browser.request(method, f"{here.running.zarinpal_url}/_control{path}", json=body)
    return dict(answer.raise_for_status().json())


def state(here: Standing) -> Json:
    """What the control room shows."""
    return dict(here.browser.get(f"{here.running.api_url}/_local/state").raise_for_status().json())
