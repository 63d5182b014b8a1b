"""A queue that no other test has used.

SQS purges a queue once a minute at most, so a used one cannot be emptied for the next test.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from local import queues
from local.poller import Poller
from local.template import event_sources, load_template
from local.template import queues as queues_of
from tests.api import InProcess
from zimmer.settings import get_settings

VARIABLES = {"CreditQueue": "CREDIT_QUEUE_URL", "DeliveryQueue": "DELIVERY_QUEUE_URL"}
_numbers = count(1)


@contextmanager
def fresh_queue(queue_server: str, name: str = "CreditQueue") -> Iterator[Poller]:
    """The template's queues under names of their own, the real reader behind one of them; inside the block
    the outbox is sent there. `poll()` delivers one batch.
    """
    sqs, number = queues.client(queue_server), f"{os.getpid()}-{next(_numbers)}"  # the server may be lent to others too
    wanted = {
        logical_id: replace(
            queue,
            logical_id=f"{logical_id}-{number}",
            dead_letters=f"{queue.dead_letters}-{number}" if queue.dead_letters else None,
        )
        for logical_id, queue in queues_of(load_template()).items()
    }
    fresh = queues.create(sqs, wanted)[f"{name}-{number}"]
    source = next(source for source in event_sources(load_template()) if source.queue == name)
    variable = VARIABLES[name]
    shared = os.environ[variable]
    _send_to(variable, fresh.url)
    try:
        yield Poller(source, fresh, sqs, InProcess())
    finally:
        _send_to(variable, shared)
        sqs.close()


def _send_to(variable: str, url: str) -> None:
    os.environ[variable] = url
    get_settings.cache_clear()
