"""What crosses the border of the staff's routes about customers' copies."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from functions.admin.schemas.names import PersonName
from zimmer.models import IntegrationStatus, UserAutomationStatus
from zimmer.web import StrictBody


class CopyRow(BaseModel):
    """A customer's copy of an automation and what is left on it."""

    user_automation_id: int
    user: PersonName
    automation: PersonName
    status: UserAutomationStatus
    integration_status: IntegrationStatus
    tokens_remaining: int
    demo_tokens: int
    spent_today: int
    daily_spend_cap: int | None
    created_at: datetime


class LedgerLine(BaseModel):
    """One entry of a copy's ledger. `balance_after` is its bucket's."""

    id: int
    seq: int
    bucket: str
    delta: int
    balance_after: int
    kind: str
    reference: str
    actor: str
    at: datetime


class CopyStatusChange(StrictBody):
    """Whether the copy may spend. Removing it is its owner's to do."""

    status: Literal[UserAutomationStatus.ACTIVE, UserAutomationStatus.PAUSED]
