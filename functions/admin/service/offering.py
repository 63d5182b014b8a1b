"""What the staff does to an automation: what is said of it, what it costs, and whether it is sold."""

from collections.abc import Sequence

from sqlalchemy import ScalarResult, Select, insert, select

from functions.admin.schemas.automations import (
    AutomationChange,
    AutomationRecord,
    NewAutomation,
    PackagesWish,
    PackageWish,
)
from functions.admin.service.automations import record
from functions.admin.service.reading import reading
from zimmer import audit, clock
from zimmer.auth.acting import Staff
from zimmer.auth.roles import Right
from zimmer.db import Session
from zimmer.errors import AutomationNotFound, AutomationUnavailable, NotAllowed, PackageTaken
from zimmer.models import Automation, AutomationPackage, Json, PricingType
from zimmer.money import Rial

PRICED_BY = {"price_per_token", "pricing_type"}  # what a customer pays, and what they pay for
SIZE = ("tokens", "amount", "position", "highlight")


def create(session: Session, staff: Staff, wish: NewAutomation) -> AutomationRecord:
    """A new automation, in no list at first."""
    automation = Automation(**wish.model_dump(), is_listed=False, created_at=clock.now())
    session.add(automation)
    session.flush()
    after = audit.facts(automation, *wish.model_fields_set)
    audit.done(session, staff.act, before=None, after=after, entity_id=automation.id)
    return record(reading(session), automation.id)


def edit(session: Session, staff: Staff, automation_id: int, change: AutomationChange) -> AutomationRecord:
    """Change what is given.

    Raises AutomationNotFound, NotAllowed (what it costs, for who may not change prices), AutomationUnavailable
    (one in the list would have nothing to sell).
    """
    automation = _locked(session, automation_id)
    wanted = change.model_dump(exclude_unset=True)
    before, after = audit.changed(audit.facts(automation, *wanted), wanted)
    if after.keys() & PRICED_BY and not staff.may(Right.PRICES_WRITE):
        raise NotAllowed
    if after:
        for column, value in after.items():
            setattr(automation, column, value)
        if "pricing_type" in after:
            _refuse_empty_shelf(session, automation)
        audit.done(session, staff.act, before=before, after=after)
    return record(reading(session), automation_id)


def put_in_list(session: Session, staff: Staff, automation_id: int, *, is_listed: bool) -> AutomationRecord:
    """Show it in the marketplace, or no longer.

    Raises AutomationNotFound, AutomationUnavailable (withdrawn, or a flat fee without packages).
    """
    automation = _locked(session, automation_id)
    if is_listed and not automation.is_listed and not automation.status:
        raise AutomationUnavailable("It is withdrawn: restore it first")
    return _switch(session, staff, automation, "is_listed", is_listed)


def withdraw(session: Session, staff: Staff, automation_id: int) -> AutomationRecord:
    """Stop selling it: nobody buys or adds it any more, and what customers have stays. Raises AutomationNotFound."""
    return _switch(session, staff, _locked(session, automation_id), "status", to=False)


def restore(session: Session, staff: Staff, automation_id: int) -> AutomationRecord:
    """Sell it again. Raises AutomationNotFound, AutomationUnavailable (listed, a flat fee without packages)."""
    return _switch(session, staff, _locked(session, automation_id), "status", to=True)


def replace_packages(session: Session, staff: Staff, automation_id: int, wish: PackagesWish) -> AutomationRecord:
    """Sell these packages from now on and no others. A size that stays keeps its row.

    Raises AutomationNotFound, PackageTaken (a size twice), AutomationUnavailable (the last of a listed flat fee).
    """
    lock = session.scalars(_lock(automation_id))
    on_the_shelf = session.scalars(select(AutomationPackage).where(AutomationPackage.automation_id == automation_id))
    automation = _found(lock)
    if len({package.tokens for package in wish.packages}) < len(wish.packages):
        raise PackageTaken
    sold = on_the_shelf.all()
    before = _sizes(sold)
    _replace(session, automation_id, {package.tokens: package for package in sold}, wish.packages)
    after = sorted((package.model_dump() for package in wish.packages), key=lambda package: package["tokens"])
    if before != after:
        _refuse_empty_shelf(session, automation)
        audit.done(session, staff.act, before={"packages": before}, after={"packages": after})
    return record(reading(session), automation_id)


def _switch(session: Session, staff: Staff, automation: Automation, column: str, to: bool) -> AutomationRecord:
    before = audit.facts(automation, column)
    if before[column] is not to:
        setattr(automation, column, to)
        _refuse_empty_shelf(session, automation)
        audit.done(session, staff.act, before=before, after={column: to})
    return record(reading(session), automation.id)


def _refuse_empty_shelf(session: Session, automation: Automation) -> None:
    """A flat fee is sold in packages only: in the list without one, nobody could buy it."""
    if not (automation.is_listed and automation.status and automation.pricing_type is PricingType.FLAT_FEE):
        return
    session.flush()
    packages = select(AutomationPackage.id).where(AutomationPackage.automation_id == automation.id).limit(1)
    if session.scalar(packages) is None:
        raise AutomationUnavailable("A flat fee is sold in packages, and there are none")


def _locked(session: Session, automation_id: int) -> Automation:
    return _found(session.scalars(_lock(automation_id)))


def _lock(automation_id: int) -> Select[Automation]:
    lock = select(Automation).where(Automation.id == automation_id).with_for_update(key_share=True)
    return lock.execution_options(populate_existing=True)


def _found(locked: ScalarResult[Automation]) -> Automation:
    automation = locked.first()
    if automation is None:
        raise AutomationNotFound
    return automation


def _sizes(packages: Sequence[AutomationPackage]) -> list[Json]:
    return [audit.facts(package, *SIZE) for package in sorted(packages, key=lambda package: package.tokens)]


def _replace(
    session: Session, automation_id: int, sold: dict[int, AutomationPackage], wanted: Sequence[PackageWish]
) -> None:
    for wish in wanted:
        package = sold.pop(wish.tokens, None)
        if package is None:
            session.execute(insert(AutomationPackage).values(automation_id=automation_id, **wish.model_dump()).inline())
            continue
        package.amount, package.position, package.highlight = Rial(wish.amount), wish.position, wish.highlight
    for gone in sold.values():
        session.delete(gone)
