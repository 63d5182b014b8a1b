"""Every route as every role and as nobody. A route that does not stand here fails."""

import re
from dataclasses import dataclass
from enum import Enum, auto

import pytest

from local.openapi import GROUPS
from tests.api import Answer, Api
from tests.factories import make_automation, make_service_token, make_user, token_for
from tests.routes import served
from zimmer.auth.roles import Right, audience_of, may
from zimmer.db import Session
from zimmer.models import Audience, Role


class Door(Enum):
    """Who may come in where no right is asked for."""

    OPEN = auto()  # visitors
    SERVICE = auto()  # automations, by their own token
    COOKIE = auto()  # panels, by the refresh cookie


ROUTES: dict[tuple[str, str], Door | Right] = {
    **{("GET", f"/api/{group}/health"): Door.OPEN for group in GROUPS},
    ("GET", "/api/health"): Door.OPEN,
    ("POST", "/api/auth/register"): Door.OPEN,
    ("POST", "/api/auth/login"): Door.OPEN,
    ("POST", "/api/auth/2fa/verify"): Door.OPEN,  # these three by a challenge or the link of an invitation
    ("POST", "/api/auth/2fa/enrol"): Door.OPEN,
    ("POST", "/api/auth/invitations/accept"): Door.OPEN,
    **{
        ("POST", f"/api/auth/{what}"): Right.OWN_PROFILE
        for what in ("2fa/setup", "2fa/activate", "2fa/disable", "2fa/recovery-codes", "step-up")
    },
    ("POST", "/api/auth/refresh"): Door.COOKIE,
    ("POST", "/api/auth/logout"): Door.OPEN,  # works by a cookie, a token, both or neither
    ("POST", "/api/auth/logout-all"): Right.OWN_PROFILE,
    ("GET", "/api/auth/sessions"): Right.OWN_PROFILE,
    ("DELETE", "/api/auth/sessions/{session_id}"): Right.OWN_PROFILE,
    ("GET", "/api/auth/me"): Right.OWN_PROFILE,
    ("PATCH", "/api/auth/me"): Right.OWN_PROFILE,
    ("DELETE", "/api/auth/me"): Right.OWN_AUTOMATIONS,  # staff are switched off by a manager
    ("POST", "/api/auth/password"): Right.OWN_PROFILE,
    ("POST", "/api/auth/password/forgot"): Door.OPEN,
    ("POST", "/api/auth/password/reset"): Door.OPEN,
    ("POST", "/api/auth/email/verification"): Right.OWN_PROFILE,
    ("POST", "/api/auth/email/verify"): Door.OPEN,
    ("GET", "/api/automations/available"): Door.OPEN,
    ("GET", "/api/automations/{automation_id}"): Door.OPEN,
    ("GET", "/api/user/automations"): Right.OWN_AUTOMATIONS,
    ("GET", "/api/user/automations/{automation_id}"): Right.OWN_AUTOMATIONS,
    ("POST", "/api/user/automations/{automation_id}"): Right.OWN_AUTOMATIONS,
    ("PATCH", "/api/user/automations/{automation_id}"): Right.OWN_AUTOMATIONS,
    ("POST", "/api/automation-usage/consume"): Door.SERVICE,
    ("POST", "/api/automation-usage/batch"): Door.SERVICE,
    ("GET", "/api/automation-usage/balance/{user_automation_id}"): Door.SERVICE,
    ("POST", "/api/automation-usage/holds"): Door.SERVICE,
    ("POST", "/api/automation-usage/holds/{hold_id}/commit"): Door.SERVICE,
    ("POST", "/api/automation-usage/holds/{hold_id}/release"): Door.SERVICE,
    ("POST", "/api/payments/quote"): Right.OWN_PAYMENTS,
    ("POST", "/api/payments/zarinpal/init"): Right.OWN_PAYMENTS,
    ("GET", "/api/payments/zarinpal/callback"): Door.OPEN,
    ("GET", "/api/payments/zarinpal/callback/{transaction_id}"): Door.OPEN,
    ("GET", "/api/payments/status/{transaction_id}"): Door.OPEN,
    ("POST", "/api/payments/{transaction_id}/check"): Right.OWN_PAYMENTS,
    ("POST", "/api/payments/{transaction_id}/cancel"): Right.OWN_PAYMENTS,
    ("GET", "/api/admin/tokens/adjustments"): Right.LEDGER_READ,
    ("POST", "/api/admin/tokens/adjustments"): Right.ADJUSTMENTS_REQUEST,
    ("GET", "/api/admin/tokens/adjustments/{adjustment_id}"): Right.LEDGER_READ,
    ("POST", "/api/admin/tokens/adjustments/{adjustment_id}/approve"): Right.ADJUSTMENTS_APPROVE,
    ("POST", "/api/admin/tokens/adjustments/{adjustment_id}/reject"): Right.ADJUSTMENTS_APPROVE,
    ("GET", "/api/admin/payments"): Right.PAYMENTS_READ,
    ("GET", "/api/admin/payments/{payment_id}"): Right.PAYMENTS_READ,
    ("POST", "/api/admin/payments/{payment_id}/check"): Right.PAYMENTS_READ,
    ("POST", "/api/admin/payments/{payment_id}/review"): Right.PAYMENTS_REVERSE,
    ("POST", "/api/admin/payments/{payment_id}/reverse"): Right.PAYMENTS_REVERSE,
    ("POST", "/api/admin/payments/{payment_id}/refund"): Right.PAYMENTS_REVERSE,
    ("POST", "/api/admin/payments/{payment_id}/refunded"): Right.PAYMENTS_REVERSE,
    ("POST", "/api/admin/sweep"): Right.SYSTEM_WRITE,
    ("GET", "/api/admin/tickets"): Right.TICKETS_READ,
    ("GET", "/api/admin/tickets/{ticket_id}"): Right.TICKETS_READ,
    **{
        ("POST", f"/api/admin/tickets/{{ticket_id}}/{verb}"): Right.TICKETS_READ
        for verb in ("read", "assign", "reply", "note", "status")
    },
    ("GET", "/api/support/tickets"): Right.OWN_TICKETS,
    ("POST", "/api/support/tickets"): Right.OWN_TICKETS,
    ("GET", "/api/support/tickets/{ticket_id}"): Right.OWN_TICKETS,
    ("POST", "/api/support/tickets/{ticket_id}/messages"): Right.OWN_TICKETS,
    ("POST", "/api/support/tickets/{ticket_id}/read"): Right.OWN_TICKETS,
    ("POST", "/api/support/tickets/{ticket_id}/close"): Right.OWN_TICKETS,
    ("POST", "/api/support/tickets/{ticket_id}/reopen"): Right.OWN_TICKETS,
    ("GET", "/api/notifications"): Right.OWN_PROFILE,
    ("GET", "/api/notifications/unread-count"): Right.OWN_PROFILE,
    ("POST", "/api/notifications/read"): Right.OWN_PROFILE,
    ("POST", "/api/notifications/read-all"): Right.OWN_PROFILE,
    ("GET", "/api/payments"): Right.OWN_PAYMENTS,
    ("GET", "/api/payments/{transaction_id}"): Right.OWN_PAYMENTS,
    ("GET", "/api/payments/{transaction_id}/receipt.pdf"): Right.OWN_PAYMENTS,
    ("POST", "/api/payments/{transaction_id}/receipt-link"): Right.OWN_PAYMENTS,
    ("GET", "/api/payments/receipts/{receipt_code}"): Door.OPEN,
    ("GET", "/api/payments/receipts/{receipt_code}/receipt.pdf"): Door.OPEN,  # by a link that is itself the key
    ("GET", "/api/admin/dashboard/stats"): Right.ANALYTICS_BASIC,
    ("GET", "/api/admin/health/deep"): Right.ANALYTICS_BASIC,
    ("GET", "/api/admin/users"): Right.USERS_READ,
    ("GET", "/api/admin/users/{user_id}"): Right.USERS_READ,
    ("PATCH", "/api/admin/users/{user_id}"): Right.USERS_EDIT,
    ("POST", "/api/admin/users/{user_id}/reveal"): Right.USERS_READ,
    ("POST", "/api/admin/users/{user_id}/unlock"): Right.USERS_EDIT,
    ("POST", "/api/admin/users/{user_id}/resend-verification"): Right.USERS_EDIT,
    ("POST", "/api/admin/users/{user_id}/activate"): Right.USERS_DEACTIVATE,
    ("POST", "/api/admin/users/{user_id}/deactivate"): Right.USERS_DEACTIVATE,
    ("POST", "/api/admin/users/{user_id}/role"): Right.USERS_MANAGE,
    ("POST", "/api/admin/users/{user_id}/2fa/reset"): Right.USERS_MANAGE,
    ("POST", "/api/admin/users/invite"): Right.USERS_MANAGE,
    ("GET", "/api/admin/settings"): Right.SETTINGS_READ,
    ("PATCH", "/api/admin/settings"): Right.SETTINGS_WRITE,
    ("GET", "/api/admin/audit"): Right.AUDIT_OWN_AREA,
    ("POST", "/api/admin/reconciliation/runs"): Right.RECONCILIATION_RUN,
    ("GET", "/api/admin/reconciliation/runs"): Right.LEDGER_READ,
    ("GET", "/api/admin/reconciliation/runs/{run_id}"): Right.LEDGER_READ,
    ("GET", "/api/admin/reconciliation/runs/{run_id}/download"): Right.LEDGER_READ,
    ("GET", "/api/admin/reconciliation/runs/{run_id}/report.pdf"): Right.LEDGER_READ,
    ("GET", "/api/admin/automations"): Right.AUTOMATIONS_READ,
    ("POST", "/api/admin/automations"): Right.PRICES_WRITE,
    ("GET", "/api/admin/automations/{automation_id}"): Right.AUTOMATIONS_READ,
    ("PATCH", "/api/admin/automations/{automation_id}"): Right.AUTOMATIONS_WRITE,
    ("POST", "/api/admin/automations/{automation_id}/list"): Right.AUTOMATIONS_WRITE,
    ("POST", "/api/admin/automations/{automation_id}/unlist"): Right.AUTOMATIONS_WRITE,
    ("POST", "/api/admin/automations/{automation_id}/withdraw"): Right.AUTOMATIONS_WRITE,
    ("POST", "/api/admin/automations/{automation_id}/restore"): Right.AUTOMATIONS_WRITE,
    ("PUT", "/api/admin/automations/{automation_id}/packages"): Right.PRICES_WRITE,
    ("POST", "/api/admin/automations/{automation_id}/service-token/rotate"): Right.KEYS_WRITE,
    ("GET", "/api/admin/user-automations"): Right.USER_AUTOMATIONS_READ,
    ("GET", "/api/admin/user-automations/{user_automation_id}"): Right.USER_AUTOMATIONS_READ,
    ("GET", "/api/admin/user-automations/{user_automation_id}/ledger"): Right.LEDGER_READ,
    ("POST", "/api/admin/user-automations/{user_automation_id}/status"): Right.USER_AUTOMATIONS_STATUS,
    ("GET", "/api/admin/openai-keys"): Right.KEYS_WRITE,
    ("POST", "/api/admin/openai-keys"): Right.KEYS_WRITE,
    ("PATCH", "/api/admin/openai-keys/{key_id}"): Right.KEYS_WRITE,
    ("POST", "/api/admin/openai-keys/{key_id}/disable"): Right.KEYS_WRITE,
    ("POST", "/api/admin/openai-keys/{key_id}/enable"): Right.KEYS_WRITE,
    ("POST", "/api/admin/openai-keys/{key_id}/rotate"): Right.KEYS_WRITE,
    ("GET", "/api/admin/system/status"): Right.SYSTEM_WRITE,
    ("POST", "/api/admin/system/dlq/redrive"): Right.SYSTEM_WRITE,
}
GUARDED = [route for route, who in ROUTES.items() if isinstance(who, Right)]
OPEN = [route for route, who in ROUTES.items() if who is Door.OPEN]
BY_COOKIE = [route for route, who in ROUTES.items() if who is Door.COOKIE]
BY_SERVICE_TOKEN = [route for route, who in ROUTES.items() if who is Door.SERVICE]


@dataclass(frozen=True)
class Caller:
    """Somebody of a role, signed in to one of the panels."""

    role: Role
    audience: Audience

    def may_use(self, right: Right) -> bool:
        return may(self.role, right) and audience_of(right) in {None, self.audience}


# A customer in the dashboard cannot come to be by signing in; the routes do not rely on that.
CALLERS = [Caller(role, audience) for role in Role for audience in Audience]

NO_SESSION = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("gateway")


def ask(api: Api, route: tuple[str, str], headers: dict[str, str] | None = None) -> Answer:
    """The request with nothing right in it but its address."""
    method, path = route
    return api.send(
        method,
        re.sub(r"\{\w+\}", "1", path.replace("{session_id}", NO_SESSION)),
        {} if method == "POST" else None,
        headers=headers,
    )


def caller_id(caller: Caller) -> str:
    return f"{caller.role}-in-{caller.audience}"


def test_1_every_route_stands_here() -> None:
    assert served().keys() == ROUTES.keys()


@pytest.mark.parametrize("route", OPEN, ids=" ".join)
def test_a_visitor_may_use_what_is_open(route: tuple[str, str], api: Api) -> None:
    assert ask(api, route).status not in {401, 403, 405, 500}


@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
def test_1_nobody_may_use_what_is_guarded(route: tuple[str, str], api: Api) -> None:
    answer = ask(api, route)
    assert (answer.status, answer.code) == (401, "not-signed-in")


@pytest.mark.parametrize("caller", CALLERS, ids=caller_id)
@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
def test_1_a_role_may_use_what_its_rights_say(
    route: tuple[str, str], caller: Caller, api: Api, session: Session
) -> None:
    right = ROUTES[route]
    assert isinstance(right, Right)
    person = make_user(session, role=caller.role)
    answer = ask(api.signed_in(token_for(session, person, audience=caller.audience)), route)
    if caller.may_use(right):
        assert answer.status not in {401, 403, 405, 500}
    else:
        assert (answer.status, answer.code) == (403, "not-allowed")


@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
def test_a_service_token_opens_no_panel(route: tuple[str, str], api: Api, session: Session) -> None:
    token = make_service_token(session, make_automation(session).id)
    answer = ask(api.signed_in(token), route, {"x-zimmer-service-token": token})
    assert (answer.status, answer.code) == (401, "token-invalid")


@pytest.mark.parametrize("route", BY_COOKIE, ids=" ".join)
def test_without_its_cookie_nobody_comes_in_not_even_with_an_access_token(
    route: tuple[str, str], api: Api, session: Session
) -> None:
    token = token_for(session, make_user(session))
    for caller in (api, api.signed_in(token)):
        answer = ask(caller, route)
        assert (answer.status, answer.code) == (401, "not-signed-in")


@pytest.mark.parametrize("caller", [None, *CALLERS], ids=lambda caller: caller_id(caller) if caller else "nobody")
@pytest.mark.parametrize("route", BY_SERVICE_TOKEN, ids=" ".join)
def test_people_cannot_act_as_an_automation(
    route: tuple[str, str], caller: Caller | None, api: Api, session: Session
) -> None:
    if caller:
        api = api.signed_in(token_for(session, make_user(session, role=caller.role), audience=caller.audience))
    answer = ask(api, route)
    assert (answer.status, answer.code) == (401, "service-token-invalid")


@pytest.mark.parametrize("route", BY_SERVICE_TOKEN, ids=" ".join)
def test_an_automation_may_use_the_developer_api(route: tuple[str, str], api: Api, session: Session) -> None:
    token = make_service_token(session, make_automation(session).id)
    assert ask(api, route, {"x-zimmer-service-token": token}).status in {404, 422}
