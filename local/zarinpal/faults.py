"""What every planned fault has: when it comes, to whom, how often.

There are three kinds. An `AnswerFault` stands in the way of one API call, a `TermFault` changes what holds
for a payment and lets everything else go on, a `VisitFault` happens while the customer leaves the bank.
A new fault is a class of one of these kinds and a row in `planned.py`; its parameters are its fields.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from local.zarinpal.bank import Bank, Payment
from local.zarinpal.browser import Browser
from local.zarinpal.operations import Operation
from local.zarinpal.replies import Reply


class Visit(StrEnum):
    """What the customer does at the bank."""

    PAY = "pay"
    CANCEL = "cancel"


Moment = Operation | Visit
NAMES_NO_AUTHORITY = (Operation.REQUEST, Operation.UNVERIFIED)

Seconds = Annotated[float, Field(strict=True, ge=0, le=600, allow_inf_nan=False)]
Code = Annotated[int, Field(strict=True, ge=-9999, lt=0)]


class Fault(BaseModel):
    """Without an `operation`, the first of its moments that comes; without an `authority`, whosever it is.

    `times` is how often it happens: once unless told. With a `chance` it happens to that share of the calls
    it could meet, the same ones for the same `seed`, and has no end unless `times` is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    moments: ClassVar[tuple[Moment, ...]] = tuple(Operation)

    fault: str
    operation: Moment | None = None
    authority: Annotated[str, Field(min_length=1)] | None = None
    times: Annotated[int, Field(strict=True, ge=1)] | None = None
    chance: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] | None = None
    seed: Annotated[int, Field(strict=True)] | None = None

    @model_validator(mode="after")
    def can_ever_happen(self) -> "Fault":
        meets = self.meets_at()
        if not meets:
            raise ValueError(f"{self.fault} happens to {', '.join(self.moments)} only")
        if self.authority is not None and all(moment in NAMES_NO_AUTHORITY for moment in meets):
            raise ValueError(f"a {meets[0]} call names no authority, so this would never happen")
        if self.seed is not None and self.chance is None:
            raise ValueError("a seed is for a chance, and there is none")
        return self

    def meets_at(self) -> tuple[Moment, ...]:
        return tuple(moment for moment in self.moments if self.operation in (None, moment))

    def meets(self, moment: Moment, authority: str | None) -> bool:
        return moment in self.meets_at() and self.authority in (None, authority)


@dataclass(frozen=True)
class Arrival:
    """One API call, and everything a fault may do with it."""

    operation: Operation
    merchant_id: str
    bank: Bank
    browser: Browser
    carry_out: Callable[[], Reply]


class AnswerFault(Fault):
    def answer(self, call: Arrival) -> Reply:
        """Carry the call out or not, and say what goes back."""
        raise NotImplementedError


class TermFault(Fault):
    def settle(self, bank: Bank, authority: str) -> None:
        """Change what holds for this payment. Raises UnknownPayment."""
        raise NotImplementedError


@dataclass(frozen=True)
class Leaving:
    """A customer about to press a button on the bank's page."""

    authority: str
    bank: Bank
    browser: Browser
    press: Callable[[], Payment]


@dataclass(frozen=True)
class Departure:
    """A customer who has pressed it; `url` is where the browser goes, or None when it stays."""

    payment: Payment
    url: str | None


class VisitFault(Fault):
    moments: ClassVar[tuple[Moment, ...]] = (Visit.PAY,)

    def leave(self, customer: Leaving) -> Departure:
        """Press the button, and be somewhere afterwards."""
        raise NotImplementedError
