"""A TCP proxy in front of Postgres that counts round trips: how often we spoke after the server had spoken.

With a delay it is also the network between a function and its database: each trip waits that long, once.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

CHUNK = 65536
JOIN_SECONDS = 5
SPUN_SECONDS = 0.0003  # sleep wakes up late by about this much


class Counter:
    """The round trips since the last `reset`. `delay_seconds` is what each of them costs from now on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server_spoke_last = True
        self.trips = 0
        self.delay_seconds = 0.0

    def client_spoke(self) -> None:
        with self._lock:
            is_new = self._server_spoke_last
            self.trips += is_new
            self._server_spoke_last = False
        if is_new and self.delay_seconds:
            _wait(self.delay_seconds)

    def server_spoke(self) -> None:
        with self._lock:
            self._server_spoke_last = True

    def reset(self) -> None:
        with self._lock:
            self.trips = 0


@contextmanager
def counting(database_url: str) -> Iterator[tuple[str, Counter]]:
    """The same database at another port, and the counter of what passes there. For one connection at a time."""
    target = urlsplit(database_url)
    counter, threads = Counter(), list[threading.Thread]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads.append(_in_background(_serve, listener, target.port or 5432, counter, threads))
        yield f"postgresql://{target.username}@127.0.0.1:{listener.getsockname()[1]}{target.path}", counter
        listener.shutdown(socket.SHUT_RDWR)
    for thread in list(threads):
        thread.join(JOIN_SECONDS)


def _serve(listener: socket.socket, port: int, counter: Counter, threads: list[threading.Thread]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # it is over
        server = socket.create_connection(("localhost", port))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threads.append(_in_background(_pass_on, client, server, counter.client_spoke))
        threads.append(_in_background(_pass_on, server, client, counter.server_spoke))


def _in_background(work: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def _pass_on(speaker: socket.socket, hearer: socket.socket, note: Callable[[], None]) -> None:
    """Until either side hangs up."""
    with speaker, contextlib.suppress(OSError):
        while chunk := speaker.recv(CHUNK):
            note()
            hearer.sendall(chunk)
        hearer.shutdown(socket.SHUT_WR)


def _wait(seconds: float) -> None:
    """Sleep for most of it, and look at the clock for the rest."""
    until = time.perf_counter() + seconds
    time.sleep(max(0.0, seconds - SPUN_SECONDS))
    while time.perf_counter() < until:
        pass
