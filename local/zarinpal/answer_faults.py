"""Answers that are late, lost, broken or untrue. Which of them carry the call out is part of the promise."""

import json
from collections.abc import Callable
from dataclasses import replace
from http.client import responses
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from local.zarinpal.bank import MIN_AMOUNT
from local.zarinpal.codes import (
    AMOUNT_DIFFERS,
    INVALID_INPUT,
    INVALID_MERCHANT,
    TOO_MANY_CALLS,
    UNKNOWN_AUTHORITY,
    message,
)
from local.zarinpal.faults import NAMES_NO_AUTHORITY, AnswerFault, Arrival, Code, Moment, Seconds
from local.zarinpal.operations import Operation
from local.zarinpal.replies import Reply, failure, web_page

# These statuses come with Zarinpal's JSON; a client that looks at the status first loses the code.
CODES_OF_STATUSES = {401: INVALID_MERCHANT, 422: INVALID_INPUT, 429: TOO_MANY_CALLS}
OTHER_SHOP = "https://other-shop.example/paid"


def is_a_bad_status(status: int) -> int:
    if status not in CODES_OF_STATUSES and not 500 <= status <= 599:
        raise ValueError("401, 422, 429 or 500 to 599")
    return status


Status = Annotated[int, Field(strict=True), AfterValidator(is_a_bad_status)]
ServerError = Annotated[int, Field(strict=True, ge=500, le=599)]


class Ok(AnswerFault):
    """No fault at all: lets a call pass before the next one planned."""

    def answer(self, call: Arrival) -> Reply:
        return call.carry_out()


class Delay(AnswerFault):
    """Carried out at once, answered late."""

    seconds: Seconds = 2

    def answer(self, call: Arrival) -> Reply:
        return replace(call.carry_out(), hold_seconds=self.seconds)


class Hang(AnswerFault):
    """Nothing happens and nobody answers."""

    seconds: Seconds = 30

    def answer(self, call: Arrival) -> Reply:
        return nobody_answers(self.seconds)


class ApplyThenTimeout(AnswerFault):
    """The gateway does what was asked, and its answer is lost."""

    seconds: Seconds = 30

    def answer(self, call: Arrival) -> Reply:
        return replace(nobody_answers(self.seconds), authority=call.carry_out().authority)


class ApplyThen5xx(AnswerFault):
    """The gateway does what was asked, and what stands before it fails."""

    status: ServerError = 502

    def answer(self, call: Arrival) -> Reply:
        return replace(error_page(self.status), authority=call.carry_out().authority)


class Http(AnswerFault):
    """Not carried out. A page for 5xx; Zarinpal's JSON for 401, 422 and 429, or whenever a code is given."""

    status: Status = 500
    code: Code | None = None

    def answer(self, call: Arrival) -> Reply:
        code = self.code or CODES_OF_STATUSES.get(self.status)
        return replace(failure(code), status=self.status) if code else error_page(self.status)


class Http500(AnswerFault):
    def answer(self, call: Arrival) -> Reply:
        return error_page(500)


class Html(AnswerFault):
    """A 200 that is not JSON, as a maintenance page is."""

    def answer(self, call: Arrival) -> Reply:
        return web_page(200, "We will be back soon")


class TruncatedJson(AnswerFault):
    """Carried out; the answer breaks off in the middle."""

    def answer(self, call: Arrival) -> Reply:
        reply = call.carry_out()
        return replace(reply, content=reply.content[: len(reply.content) // 2], code=None)


class DataAsList(AnswerFault):
    """Carried out; `data` is the empty list that PHP makes of an empty object."""

    def answer(self, call: Arrival) -> Reply:
        reply = call.carry_out()
        is_refusal = reply.code is not None and reply.code < 0
        return replace(rewritten(reply, empty_data), code=reply.code if is_refusal else None)


class StringCode(AnswerFault):
    """Carried out; the code comes as text."""

    def answer(self, call: Arrival) -> Reply:
        return rewritten(call.carry_out(), code_to_text)


class Refuse(AnswerFault):
    """Zarinpal's refusal. The code decides the HTTP status."""

    code: Code = TOO_MANY_CALLS

    def answer(self, call: Arrival) -> Reply:
        return failure(self.code)


class ErrorsAsObject(Refuse):
    """`errors` is one object: the usual shape."""

    code: Code = INVALID_INPUT


class ErrorsAsList(AnswerFault):
    """`errors` is a list of objects."""

    code: Code = INVALID_INPUT

    def answer(self, call: Arrival) -> Reply:
        return refusal_with([{"code": self.code, "message": message(self.code)}], self.code)


class ErrorsAsFieldmap(AnswerFault):
    """`errors` has a field's name for a key, and the code as the last of its sentences."""

    code: Code = UNKNOWN_AUTHORITY

    def answer(self, call: Arrival) -> Reply:
        field = "merchant_id" if call.operation in NAMES_NO_AUTHORITY else "authority"
        return refusal_with({field: [message(self.code), str(self.code)]}, self.code)


class RateLimit(AnswerFault):
    """Too many calls. Not carried out."""

    def answer(self, call: Arrival) -> Reply:
        return failure(TOO_MANY_CALLS)


class WrongAmount(AnswerFault):
    """The gateway remembers another amount. Not carried out."""

    moments: ClassVar[tuple[Moment, ...]] = (Operation.VERIFY,)

    def answer(self, call: Arrival) -> Reply:
        return failure(AMOUNT_DIFFERS)


class AlreadyVerified(AnswerFault):
    """Carried out twice, so that even the first answer is 101, as after one that was lost."""

    moments: ClassVar[tuple[Moment, ...]] = (Operation.VERIFY,)

    def answer(self, call: Arrival) -> Reply:
        call.carry_out()
        return call.carry_out()


class CallbackBeforeInitAnswer(AnswerFault):
    """The customer has paid and is back before the shop knows the authority.

    The bank opens the callback, and the answer waits until it is served, `seconds` at most.
    """

    moments: ClassVar[tuple[Moment, ...]] = (Operation.REQUEST,)
    seconds: Seconds = 5

    def answer(self, call: Arrival) -> Reply:
        reply = call.carry_out()
        if reply.authority is None:
            return reply
        return_url = call.bank.pay(reply.authority).return_url
        return replace(reply, hold_seconds=self.seconds, until=call.browser.open(return_url))


class UnverifiedOverflow(AnswerFault):
    """`n` payments of the same terminal's other shop are paid in this moment, so the list shows no other."""

    moments: ClassVar[tuple[Moment, ...]] = (Operation.UNVERIFIED,)
    n: Annotated[int, Field(strict=True, gt=100, le=1000)] = 101

    def answer(self, call: Arrival) -> Reply:
        for number in range(self.n):
            opened = call.bank.open(
                merchant_id=call.merchant_id,
                amount=MIN_AMOUNT,
                description="another shop of this terminal",
                callback_url=f"{OTHER_SHOP}/{number}",
            )
            call.bank.pay(opened.authority)
        return call.carry_out()


def nobody_answers(seconds: float) -> Reply:
    return replace(error_page(504), hold_seconds=seconds)


def error_page(status: int) -> Reply:
    return web_page(status, responses.get(status, f"Error {status}"))


def refusal_with(errors: object, code: int) -> Reply:
    return replace(failure(code), content=json.dumps({"data": [], "errors": errors}))


def rewritten(reply: Reply, change: Callable[[dict[str, Any]], None]) -> Reply:
    payload = json.loads(reply.content)
    change(payload)
    return replace(reply, content=json.dumps(payload))


def empty_data(payload: dict[str, Any]) -> None:
    payload["data"] = []


def code_to_text(payload: dict[str, Any]) -> None:
    part = payload["data"] or payload["errors"]
    part["code"] = str(part["code"])
