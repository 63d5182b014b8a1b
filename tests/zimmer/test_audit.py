"""The trail: one entry per act, in the act's own transaction; refusals by themselves."""

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import select

from tests.factories import make_user
from zimmer import audit, clock
from zimmer.audit import Act
from zimmer.db import Database, committed, using
from zimmer.models import AuditEntry, Role, User


@pytest.fixture
def committing(own_database: str) -> Iterator[Database]:
    with closing(Database(own_database)) as database, using(database):
        yield database


def act(database: Database, **fields: str) -> Act:
    with database.transaction() as session:
        actor = make_user(session, role=Role.MANAGER)
    return Act(action="user.edit", actor_id=actor.id, actor_role=actor.role, entity_id="7", **fields)


def entries(database: Database) -> list[AuditEntry]:
    return list(database.read().entities(select(AuditEntry).order_by(AuditEntry.id)))


class Undone(Exception):
    pass


def test_what_was_done_is_written_with_what_it_changed(committing: Database) -> None:
    doing = act(committing, request_id="request-1", ip="203.0.113.7")
    with committed() as session:
        audit.done(session, doing, before={"name": "a"}, after={"name": "b"}, reason="misspelt")
    [entry] = entries(committing)
    assert (entry.actor_id, entry.actor_role, entry.action) == (doing.actor_id, "manager", "user.edit")
    assert (entry.entity, entry.entity_id) == ("user", "7")
    assert (entry.before, entry.after, entry.reason) == ({"name": "a"}, {"name": "b"}, "misspelt")
    assert (entry.request_id, entry.ip, entry.refused) == ("request-1", "203.0.113.7", None)


def test_what_was_undone_was_not_done(committing: Database) -> None:
    doing = act(committing)
    with suppress(Undone), committed() as session:
        audit.done(session, doing, before=None, after=None)
        raise Undone
    assert entries(committing) == []


def test_a_refusal_stands_by_itself(committing: Database) -> None:
    doing = act(committing)
    audit.refused(doing, code="higher-role")
    [entry] = entries(committing)
    assert (entry.refused, entry.before, entry.after) == ("higher-role", None, None)


def test_something_new_is_named_where_the_address_does_not(committing: Database) -> None:
    doing = act(committing)
    with committed() as session:
        audit.done(session, doing, before=None, after={}, entity_id=12)
    assert entries(committing)[0].entity_id == "12"


def test_an_id_from_the_address_is_kept_as_far_as_it_fits(committing: Database) -> None:
    with committing.transaction() as session:
        actor = make_user(session, role=Role.MANAGER)
    audit.refused(Act("user.edit", actor.id, actor.role, entity_id="9" * 60), code="user-not-found")
    assert entries(committing)[0].entity_id == "9" * 50


def test_of_two_states_the_trail_keeps_the_difference() -> None:
    before, after = audit.changed({"a": 1, "b": 2, "c": None}, {"a": 1, "b": 3, "c": 4})
    assert (before, after) == ({"b": 2, "c": None}, {"b": 3, "c": 4})


def test_a_time_is_kept_as_text() -> None:
    user = User(name="سارا", created_at=clock.now())
    assert audit.facts(user, "name", "created_at") == {"name": "سارا", "created_at": user.created_at.isoformat()}
