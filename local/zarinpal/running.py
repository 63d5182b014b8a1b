"""The pretend gateway for tests: on a port of its own, in a thread, scripted from Python."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.zarinpal.faults import Fault
from local.zarinpal.gateway import Call, Gateway
from local.zarinpal.operations import Operation
from local.zarinpal.serving import Server, loopback_sockets, port_of

START_SECONDS, STOP_SECONDS = 10, 10


@dataclass(frozen=True)
class Zarinpal:
    """A running gateway, and the customer and the bad luck it will meet.

    Example:
        with running() as zarinpal:
            client = ZarinpalClient(base_url=zarinpal.base_url)
            zarinpal.fail_next("verify", "apply_then_timeout", seconds=5)
    """

    site: str
    gateway: Gateway

    @property
    def base_url(self) -> str:
        """What a client appends `request.json` to."""
        return f"{self.site}/pg/v4/payment/"

    def bank_page(self, authority: str) -> str:
        """Where a customer is sent to pay."""
        return f"{self.site}/pg/StartPay/{authority}"

    def pay(self, authority: str) -> str:
        """Pay as the customer does; returns the callback URL the browser would open, without opening it."""
        return self.gateway.bank.pay(authority).return_url

    def cancel(self, authority: str) -> str:
        """Give up as the customer does; returns the callback URL the browser would open."""
        return self.gateway.bank.cancel(authority).return_url

    def fail_next(
        self, operation: str, fault: str, authority: str | None = None, times: int = 1, **parameters: float
    ) -> None:
        """Let the next `times` calls of `operation` meet `fault`; parameters are `seconds` and `code`."""
        self.gateway.faults.plan(
            Fault.model_validate(
                {"operation": operation, "fault": fault, "authority": authority, "times": times, **parameters}
            )
        )

    def calls(self, operation: str | None = None) -> list[Call]:
        """The calls received so far, in order; `sent` holds each one's fields."""
        return self.gateway.log.calls(Operation(operation) if operation else None)

    def reset(self) -> None:
        """Forget payments, planned faults and calls."""
        self.gateway.reset()


@contextmanager
def running(port: int = 0, host: str = "localhost") -> Iterator[Zarinpal]:
    """A gateway that answers from the first line of the block and is gone after the last."""
    gateway = Gateway()
    server = Server(gateway)
    sockets = loopback_sockets(host, port)
    site = f"http://{host}:{port_of(sockets)}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name="pretend-zarinpal", daemon=True)
    thread.start()
    try:
        if not server.is_ready.wait(START_SECONDS):
            raise RuntimeError("the pretend gateway did not start")
        yield Zarinpal(site=site, gateway=gateway)
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
