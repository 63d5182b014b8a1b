"""Who breaks the platform while people buy: processes are killed, messages doubled and lost, time jumps."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import httpx
from sqlalchemy import func, select

from local import queues
from local.crashes import Room
from local.errors import StepFailed
from local.record import Record
from zimmer.db import Database
from zimmer.events import CREDIT
from zimmer.models import OutboxMessage

LEVER_SECONDS = 120.0  # a minute's sweep may wait 35 s for a bank that hangs
VICTIMS: Mapping[str, int] = {  # by how often
    "PaymentsFunction": 8,
    "PaymentsWorker": 6,
    "PaymentsSweep": 4,
    "AutomationsFunction": 3,
    "SupportDeliver": 2,
    "AutomationsUpkeep": 1,
}
EVERY_SECONDS = (1.5, 4.0)
A_MINUTE_TAKES = 4.0  # s of the machine's clock, while the storm lasts


@dataclass
class Deeds:
    """What was done: processes killed, messages sent once more, messages that never arrived."""

    kills: int = 0
    doubled: int = 0
    lost: int = 0


class Trouble:
    """Everything but the bank that goes wrong."""

    def __init__(self, running: Record, database: Database, random: Random) -> None:
        self._running = running
        self._database = database
        self._random = random
        self._browser = httpx.Client(timeout=LEVER_SECONDS, trust_env=False)
        self._room = Room(running.api_url, self._browser)
        self._sqs = queues.client(running.sqs_url)
        self._lock = threading.Lock()
        self.deeds = Deeds()

    def rage(self, is_over: Callable[[], bool]) -> None:
        """Something every few seconds."""
        deeds = (self.kill_somebody, self.deliver_twice, self.lose_messages)
        while not is_over():
            with suppress(StepFailed):
                self._random.choices(deeds, weights=(8, 3, 3))[0]()
            time.sleep(self._random.uniform(*EVERY_SECONDS))

    def hurry(self, is_over: Callable[[], bool]) -> None:
        """Minutes of the platform's time that take seconds: its healers work while everything fails."""
        while not is_over():
            with suppress(StepFailed):  # it was killed on its way
                self.let_a_minute_pass()
            time.sleep(A_MINUTE_TAKES)

    def let_a_minute_pass(self) -> None:
        """Raises StepFailed when one of the scheduled functions failed."""
        self._room.pull("minute")

    def kill_somebody(self) -> None:
        self.kill(self._random.choices(list(VICTIMS), weights=list(VICTIMS.values()))[0])

    def kill(self, function: str) -> None:
        """SIGKILL, whatever it does just now."""
        with suppress(StepFailed):
            killed = self._room.pull("function/kill", function=function)["killed"]
            with self._lock:
                self.deeds.kills += killed

    def deliver_twice(self) -> None:
        """Messages that were sent before, each once more."""
        sent = select(OutboxMessage.payload).where(OutboxMessage.topic == CREDIT, OutboxMessage.message_id.is_not(None))
        for row in self._database.read().rows(sent.order_by(func.random()).limit(5)):
            self._sqs.send_message(QueueUrl=self._running.queues["CreditQueue"], MessageBody=json.dumps(row.payload))
            self.deeds.doubled += 1

    def lose_messages(self) -> None:
        """Whatever comes within two seconds, before the worker has it, never arrives."""
        url = self._running.queues["CreditQueue"]
        got = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        for message in got:
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        self.deeds.lost += len(got)

    def close(self) -> None:
        self._browser.close()
        self._sqs.close()
