"""Automations as the staff sees them: also the unlisted and the withdrawn ones."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from functions.admin.schemas.automations import AutomationRecord, AutomationRow, PackageRow, ServiceTokenRow
from functions.admin.service.reading import Read
from zimmer.db import ReadSession
from zimmer.errors import AutomationNotFound
from zimmer.models import Automation, AutomationPackage, Health, ServiceToken, UserAutomation
from zimmer.pagination import LARGEST_ID, Page, key_of, page_of

_ROW = tuple(getattr(Automation, column) for column in AutomationRow.model_fields)


@dataclass(frozen=True)
class Sought:
    """Which automations are looked for."""

    text: str | None = None
    is_listed: bool | None = None
    health: Health | None = None


def automations(session: ReadSession, sought: Sought, *, limit: int, cursor: str | None) -> Page[AutomationRow]:
    """All of them, newest first."""
    query = select(*_ROW).order_by(Automation.id.desc()).limit(limit + 1)
    if sought.text is not None:
        query = query.where(_found_by(sought.text))
    if sought.is_listed is not None:
        query = query.where(Automation.is_listed.is_(sought.is_listed))
    if sought.health is not None:
        query = query.where(Automation.health_status == sought.health)
    if cursor:
        query = query.where(Automation.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[AutomationRow(**row._mapping) for row in rows], next_cursor=next_cursor)


def record(read: Read, automation_id: int) -> AutomationRecord:
    """One automation with its packages and its tokens' dates. Raises AutomationNotFound."""
    found, packages, service_tokens, [[held]] = read(
        select(Automation.__table__).where(Automation.id == automation_id),
        _packages(automation_id),
        _service_tokens(automation_id),
        _tokens_held(automation_id),
    )
    if not found:
        raise AutomationNotFound
    columns = {name: value for name, value in found[0]._mapping.items() if name in AutomationRecord.model_fields}
    return AutomationRecord(
        **columns,
        packages=[PackageRow(**{name: getattr(row, name) for name in PackageRow.model_fields}) for row in packages],
        service_tokens=[ServiceTokenRow(**row._mapping) for row in service_tokens],
        tokens_held=int(held),
    )


def _found_by(sought: str) -> Any:
    by_words = Automation.name.icontains(sought, autoescape=True) | Automation.developer.icontains(
        sought, autoescape=True
    )
    if sought.isascii() and sought.isdigit() and int(sought) <= LARGEST_ID:
        return by_words | (Automation.id == int(sought))
    return by_words


def _packages(automation_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(AutomationPackage.__table__)
        .where(AutomationPackage.automation_id == automation_id)
        .order_by(AutomationPackage.position, AutomationPackage.tokens)
    )


def _service_tokens(automation_id: int) -> Select[*tuple[Any, ...]]:
    columns = (getattr(ServiceToken, column) for column in ServiceTokenRow.model_fields)
    return select(*columns).where(ServiceToken.automation_id == automation_id).order_by(ServiceToken.id.desc())


def _tokens_held(automation_id: int) -> Select[*tuple[Any, ...]]:
    held = func.sum(UserAutomation.tokens_remaining + UserAutomation.demo_tokens)
    return select(func.coalesce(held, 0)).where(UserAutomation.automation_id == automation_id)
