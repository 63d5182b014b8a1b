"""A registration form as a panel sends it, and what the table of people holds."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.api import Answer, Api
from zimmer.db import Session
from zimmer.models import User

FORM = {"name": "سارا محمدی", "email": "sara@example.com", "password": "panjereh-roo-be-darya"}


class Door:
    """Registers and signs in, each with a usual form and the fields a test changes."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def register(self, **changes: Any) -> Answer:
        return self._api.post("/api/auth/register", FORM | changes)

    def login(self, **changes: Any) -> Answer:
        form = {"email": FORM["email"], "password": FORM["password"]}
        return self._api.post("/api/auth/login", form | changes)


@pytest.fixture
def door(api: Api) -> Door:
    return Door(api)


def people(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count()).select_from(User)) or 0
