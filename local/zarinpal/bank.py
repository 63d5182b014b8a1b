"""What the gateway remembers: each payment and where it stands.

All of it is in memory and forgotten when the process ends. Amounts are whole rials.
"""

import secrets
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count, islice
from urllib.parse import urlencode, urlsplit, urlunsplit

from local.zarinpal.clock import utc_now
from local.zarinpal.codes import (
    ABOVE_THE_MAXIMUM,
    ALREADY_VERIFIED,
    AMOUNT_DIFFERS,
    NOT_PAID,
    NOT_SUCCESSFUL,
    OTHER_MERCHANT,
    TOO_LATE_TO_REVERSE,
    UNKNOWN_AUTHORITY,
    VERIFIED,
    Refused,
)

MIN_AMOUNT, MAX_AMOUNT = 10_000, 1_000_000_000
UNVERIFIED_SHOWN = 100
REVERSIBLE_FOR = timedelta(minutes=30)  # zarinpal.com/docs/paymentGateway/moreFeatures/reverse
FIRST_REF_ID = 201
ALPHANUMERICS = string.ascii_letters + string.digits


class Status(StrEnum):
    """The five words of inquiry.json."""

    IN_BANK = "IN_BANK"
    PAID = "PAID"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"


HAS_MONEY = (Status.PAID, Status.VERIFIED)


class UnknownPayment(Exception):
    """No payment has this authority."""


class SessionClosed(Exception):
    """The customer's visit to the bank ended in another way than the one asked for."""


@dataclass(frozen=True)
class Payment:
    """One authority and what became of it."""

    authority: str
    merchant_id: str
    amount: int
    description: str
    callback_url: str
    opened_at: datetime
    status: Status = Status.IN_BANK
    paid_at: datetime | None = None
    ref_id: int | None = None
    verifies_itself: bool = False
    returns_after: timedelta | None = None  # paid and not verified for so long: back to the buyer

    @property
    def return_url(self) -> str:
        """Where the customer's browser goes when it leaves the bank."""
        parts = urlsplit(self.callback_url)
        word = "OK" if self.status in HAS_MONEY else "NOK"
        ours = urlencode({"Authority": self.authority, "Status": word})
        return urlunsplit(parts._replace(query=f"{parts.query}&{ours}" if parts.query else ours))


def new_authority() -> str:
    # The sandbox's authorities begin with S, the live gateway's with A.
    return "S" + "".join(secrets.choice(ALPHANUMERICS) for _ in range(35))


class Bank:
    """The payments, safe to use from the server's thread and from a test's at once."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._payments: dict[str, Payment] = {}
        self._ref_ids = count(FIRST_REF_ID)

    def open(
        self, *, merchant_id: str, amount: int, description: str, callback_url: str, verifies_itself: bool = False
    ) -> Payment:
        """Start a payment; nothing is paid yet."""
        if amount > MAX_AMOUNT:
            raise Refused(ABOVE_THE_MAXIMUM)
        opened = Payment(new_authority(), merchant_id, amount, description, callback_url, self._now())
        return self._keep(replace(opened, verifies_itself=verifies_itself))

    def pay(self, authority: str) -> Payment:
        """The customer pays. Paying again changes nothing; raises SessionClosed after a cancel."""
        with self._lock:
            payment = self.find(authority)
            if payment.status is Status.IN_BANK:
                return self._take_money(payment)
            return still(payment, *HAS_MONEY)

    def pay_after_all(self, authority: str) -> Payment:
        """The customer's next card works after one that did not. Raises SessionClosed unless one has failed."""
        with self._lock:
            return self._take_money(still(self.find(authority), Status.FAILED))

    def cancel(self, authority: str) -> Payment:
        """The customer gives up. Doing so again changes nothing; raises SessionClosed once it is paid."""
        with self._lock:
            payment = self.find(authority)
            if payment.status is Status.IN_BANK:
                return self._keep(replace(payment, status=Status.FAILED))
            return still(payment, Status.FAILED)

    def verify(self, authority: str, *, merchant_id: str, amount: int) -> tuple[int, Payment]:
        """Confirm a payment: code 100 the first time and 101 from then on, with the same ref_id."""
        with self._lock:
            payment = self.inquire(authority, merchant_id=merchant_id)
            if payment.status not in HAS_MONEY:
                raise Refused(NOT_PAID)
            if payment.amount != amount:
                raise Refused(AMOUNT_DIFFERS)
            if payment.status is Status.VERIFIED:
                return ALREADY_VERIFIED, payment
            return VERIFIED, self._confirm(payment)

    def reverse(self, authority: str, *, merchant_id: str) -> Payment:
        """Give a payment back to the buyer at the merchant's wish, in the first half hour."""
        with self._lock:
            payment = self.inquire(authority, merchant_id=merchant_id)
            if payment.status not in HAS_MONEY or payment.paid_at is None:
                raise Refused(NOT_SUCCESSFUL)
            if self._now() - payment.paid_at > REVERSIBLE_FOR:
                raise Refused(TOO_LATE_TO_REVERSE)
            return self._keep(replace(payment, status=Status.REVERSED))

    def give_back(self, authority: str) -> Payment:
        """The money goes back though the merchant did not ask for it; without money nothing changes."""
        with self._lock:
            payment = self.find(authority)
            return self._keep(replace(payment, status=Status.REVERSED)) if payment.status in HAS_MONEY else payment

    def let_verify_itself(self, authority: str) -> Payment:
        """The terminal confirms this payment as soon as it is paid, or now if it is."""
        with self._lock:
            payment = self._keep(replace(self.find(authority), verifies_itself=True))
            return self._confirm(payment) if payment.status is Status.PAID else payment

    def let_money_return(self, authority: str, after: timedelta) -> Payment:
        """Money that nobody verifies goes back to the buyer so long after it was paid."""
        with self._lock:
            return self._keep(replace(self.find(authority), returns_after=after))

    def inquire(self, authority: str, *, merchant_id: str) -> Payment:
        """Look at a merchant's own payment; changes nothing."""
        try:
            payment = self.find(authority)
        except UnknownPayment:
            raise Refused(UNKNOWN_AUTHORITY) from None
        if payment.merchant_id != merchant_id:
            raise Refused(OTHER_MERCHANT)
        return payment

    def unverified(self, merchant_id: str) -> list[Payment]:
        """The merchant's newest payments that are paid and wait for a verify."""
        waiting = (p for p in self.payments() if p.merchant_id == merchant_id and p.status is Status.PAID)
        return list(islice(waiting, UNVERIFIED_SHOWN))

    def find(self, authority: str) -> Payment:
        with self._lock:
            if authority not in self._payments:
                raise UnknownPayment(authority)
            return self._as_it_is_now(self._payments[authority])

    def payments(self) -> list[Payment]:
        """All payments, newest first."""
        with self._lock:
            return [self.find(authority) for authority in reversed(list(self._payments))]

    def clear(self) -> None:
        with self._lock:
            self._payments.clear()

    def _take_money(self, payment: Payment) -> Payment:
        paid = self._keep(replace(payment, status=Status.PAID, paid_at=self._now()))
        return self._confirm(paid) if paid.verifies_itself else paid

    def _confirm(self, payment: Payment) -> Payment:
        return self._keep(replace(payment, status=Status.VERIFIED, ref_id=next(self._ref_ids)))

    def _as_it_is_now(self, payment: Payment) -> Payment:
        """Kept, and not only computed, so that a clock set back does not undo it."""
        if payment.status is not Status.PAID or payment.paid_at is None or payment.returns_after is None:
            return payment
        if self._now() < payment.paid_at + payment.returns_after:
            return payment
        return self._keep(replace(payment, status=Status.REVERSED))

    def _keep(self, payment: Payment) -> Payment:
        with self._lock:
            self._payments[payment.authority] = payment
        return payment


def still(payment: Payment, *expected: Status) -> Payment:
    """The payment as it is, when the same button was pressed twice."""
    if payment.status not in expected:
        raise SessionClosed(payment.authority)
    return payment
