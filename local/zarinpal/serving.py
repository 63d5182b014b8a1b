"""Puts the gateway on a loopback port. Shared by the command line and by tests."""

import errno
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn

from local.zarinpal.app import build_app
from local.zarinpal.gateway import Gateway

NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
ATTEMPTS = 10


class Server(uvicorn.Server):
    """A server that lets its hanging callers go before it waits for them to leave."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(
            uvicorn.Config(
                build_app(gateway),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )
        self.is_ready = threading.Event()
        self._gateway = gateway

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.is_ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._gateway.silence.end()
        await super().shutdown(sockets=sockets)


def loopback_sockets(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for every address of `host`, all on one port; port 0 takes a free one.

    `localhost` is often ::1 and 127.0.0.1 both, and browsers try ::1 first. Raises ValueError
    for a host that other machines can reach, OSError when the port is taken.
    """
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            return bind_all(loopback_addresses(host), port)
        except OSError:
            # A port that is free on one address may be taken on the other: with port 0, try another.
            if port or not attempts_left:
                raise
    raise AssertionError("the last attempt returns or raises")


def loopback_addresses(host: str) -> list[str]:
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    if not all(ipaddress.ip_address(address).is_loopback for address in found):
        raise ValueError(f"{host} is not loopback; a pretend bank must not be reachable from outside")
    return sorted(found)


def bind_all(addresses: list[str], port: int) -> list[socket.socket]:
    with ExitStack() as on_failure:
        sockets = [on_failure.enter_context(bound(addresses[0], port))]
        for address in addresses[1:]:
            # A machine may name ::1 in its hosts file and have IPv6 switched off.
            with ignoring_absent_addresses():
                sockets.append(on_failure.enter_context(bound(address, port_of(sockets))))
        on_failure.pop_all()
        return sockets


@contextmanager
def ignoring_absent_addresses() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in NO_SUCH_ADDRESS:
            raise


def bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is spelled out; without it each answer takes 40 ms more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()  # callers may come from now on; they queue until the server is up
    except OSError:
        listener.close()
        raise
    return listener


def port_of(sockets: list[socket.socket]) -> int:
    return int(sockets[0].getsockname()[1])
