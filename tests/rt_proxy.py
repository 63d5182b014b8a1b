"""A TCP proxy in front of Postgres that counts round trips: how often we spoke after the server had spoken."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

CHUNK = 65536
JOIN_SECONDS = 5


class Counter:
    """The round trips since the last `reset`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server_spoke_last = True
        self.trips = 0

    def client_spoke(self) -> None:
        with self._lock:
            self.trips += self._server_spoke_last
            self._server_spoke_last = False

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
            return  # the test is over
        server = socket.create_connection(("localhost", port))
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
