"""The developer API: running automations spend their customers' tokens here, by service token."""

import json
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from zimmer import ledger
from zimmer.auth.dependencies import AtomicSessionDep, ServiceCallerDep
from zimmer.errors import (
    DailyCapReached,
    IdempotencyConflict,
    InsufficientTokens,
    ServiceTokenInvalid,
    UserAutomationInactive,
    UserAutomationNotFound,
)
from zimmer.ledger import Use
from zimmer.web import RowId, StrictBody, problems

router = APIRouter(prefix="/api/automation-usage", tags=["developer API"])

MOST_UNITS = 1_000_000
META_LIMIT = 4096
DEEPEST_META = 20


def _storable(meta: dict[str, Any] | None) -> dict[str, Any] | None:
    """Refuse what a jsonb column cannot keep (NUL, half a character, NaN) and what nobody will read."""
    if _is_deeper(meta, DEEPEST_META):
        raise ValueError(f"at most {DEEPEST_META} levels of nesting")
    text = json.dumps(meta, ensure_ascii=False, allow_nan=False)
    text.encode()  # half of a surrogate pair is no character: UnicodeEncodeError is a ValueError
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("NUL characters are not allowed")
    if len(text) > META_LIMIT:
        raise ValueError(f"at most {META_LIMIT} characters of JSON")
    return meta


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(part, levels - 1) for part in inner)


class Consume(StrictBody):
    """A use of `units` tokens. The same key with the same body gets the same answer, debited once."""

    user_automation_id: RowId
    units: Annotated[int, Field(ge=1, le=MOST_UNITS, strict=True)]
    usage_type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,50}$")]
    idempotency_key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
    meta: Annotated[dict[str, Any] | None, AfterValidator(_storable)] = None


class Accepted(BaseModel):
    """The use is paid for; this is what the customer has left."""

    accepted: bool = True
    remaining_demo_tokens: int
    remaining_paid_tokens: int
    entry_id: int


@router.post(
    "/consume",
    responses=problems(
        ServiceTokenInvalid,
        UserAutomationNotFound,
        InsufficientTokens,
        IdempotencyConflict,
        DailyCapReached,
        UserAutomationInactive,
    ),
)
async def consume(body: Consume, caller: ServiceCallerDep, session: AtomicSessionDep) -> Accepted:
    """Spend a customer's tokens: demo tokens first, then paid ones."""
    use = Use(
        user_automation_id=body.user_automation_id,
        units=body.units,
        usage_type=body.usage_type,
        idempotency_key=body.idempotency_key,
        meta=body.meta,
    )
    consumed = ledger.consume(session, use, token_id=caller.token_id, token_hash=caller.token_hash)
    return Accepted(
        remaining_demo_tokens=consumed.remaining_demo_tokens,
        remaining_paid_tokens=consumed.remaining_paid_tokens,
        entry_id=consumed.entry_id,
    )
