"""A credit queue that no other test has used.

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

_numbers = count(1)


@contextmanager
def fresh_queue(queue_server: str) -> Iterator[Poller]:
    """The template's queues under names of their own, the real worker behind them; inside the block the
    outbox is sent there. `poll()` delivers one batch.
    """
    sqs, number = queues.client(queue_server), next(_numbers)
    wanted = {
        name: replace(
            queue,
            logical_id=f"{name}-{number}",
            dead_letters=f"{queue.dead_letters}-{number}" if queue.dead_letters else None,
        )
        for name, queue in queues_of(load_template()).items()
    }
    credit = queues.create(sqs, wanted)[f"CreditQueue-{number}"]
    source = next(source for source in event_sources(load_template()) if source.queue == "CreditQueue")
    shared = os.environ["CREDIT_QUEUE_URL"]
    _send_to(credit.url)
    try:
        yield Poller(source, credit, sqs, InProcess())
    finally:
        _send_to(shared)
        sqs.close()


def _send_to(url: str) -> None:
    os.environ["CREDIT_QUEUE_URL"] = url
    get_settings.cache_clear()
