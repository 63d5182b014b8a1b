"""What crosses the border of the routes about corrections of balances."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from functions.admin.schemas.names import AllowedAction, PersonName
from zimmer.models import AdjustmentState, Bucket
from zimmer.web import RowId, StrictBody
from zimmer.web.texts import prose

MOST = 10_000_000


def not_zero(delta: int) -> int:
    if delta == 0:
        raise ValueError("a correction by nothing is none")
    return delta


Reason = Annotated[str, StringConstraints(min_length=5, max_length=500), AfterValidator(prose)]


class NewAdjustment(StrictBody):
    """A correction to be decided by others: `delta` tokens, taken when it is below zero."""

    user_automation_id: RowId
    bucket: Bucket
    delta: Annotated[int, Field(ge=-MOST, le=MOST), AfterValidator(not_zero)]
    reason: Reason
    related_payment: RowId | None = None


class Rejection(StrictBody):
    reason: Reason | None = None


class PaymentName(BaseModel):
    id: int
    transaction_id: str


class AdjustmentRecord(BaseModel):
    """A correction, who asked for it and who has approved it. `balance_now` is the bucket's."""

    id: int
    user_automation_id: int
    user: PersonName
    automation: PersonName
    bucket: Bucket
    delta: int
    reason: str
    payment: PaymentName | None
    state: AdjustmentState
    requested_by: PersonName
    approvals: list[PersonName]
    rejected_by: PersonName | None
    needed: int
    balance_now: int
    created_at: datetime
    decided_at: datetime | None
    expires_at: datetime
    allowed_actions: list[AllowedAction]
