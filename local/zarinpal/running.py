"""The pretend gateway for tests: on a port of its own, in a thread, scripted from Python."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.zarinpal.browser import Landing
from local.zarinpal.gateway import Call, Gateway
from local.zarinpal.operations import Operation
from local.zarinpal.planned import FAULTS, fault_from
from local.zarinpal.serving import Server, loopback_sockets, port_of

START_SECONDS, STOP_SECONDS = 10, 10
FOR_ANY_FAULT = frozenset({"seconds", "code"})


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
        """Pay as the customer does; returns the callback URL the browser would open, without opening it.

        Empty when the customer never returns. A planned `nok_then_ok` waits here for the shop.
        """
        return self.gateway.pay(authority).url or ""

    def cancel(self, authority: str) -> str:
        """Give up as the customer does; returns the callback URL the browser would open."""
        return self.gateway.cancel(authority).url or ""

    def fail_next(
        self, operation: str, fault: str, authority: str | None = None, times: int = 1, **parameters: float
    ) -> None:
        """Let the next `times` calls of `operation`, which may be `pay` or `cancel`, meet `fault`.

        `seconds` and `code` may be given to any fault, so that one test can go through several;
        a parameter that the fault does not have is refused otherwise.
        """
        usable = {name: value for name, value in parameters.items() if not is_left_out(fault, name)}
        self.plan(fault, operation, authority=authority, times=times, **usable)

    def chance(self, fault: str, chance: float, *, seed: int = 0, operation: str | None = None, **more: float) -> None:
        """Let this share (0 to 1) of the calls meet `fault` until `drop_faults`; the same ones for the same seed."""
        self.plan(fault, operation, chance=chance, seed=seed, **more)

    def plan(self, fault: str, operation: str | None = None, **fields: float | str | None) -> None:
        """Plan a fault by exactly the fields of `POST /_control/faults`; raises pydantic's ValidationError."""
        self.gateway.faults.plan(fault_from({"fault": fault, "operation": operation, **fields}))

    def drop_faults(self) -> None:
        """Forget the faults that have not happened yet."""
        self.gateway.faults.clear()

    def calls(self, operation: str | None = None) -> list[Call]:
        """The calls received so far, in order; `sent` holds each one's fields."""
        return self.gateway.log.calls(Operation(operation) if operation else None)

    def callbacks(self, wait_seconds: float = 10) -> list[Landing]:
        """The callbacks that the bank opened by itself, after waiting for those under way."""
        return self.gateway.browser.wait(wait_seconds)

    def now(self) -> datetime:
        """The gateway's time."""
        return self.gateway.clock.now()

    def forward(self, by: timedelta) -> None:
        """Move the gateway's clock; `reset` makes it right again."""
        self.gateway.clock.forward(by)

    def reset(self) -> None:
        """Forget payments, planned faults, calls and callbacks; the clock is right again."""
        self.gateway.reset()


def is_left_out(fault: str, parameter: str) -> bool:
    return parameter in FOR_ANY_FAULT and fault in FAULTS and parameter not in FAULTS[fault].model_fields


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
