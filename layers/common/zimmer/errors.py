"""What can go wrong, said once: the situation, its code on the wire and its HTTP status.

    ZimmerError
    ├── BadRequest 400          MalformedJson
    ├── Unauthenticated 401     NotSignedIn · TokenExpired · TokenInvalid · WrongCredentials · SessionRevoked
    │                           ServiceTokenInvalid
    ├── PaymentRequired 402     InsufficientTokens
    ├── Forbidden 403           NotAllowed · OriginRefused · OwnAccount · OwnRequest · HigherRole · TicketNotAssigned
    │                           StepUpRequired
    ├── NotFound 404            AutomationNotFound · UserAutomationNotFound · PaymentNotFound · SessionNotFound
    │                           RouteNotFound · TicketNotFound · NotificationNotFound · UserNotFound
    │                           PackageNotFound · AdjustmentNotFound · KeyNotFound · RunNotFound
    │                           ReceiptNotFound · HoldNotFound
    ├── MethodNotAllowed 405
    ├── Conflict 409            EmailTaken · EmailVerified · TokensWouldBeLost · AutomationUnavailable
    │                           AutomationNotAdded · IdempotencyConflict · InProgress · TooManyOpenPayments
    │                           DailyCapReached · UserAutomationInactive · QuoteExpired · QuoteUsed · TicketClosed
    │                           TicketChanged · LastManager · AccountDeleted · PackageTaken · KeyNameTaken
    │                           AdjustmentDecided · AdjustmentExpired · BalanceBelowZero · NotInReview
    │                           NotReversible · NotRefundable · TwofaOn · TwofaOff · TwofaMandatory
    │                           ReceiptNotReady · HoldEnded
    ├── BodyTooLarge 413
    ├── Unprocessable 422       ValidationFailed · BelowMinimum · AboveMaximum · PackageOnly · QuoteInvalid
    │                           DiscountRefused · TooManyRows · LinkInvalid · CodeInvalid · PasswordWrong
    │                           HoldExceeded
    ├── TooManyRequests 429
    └── Unavailable 503         GatewayUnavailable · GatewayRefused · DatabaseUnavailable · QueueUnavailable

Services raise these; only `zimmer.web` turns them into `application/problem+json` (RFC 9457).
This module imports nothing of ours, so everything may import it. It is the only list of codes.
"""

from collections.abc import Iterator
from typing import ClassVar, TypedDict

Detail = str | int | bool | list[str] | list[int] | None


class FieldError(TypedDict):
    """One refused field: where it stands in the request, a code, and a sentence for developers."""

    loc: list[str | int]
    code: str
    message: str


class ZimmerError(Exception):
    """A situation the caller can be told about. `data` travels to the wire beside the sentence."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something failed on our side"

    def __init__(self, detail: str | None = None, **data: Detail) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.data = data


class BadRequest(ZimmerError):
    status = 400
    code = "bad-request"
    title = "The request cannot be read"


class MalformedJson(BadRequest):
    code = "malformed-json"
    title = "The body is not valid JSON"


class Unauthenticated(ZimmerError):
    status = 401
    code = "not-signed-in"
    title = "Sign in first"


class NotSignedIn(Unauthenticated):
    """No access token came with the request, or its session has ended."""


class TokenExpired(Unauthenticated):
    code = "token-expired"
    title = "The access token has expired"


class TokenInvalid(Unauthenticated):
    code = "token-invalid"
    title = "The access token is not valid"


class WrongCredentials(Unauthenticated):
    """One answer for an unknown address, a wrong password and a wrong audience: it must not tell which."""

    code = "wrong-credentials"
    title = "The e-mail address or the password is wrong"


class SessionRevoked(Unauthenticated):
    """A refresh token came back after its successor was used: two hold it, so the whole sign-in was ended."""

    code = "session-revoked"
    title = "This session was ended for safety; sign in again"


class ServiceTokenInvalid(Unauthenticated):
    code = "service-token-invalid"
    title = "The service token is not valid"


class PaymentRequired(ZimmerError):
    status = 402
    code = "payment-required"
    title = "Payment required"


class InsufficientTokens(PaymentRequired):
    """The customer's copy of the automation has fewer tokens than the run needs."""

    code = "insufficient-tokens"
    title = "Not enough tokens"

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(f"{needed} tokens needed, {available} left", needed=needed, available=available)


class Forbidden(ZimmerError):
    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotAllowed(Forbidden):
    code = "not-allowed"
    title = "Your role does not allow this"


class OriginRefused(Forbidden):
    """The refresh cookie came from a page that is not the panel it belongs to."""

    code = "origin-refused"
    title = "This page may not use the session's cookie"


class OwnAccount(Forbidden):
    """Nobody raises their own role or switches their own account off."""

    code = "own-account"
    title = "This cannot be done to your own account"


class OwnRequest(Forbidden):
    """What one person asks for, another decides."""

    code = "own-request"
    title = "Somebody else has to decide what you asked for"


class HigherRole(Forbidden):
    """Support and technical staff act on customers; only managers act on staff."""

    code = "higher-role"
    title = "Only a manager may act on an account of the staff"


class TicketNotAssigned(Forbidden):
    code = "ticket-not-assigned"
    title = "Your role may answer the tickets that are assigned to you"


class StepUpRequired(Forbidden):
    """The act needs a code of the second factor, given in this session not long ago."""

    code = "step-up-required"
    title = "Confirm with a code of your authenticator first"


class NotFound(ZimmerError):
    status = 404
    code = "not-found"
    title = "Not found"


class RouteNotFound(NotFound):
    code = "route-not-found"
    title = "There is nothing at this address"


class AutomationNotFound(NotFound):
    code = "automation-not-found"
    title = "No such automation"


class UserAutomationNotFound(NotFound):
    """Also the answer for another customer's or another automation's copy: it must not tell who exists."""

    code = "user-automation-not-found"
    title = "No such automation in this account"


class PaymentNotFound(NotFound):
    code = "payment-not-found"
    title = "No such payment"


class ReceiptNotFound(NotFound):
    """No receipt has this code: it was mistyped, or made up."""

    code = "receipt-not-found"
    title = "There is no such receipt"


class SessionNotFound(NotFound):
    """Also the answer for another person's session: it must not tell which exist."""

    code = "session-not-found"
    title = "No such session in this account"


class TicketNotFound(NotFound):
    """Also the answer for somebody else's ticket: it must not tell which exist."""

    code = "ticket-not-found"
    title = "No such ticket"


class NotificationNotFound(NotFound):
    code = "notification-not-found"
    title = "No such notification"


class UserNotFound(NotFound):
    code = "user-not-found"
    title = "No such account"


class PackageNotFound(NotFound):
    code = "package-not-found"
    title = "This automation has no such package"


class AdjustmentNotFound(NotFound):
    code = "adjustment-not-found"
    title = "No such token adjustment"


class KeyNotFound(NotFound):
    code = "openai-key-not-found"
    title = "No such OpenAI key"


class RunNotFound(NotFound):
    code = "reconciliation-run-not-found"
    title = "No such reconciliation run"


class HoldNotFound(NotFound):
    """Also the answer for a hold of another automation's customer: it must not tell which exist."""

    code = "hold-not-found"
    title = "No such hold"


class MethodNotAllowed(ZimmerError):
    status = 405
    code = "method-not-allowed"
    title = "This address does not take that method"


class Conflict(ZimmerError):
    status = 409
    code = "conflict"
    title = "The request conflicts with what is there"


class ReceiptNotReady(Conflict):
    """A receipt is given once the tokens are credited."""

    code = "receipt-not-ready"
    title = "This purchase has no receipt yet"


class EmailTaken(Conflict):
    code = "email-taken"
    title = "An account with this e-mail address exists"


class EmailVerified(Conflict):
    """The address was confirmed before; another link would do nothing."""

    code = "email-verified"
    title = "This e-mail address is confirmed already"


class TokensWouldBeLost(Conflict):
    """Deleting the account would lose `tokens`; repeat it with `tokens_lost` of that size if that is meant."""

    code = "tokens-would-be-lost"
    title = "Tokens would be lost with the account"

    def __init__(self, *, tokens: int) -> None:
        super().__init__(f"{tokens} tokens would be lost", tokens=tokens)


class AutomationUnavailable(Conflict):
    code = "automation-unavailable"
    title = "This automation cannot be bought now"


class AutomationNotAdded(Conflict):
    code = "automation-not-added"
    title = "Add the automation to the account before buying tokens for it"


class UserAutomationInactive(Conflict):
    code = "user-automation-inactive"
    title = "The customer has this automation switched off"


class DailyCapReached(Conflict):
    """The customer's own daily limit would be passed. It resets at midnight of the business time zone."""

    code = "daily-cap-reached"
    title = "The daily spending limit is reached"

    def __init__(self, *, cap: int, spent_today: int) -> None:
        super().__init__(f"{spent_today} of {cap} tokens spent today", cap=cap, spent_today=spent_today)


class HoldEnded(Conflict):
    """The hold ended in another way than is asked for now. `state` says how, `used` how many tokens stayed spent."""

    code = "hold-ended"
    title = "The hold has ended"

    def __init__(self, *, state: str, used: int) -> None:
        super().__init__(f"The hold is {state}", state=state, used=used)


class IdempotencyConflict(Conflict):
    code = "idempotency-conflict"
    title = "This idempotency key was used with another body"


class InProgress(Conflict):
    """The same request is being worked on. Ask again after `retry_after_s`."""

    code = "in-progress"
    title = "The same request is in progress"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__(None, retry_after_s=retry_after_s)


class TooManyOpenPayments(Conflict):
    code = "too-many-open-payments"
    title = "Finish or cancel an open payment first"

    def __init__(self, *, transaction_ids: list[str]) -> None:
        super().__init__(f"{len(transaction_ids)} payments are open", transaction_ids=transaction_ids)


class QuoteExpired(Conflict):
    """The price was promised for a while that is over; ask for a new one."""

    code = "quote-expired"
    title = "The quote has expired"


class QuoteUsed(Conflict):
    """A quote serves one Idempotency-Key, and another one was faster."""

    code = "quote-used"
    title = "The quote has been used"


class TicketClosed(Conflict):
    """Nothing is added to a closed ticket; reopen it first."""

    code = "ticket-closed"
    title = "The ticket is closed"


class TicketChanged(Conflict):
    """Somebody wrote after what the caller has read. `newest_message_id` is theirs."""

    code = "ticket-changed"
    title = "Somebody has written in this ticket since you opened it"

    def __init__(self, *, newest_message_id: int) -> None:
        super().__init__(None, newest_message_id=newest_message_id)


class LastManager(Conflict):
    code = "last-manager"
    title = "The last active manager stays"


class AccountDeleted(Conflict):
    code = "account-deleted"
    title = "The account was deleted by its owner"


class PackageTaken(Conflict):
    code = "package-taken"
    title = "The automation has a package of this size"


class KeyNameTaken(Conflict):
    code = "key-name-taken"
    title = "An OpenAI key has this name"


class TwofaOn(Conflict):
    """Two-factor sign-in is switched on already."""

    code = "twofa-on"
    title = "Two-factor sign-in is on already"


class TwofaOff(Conflict):
    """Two-factor sign-in is not switched on, or its set-up was not begun."""

    code = "twofa-off"
    title = "Two-factor sign-in is not set up"


class TwofaMandatory(Conflict):
    """Staff cannot do without a second factor."""

    code = "twofa-mandatory"
    title = "Staff need two-factor sign-in"


class AdjustmentDecided(Conflict):
    code = "adjustment-decided"
    title = "The request has been decided"


class AdjustmentExpired(Conflict):
    code = "adjustment-expired"
    title = "The request has expired"


class BalanceBelowZero(Conflict):
    """A correction may not take more than there is."""

    code = "balance-below-zero"
    title = "The balance would fall below zero"

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(f"{needed} tokens to take, {available} left", needed=needed, available=available)


class NotInReview(Conflict):
    code = "payment-not-in-review"
    title = "The payment is not under review"


class NotReversible(Conflict):
    """The gateway cannot give this purchase back. `reason` is one of status, no-gateway, too-late, spent."""

    code = "not-reversible"
    title = "This payment cannot be reversed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"It cannot be reversed: {reason}", reason=reason)


class NotRefundable(Conflict):
    """There is nothing to pay back. `reason` is one of status, spent."""

    code = "not-refundable"
    title = "This payment cannot be refunded"

    def __init__(self, reason: str) -> None:
        super().__init__(f"It cannot be refunded: {reason}", reason=reason)


class BodyTooLarge(ZimmerError):
    status = 413
    code = "body-too-large"
    title = "The body is too large"

    def __init__(self, *, limit_bytes: int) -> None:
        super().__init__(f"A body may have {limit_bytes} bytes", limit_bytes=limit_bytes)


class Unprocessable(ZimmerError):
    status = 422
    code = "unprocessable"
    title = "The request cannot be carried out"


class ValidationFailed(Unprocessable):
    code = "validation-failed"
    title = "Some fields are not valid"

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(f"{len(errors)} field(s) not valid")
        self.errors = errors


class HoldExceeded(Unprocessable):
    """More was used than is held. The hold is still open; `held` is the most that it can be committed for."""

    code = "hold-exceeded"
    title = "More than is held"

    def __init__(self, *, held: int) -> None:
        super().__init__(f"{held} tokens are held", held=held)


class BelowMinimum(Unprocessable):
    """The amount is below what the bank takes. `min_tokens` is the smallest purchase that is not."""

    code = "below-minimum"
    title = "The amount is below the minimum"

    def __init__(self, *, amount: int, minimum: int, min_tokens: int) -> None:
        super().__init__(
            f"{amount} rials is under {minimum}; buy {min_tokens} tokens or more",
            amount=amount,
            minimum=minimum,
            min_tokens=min_tokens,
        )


class AboveMaximum(Unprocessable):
    """The amount is above what the bank takes. `max_tokens` is the largest purchase that is not."""

    code = "above-maximum"
    title = "The amount is above the maximum"

    def __init__(self, *, amount: int, maximum: int, max_tokens: int) -> None:
        super().__init__(
            f"{amount} rials is over {maximum}; buy {max_tokens} tokens or fewer",
            amount=amount,
            maximum=maximum,
            max_tokens=max_tokens,
        )


class PackageOnly(Unprocessable):
    """The automation is sold in packages. `sizes` are those that can be bought."""

    code = "package-only"
    title = "Only the listed packages can be bought"

    def __init__(self, *, sizes: list[int]) -> None:
        super().__init__(f"{len(sizes)} sizes can be bought", sizes=sizes)


class DiscountRefused(Unprocessable):
    """A discount code that takes nothing off here. `reason` is one of unknown, other-automation, not-yet, ended,
    used-by-you, used-up.
    """

    code = "discount-refused"
    title = "This discount code cannot be used"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The code is refused: {reason}", reason=reason)


class QuoteInvalid(Unprocessable):
    """Also the answer for somebody else's quote: it must not tell that it is a real one."""

    code = "quote-invalid"
    title = "The quote is not valid"


class TooManyRows(Unprocessable):
    """A file of more rows than anybody opens. Ask for a narrower range."""

    code = "too-many-rows"
    title = "The range has too many rows for one file"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"More than {limit} rows", limit=limit)


class LinkInvalid(Unprocessable):
    """A link or challenge that is unknown, used, too old or meant for something else: nobody is told which."""

    code = "link-invalid"
    title = "This link has been used or is too old"


class CodeInvalid(Unprocessable):
    """A code of an authenticator or a recovery code that is wrong, used or too old."""

    code = "code-invalid"
    title = "This code is not right or its time is over"


class PasswordWrong(Unprocessable):
    """The signed-in person gave a wrong password while changing something that needs it."""

    code = "password-wrong"
    title = "The password is not right"


class TooManyRequests(ZimmerError):
    """A limit is used up. Ask again after `retry_after_s`; asking sooner changes nothing."""

    status = 429
    code = "too-many-requests"
    title = "Too many requests"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__(None, retry_after_s=retry_after_s)


class Unavailable(ZimmerError):
    """Try again after `retry_after_s`: nothing was charged and nothing was lost."""

    status = 503
    code = "unavailable"
    title = "Not available at the moment"

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 5) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)


class GatewayUnavailable(Unavailable):
    """It did not answer, or it is not asked for now: `is_paused`."""

    code = "gateway-unavailable"
    title = "The payment gateway does not answer; nothing was charged"

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 5, is_paused: bool = False) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.data |= {"is_paused": is_paused}


class GatewayRefused(Unavailable):
    """The gateway understood and said no, through our fault or its terminal's; somebody is alarmed."""

    code = "gateway-refused"
    title = "Payment is unavailable; nothing was charged"


class DatabaseUnavailable(Unavailable):
    code = "database-unavailable"
    title = "The database does not answer"


class QueueUnavailable(Unavailable):
    code = "queue-unavailable"
    title = "The message queue does not answer"


def catalogue() -> Iterator[type[ZimmerError]]:
    """Every situation that has a code of its own, parents first."""
    waiting: list[type[ZimmerError]] = [ZimmerError]
    while waiting:
        kind = waiting.pop(0)
        yield kind
        waiting.extend(kind.__subclasses__())
