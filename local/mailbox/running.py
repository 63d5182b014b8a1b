"""The mailbox on a loopback port, in a thread: for tests, and under `python -m local.mailbox`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from local.mailbox.app import build_app
from local.mailbox.box import Box, Mail, Plan
from local.zarinpal.serving import loopback_sockets, port_of

START_SECONDS, STOP_SECONDS = 10, 10


@dataclass(frozen=True)
class Mailbox:
    """A running one: what came, and what is to go wrong.

    Example:
        with running() as mailbox:
            mailbox.fail_next(Plan.THROTTLE)
    """

    url: str
    box: Box

    @property
    def mails(self) -> list[Mail]:
        return self.box.to(None)

    def to(self, address: str) -> list[Mail]:
        return self.box.to(address)

    def fail_next(self, plan: Plan, *, after: int = 0, times: int = 1) -> None:
        self.box.plan(plan, after=after, times=times)


def server(box: Box) -> uvicorn.Server:
    # A planned hang-up is an exception inside the app: nobody needs to read of it.
    config = uvicorn.Config(
        build_app(box), http="h11", ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False
    )
    return uvicorn.Server(config)


@contextmanager
def running() -> Iterator[Mailbox]:
    """A mailbox of one's own from the first line of the block to the last."""
    box, sockets = Box(), loopback_sockets("localhost", 0)
    serves = server(box)
    thread = threading.Thread(target=serves.run, kwargs={"sockets": sockets}, name="mailbox", daemon=True)
    thread.start()
    try:
        yield Mailbox(f"http://localhost:{port_of(sockets)}", box)
    finally:
        box.release()
        serves.should_exit = True
        thread.join(STOP_SECONDS)
        for held in sockets:
            held.close()
