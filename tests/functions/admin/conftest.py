"""Members of the staff at their desks, and what the trail says of them."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from sqlalchemy import select

from tests.api import Answer, Api, Json
from tests.factories import make_user, token_for
from zimmer.db import Database, Session, using
from zimmer.models import Audience, AuditEntry, Role, User


class Desk:
    """One member of the staff, signed in to the dashboard."""

    def __init__(self, api: Api, session: Session, role: Role) -> None:
        self.user: User = make_user(session, role=role)
        self._visitor = api
        self.sign_in_again(session)

    def sign_in_again(self, session: Session) -> None:
        """A sitting of its own: an access token does not live as long as some stories."""
        self._api = self._visitor.signed_in(token_for(session, self.user, audience=Audience.ADMIN))

    def get(self, path: str, **params: object) -> Answer:
        return self._api.get(f"/api/admin{path}", params=params)

    def post(self, path: str, body: Json = None, *, headers: dict[str, str] | None = None) -> Answer:
        return self._api.post(f"/api/admin{path}", {} if body is None else body, headers=headers)

    def patch(self, path: str, body: Json) -> Answer:
        return self._api.send("PATCH", f"/api/admin{path}", body)

    def put(self, path: str, body: Json) -> Answer:
        return self._api.send("PUT", f"/api/admin{path}", body)

    def file(self, path: str, **params: object) -> Answer:
        """The list as a file."""
        return self._api.get(f"/api/admin{path}", params=params, headers={"accept": "text/csv"})


@pytest.fixture
def manager(api: Api, session: Session) -> Desk:
    return Desk(api, session, Role.MANAGER)


@pytest.fixture
def technical(api: Api, session: Session) -> Desk:
    return Desk(api, session, Role.TECHNICAL)


@pytest.fixture
def support(api: Api, session: Session) -> Desk:
    return Desk(api, session, Role.SUPPORT)


@pytest.fixture
def committing(own_database: str) -> Iterator[Database]:
    """A database to which the handlers really commit."""
    with closing(Database(own_database)) as database, using(database):
        yield database


def trail(session: Session) -> Sequence[AuditEntry]:
    """What the audit holds, oldest first."""
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()


def refusal(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.code
