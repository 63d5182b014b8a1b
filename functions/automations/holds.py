"""Holds of the developer API: tokens set aside before a run whose cost is known at its end."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from functions.automations.usage import REFUSALS
from functions.automations.uses import CommitHold, PlaceHold
from zimmer import ledger
from zimmer.auth.dependencies import AtomicSessionDep, ServiceCallerDep
from zimmer.errors import HoldEnded, HoldExceeded, HoldNotFound, ServiceTokenInvalid
from zimmer.ledger import Reserve
from zimmer.models import HoldState
from zimmer.web import PathBigId, problems, routes

router = routes("/api/automation-usage/holds", tags=["developer API"])


class HeldTokens(BaseModel):
    """The tokens are set aside until `expires_at`; this is what the customer has left beside them."""

    model_config = ConfigDict(from_attributes=True)

    hold_id: int
    units: int
    expires_at: datetime
    remaining_demo_tokens: int
    remaining_paid_tokens: int


class EndedHold(BaseModel):
    """What became of the held tokens: `used` were spent, `returned` went back, and this is what is left now."""

    model_config = ConfigDict(from_attributes=True)

    hold_id: int
    state: HoldState
    units: int
    used: int
    returned: int
    remaining_demo_tokens: int
    remaining_paid_tokens: int


@router.post("", status_code=201, responses=problems(*REFUSALS))
async def place_hold(body: PlaceHold, caller: ServiceCallerDep, session: AtomicSessionDep) -> HeldTokens:
    """Set a customer's tokens aside: demo tokens first, then paid ones. They count as spent while they are held.

    After `expires_at` what was not committed goes back by itself.
    """
    reserve = Reserve(
        user_automation_id=body.user_automation_id,
        units=body.units,
        usage_type=body.usage_type,
        idempotency_key=body.idempotency_key,
        ttl=timedelta(seconds=body.ttl_seconds),
        meta=body.meta,
    )
    held = ledger.hold(session, reserve, token_id=caller.token_id, token_hash=caller.token_hash)
    return HeldTokens.model_validate(held)


@router.post("/{hold_id}/commit", responses=problems(ServiceTokenInvalid, HoldNotFound, HoldExceeded, HoldEnded))
async def commit_hold(
    hold_id: PathBigId, body: CommitHold, caller: ServiceCallerDep, session: AtomicSessionDep
) -> EndedHold:
    """Spend `units` of what is held and return the rest. Sent again, it gets the first answer."""
    ended = ledger.commit(session, hold_id, units=body.units, token_id=caller.token_id, token_hash=caller.token_hash)
    return EndedHold.model_validate(ended)


@router.post("/{hold_id}/release", responses=problems(ServiceTokenInvalid, HoldNotFound, HoldEnded))
async def release_hold(hold_id: PathBigId, caller: ServiceCallerDep, session: AtomicSessionDep) -> EndedHold:
    """Return all that is held: the run did not happen. Sent again, or after the hold expired, it says so."""
    ended = ledger.release(session, hold_id, token_id=caller.token_id, token_hash=caller.token_hash)
    return EndedHold.model_validate(ended)
