"""Zarinpal's REST v4 API.

Facts: zarinpal.com/docs (paymentGateway, errorList, otherMethods/Inquiry and unVerified), read 2026-11. JSON both ways,
`merchant_id` in the body, rials with `currency: "IRR"`. `errors` is `[]`, an object with a code, or a map
of fields like `{"authority": ["…", "-54"]}`; `data` is an object or `[]`; a 401 or 422 carries JSON too,
so the body is read before the status is believed.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import httpx

from functions.payments.gateways.base import (
    Inquired,
    NotPaid,
    Order,
    Paid,
    Refused,
    Report,
    ReversalRefused,
    Reversed,
    Standing,
    Started,
    Suspicious,
    Unknown,
    Unverified,
    Waiting,
)
from zimmer.money import Rial
from zimmer.observability import Unit, counting, logger

AUTHORITY = re.compile(r"[AS][0-9a-zA-Z]{35}")  # matched whole: "$" would let a line break through
LIVE_AUTHORITY = re.compile(r"A[0-9a-zA-Z]{35}")  # the sandbox's begin with S
MOBILE = re.compile(r"09[0-9]{9}")
DESCRIPTION_LIMIT = 500
# What our columns hold. A paid answer that does not fit its row could never be committed.
REF_ID_LIMIT, CARD_PAN_LIMIT, CARD_HASH_LIMIT = 255, 30, 128
LARGEST_FEE = 2**63 - 1

VERIFIED, ALREADY_VERIFIED = 100, 101
TOO_MANY_CALLS = -12


class Meaning(Enum):
    PAID = auto()
    NOT_PAID = auto()
    UNKNOWN = auto()  # ask again with patience
    OUR_REQUEST_IS_WRONG = auto()
    TERMINAL_IS_WRONG = auto()  # the merchant's configuration: alarm
    SUSPICIOUS = auto()
    REVERSAL_REFUSED = auto()


CODES: Mapping[int, Meaning] = {
    VERIFIED: Meaning.PAID,
    ALREADY_VERIFIED: Meaning.PAID,
    -51: Meaning.NOT_PAID,
    TOO_MANY_CALLS: Meaning.UNKNOWN,
    -52: Meaning.UNKNOWN,
    -9: Meaning.OUR_REQUEST_IS_WRONG,
    -40: Meaning.OUR_REQUEST_IS_WRONG,
    -41: Meaning.OUR_REQUEST_IS_WRONG,
    **dict.fromkeys((-10, -11, -13, -14, -15, -16, -17, -18, -19), Meaning.TERMINAL_IS_WRONG),
    **dict.fromkeys((-50, -53, -54), Meaning.SUSPICIOUS),
    **dict.fromkeys((-60, -61, -62, -63), Meaning.REVERSAL_REFUSED),
}


@dataclass(frozen=True)
class Answer:
    """One answer, whatever its shape: a code if there was one, the data if there was any."""

    data: Mapping[str, Any]
    report: Report

    @property
    def meaning(self) -> Meaning:
        return Meaning.UNKNOWN if self.report.code is None else CODES.get(self.report.code, Meaning.UNKNOWN)


class Zarinpal:
    """The v4 client. `client` brings the time-outs; there are no retries, since a POST may have worked."""

    def __init__(self, client: httpx.Client, *, base_url: str, merchant_id: str, is_live: bool = False) -> None:
        self._client = client
        self._base_url = base_url
        self._merchant_id = merchant_id
        self._authority = LIVE_AUTHORITY if is_live else AUTHORITY

    def start(self, order: Order) -> Started | Refused | Unknown:
        answer = self._ask("request", _start_body(order))
        match answer.meaning:
            case Meaning.PAID if self._authority.fullmatch(str(answer.data.get("authority", ""))):
                return Started(str(answer.data["authority"]), _rial(answer.data.get("fee")), answer.report)
            case Meaning.OUR_REQUEST_IS_WRONG | Meaning.TERMINAL_IS_WRONG:
                return Refused(answer.report)
            case _:
                return Unknown(answer.report)

    def verify(self, authority: str, amount: Rial) -> Paid | NotPaid | Suspicious | Unknown:
        answer = self._ask("verify", {"authority": authority, "amount": amount})
        match answer.meaning:
            case Meaning.PAID:
                return _paid(answer)
            case Meaning.NOT_PAID:
                return NotPaid(answer.report)
            case Meaning.SUSPICIOUS:
                return Suspicious(answer.report)
            case _:  # also when our request or the terminal is wrong: the money may well have moved
                return Unknown(answer.report)

    def inquire(self, authority: str) -> Inquired | Unknown:
        answer = self._ask("inquiry", {"authority": authority})
        try:
            return Inquired(Standing(str(answer.data.get("status"))), answer.report)
        except ValueError:
            return Unknown(answer.report)

    def unverified(self) -> Unverified | Unknown:
        answer = self._ask("unVerified", {})
        rows = answer.data.get("authorities")
        if answer.meaning is not Meaning.PAID or not isinstance(rows, list):
            return Unknown(answer.report)
        return Unverified(tuple(self._waiting_in(rows)), answer.report)

    def reverse(self, authority: str) -> Reversed | ReversalRefused | Unknown:
        answer = self._ask("reverse", {"authority": authority})
        match answer.meaning:
            case Meaning.PAID:
                return Reversed(answer.report)
            case Meaning.UNKNOWN:
                return Unknown(answer.report)
            case _:
                return ReversalRefused(answer.report)

    def _waiting_in(self, rows: list[Any]) -> Iterator[Waiting]:
        """The rows that can be ours. One that cannot be read must not hide the others."""
        for row in rows:
            match row:
                case {"authority": str(authority), "amount": int(amount), "callback_url": str(callback_url)} if (
                    self._authority.fullmatch(authority)
                ):
                    yield Waiting(authority, Rial(amount), callback_url)
                case _:
                    logger().warning("gateway.unreadable-unverified-row")

    def _ask(self, operation: str, body: Mapping[str, Any]) -> Answer:
        started = time.monotonic()
        try:
            response = self._client.post(
                f"{self._base_url}{operation}.json", json={"merchant_id": self._merchant_id, **body}
            )
        except httpx.TimeoutException:
            answer = Answer({}, Report(_since(started), reason="timeout"))
        except httpx.HTTPError:
            answer = Answer({}, Report(_since(started), reason="no-connection"))
        else:
            answer = _read(response, _since(started))
        _log(operation, answer)
        return answer


def _start_body(order: Order) -> dict[str, Any]:
    metadata: dict[str, Any] = {"order_id": order.order_id, "auto_verify": False}
    if order.email:
        metadata["email"] = order.email
    if order.mobile and MOBILE.fullmatch(order.mobile):
        metadata["mobile"] = order.mobile
    return {
        "amount": order.amount,
        "currency": "IRR",
        "description": order.description[:DESCRIPTION_LIMIT],
        "callback_url": order.callback_url,
        "metadata": metadata,
    }


def _read(response: httpx.Response, latency_ms: int) -> Answer:
    status = response.status_code
    try:
        payload = response.json()
    except (ValueError, RecursionError):
        return Answer({}, Report(latency_ms, http_status=status, reason="not-json"))
    if status >= 500:
        return Answer({}, Report(latency_ms, http_status=status, reason="server-error"))
    if not isinstance(payload, Mapping):
        return Answer({}, Report(latency_ms, http_status=status, reason="not-an-object"))
    data = payload.get("data")
    data = data if isinstance(data, Mapping) else {}
    code = next(_codes_in(data, payload.get("errors")), None)
    reason = None if code is not None else "no-code"
    refused = code is not None and CODES.get(code) is Meaning.TERMINAL_IS_WRONG
    report = Report(latency_ms, code=code, http_status=status, reason=reason, is_terminal_refused=refused)
    return Answer(data, report)


def _codes_in(data: Mapping[str, Any], errors: Any) -> Iterator[int]:
    """Every place in which a code has been seen, the likeliest first. Only `data` may say that it went well."""
    yield from _integers(data.get("code"))
    yield from (code for code in _codes_of_errors(errors) if code < 0)


def _codes_of_errors(errors: Any) -> Iterator[int]:
    if isinstance(errors, Mapping):
        yield from _integers(errors.get("code"))
        for told in errors.values():
            for part in told if isinstance(told, list) else [told]:
                yield from _integers(part)
    for error in errors if isinstance(errors, list) else ():
        yield from _integers(error.get("code") if isinstance(error, Mapping) else error)


def _integers(value: Any) -> Iterator[int]:
    """`value` as a number: codes come as 100 and as "100"."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return
    if re.fullmatch(r"-?[0-9]{1,4}", str(value)):
        yield int(value)


def _paid(answer: Answer) -> Paid:
    return Paid(
        ref_id=_text(answer.data.get("ref_id"), REF_ID_LIMIT),
        card_pan=_text(answer.data.get("card_pan"), CARD_PAN_LIMIT),
        card_hash=_text(answer.data.get("card_hash"), CARD_HASH_LIMIT),
        fee=_rial(answer.data.get("fee")),
        already=answer.report.code == ALREADY_VERIFIED,
        report=answer.report,
    )


def _text(value: Any, limit: int) -> str | None:
    """A receipt's number or word, as much of it as can be kept."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return "".join(letter for letter in str(value) if letter.isprintable())[:limit] or None


def _rial(value: Any) -> Rial | None:
    is_amount = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_FEE
    return Rial(value) if is_amount else None


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _log(operation: str, answer: Answer) -> None:
    """One line a call, never a body. A terminal that is set up wrongly stops all sales: that is an error."""
    report, is_terminal = answer.report, answer.meaning is Meaning.TERMINAL_IS_WRONG
    tell = logger().error if is_terminal else logger().info
    failed = counting({"GatewayError": (1, Unit.COUNT)}) if report.reason or is_terminal else {}
    tell(
        "gateway.answered",
        **failed,
        operation=operation,
        code=report.code,
        http_status=report.http_status,
        reason=report.reason,
        latency_ms=report.latency_ms,
    )
