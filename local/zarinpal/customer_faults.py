"""What goes another way between the customer, the bank and the terminal, while every answer is in order."""

from concurrent.futures import wait
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from local.zarinpal.bank import Bank
from local.zarinpal.faults import Departure, Leaving, Moment, Seconds, TermFault, Visit, VisitFault
from local.zarinpal.operations import Operation

NAMES_AN_AUTHORITY = (Operation.VERIFY, Operation.INQUIRY, Operation.REVERSE)
Minutes = Annotated[float, Field(strict=True, gt=0, le=100_000, allow_inf_nan=False)]


class AutoVerify(TermFault):
    """The terminal confirms the payment by itself: the shop's first verify is already a 101."""

    moments: ClassVar[tuple[Moment, ...]] = (Visit.PAY, *NAMES_AN_AUTHORITY)

    def settle(self, bank: Bank, authority: str) -> None:
        bank.let_verify_itself(authority)


class AutoReturnAfter(TermFault):
    """Money that nobody verifies goes back to the buyer after so many minutes of the gateway's clock."""

    moments: ClassVar[tuple[Moment, ...]] = (Visit.PAY, *NAMES_AN_AUTHORITY)
    minutes: Minutes = 30

    def settle(self, bank: Bank, authority: str) -> None:
        bank.let_money_return(authority, timedelta(minutes=self.minutes))


class Reversed(TermFault):
    """The money went back before this call; nothing happens to a payment without money."""

    moments: ClassVar[tuple[Moment, ...]] = NAMES_AN_AUTHORITY

    def settle(self, bank: Bank, authority: str) -> None:
        bank.give_back(authority)


class DuplicateCallbacks(VisitFault):
    """Besides the customer's browser, the bank opens the callback `n` times more, all at once."""

    moments: ClassVar[tuple[Moment, ...]] = (Visit.PAY, Visit.CANCEL)
    n: Annotated[int, Field(strict=True, ge=1, le=50)] = 1

    def leave(self, customer: Leaving) -> Departure:
        payment = customer.press()
        customer.browser.open_at_once([payment.return_url] * self.n)
        return Departure(payment, payment.return_url)


class NokThenOk(VisitFault):
    """The first card fails and the shop hears NOK, for `seconds` at most; the next card pays, and OK follows."""

    seconds: Seconds = 5

    def leave(self, customer: Leaving) -> Departure:
        failed = customer.bank.cancel(customer.authority)
        wait([customer.browser.open(failed.return_url)], timeout=self.seconds)
        payment = customer.bank.pay_after_all(customer.authority)
        return Departure(payment, payment.return_url)


class NeverReturns(VisitFault):
    """Paid, and the bank's page says so without a way back."""

    def leave(self, customer: Leaving) -> Departure:
        return Departure(customer.press(), None)
