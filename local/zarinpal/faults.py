"""The gateway's bad days, on demand.

A fault is a function in FAULTS: it gets its parameters and the call it stands in the way of, decides
whether the call is carried out, and says what goes back. A new one is a function and a row; a new
parameter is a field of Fault.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from local.zarinpal.operations import Operation
from local.zarinpal.replies import Reply, failure, web_page

NAMES_AN_AUTHORITY = (Operation.VERIFY, Operation.INQUIRY)


class Fault(BaseModel):
    """A fault that waits for the next `times` calls of one operation (of one authority, or of any)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    fault: str
    operation: Operation
    authority: str | None = None
    times: Annotated[int, Field(ge=1)] = 1
    seconds: Annotated[float, Field(ge=0)] = 30
    code: Annotated[int, Field(lt=0)] = -12

    @field_validator("fault")
    @classmethod
    def is_in_the_table(cls, name: str) -> str:
        if name not in FAULTS:
            raise ValueError(f"no such fault; there are {', '.join(FAULTS)}")
        return name

    @model_validator(mode="after")
    def can_ever_meet_a_call(self) -> "Fault":
        if self.authority is not None and self.operation not in NAMES_AN_AUTHORITY:
            raise ValueError(f"a {self.operation} call names no authority, so this would never happen")
        return self

    def meets(self, operation: Operation, authority: str | None) -> bool:
        return self.operation is operation and self.authority in (None, authority)

    def play(self, carry_out: Callable[[], Reply]) -> Reply:
        return FAULTS[self.fault](self, carry_out)


Play = Callable[[Fault, Callable[[], Reply]], Reply]


def hang(fault: Fault, carry_out: Callable[[], Reply]) -> Reply:
    """Nothing happens and nobody answers."""
    return replace(web_page(504, "Gateway Time-out"), hold_seconds=fault.seconds)


def apply_then_timeout(fault: Fault, carry_out: Callable[[], Reply]) -> Reply:
    """The gateway does what was asked, and its answer is lost."""
    return replace(hang(fault, carry_out), authority=carry_out().authority)


def http_500(fault: Fault, carry_out: Callable[[], Reply]) -> Reply:
    return web_page(500, "Internal Server Error")


def html(fault: Fault, carry_out: Callable[[], Reply]) -> Reply:
    """A 200 that is not JSON, as a maintenance page is."""
    return web_page(200, "We will be back soon")


def refuse(fault: Fault, carry_out: Callable[[], Reply]) -> Reply:
    return failure(fault.code)


FAULTS: dict[str, Play] = {
    "apply_then_timeout": apply_then_timeout,
    "hang": hang,
    "http_500": http_500,
    "html": html,
    "refuse": refuse,
}


class PlannedFaults:
    """Faults that still have to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        with self._lock:
            self._planned.append(fault)

    def take(self, operation: Operation, authority: str | None) -> Fault | None:
        """The fault this call meets, used up by one; two calls at once never share the last one."""
        with self._lock:
            for place, fault in enumerate(self._planned):
                if fault.meets(operation, authority):
                    left = [replace_times(fault, fault.times - 1)] if fault.times > 1 else []
                    self._planned[place : place + 1] = left
                    return fault
            return None

    def planned(self) -> list[Fault]:
        with self._lock:
            return list(self._planned)

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()


def replace_times(fault: Fault, times: int) -> Fault:
    return fault.model_copy(update={"times": times})
