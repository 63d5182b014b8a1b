"""Ports of this machine, on every address that `localhost` has here."""

import contextlib
import errno
import socket


def free_port() -> int:
    """A port nobody uses now. Somebody may take it before we do, so a starter that can try again should."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    try:
        taken = take(port)
    except OSError:
        return False
    for held in taken:
        held.close()
    return True


def next_free(port: int) -> int:
    return next((later for later in range(port + 1, port + 100) if is_free(later)), free_port())


def preferred(port: int) -> int:
    """The port people expect, or any free one when it is taken."""
    return port if is_free(port) else free_port()


def this_or_next(port: int) -> int:
    """The port people expect, or the next free one, which they will look for there."""
    return port if is_free(port) else next_free(port)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True


def take(port: int) -> list[socket.socket]:
    """Sockets bound to this port for as long as we keep them; nobody else can take it. Raises OSError when taken."""
    taken: list[socket.socket] = []
    with contextlib.ExitStack() as undo:
        for family, _, _, _, address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM):
            # asyncio sets TCP_NODELAY only where the protocol is spelled out; without it each answer takes 40 ms more.
            candidate = undo.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
            # As servers do: a port whose old connections are still closing is free.
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                candidate.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                candidate.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:  # named in the hosts file, but switched off
                    continue
                raise
            taken.append(candidate)
        undo.pop_all()
    return taken
