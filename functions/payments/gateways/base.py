"""What a payment gateway can be asked, and the few ways in which it can answer.

The important one is *unknown*: a time-out, a 5xx or a page that is not JSON says nothing about the money.
Every answer is a value, so that a caller must look at each of them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from zimmer.money import Rial


@dataclass(frozen=True)
class Report:
    """How the call itself went, for the purchase's events."""

    latency_ms: int
    code: int | None = None  # the gateway's own code
    http_status: int | None = None
    reason: str | None = None  # why the answer says nothing: "timeout", "not-json", …
    is_terminal_refused: bool = False  # our merchant id or terminal is set up wrongly: nobody can pay

    @property
    def has_failed(self) -> bool:
        """Whether the gateway fails everybody, as far as one call can tell: it was silent, spoke nonsense, or does
        not know us. What was wrong with this one request is no failure of the gateway's.
        """
        return self.reason is not None or self.is_terminal_refused


@dataclass(frozen=True)
class Order:
    """What the gateway is asked to collect, and where it sends the customer afterwards."""

    amount: Rial
    description: str  # at most 500 characters
    callback_url: str
    order_id: str
    email: str | None = None
    mobile: str | None = None  # ^09[0-9]{9}$


@dataclass(frozen=True)
class Started:
    """The gateway took the order under this authority."""

    authority: str
    fee: Rial | None
    report: Report


@dataclass(frozen=True)
class Refused:
    """The gateway understood and said no: our request or the terminal is wrong. Nothing was opened."""

    report: Report


@dataclass(frozen=True)
class Paid:
    """The money is ours. `already` when an earlier call had confirmed it (101): success all the same."""

    ref_id: str | None  # the bank's tracking code
    card_pan: str | None
    card_hash: str | None
    fee: Rial | None
    already: bool
    report: Report


@dataclass(frozen=True)
class NotPaid:
    """Not paid, or not yet."""

    report: Report


@dataclass(frozen=True)
class Suspicious:
    """The amount or the authority is not what we stored. Never credit; a person looks at it."""

    report: Report


@dataclass(frozen=True)
class Unknown:
    """Nothing is known. Ask again later."""

    report: Report


class Standing(StrEnum):
    """What an inquiry reports. It confirms nothing."""

    IN_BANK = "IN_BANK"
    PAID = "PAID"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"


@dataclass(frozen=True)
class Inquired:
    standing: Standing
    report: Report


@dataclass(frozen=True)
class Reversed:
    """The money is on its way back to the customer's card."""

    report: Report


@dataclass(frozen=True)
class ReversalRefused:
    """The gateway understood and gave nothing back."""

    report: Report


@dataclass(frozen=True)
class Waiting:
    """A payment that a customer has made and nobody has verified."""

    authority: str
    amount: Rial
    callback_url: str


@dataclass(frozen=True)
class Unverified:
    """The newest payments that wait for a verify; the gateway tells of a hundred at most."""

    payments: tuple[Waiting, ...]
    report: Report


Answer = Started | Refused | Paid | NotPaid | Suspicious | Inquired | Unverified | Reversed | ReversalRefused | Unknown


class Gateway(Protocol):
    """Each method is one call with a time-out and no retry; none of them raises for what the gateway did."""

    def start(self, order: Order) -> Started | Refused | Unknown: ...

    def verify(self, authority: str, amount: Rial) -> Paid | NotPaid | Suspicious | Unknown:
        """Confirm a payment of *our* amount. Safe to repeat."""
        ...

    def inquire(self, authority: str) -> Inquired | Unknown: ...

    def unverified(self) -> Unverified | Unknown: ...

    def reverse(self, authority: str) -> Reversed | ReversalRefused | Unknown:
        """Give the whole amount back. Asked twice, the second answer may be a refusal: ask `inquire` first."""
        ...
