"""The pages of the customer panel, as whom and in which state they are looked at: for the pictures and for the checks.

A new page gets a line here, and with it its pictures, its checks in every size and both themes, and axe.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from zimmer.db import ReadSession
from zimmer.models import Automation, Payment, User

VISITOR = ""
SARA = "sara@example.com"  # six months of use and purchases in every phase
REZA = "reza@example.com"  # an account and nothing else


@dataclass(frozen=True)
class Stop:
    """One page in one state. `{…}` in its path is looked up in the seed, see `places`."""

    name: str
    path: str
    who: str = VISITOR
    asks_for_nothing: bool = False  # what it asks for does not exist, and the browser writes that down as an error

    def __str__(self) -> str:
        return self.name


STOPS = (
    Stop("home", "/", SARA),
    Stop("home-empty", "/", REZA),
    Stop("home-visitor", "/"),
    Stop("login", "/login/"),
    Stop("signup", "/signup/"),
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
    Stop("missing", "/nothing-here/", asks_for_nothing=True),
    Stop("offline", "/offline/"),
)


def places(read: ReadSession) -> dict[str, str]:
    """What the names in the paths stand for in this database."""
    automations = read.rows(select(Automation.id, Automation.health_status).where(Automation.is_listed))
    found = {
        "automation": str(min(row.id for row in automations)),
        "degraded": next(str(row.id) for row in automations if row.health_status == "degraded"),
    }
    last = func.max(Payment.transaction_id).label("last")
    of_sara = select(Payment.status, last).join(User, User.id == Payment.user_id).where(User.email == SARA)
    return found | {str(row.status): str(row.last) for row in read.rows(of_sara.group_by(Payment.status))}
