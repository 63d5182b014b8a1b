"""The table of rights, as the security rules write it: one row per thing, one column per role."""

import pytest

from zimmer.auth.roles import RIGHTS, Right, audience_of, is_staff, may
from zimmer.models import Audience, Role

ROLES = (Role.CUSTOMER, Role.SUPPORT, Role.TECHNICAL, Role.MANAGER)

TABLE = """
                           customer  support  technical  manager
own_profile                   x         x         x         x
own_automations               x         -         -         -
own_payments                  x         -         -         -
own_tickets                   x         -         -         -
users.read                    -         x         x         x
users.edit                    -         x         x         x
users.deactivate              -         -         x         x
users.manage                  -         -         -         x
automations.read              -         x         x         x
automations.write             -         -         x         x
prices.write                  -         -         -         x
user_automations.read         -         x         x         x
user_automations.status       -         -         x         x
payments.read                 -         x         x         x
payments.reverse              -         -         -         x
adjustments.request           -         x         x         x
adjustments.approve           -         -         -         x
ledger.read                   -         x         x         x
reconciliation.run            -         -         -         x
discounts.read                -         x         x         x
discounts.write               -         -         -         x
tickets.read                  -         x         x         x
tickets.write                 -         x         -         x
keys.write                    -         -         x         x
analytics.basic               -         x         x         x
analytics.system              -         -         x         x
analytics.revenue             -         -         -         x
settings.read                 -         -         x         x
settings.write                -         -         -         x
audit.own_area                -         -         x         x
audit.read                    -         -         -         x
system.write                  -         -         x         x
"""

ROWS = {right: marks for right, *marks in (line.split() for line in TABLE.strip().splitlines()[1:])}


def test_every_right_stands_in_the_table_once() -> None:
    assert sorted(ROWS) == sorted(Right)


@pytest.mark.parametrize("right", Right)
def test_a_role_has_the_rights_of_the_table(right: Right) -> None:
    assert ["x" if may(role, right) else "-" for role in ROLES] == ROWS[right]


def test_every_role_has_rights() -> None:
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize("right", Right)
def test_a_right_belongs_to_the_panel_of_those_who_have_it(right: Right) -> None:
    who = {is_staff(role) for role in Role if may(role, right)}
    belongs_to = {Audience.USER: {False}, Audience.ADMIN: {True}, None: {False, True}}
    assert who == belongs_to[audience_of(right)]


def test_only_customers_are_not_staff() -> None:
    assert [role for role in Role if not is_staff(role)] == [Role.CUSTOMER]
