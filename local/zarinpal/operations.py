"""The five calls of REST v4: what each accepts, and what it answers.

Nothing here raises towards the server: every refusal is an answer in Zarinpal's own shape.
"""

from collections.abc import Callable
from datetime import timedelta, timezone
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from local.zarinpal.bank import MIN_AMOUNT, Bank, Payment
from local.zarinpal.codes import ALREADY_VERIFIED, INVALID_INPUT, INVALID_MERCHANT, Refused
from local.zarinpal.replies import Reply, failure, success

CARD_PAN = "502229******5995"
CARD_HASH = sha256(CARD_PAN.encode()).hexdigest().upper()
REQUEST_FEE, VERIFY_FEE = 100, 0
TEHRAN = timezone(timedelta(hours=3, minutes=30))  # no daylight saving since 2022


class Operation(StrEnum):
    """Spelled as in the URL, before `.json`."""

    REQUEST = "request"
    VERIFY = "verify"
    INQUIRY = "inquiry"
    UNVERIFIED = "unVerified"
    REVERSE = "reverse"


def web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("The callback url format is invalid.")
    return url


class ByMerchant(BaseModel):
    """What every call carries. Strict, because a client that sends "110000" for 110000 has a fault to mend."""

    model_config = ConfigDict(strict=True, frozen=True)
    merchant_id: Annotated[str, Field(min_length=36, max_length=36)]


class Metadata(BaseModel):
    """About the buyer: checked and left alone. With `auto_verify` the payment confirms itself when it is paid."""

    model_config = ConfigDict(strict=True, frozen=True)
    mobile: Annotated[str, Field(pattern=r"^09[0-9]{9}$")] | None = None
    email: str | None = None
    order_id: str | None = None
    auto_verify: bool | None = None


class RequestBody(ByMerchant):
    amount: Annotated[int, Field(ge=MIN_AMOUNT)]
    # The real gateway also takes IRT. Refusing it here catches a price that is ten times too high or too low.
    currency: Literal["IRR"] = "IRR"
    description: Annotated[str, Field(min_length=1, max_length=500)]
    callback_url: Annotated[str, AfterValidator(web_address)]
    metadata: Metadata | None = None


class InquiryBody(ByMerchant):
    authority: str


class VerifyBody(InquiryBody):
    amount: int


Body = TypeVar("Body", bound=ByMerchant)


def read(body_type: type[Body], raw: bytes) -> Body:
    body = body_type.model_validate_json(raw)
    if not is_uuid(body.merchant_id):
        raise Refused(INVALID_MERCHANT)
    return body


def is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def request(bank: Bank, raw: bytes) -> Reply:
    body = read(RequestBody, raw)
    payment = bank.open(
        merchant_id=body.merchant_id,
        amount=body.amount,
        description=body.description,
        callback_url=body.callback_url,
        verifies_itself=bool(body.metadata and body.metadata.auto_verify),
    )
    data: dict[str, object] = {
        "message": "Success",
        "authority": payment.authority,
        "fee_type": "Merchant",
        "fee": REQUEST_FEE,
    }
    return success(data, authority=payment.authority)


def verify(bank: Bank, raw: bytes) -> Reply:
    body = read(VerifyBody, raw)
    code, payment = bank.verify(body.authority, merchant_id=body.merchant_id, amount=body.amount)
    data: dict[str, object] = {
        "message": "Verified" if code == ALREADY_VERIFIED else "Paid",
        "ref_id": payment.ref_id,
        "card_pan": CARD_PAN,
        "card_hash": CARD_HASH,
        "fee_type": "Merchant",
        "fee": VERIFY_FEE,
    }
    return success(data, code=code)


def inquiry(bank: Bank, raw: bytes) -> Reply:
    body = read(InquiryBody, raw)
    payment = bank.inquire(body.authority, merchant_id=body.merchant_id)
    return success({"message": "Success", "status": payment.status})


def unverified(bank: Bank, raw: bytes) -> Reply:
    body = read(ByMerchant, raw)
    waiting = [waiting_row(payment) for payment in bank.unverified(body.merchant_id)]
    # Here, and only here, Zarinpal sends the code as text.
    return success({"code": "100", "message": "Success", "authorities": waiting})


def waiting_row(payment: Payment) -> dict[str, object]:
    shop = urlsplit(payment.callback_url)
    return {
        "authority": payment.authority,
        "amount": payment.amount,
        "callback_url": payment.callback_url,
        "referer": f"{shop.scheme}://{shop.netloc}/",
        "date": payment.opened_at.astimezone(TEHRAN).strftime("%Y-%m-%d %H:%M:%S"),
    }


def reverse(bank: Bank, raw: bytes) -> Reply:
    body = read(InquiryBody, raw)
    bank.reverse(body.authority, merchant_id=body.merchant_id)
    return success({"message": "Reversed"})


OPERATIONS: dict[Operation, Callable[[Bank, bytes], Reply]] = {
    Operation.REQUEST: request,
    Operation.VERIFY: verify,
    Operation.INQUIRY: inquiry,
    Operation.UNVERIFIED: unverified,
    Operation.REVERSE: reverse,
}


def carry_out(bank: Bank, operation: Operation, raw: bytes) -> Reply:
    """Do what was asked and answer it, as the gateway does on a good day."""
    try:
        return OPERATIONS[operation](bank, raw)
    except ValidationError as error:
        return failure(INVALID_INPUT, validations(error))
    except Refused as refusal:
        return failure(refusal.code)


def validations(error: ValidationError) -> list[dict[str, str]]:
    return [{".".join(map(str, fault["loc"])) or "body": fault["msg"]} for fault in error.errors()]
