"""The pretend bank and the shop of a run: who pays, what is for sale, and when a purchase may hear of an outage."""

import requests
from sqlalchemy import bindparam, or_, select, true, update

from functions.payments.breaker import WELL
from local.fuzz.people import new_browser
from local.record import Record
from zimmer.db import Database
from zimmer.models import Automation, BusinessSettings, GatewayHealth

SECONDS = 20.0
OUT: dict[str, str | float] = {"fault": "http_500", "operation": "request", "chance": 1.0, "seed": 1}
SETTINGS = BusinessSettings.__table__
OFFER = ("status", "is_listed", "pricing_type", "price_per_token")
PUT_BACK = (
    update(Automation.__table__)  # type: ignore[arg-type]  # a table, which mapped classes call a FromClause
    .where(Automation.id == bindparam("this"))
    .values({name: bindparam(f"to_{name}") for name in OFFER})
)


class Bank:
    """The bank's lever, and the business settings, by which a manager may pause purchases too."""

    def __init__(self, running: Record, database: Database) -> None:
        self._control = f"{running.zarinpal_url}/_control"
        self._database = database
        self._browser = new_browser()
        self._settings = dict(database.read().rows(select(SETTINGS))[0]._mapping)
        self._offers = [
            {"this": row.id, **{f"to_{name}": getattr(row, name) for name in OFFER}}
            for row in database.read().rows(select(Automation.__table__))
        ]
        self._went_out = False

    def pay(self, authority: str) -> None:
        """A customer pays there, and does not come back yet."""
        self._browser.post(f"{self._control}/payments/{authority}/pay", timeout=SECONDS)

    def is_out(self) -> bool:
        """Whether a lever was pulled, a manager has paused the gateway, or purchases rest since it was out."""
        rests = or_(BusinessSettings.gateway_paused, GatewayHealth.resting_since.is_not(None))
        row = self._database.read().first(select(rests).join_from(BusinessSettings, GatewayHealth, true()))
        return self._went_out or bool(row and row[0])

    def go_out(self) -> None:
        """No purchase can be opened from now on."""
        self._went_out = True
        _expect(self._browser.post(f"{self._control}/faults", json=OUT, timeout=SECONDS))

    def come_back(self) -> None:
        """It answers again, and what was for sale is, on the terms of the beginning: the run's managers change them."""
        _expect(self._browser.delete(f"{self._control}/faults", timeout=SECONDS))
        self._went_out = False
        with self._database.transaction() as session:
            session.execute(update(BusinessSettings).values(self._settings))
            session.execute(update(GatewayHealth).values(WELL))
            session.execute(PUT_BACK, self._offers)


def _expect(answer: requests.Response) -> None:
    answer.raise_for_status()
