"""What of a purchase the outside is told: fewer statuses than there are inside, and where the purchase is.

The customer's page, the public status and the staff's lists all say the same words.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from zimmer.models import PaymentStatus

S = PaymentStatus

NOT_YET_HOPELESS = timedelta(minutes=30)  # how long "not paid" is still called "checking" when nobody said NOK
AT_NO_BANK = frozenset({S.CREATED, S.INIT_UNKNOWN})  # as far as we know: the gateway has not answered


class WireStatus(StrEnum):
    """What the outside is told. Never `failed` while the outcome is unknown."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Phase(StrEnum):
    """Where the purchase is, for the customer's page."""

    STARTING = "starting"
    AT_BANK = "at_bank"
    CHECKING = "checking"
    UNDER_REVIEW = "under_review"
    CREDITING = "crediting"
    DONE = "done"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REFUSED = "refused"
    CANCELED = "canceled"
    NOT_PAID = "not_paid"


Wire = tuple[WireStatus, Phase]

_ALWAYS: dict[PaymentStatus, Wire] = {
    S.CREATED: (WireStatus.PENDING, Phase.STARTING),
    S.INIT_UNKNOWN: (WireStatus.PENDING, Phase.STARTING),
    S.VERIFYING: (WireStatus.PENDING, Phase.CHECKING),
    S.VERIFY_UNKNOWN: (WireStatus.PENDING, Phase.CHECKING),
    S.REVIEW: (WireStatus.PENDING, Phase.UNDER_REVIEW),
    S.VERIFIED: (WireStatus.SUCCEEDED, Phase.CREDITING),
    S.CREDITED: (WireStatus.SUCCEEDED, Phase.DONE),
    S.REVERSING: (WireStatus.SUCCEEDED, Phase.REFUNDING),
    S.REFUND_PENDING: (WireStatus.SUCCEEDED, Phase.REFUNDING),
    S.REVERSED: (WireStatus.SUCCEEDED, Phase.REFUNDED),
    S.REFUNDED: (WireStatus.SUCCEEDED, Phase.REFUNDED),
    S.REJECTED: (WireStatus.FAILED, Phase.REFUSED),
    S.EXPIRED: (WireStatus.FAILED, Phase.NOT_PAID),
    S.CLOSED: (WireStatus.FAILED, Phase.NOT_PAID),
}


class Shown(Protocol):
    """What of a purchase decides how it is shown: a Payment, or a row that was read for showing."""

    @property
    def status(self) -> PaymentStatus: ...
    @property
    def nok_at(self) -> datetime | None: ...
    @property
    def canceled_at(self) -> datetime | None: ...
    @property
    def created_at(self) -> datetime: ...


def on_the_wire(payment: Shown, now: datetime) -> Wire:
    """The status and phase shown to the customer."""
    if payment.status is S.PENDING:
        return WireStatus.PENDING, Phase.CHECKING if payment.nok_at else Phase.AT_BANK
    if payment.status is S.NOT_PAID:
        return _not_paid(payment, now)
    if payment.canceled_at and payment.status in AT_NO_BANK | {S.EXPIRED}:
        return WireStatus.CANCELED, Phase.CANCELED
    return _ALWAYS[payment.status]


def _not_paid(payment: Shown, now: datetime) -> Wire:
    if payment.nok_at or payment.canceled_at:
        return WireStatus.CANCELED, Phase.CANCELED
    if now - payment.created_at < NOT_YET_HOPELESS:
        return WireStatus.PENDING, Phase.CHECKING
    return WireStatus.FAILED, Phase.NOT_PAID
