"""Whatever the staff changes leaves one entry in the audit. A route that does not stand here fails."""

import re

import pytest
from sqlalchemy import select

from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.contract.test_permissions import ROUTES, ask
from tests.deeds import DEEDS, STAFF, Stage
from tests.factories import (
    make_user,
    token_for,
)
from tests.routes import Route, dependencies_of, served
from zimmer.auth.acting import acting
from zimmer.auth.dependencies import get_session
from zimmer.auth.roles import Right, audience_of, may
from zimmer.db import Session
from zimmer.models import (
    Audience,
    AuditEntry,
    Role,
)

pytestmark = pytest.mark.usefixtures("gateway")


def _right(route: Route) -> Right:
    right = ROUTES[route]
    assert isinstance(right, Right)
    return right


CHANGING = [(method, path) for method, path in served() if path.startswith(f"{STAFF}/") and method != "GET"]
NOT_FOR_ALL = [route for route in CHANGING if not may(Role.SUPPORT, _right(route))]


@pytest.fixture
def stage(session: Session, api: Api, zarinpal: Zarinpal) -> Stage:
    return Stage(session, api, zarinpal)


def at_the_desk(stage: Stage, role: Role) -> tuple[Api, int]:
    person = make_user(stage.session, role=role)
    return stage.visitor.signed_in(token_for(stage.session, person, audience=Audience.ADMIN)), person.id


def test_every_route_by_which_the_staff_changes_something_stands_here() -> None:
    assert {(method, f"{STAFF}{path}") for method, path in DEEDS} == set(CHANGING)


def test_the_staff_has_no_route_anywhere_else() -> None:
    staffs = [
        path for (_, path), who in ROUTES.items() if isinstance(who, Right) and audience_of(who) is Audience.ADMIN
    ]
    assert [path for path in staffs if not path.startswith(f"{STAFF}/")] == []


@pytest.mark.parametrize("route", CHANGING, ids=" ".join)
def test_what_was_done_leaves_one_entry_that_says_who_and_what(route: Route, stage: Stage) -> None:
    method, path = route
    deed = DEEDS[method, path.removeprefix(STAFF)]
    on = str(deed.on(stage)) if deed.on else None
    body = deed.body(stage)
    manager, manager_id = at_the_desk(stage, Role.MANAGER)
    answer = manager.send(method, re.sub(r"\{\w+\}", on or "", path), body, headers={"idempotency-key": "once-only"})
    assert answer.status in {200, 201, 202}, answer.body
    [entry] = stage.session.scalars(select(AuditEntry)).all()
    assert (entry.actor_id, entry.actor_role, entry.refused) == (manager_id, Role.MANAGER, None)
    assert (entry.before is None) == deed.makes
    assert entry.after
    assert entry.after != entry.before
    assert on in {None, entry.entity_id}
    assert entry.request_id == answer.headers["x-request-id"]


@pytest.mark.parametrize("route", NOT_FOR_ALL, ids=" ".join)
def test_what_a_role_may_not_do_leaves_one_entry_that_says_so(route: Route, stage: Stage) -> None:
    support, support_id = at_the_desk(stage, Role.SUPPORT)
    assert ask(support, route).code == "not-allowed"
    [entry] = stage.session.scalars(select(AuditEntry)).all()
    assert (entry.actor_id, entry.refused, entry.before, entry.after) == (support_id, "not-allowed", None, None)


@pytest.mark.parametrize("route", CHANGING, ids=" ".join)
def test_a_refusal_is_written_after_what_it_refuses_was_undone(route: Route) -> None:
    """So whoever acts is proven first, and the transaction that is undone is opened after that."""
    asked = dependencies_of(route)
    acting_first = [one.__module__ == acting.__module__ for one in asked]
    assert acting_first.count(True) == 1
    assert get_session not in asked[: acting_first.index(True)]
