"""`python -m local.zarinpal`: the pretend gateway by itself, until Ctrl-C."""

import argparse
import sys
from contextlib import suppress

from local.zarinpal.gateway import Gateway
from local.zarinpal.serving import Server, loopback_sockets, port_of


def main() -> int:
    wanted = arguments()
    try:
        sockets = loopback_sockets(wanted.host, wanted.port)
    except (OSError, ValueError) as error:
        print(f"The pretend Zarinpal cannot listen on {wanted.host}:{wanted.port}: {error}", file=sys.stderr)
        return 1
    site = f"http://{wanted.host}:{port_of(sockets)}"
    print(f"Pretend Zarinpal: {site}/pg/v4/payment/   (Ctrl-C stops it)", flush=True)
    print(f"Payments, faults, clock: {site}/_control", flush=True)
    with suppress(KeyboardInterrupt):
        Server(Gateway()).run(sockets=sockets)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.zarinpal", description=__doc__)
    parser.add_argument("--host", default="localhost", help="a loopback name or address (default: localhost)")
    parser.add_argument("--port", type=int, default=8010, help="default: 8010; 0 takes a free one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
