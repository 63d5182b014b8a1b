"""`python -m local.mailbox`: the mailbox by itself, until Ctrl-C."""

import argparse
import sys
from contextlib import suppress

from local.mailbox.box import Box
from local.mailbox.running import server
from local.zarinpal.serving import loopback_sockets, port_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.mailbox", description=__doc__)
    parser.add_argument("--host", default="localhost", help="a loopback name or address (default: localhost)")
    parser.add_argument("--port", type=int, default=8040, help="default: 8040; 0 takes a free one")
    wanted = parser.parse_args()
    try:
        sockets = loopback_sockets(wanted.host, wanted.port)
    except (OSError, ValueError) as error:
        print(f"The mailbox cannot listen on {wanted.host}:{wanted.port}: {error}", file=sys.stderr)
        return 1
    print(f"Mailbox: http://{wanted.host}:{port_of(sockets)}/   (Ctrl-C stops it)", flush=True)
    with suppress(KeyboardInterrupt):
        server(Box()).run(sockets=sockets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
