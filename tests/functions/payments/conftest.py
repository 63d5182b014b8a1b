"""A customer with one copy of an automation."""

import pytest

from tests.api import Api
from tests.factories import make_copy, make_user, token_for
from zimmer.db import Session
from zimmer.models import User, UserAutomation


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, make_user(session))


@pytest.fixture
def customer(api: Api, session: Session, copy: UserAutomation) -> Api:
    """The owner of `copy`, signed in to the panel."""
    return api.signed_in(token_for(session, session.get_one(User, copy.user_id)))
