"""A customer with a copy of an automation, seen from both sides of the counter."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.api import Answer, Api
from tests.factories import make_automation, make_copy, make_service_token, make_user, token_for
from zimmer import ledger
from zimmer.db import Session
from zimmer.models import Automation, TokenEntry, UsageEvent, User, UserAutomation


@pytest.fixture
def user(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def customer(api: Api, session: Session, user: User) -> Api:
    """The user panel of `user`."""
    return api.signed_in(token_for(session, user))


@pytest.fixture
def automation(session: Session) -> Automation:
    return make_automation(session)


class Meter:
    """A running automation that uses a customer's tokens, and what stands in the books."""

    def __init__(self, api: Api, session: Session, user: User, automation: Automation) -> None:
        self.api, self.session, self.user, self.automation = api, session, user, automation
        self.token = make_service_token(session, automation.id)
        self.copy: UserAutomation | None = None

    def holds(self, *, demo: int = 0, paid: int = 0, **columns: Any) -> UserAutomation:
        """Give the customer a copy with these tokens."""
        self.copy = make_copy(self.session, self.user, self.automation, demo=demo, paid=paid, **columns)
        return self.copy

    def consume(self, units: Any = 1, key: str = "run-1", *, token: str | None = None, **fields: Any) -> Answer:
        assert self.copy is not None
        body = {
            "user_automation_id": self.copy.id,
            "units": units,
            "usage_type": "message",
            "idempotency_key": key,
            **fields,
        }
        return self.api.post("/api/automation-usage/consume", body, headers=self.headers(token))

    def hold(self, units: Any = 4, key: str = "run-1", *, token: str | None = None, **fields: Any) -> Answer:
        assert self.copy is not None
        body = {
            "user_automation_id": self.copy.id,
            "units": units,
            "usage_type": "message",
            "idempotency_key": key,
            **fields,
        }
        return self.api.post("/api/automation-usage/holds", body, headers=self.headers(token))

    def commit(self, hold_id: int, units: Any) -> Answer:
        path = f"/api/automation-usage/holds/{hold_id}/commit"
        return self.api.post(path, {"units": units}, headers=self.headers())

    def release(self, hold_id: int) -> Answer:
        return self.api.post(f"/api/automation-usage/holds/{hold_id}/release", headers=self.headers())

    def balance(self) -> Answer:
        assert self.copy is not None
        return self.api.get(f"/api/automation-usage/balance/{self.copy.id}", headers=self.headers())

    def headers(self, token: str | None = None) -> dict[str, str]:
        return {"x-zimmer-service-token": self.token if token is None else token}

    def books(self) -> tuple[int, int, int, int]:
        """Demo tokens, paid tokens, entries and uses of the copy."""
        assert self.copy is not None
        left = ledger.balance(self.session, self.copy.id)
        entries, uses = (
            self.session.scalar(select(func.count()).select_from(table)) or 0 for table in (TokenEntry, UsageEvent)
        )
        return left.demo, left.paid, entries, uses


@pytest.fixture
def meter(api: Api, session: Session, user: User, automation: Automation) -> Meter:
    return Meter(api, session, user, automation)
