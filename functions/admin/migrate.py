"""Brings the database to the newest shape, and a new platform to its first manager.

CodeDeploy calls it before each new version gets traffic, so no new code meets the old tables; a deployment calls it
once more, for the first one has no traffic to shift.

No account exists in a fresh database and none has a default password. `{"first_manager": "owner@example.com"}`
answers with a link by which that person joins as manager: whoever may invoke this function owns the platform, so
the answer is the one way by which the link leaves it. No mail carries it: on the day of the first deploy the mail
service may not send yet. Asked again, the earlier link is taken back; once there is a manager, none is made.
"""

from typing import Any, NotRequired, TypedDict

from functions.admin import codedeploy
from zimmer.settings import get_settings


class Migrated(TypedDict):
    revision: str
    first_manager: NotRequired["FirstManager"]


class FirstManager(TypedDict):
    """`link` is null where somebody manages the platform already."""

    email: str
    link: str | None


def handler(event: Any, context: Any) -> Migrated:
    """Migrate to the head revision. A database that is there already is left alone."""
    from zimmer import migrations  # Alembic is slow to import and this is its only customer

    asked = event or {}
    with codedeploy.answering(asked):
        migrations.upgrade(get_settings().database)
    answer = Migrated(revision="head")
    if email := asked.get("first_manager"):
        answer["first_manager"] = invite_first_manager(email)
    return answer


def invite_first_manager(email: object) -> FirstManager:
    """A link for the first manager. Raises ValueError for what is no address."""
    from email_validator import validate_email

    from functions.admin.service import inviting
    from zimmer.db import committed

    address = validate_email(str(email), check_deliverability=False).normalized.lower()
    with committed() as session:
        return FirstManager(email=address, link=inviting.first_manager(session, address))
