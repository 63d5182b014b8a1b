"""What the warm paths are measured on: twenty automations, a customer, a copy with tokens, an automation's token."""

import copy
import json
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import text

from local.template import ROOT
from tests.factories import make_automation, make_copy, make_service_token, make_user, token_for
from zimmer.db import Database
from zimmer.models import AutomationPackage
from zimmer.money import Rial

AUTOMATIONS = 20
TOKENS = 10_000_000

Event = dict[str, Any]
_numbers = count(1)


@dataclass(frozen=True)
class Shop:
    """The events of one customer, as API Gateway would send them."""

    access_token: str
    service_token: str
    copy_id: int

    def catalogue(self) -> Event:
        """Without Accept-Encoding: gzip, for the baselines compress nothing."""
        event = _event("catalogue")
        del event["headers"]["accept-encoding"]
        return event

    def me(self) -> Event:
        event = _event("me")
        event["headers"]["authorization"] = f"Bearer {self.access_token}"
        return event

    def consume(self) -> Event:
        event = _event("consume")
        event["headers"]["x-zimmer-service-token"] = self.service_token
        event["body"] = json.dumps(
            {
                "user_automation_id": self.copy_id,
                "units": 1,
                "usage_type": "message",
                "idempotency_key": f"use-{next(_numbers)}",
            }
        )
        return event


def open_shop(url: str) -> Shop:
    """Fill a new database."""
    database = Database(url)
    with database.transaction() as session:
        automations = [make_automation(session, tagline="یک خط", developer="زیمر") for _ in range(AUTOMATIONS)]
        for automation in automations:
            for tokens in (100, 500):
                session.add(AutomationPackage(automation_id=automation.id, tokens=tokens, amount=Rial(tokens * 4_500)))
        user = make_user(session)
        own = make_copy(session, user, automations[0], paid=TOKENS)
        shop = Shop(token_for(session, user), make_service_token(session, automations[0].id), own.id)
    with database.autocommit() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    database.close()
    return shop


def _event(name: str) -> Event:
    found: Event = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return copy.deepcopy(found)
