"""An automation, and its developer who spends."""

import pytest

from tests.databases import RolledBackDatabase
from tests.factories import make_automation
from tests.zimmer.ledger.spending import Developer
from zimmer.db import Session
from zimmer.models import Automation


@pytest.fixture
def automation(session: Session) -> Automation:
    return make_automation(session)


@pytest.fixture
def developer(session: Session, database: RolledBackDatabase, automation: Automation) -> Developer:
    return Developer(session, database, automation)
