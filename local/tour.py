"""The pages of both panels, as whom and in which state they are looked at: for the pictures and for the checks.

A new page gets a line here, and with it its pictures, its checks in every size and both themes, and axe.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from functions.payments import receipts
from zimmer.db import ReadSession
from zimmer.models import Automation, Payment, Ticket, TokenAdjustment, User

VISITOR = ""
SARA = "sara@example.com"  # six months of use and purchases in every phase
REZA = "reza@example.com"  # an account and nothing else, not even a confirmed address
MANAGER = "manager@example.com"
SUPPORT = "support@example.com"
CUSTOMERS, STAFF = "user", "admin"  # the panels, as the API calls those who enter them


@dataclass(frozen=True)
class Stop:
    """One page in one state. `{…}` in its path is looked up in the seed, see `places`."""

    name: str
    path: str
    who: str = VISITOR
    panel: str = CUSTOMERS
    asks_for_nothing: bool = False  # what it asks for does not exist, and the browser writes that down as an error

    def __str__(self) -> str:
        return self.name


STOPS = (
    Stop("home", "/", SARA),
    Stop("home-empty", "/", REZA),
    Stop("home-visitor", "/"),
    Stop("login", "/login/"),
    Stop("signup", "/signup/"),
    Stop("forgot-password", "/forgot-password/"),
    Stop("reset-password", "/reset-password/#token=secret-of-a-mail"),
    Stop("reset-password-no-link", "/reset-password/"),
    Stop("verify-email", "/verify-email/", SARA),
    Stop("verify-email-no-link", "/verify-email/"),
    Stop("settings", "/settings/", SARA),
    Stop("settings-unverified", "/settings/", REZA),
    Stop("marketplace", "/automations/marketplace/"),
    Stop("marketplace-sara", "/automations/marketplace/", SARA),
    Stop("automation", "/automations/{automation}/"),
    Stop("automation-owned", "/automations/{automation}/", SARA),
    Stop("automation-degraded", "/automations/{degraded}/", REZA),
    Stop("automation-missing", "/automations/999999/", asks_for_nothing=True),
    Stop("tokens", "/automations/{automation}/tokens/", SARA),
    Stop("payments", "/payments/", SARA),
    Stop("payments-empty", "/payments/", REZA),
    Stop("return-credited", "/payment/return/?payment={credited}"),
    Stop("return-not-paid", "/payment/return/?payment={not_paid}"),
    Stop("return-review", "/payment/return/?payment={review}", SARA),
    Stop("return-unknown", "/payment/return/?payment=nothing-like-this", asks_for_nothing=True),
    Stop("receipt", "/receipt/?code={receipt}"),
    Stop("receipt-empty", "/receipt/"),
    Stop("receipt-unknown", "/receipt/?code=1-AAAA-AAAA-AAAA-AAAA", asks_for_nothing=True),
    Stop("missing", "/nothing-here/", asks_for_nothing=True),
    Stop("offline", "/offline/"),
    Stop("staff-login", "/login/", panel=STAFF),
    Stop("staff-enrol-gone", "/enrol-2fa/", panel=STAFF),
    Stop("staff-invited", "/accept-invite/#token=a-link-that-nobody-has", panel=STAFF),
    Stop("staff-invited-gone", "/accept-invite/", panel=STAFF),
    Stop("staff-home", "/", MANAGER, STAFF),
    Stop("staff-home-support", "/", SUPPORT, STAFF),
    Stop("staff-tickets", "/tickets/", SUPPORT, STAFF),
    Stop("staff-ticket", "/tickets/?id={ticket}", SUPPORT, STAFF),
    Stop("staff-payments", "/payments/", MANAGER, STAFF),
    Stop("staff-trace", "/payments/?id={credited_id}", MANAGER, STAFF),
    Stop("staff-trace-review", "/payments/?id={review_id}", MANAGER, STAFF),
    Stop("staff-users", "/users/", SUPPORT, STAFF),
    Stop("staff-user", "/users/?id={sara}", SUPPORT, STAFF),
    Stop("staff-users-manager", "/users/", MANAGER, STAFF),
    Stop("staff-colleague", "/users/?id={colleague}", MANAGER, STAFF),
    Stop("staff-me", "/me/", MANAGER, STAFF),
    Stop("staff-automations", "/automations/", MANAGER, STAFF),
    Stop("staff-automation", "/automations/?id={automation}", MANAGER, STAFF),
    Stop("staff-adjustments", "/tokens/adjustments/", MANAGER, STAFF),
    Stop("staff-adjustment", "/tokens/adjustments/?id={adjustment}", MANAGER, STAFF),
    Stop("staff-settings", "/settings/", MANAGER, STAFF),
    Stop("staff-audit", "/audit/", MANAGER, STAFF),
    Stop("staff-system", "/system/", MANAGER, STAFF),
    Stop("staff-not-allowed", "/system/", SUPPORT, STAFF),
    Stop("staff-nothing-found", "/payments/?q=nothing-like-this", SUPPORT, STAFF),
    Stop("staff-missing", "/nothing-here/", panel=STAFF, asks_for_nothing=True),
)


def places(read: ReadSession) -> dict[str, str]:
    """What the names in the paths stand for in this database."""
    automations = read.rows(select(Automation.id, Automation.health_status).where(Automation.is_listed))
    found = {
        "automation": str(min(row.id for row in automations)),
        "degraded": next(str(row.id) for row in automations if row.health_status == "degraded"),
    }
    last, last_id = func.max(Payment.transaction_id).label("last"), func.max(Payment.id).label("last_id")
    of_sara = select(Payment.status, last, last_id).join(User, User.id == Payment.user_id).where(User.email == SARA)
    for row in read.rows(of_sara.group_by(Payment.status)):
        found |= {str(row.status): str(row.last), f"{row.status}_id": str(row.last_id)}
    found["receipt"] = receipts.code_of(int(found["credited_id"]))
    found["sara"] = str(read.rows(select(User.id).where(User.email == SARA))[0].id)
    found["colleague"] = str(read.rows(select(User.id).where(User.email == SUPPORT))[0].id)
    found["ticket"] = str(read.rows(select(func.max(Ticket.id).label("id")))[0].id)
    found["adjustment"] = str(read.rows(select(func.min(TokenAdjustment.id).label("id")))[0].id)
    return found
