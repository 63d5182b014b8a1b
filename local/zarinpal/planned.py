"""The faults there are, and those of them that still have to happen."""

import random
import threading
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, field_validator

from local.zarinpal import answer_faults as answers
from local.zarinpal import customer_faults as customers
from local.zarinpal.faults import Fault, Moment

FAULTS: dict[str, type[Fault]] = {
    "ok": answers.Ok,
    "delay": answers.Delay,
    "hang": answers.Hang,
    "http": answers.Http,
    "http_500": answers.Http500,
    "html": answers.Html,
    "truncated_json": answers.TruncatedJson,
    "data_as_list": answers.DataAsList,
    "string_code": answers.StringCode,
    "errors_as_list": answers.ErrorsAsList,
    "errors_as_object": answers.ErrorsAsObject,
    "errors_as_fieldmap": answers.ErrorsAsFieldmap,
    "refuse": answers.Refuse,
    "rate_limit": answers.RateLimit,
    "apply_then_timeout": answers.ApplyThenTimeout,
    "apply_then_5xx": answers.ApplyThen5xx,
    "wrong_amount": answers.WrongAmount,
    "already_verified": answers.AlreadyVerified,
    "callback_before_init_answer": answers.CallbackBeforeInitAnswer,
    "unverified_overflow": answers.UnverifiedOverflow,
    "auto_verify": customers.AutoVerify,
    "auto_return_after": customers.AutoReturnAfter,
    "reversed": customers.Reversed,
    "duplicate_callbacks": customers.DuplicateCallbacks,
    "nok_then_ok": customers.NokThenOk,
    "never_returns": customers.NeverReturns,
}


class Named(BaseModel):
    """As much of a planned fault as says which one it is."""

    fault: str

    @field_validator("fault")
    @classmethod
    def is_in_the_table(cls, name: str) -> str:
        if name not in FAULTS:
            raise ValueError(f"no such fault; there are {', '.join(FAULTS)}")
        return name


def fault_from(fields: Mapping[str, object]) -> Fault:
    """Raises pydantic's ValidationError for an unknown name, and for a parameter that is wrong or not its own."""
    return FAULTS[Named.model_validate(fields).fault].model_validate(fields)


def fault_from_json(raw: bytes) -> Fault:
    return FAULTS[Named.model_validate_json(raw).fault].model_validate_json(raw)


Kind = TypeVar("Kind", bound=Fault)


class Plan:
    """One planned fault, how often it still happens (None: without end), and its dice."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = 1 if fault.times is None and fault.chance is None else fault.times
        self._dice = random.Random(fault.seed or 0)

    def strikes(self) -> bool:
        """Whether it happens to a call it meets; the dice are thrown once for each of them."""
        if self.fault.chance is not None and self._dice.random() >= self.fault.chance:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class PlannedFaults:
    """Faults that still have to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: list[Plan] = []

    def plan(self, fault: Fault) -> None:
        with self._lock:
            self._plans.append(Plan(fault))

    def take(self, kind: type[Kind], moment: Moment, authority: str | None) -> Kind | None:
        """The fault of this kind that happens now, used up by one; two calls at once never share the last one."""
        with self._lock:
            for plan in self._plans:
                fault = plan.fault
                if isinstance(fault, kind) and fault.meets(moment, authority) and plan.strikes():
                    self._plans = [plan for plan in self._plans if plan.left != 0]
                    return fault
            return None

    def planned(self) -> list[Fault]:
        """What is left; `times` counts down."""
        with self._lock:
            return [plan.fault.model_copy(update={"times": plan.left}) for plan in self._plans]

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()
