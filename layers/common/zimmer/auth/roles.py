"""Roles and rights: the one table. A route names the right it needs, never a role."""

from enum import StrEnum

from zimmer.models import Audience, Role


class Right(StrEnum):
    """One thing a person may do. Panels draw their menus from the list of a person's rights."""

    OWN_PROFILE = "own_profile"
    OWN_AUTOMATIONS = "own_automations"
    OWN_PAYMENTS = "own_payments"
    OWN_TICKETS = "own_tickets"
    USERS_READ = "users.read"
    USERS_EDIT = "users.edit"
    USERS_DEACTIVATE = "users.deactivate"
    USERS_MANAGE = "users.manage"  # roles, invitations, 2FA reset
    AUTOMATIONS_READ = "automations.read"
    AUTOMATIONS_WRITE = "automations.write"
    PRICES_WRITE = "prices.write"
    USER_AUTOMATIONS_READ = "user_automations.read"
    USER_AUTOMATIONS_STATUS = "user_automations.status"
    PAYMENTS_READ = "payments.read"
    PAYMENTS_REVERSE = "payments.reverse"
    ADJUSTMENTS_REQUEST = "adjustments.request"
    ADJUSTMENTS_APPROVE = "adjustments.approve"
    LEDGER_READ = "ledger.read"
    RECONCILIATION_RUN = "reconciliation.run"
    DISCOUNTS_READ = "discounts.read"
    DISCOUNTS_WRITE = "discounts.write"
    TICKETS_READ = "tickets.read"
    TICKETS_WRITE = "tickets.write"
    KEYS_WRITE = "keys.write"
    ANALYTICS_BASIC = "analytics.basic"
    ANALYTICS_SYSTEM = "analytics.system"
    ANALYTICS_REVENUE = "analytics.revenue"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    AUDIT_OWN_AREA = "audit.own_area"
    AUDIT_READ = "audit.read"
    SYSTEM_WRITE = "system.write"  # redrive, sweep run, system status


_CUSTOMER = {Right.OWN_PROFILE, Right.OWN_AUTOMATIONS, Right.OWN_PAYMENTS, Right.OWN_TICKETS}

_ANY_STAFF = {
    Right.OWN_PROFILE,
    Right.USERS_READ,
    Right.USERS_EDIT,
    Right.AUTOMATIONS_READ,
    Right.USER_AUTOMATIONS_READ,
    Right.PAYMENTS_READ,
    Right.ADJUSTMENTS_REQUEST,
    Right.LEDGER_READ,
    Right.DISCOUNTS_READ,
    Right.TICKETS_READ,
    Right.ANALYTICS_BASIC,
}

_TECHNICAL = _ANY_STAFF | {
    Right.USERS_DEACTIVATE,
    Right.AUTOMATIONS_WRITE,
    Right.USER_AUTOMATIONS_STATUS,
    Right.KEYS_WRITE,
    Right.ANALYTICS_SYSTEM,
    Right.SETTINGS_READ,
    Right.AUDIT_OWN_AREA,
    Right.SYSTEM_WRITE,
}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CUSTOMER: frozenset(_CUSTOMER),
    Role.SUPPORT: frozenset(_ANY_STAFF | {Right.TICKETS_WRITE}),
    Role.TECHNICAL: frozenset(_TECHNICAL),
    Role.MANAGER: frozenset(set(Right) - _CUSTOMER | {Right.OWN_PROFILE}),
}


def may(role: Role, right: Right) -> bool:
    """Whether a role carries a right."""
    return right in RIGHTS[role]


def audience_of(right: Right) -> Audience | None:
    """The panel a right is used in; None for what both panels need."""
    if right is Right.OWN_PROFILE:
        return None
    return Audience.USER if right in _CUSTOMER else Audience.ADMIN


def is_staff(role: Role) -> bool:
    return role is not Role.CUSTOMER


def may_enter(role: Role, audience: Audience) -> bool:
    """Whether a role may sign in to a panel. Staff may use the user panel too; customers never the dashboard."""
    return audience is Audience.USER or is_staff(role)
