"""Putting the control room together with what it watches and disturbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx

from local import queues
from local.control.board import Board
from local.control.levers import Levers, Parts, Saboteur
from local.control.room import ControlRoom
from local.environment import CLOCK, Places
from local.poller import Poller
from local.queues import Address
from local.sandbox import Sandboxes
from local.template import EventSource, Template, event_sources, functions, schedules
from zimmer.db import Database

SWEEP, WORKER = "functions.payments.sweep.handler", "functions.payments.worker.handler"
CREDIT_QUEUE = "CreditQueue"
BANK_SECONDS = 5.0
EACH_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Control:
    """The room, and the pollers that its levers pause."""

    room: ControlRoom
    pollers: Sequence[Poller]
    _held: tuple[Database, Database, httpx.Client]

    def close(self) -> None:
        for held in self._held:
            held.close()


def assembled(
    template: Template, sandboxes: Sandboxes, sqs_url: str, addresses: Mapping[str, Address], places: Places
) -> Control:
    """Connections are opened by the first look, so this costs nothing."""
    saboteur = Saboteur(sandboxes)
    pollers = tuple(
        Poller(source, addresses[source.queue], queues.client(sqs_url), saboteur)
        for source in event_sources(template)
        for _ in range(batches_at_once(source, sandboxes))
    )
    seen, touched = Database(places.database_url), Database(places.database_url)  # a look must not wait for a lever
    bank = httpx.Client(base_url=places.zarinpal_url, timeout=BANK_SECONDS, trust_env=False)
    sqs = queues.client(sqs_url)
    by_handler = {function.handler: name for name, function in functions(template).items()}
    parts = Parts(
        functions=sandboxes,
        pollers=pollers,
        sqs=sqs,
        credit_queue=addresses[CREDIT_QUEUE],
        database=touched,
        bank=bank,
        api_url=places.api_url,
        clock_file=CLOCK,
        sweep=by_handler[SWEEP],
        worker=by_handler[WORKER],
        every_minute=[one.function for one in schedules(template) if one.every == EACH_MINUTE],
    )
    levers = Levers(parts, saboteur)
    board = Board(seen, sqs, addresses, levers, bank)
    room = ControlRoom(
        board, levers, api_url=places.api_url, beside={"bank": places.zarinpal_url, "mailbox": places.mailbox_url}
    )
    return Control(room, pollers, (seen, touched, bank))


def batches_at_once(source: EventSource, sandboxes: Sandboxes) -> int:
    """As many pollers as there are sandboxes to take what they bring, up to what the template allows."""
    there = sandboxes.how_many(source.function)
    return min(there, source.most_at_once or there)
