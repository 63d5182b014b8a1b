"""An ASGI application on sockets of ours, in a thread, so that the main thread is free to wait for Ctrl-C."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from local.errors import StepFailed
from local.gateway import Gateway

START_SECONDS, STOP_SECONDS = 10, 5


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready."""

    def __init__(self, app: Gateway) -> None:
        config = uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self.is_ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.is_ready.set()


@contextlib.contextmanager
def serving(app: Gateway, sockets: list[socket.socket]) -> Iterator[None]:
    """Answers from the first line of the block and is gone after the last. Raises StepFailed."""
    server = Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name="gateway", daemon=True)
    thread.start()
    try:
        if not server.is_ready.wait(START_SECONDS):
            raise StepFailed("the gateway did not start")
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
        app.close()
