"""The catalogue and customers' copies."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from typing import cast as cast_type

from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from functions.automations.balances import HELD, cap_resets_at
from functions.automations.schemas import AutomationCard, AutomationDetail, OwnAutomation, unit_name
from zimmer import clock, ledger, money
from zimmer.auth.dependencies import Person
from zimmer.db import Prepared, ReadSession, Session
from zimmer.errors import AutomationNotFound, AutomationUnavailable, UserAutomationNotFound
from zimmer.models import (
    ZARINPAL,
    Automation,
    AutomationPackage,
    Bucket,
    BusinessSettings,
    EntryKind,
    GatewayHealth,
    Health,
    UserAutomation,
    UserAutomationStatus,
)
from zimmer.money import Rial
from zimmer.pagination import LARGEST_BIGINT, Page, key_of, page_of

# No IN, whose list SQLAlchemy writes out anew for each request.
_IS_WELL = or_(Automation.health_status == Health.HEALTHY, Automation.health_status == Health.UNKNOWN)

# Where a card stands: the ailing ones last, then by age. One number, so that one key finds the next page.
_CARD_POSITION = (
    cast(
        case((or_(Automation.health_status == Health.HEALTHY, Automation.health_status == Health.UNKNOWN), 0), else_=1),
        BigInteger,
    )
    * literal(2**32, BigInteger)
    + Automation.id
)

_NOW = bindparam("now", type_=DateTime(timezone=True))
_CHEAPEST_PACKAGE = (
    select(func.min(AutomationPackage.amount))
    .where(
        AutomationPackage.automation_id == Automation.id, AutomationPackage.amount >= BusinessSettings.minimum_amount
    )
    .scalar_subquery()
)
_PACKAGES = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object(
                        "tokens",
                        AutomationPackage.tokens,
                        "amount",
                        AutomationPackage.amount,
                        "highlight",
                        AutomationPackage.highlight,
                    ),
                    AutomationPackage.position,
                    AutomationPackage.tokens,
                )
            ),
            func.jsonb_build_array(),
        )
    )
    .where(AutomationPackage.automation_id == Automation.id)
    .scalar_subquery()
)


def available(session: ReadSession, *, limit: int, cursor: str | None) -> Page[AutomationCard]:
    """The marketplace, one page in one round trip."""
    after = key_of(cursor, largest=LARGEST_BIGINT) if cursor else 0
    found = session.mappings(_MARKETPLACE, {"after": after, "most": limit + 1, "now": clock.now()})
    cards, next_cursor = page_of(found, limit=limit, key=lambda card: card["position"])
    # As a whole: one by one takes half as long again.
    return Page[AutomationCard].model_validate({"items": [*map(_shown, cards)], "next_cursor": next_cursor})


def listed(session: ReadSession, automation_id: int) -> AutomationDetail:
    """One automation of the marketplace. Raises AutomationNotFound, also for an unlisted one."""
    query = _cards(
        Automation.description,
        Automation.screenshots,
        Automation.examples,
        Automation.health_checked_at,
        Automation.support_url,
        _PACKAGES.label("packages"),
    ).where(Automation.id == automation_id, Automation.is_listed)
    row = session.first(query, {"now": clock.now()})
    if row is None:
        raise AutomationNotFound
    return AutomationDetail(**_shown(row._asdict()))


def add(session: Session, customer: Person, automation_id: int) -> tuple[OwnAutomation, bool]:
    """Put an automation into a customer's account with its demo tokens, once.

    Returns the copy and whether it is new. Adding again changes nothing; a copy that was removed comes
    back with what it had. Raises AutomationNotFound, AutomationUnavailable (withdrawn by us).
    """
    automations = session.scalars(select(Automation).where(Automation.id == automation_id))
    settings = session.scalars(select(BusinessSettings))
    written = session.execute(_new_copy(customer, automation_id))
    copies = session.scalars(
        select(UserAutomation).where(
            UserAutomation.user_id == customer.id, UserAutomation.automation_id == automation_id
        )
    )
    automation, is_new = automations.first(), bool(written.all())
    if automation is None or not automation.is_listed:
        raise AutomationNotFound
    if not automation.status:
        raise AutomationUnavailable
    if is_new:
        _grant_demo(session, copies.one(), settings.one())
    else:
        _bring_back(session, customer, automation_id)
    session.flush()
    row = session.execute(_own(customer.id).where(UserAutomation.automation_id == automation_id)).one()
    return _own_automation(row), is_new


def _new_copy(customer: Person, automation_id: int) -> Executable:
    """Writes the copy if there is none, of an automation that can be added; its id comes back when it is new."""
    offered = select(literal(customer.id), Automation.id, literal(clock.now(), DateTime(timezone=True))).where(
        Automation.id == automation_id, Automation.is_listed, Automation.status
    )
    copies = cast_type("Table", UserAutomation.__table__)
    return (
        upsert(copies)
        .from_select(["user_id", "automation_id", "created_at"], offered)
        .on_conflict_do_nothing(index_elements=["user_id", "automation_id"])
        .returning(copies.c.id)
    )


def mine(session: ReadSession, customer: Person, *, limit: int, cursor: str | None) -> Page[OwnAutomation]:
    """A customer's automations, newest first."""
    query = _own(customer.id).order_by(UserAutomation.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(UserAutomation.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.user_automation_id)
    return Page(items=[_own_automation(row) for row in rows], next_cursor=next_cursor)


def own(session: ReadSession, customer: Person, automation_id: int) -> OwnAutomation:
    """One of the customer's automations, by the automation's id. Raises UserAutomationNotFound."""
    row = session.first(_own(customer.id).where(UserAutomation.automation_id == automation_id))
    if row is None:
        raise UserAutomationNotFound
    return _own_automation(row)


def change(session: Session, customer: Person, automation_id: int, values: Mapping[str, Any]) -> OwnAutomation:
    """Set columns of the customer's copy. Locks it. Raises UserAutomationNotFound."""
    copy = session.scalars(
        select(UserAutomation)
        .where(
            UserAutomation.user_id == customer.id,
            UserAutomation.automation_id == automation_id,
            UserAutomation.status != UserAutomationStatus.REMOVED,
        )
        .with_for_update(key_share=True)
    ).one_or_none()
    if copy is None:
        raise UserAutomationNotFound
    for name, value in values.items():
        setattr(copy, name, value)
    session.flush()
    return _own_automation(session.execute(_own(customer.id).where(UserAutomation.id == copy.id)).one())


def _grant_demo(session: Session, copy: UserAutomation, settings: BusinessSettings) -> None:
    if not settings.demo_tokens:
        copy.demo_expired = True
        return
    copy.demo_expires_at = clock.now() + timedelta(days=settings.demo_days)
    ledger.move_under_lock(  # nobody else has seen it yet
        session,
        copy,
        delta=settings.demo_tokens,
        bucket=Bucket.DEMO,
        kind=EntryKind.DEMO,
        reference=f"demo:{copy.id}",
        actor=f"user:{copy.user_id}",
    )


def _bring_back(session: Session, customer: Person, automation_id: int) -> None:
    copy = session.scalars(
        select(UserAutomation)
        .where(UserAutomation.user_id == customer.id, UserAutomation.automation_id == automation_id)
        .with_for_update()
    ).one()
    if copy.status is UserAutomationStatus.REMOVED:
        copy.status = UserAutomationStatus.ACTIVE


def _cards(*more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Automation.id,
            Automation.name,
            Automation.tagline,
            Automation.category,
            Automation.icon_url,
            Automation.developer,
            # As text: the card makes them what they are.
            type_coerce(Automation.pricing_type, Text).label("pricing_type"),
            Automation.price_per_token,
            type_coerce(Automation.health_status, Text).label("health_status"),
            Automation.status,
            _CARD_POSITION.label("position"),
            Automation.customers,
            _CHEAPEST_PACKAGE.label("cheapest_package"),
            BusinessSettings.demo_tokens,
            BusinessSettings.minimum_amount,
            or_(BusinessSettings.gateway_paused, GatewayHealth.rests_at(_NOW)).label("gateway_paused"),
            *more,
        )
        .join_from(Automation, BusinessSettings, literal(True))
        .join(GatewayHealth, GatewayHealth.gateway == ZARINPAL)
    )


def _shown(card: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a card, and whatever else was read."""
    reason = _why_not(card)
    return {
        **card,
        "unit_name": unit_name(card["pricing_type"]),
        "from_amount": _cheapest(card["price_per_token"], card["minimum_amount"], card["cheapest_package"]),
        "can_buy": reason is None,
        "can_buy_reason": reason,
    }


def _why_not(card: Mapping[str, Any]) -> str | None:
    """Why this automation cannot be bought now, as a code for the panel."""
    if not card["status"]:
        return "withdrawn"
    if card["health_status"] == Health.UNHEALTHY:
        return "unhealthy"
    return "gateway-paused" if card["gateway_paused"] else None


def _cheapest(unit_price: Rial, minimum: Rial, package: Rial | None) -> Rial:
    """The least a customer can pay: the smallest package, or the fewest tokens that reach the minimum."""
    loose = money.price_of(money.tokens_for_at_least(minimum, unit_price=unit_price), unit_price=unit_price)
    return loose if package is None else min(package, loose)


def _own(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            UserAutomation.id.label("user_automation_id"),
            UserAutomation.automation_id,
            Automation.name,
            UserAutomation.display_name,
            Automation.icon_url,
            UserAutomation.status,
            UserAutomation.tokens_remaining,
            UserAutomation.demo_tokens,
            UserAutomation.is_demo_active,
            UserAutomation.demo_expired,
            UserAutomation.demo_expires_at,
            UserAutomation.spent_on,
            UserAutomation.spent_today,
            UserAutomation.daily_spend_cap,
            UserAutomation.low_balance_at,
            HELD.label("held_tokens"),
            UserAutomation.integration_status,
            Automation.health_status,
            UserAutomation.provisioned_at,
            UserAutomation.created_at,
        )
        .join(Automation, Automation.id == UserAutomation.automation_id)
        .where(UserAutomation.user_id == user_id, UserAutomation.status != UserAutomationStatus.REMOVED)
    )


def _own_automation(row: Row[Any]) -> OwnAutomation:
    fields = dict(row._mapping)
    if fields.pop("spent_on") != clock.business_day():
        fields["spent_today"] = 0
    if row.demo_expires_at and row.demo_expires_at <= clock.now():  # they cannot be spent, though they stand there
        fields |= {"demo_expired": True, "is_demo_active": False}
    return OwnAutomation(**fields, cap_resets_at=cap_resets_at(row.daily_spend_cap))


# Built once: putting a query together takes longer than asking it.
_MARKETPLACE = Prepared(
    _cards()
    .where(Automation.is_listed, bindparam("after", type_=BigInteger) < _CARD_POSITION)
    .order_by(_CARD_POSITION)
    .limit(bindparam("most", type_=BigInteger))
)
