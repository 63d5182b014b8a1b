"""What lasts as long as a request is worked on: its transaction, the watch over who acts.

FastAPI has `yield` for this, and enters each such dependency into an event loop. No route here waits for anything, so
a request is worked on without one (see `zimmer.web`), and a plain stack does what is left to do.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from fastapi import Request

Held = TypeVar("Held")

_STACK = "zimmer.lasting"


@contextmanager
def lasting(request: Request) -> Iterator[None]:
    """Where a request's work begins and ends. What `hold` entered is left at the end, the last first."""
    with ExitStack() as stack:
        request.scope[_STACK] = stack
        yield


def hold(request: Request, context: AbstractContextManager[Held]) -> Held:
    """Enter `context` until the answer is ready to leave. It sees what the route raises, and what it raises itself is
    the request's end: a commit that fails is never answered with success.
    """
    stack: ExitStack = request.scope[_STACK]
    return stack.enter_context(context)
