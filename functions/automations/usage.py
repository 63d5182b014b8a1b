"""The developer API: running automations spend their customers' tokens here, by service token."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from functions.automations import balances
from functions.automations.uses import Batch, Consume
from zimmer import ledger
from zimmer.auth.dependencies import AtomicSessionDep, ReadSessionDep, ServiceCallerDep
from zimmer.errors import (
    DailyCapReached,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationInactive,
    UserAutomationNotFound,
    ZimmerError,
)
from zimmer.ledger import Consumed, Use
from zimmer.models import UserAutomationStatus
from zimmer.web import PathId, Problem, RequestId, problem_of, problems, routes

router = routes("/api/automation-usage", tags=["developer API"])

REFUSALS = (
    ServiceTokenInvalid,
    UserAutomationNotFound,
    InsufficientTokens,
    IdempotencyConflict,
    DailyCapReached,
    UserAutomationInactive,
)


class Accepted(BaseModel):
    """The use is paid for; this is what the customer has left."""

    model_config = ConfigDict(from_attributes=True)

    accepted: bool = True
    remaining_demo_tokens: int
    remaining_paid_tokens: int
    entry_id: int


class BatchAnswer(BaseModel):
    """An answer for each use, in their order: what `consume` would have answered, or its problem."""

    results: list[Accepted | Problem]


class TokenBalance(BaseModel):
    """What a customer's copy has left. `held_tokens` are set aside and not among the remaining ones.

    `cap_resets_at` is null for a customer without a daily cap.
    """

    user_automation_id: int
    status: UserAutomationStatus
    remaining_demo_tokens: int
    remaining_paid_tokens: int
    held_tokens: int
    spent_today: int
    daily_spend_cap: int | None
    cap_resets_at: datetime | None


@router.post("/consume", responses=problems(*REFUSALS))
async def consume(body: Consume, caller: ServiceCallerDep, session: AtomicSessionDep) -> Accepted:
    """Spend a customer's tokens: demo tokens first, then paid ones."""
    consumed = ledger.consume(session, body.as_use(), token_id=caller.token_id, token_hash=caller.token_hash)
    return Accepted.model_validate(consumed)


@router.post("/batch", responses=problems(ServiceTokenInvalid))
async def consume_batch(
    body: Batch, caller: ServiceCallerDep, session: AtomicSessionDep, request_id: RequestId
) -> BatchAnswer:
    """Spend for up to a hundred uses at once, each judged in its turn as if it came alone.

    What is accepted is committed together, in one transaction. A use that is refused, or that cannot be read, has
    its problem in its place and costs the others nothing. Sent again, each key gets its first answer.
    """
    readable = [use for use in body.uses if isinstance(use, Use)]
    outcomes = ledger.consume_many(session, readable, token_id=caller.token_id, token_hash=caller.token_hash)
    return BatchAnswer(results=[_line(outcome, request_id) for outcome in _in_order(body.uses, iter(outcomes))])


@router.get(
    "/balance/{user_automation_id}",
    responses=problems(ServiceTokenInvalid, UserAutomationNotFound),
)
async def balance(
    user_automation_id: PathId, caller: ServiceCallerDep, session: ReadSessionDep, writing: AtomicSessionDep
) -> TokenBalance:
    """What a customer has left, held tokens apart."""
    found = balances.of_copy(session, writing, user_automation_id, caller)
    return TokenBalance(**found)


def _in_order(sent: list[Any], outcomes: Iterator[Consumed | ZimmerError]) -> Iterator[Consumed | ZimmerError]:
    for use in sent:
        yield next(outcomes) if isinstance(use, Use) else use


def _line(outcome: Consumed | ZimmerError, request_id: str) -> Accepted | Problem:
    if isinstance(outcome, ZimmerError):
        return Problem(**problem_of(outcome, request_id))
    return Accepted.model_validate(outcome)
