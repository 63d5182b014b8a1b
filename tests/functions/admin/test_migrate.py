"""What runs after a deploy: the newest shape, and the first manager of a new platform."""

from contextlib import closing

import pytest
from sqlalchemy import select

from functions.admin import migrate
from tests.functions.auth.conftest import ADMIN_PANEL, Browser, me
from tests.phones import Phone
from zimmer.db import Database, using
from zimmer.models import Delivery, OneTimeToken, Role, User
from zimmer.settings import get_settings

OWNER = "Owner@Example.com"


@pytest.fixture
def fresh(own_database: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A platform on its first day, for which the migration runs as it does after a deploy."""
    monkeypatch.setenv("DATABASE_URL", own_database)
    get_settings.cache_clear()
    return Database(own_database)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> object:
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def token_in(answer: migrate.Migrated) -> str:
    link = answer["first_manager"]["link"]
    assert link is not None
    assert link.startswith("http://localhost:3001/accept-invite/#token=")
    return link.partition("#token=")[2]


def join(token: str) -> int:
    form = {"token": token, "name": "Owner", "password": "a whole new sentence"}
    return Browser(ADMIN_PANEL).post("/api/auth/invitations/accept", form).status


def test_without_a_wish_it_migrates_and_no_more(fresh: Database) -> None:
    with closing(fresh), using(fresh):
        assert migrate.handler({}, None) == {"revision": "head"}
        assert fresh.read().rows(select(OneTimeToken.id)) == []


def test_the_first_manager_comes_in_by_a_link_that_is_shown_once(fresh: Database) -> None:
    with closing(fresh), using(fresh):
        answer = migrate.handler({"first_manager": OWNER}, None)
        assert answer["first_manager"]["email"] == "owner@example.com"
        desk = Browser(ADMIN_PANEL)
        form = {"token": token_in(answer), "name": "Owner", "password": "a whole new sentence"}
        challenge = desk.post("/api/auth/invitations/accept", form).json["challenge_token"]
        phone = Phone(desk.post("/api/auth/2fa/enrol", {"challenge_token": challenge}).json["secret"])
        entered = desk.post("/api/auth/2fa/enrol", {"challenge_token": challenge, "code": phone.code()})
        assert me(entered).json["role"] == "manager"
        assert fresh.read().rows(select(Delivery.id).where(Delivery.kind == "invitation")) == []


def test_asked_again_the_earlier_link_is_taken_back(fresh: Database) -> None:
    with closing(fresh), using(fresh):
        first = token_in(migrate.handler({"first_manager": OWNER}, None))
        second = token_in(migrate.handler({"first_manager": "other@example.com"}, None))
        assert (join(first), join(second)) == (422, 201)


def test_43_once_there_is_a_manager_no_link_is_made(fresh: Database) -> None:
    with closing(fresh), using(fresh):
        assert join(token_in(migrate.handler({"first_manager": OWNER}, None))) == 201
        answer = migrate.handler({"first_manager": "thief@example.com"}, None)
        assert answer["first_manager"] == {"email": "thief@example.com", "link": None}
        assert [row.role for row in fresh.read().rows(select(User.role))] == [Role.MANAGER]


@pytest.mark.parametrize("email", ["not an address", 7])
def test_what_is_no_address_is_refused(email: object, fresh: Database) -> None:
    with closing(fresh), using(fresh), pytest.raises(ValueError, match=r"address|@"):
        migrate.handler({"first_manager": email}, None)
