"""Which acts of the staff need a code of the authenticator not long ago. What does not stand here needs none."""

import pytest

from tests.api import Api
from tests.contract.test_permissions import ask
from tests.contract.test_trail import CHANGING
from tests.factories import make_user, token_for
from tests.routes import Route, dependencies_of
from zimmer.auth import acting
from zimmer.db import Session
from zimmer.models import Audience, AuditEntry, Role

NEED_A_CODE: set[Route] = {
    # money
    ("POST", "/api/admin/payments/{payment_id}/review"),
    ("POST", "/api/admin/payments/{payment_id}/reverse"),
    ("POST", "/api/admin/payments/{payment_id}/refund"),
    ("POST", "/api/admin/payments/{payment_id}/refunded"),
    ("POST", "/api/admin/tokens/adjustments/{adjustment_id}/approve"),
    # roles
    ("POST", "/api/admin/users/{user_id}/role"),
    ("POST", "/api/admin/users/{user_id}/2fa/reset"),
    ("POST", "/api/admin/users/invite"),
    # keys
    ("POST", "/api/admin/automations/{automation_id}/service-token/rotate"),
    ("POST", "/api/admin/openai-keys"),
    ("PATCH", "/api/admin/openai-keys/{key_id}"),
    ("POST", "/api/admin/openai-keys/{key_id}/disable"),
    ("POST", "/api/admin/openai-keys/{key_id}/enable"),
    ("POST", "/api/admin/openai-keys/{key_id}/rotate"),
    # settings
    ("PATCH", "/api/admin/settings"),
}

pytestmark = pytest.mark.usefixtures("gateway")


@pytest.mark.parametrize("route", CHANGING, ids=" ".join)
def test_an_act_needs_a_code_exactly_where_the_list_says_so(route: Route, api: Api, session: Session) -> None:
    manager = make_user(session, role=Role.MANAGER)
    desk = api.signed_in(token_for(session, manager, audience=Audience.ADMIN, stepped_up_until=None))
    answer = ask(desk, route)
    assert (answer.code == "step-up-required") is (route in NEED_A_CODE)
    if route in NEED_A_CODE:
        assert answer.status == 403
        assert [entry.refused for entry in session.query(AuditEntry)] == ["step-up-required"]


@pytest.mark.parametrize("route", sorted(NEED_A_CODE), ids=" ".join)
def test_a_listed_route_says_so_in_its_interface(route: Route) -> None:
    from tests.routes import served

    assert "step-up-required" in str(served()[route].responses.get(403))
    assert acting.__name__ in {one.__module__ for one in dependencies_of(route)}
