"""Receipts: which purchases have one, the code by which anybody can check it, and the short-lived link to the file.

Nothing is stored for them. A code is the payment's number and a keyed mark of it, written so that people can read it
out: whoever changes a digit asks for a receipt that does not exist. A link is a code, an end and a mark of both.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select

from functions.payments.schemas import ReceiptChecked, ReceiptLink
from functions.payments.states import Phase, on_the_wire
from zimmer import clock, crypto
from zimmer.auth.dependencies import Person
from zimmer.db import ReadSession
from zimmer.errors import LinkInvalid, PaymentNotFound, ReceiptNotFound, ReceiptNotReady
from zimmer.models import Automation, Payment, PaymentStatus, User
from zimmer.money import Rial
from zimmer.pagination import LARGEST_ID
from zimmer.settings import get_settings

S = PaymentStatus
PAID = frozenset({S.CREDITED, S.REVERSING, S.REVERSED, S.REFUND_PENDING, S.REFUNDED})

LINK_LIVES = timedelta(minutes=5)
OF_CODES = "payments.receipt-code"
OF_LINKS = "payments.receipt-link"

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U, which look like digits or like words
FROM_RFC = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", DIGITS)  # how base64.b32encode writes the same five bits
AS_MEANT = str.maketrans("OIL", "011")
MARK = 16  # signs, 80 bits: nobody guesses one


@dataclass(frozen=True)
class Receipt:
    """Everything that stands on a receipt."""

    code: str
    transaction_id: str
    buyer: str
    automation: str
    tokens: int
    amount: Rial
    amount_before: Rial
    refunded_amount: Rial | None
    phase: Phase
    paid_at: datetime
    tracking_code: str | None
    card_pan: str | None

    @property
    def page(self) -> str:
        """Where anybody can check it."""
        return f"{get_settings().frontend_url}/receipt/?code={self.code}"


def has_receipt() -> ColumnElement[bool]:
    """The condition under which a purchase has a receipt: its money reached us, also when it went back later."""
    return and_(Payment.verified_at.is_not(None), Payment.status.in_(PAID))


def own_receipt(session: ReadSession, customer: Person, transaction_id: str) -> Receipt:
    """The receipt of one of the customer's purchases. Raises PaymentNotFound, also for somebody else's, and
    ReceiptNotReady while its tokens are not credited.
    """
    row = session.first(_FACTS.where(Payment.transaction_id == transaction_id, Payment.user_id == customer.id))
    if row is None:
        raise PaymentNotFound
    if not row.has_receipt:
        raise ReceiptNotReady
    return _receipt(row)


def link(session: ReadSession, customer: Person, transaction_id: str) -> ReceiptLink:
    """An address of the file that opens without signing in, for five minutes. Raises as `own_receipt` does."""
    code = own_receipt(session, customer, transaction_id).code
    until = int((clock.now() + LINK_LIVES).timestamp())
    url = f"{get_settings().api_base_url}/api/payments/receipts/{code}/receipt.pdf?until={until}"
    return ReceiptLink(url=f"{url}&mark={_link_mark(code, until)}", expires_at=datetime.fromtimestamp(until, UTC))


def linked_receipt(session: ReadSession, code: str, *, until: int, mark: str) -> Receipt:
    """The receipt that a link opens. Raises LinkInvalid for a link that is too old or not ours."""
    if not hmac.compare_digest(_link_mark(code, until).encode(), mark.encode()) or clock.now().timestamp() >= until:
        raise LinkInvalid
    return _by_code(session, code)


def checked(session: ReadSession, code: str) -> ReceiptChecked:
    """What everybody may know who holds a receipt: nothing that does not stand on it. Raises ReceiptNotFound."""
    receipt = _by_code(session, code)
    return ReceiptChecked(
        receipt_code=receipt.code,
        phase=receipt.phase,
        amount=receipt.amount,
        refunded_amount=receipt.refunded_amount,
        tokens=receipt.tokens,
        automation_name=receipt.automation,
        paid_at=receipt.paid_at,
        card_pan=receipt.card_pan,
        tracking_code=receipt.tracking_code,
    )


def code_of(payment_id: int) -> str:
    """The code of a payment's receipt: its number, then the mark in groups of four."""
    number = _written(payment_id)
    mark = _mark(number)
    return "-".join([number, *(mark[at : at + 4] for at in range(0, MARK, 4))])


def payment_of(code: str) -> int:
    """The payment whose receipt has this code, however it was typed. Raises ReceiptNotFound when it is not ours."""
    typed = re.sub(r"[\s-]", "", code).upper().translate(AS_MEANT)
    number, mark = typed[:-MARK], typed[-MARK:]
    if not re.fullmatch(f"[1-9A-Z][{DIGITS}]{{0,12}}", number):
        raise ReceiptNotFound
    if not hmac.compare_digest(_mark(number).encode(), mark.encode()):
        raise ReceiptNotFound
    payment_id = _read(number)
    if payment_id > LARGEST_ID:
        raise ReceiptNotFound
    return payment_id


def _mark(number: str) -> str:
    raw = base64.urlsafe_b64decode(crypto.signature(number, purpose=OF_CODES) + "=")
    return base64.b32encode(raw[: MARK * 5 // 8]).decode().translate(FROM_RFC)


def _link_mark(code: str, until: int) -> str:
    return crypto.signature(f"{code}|{until}", purpose=OF_LINKS)


def _written(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 32)
        text = DIGITS[digit] + text
    return text


def _read(text: str) -> int:
    number = 0
    for sign in text:
        number = number * 32 + DIGITS.index(sign)
    return number


_FACTS = (
    select(
        Payment.__table__,
        Automation.name.label("automation_name"),
        User.name.label("buyer"),
        has_receipt().label("has_receipt"),
    )
    .join(Automation, Automation.id == Payment.automation_id)
    .join(User, User.id == Payment.user_id)
)


def _by_code(session: ReadSession, code: str) -> Receipt:
    row = session.first(_FACTS.where(Payment.id == payment_of(code), has_receipt()))
    if row is None:
        raise ReceiptNotFound
    return _receipt(row)


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        code=code_of(row.id),
        transaction_id=row.transaction_id,
        buyer=row.buyer,
        automation=row.automation_name,
        tokens=row.tokens_purchased,
        amount=row.amount,
        amount_before=row.amount_before,
        refunded_amount=row.refunded_amount,
        phase=on_the_wire(row, clock.now())[1],
        paid_at=row.verified_at,
        tracking_code=row.ref_id,
        card_pan=row.card_pan,
    )
