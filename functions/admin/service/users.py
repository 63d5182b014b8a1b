"""People as the staff sees them. Addresses and numbers are masked for roles that manage nobody."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from functions.admin.schemas.users import HeldAutomation, RecentPayment, RecentTicket, UserDetail, UserLine
from functions.admin.service.may import COUNT_OF_MANAGERS, Shown, allowed_actions
from functions.admin.service.reading import Read
from zimmer import clock, phones, throttle
from zimmer.auth import sign_ins
from zimmer.auth.dependencies import Person
from zimmer.auth.roles import Right, may
from zimmer.db import ReadSession
from zimmer.errors import UserNotFound
from zimmer.models import Automation, Payment, Role, SignIn, Ticket, User, UserAutomation
from zimmer.pagination import LARGEST_ID, Page, key_of, page_of
from zimmer.wire import on_the_wire

RECENT = 5
FEWEST_LETTERS = 3  # what the index of parts of words is made of
MOST_AUTOMATIONS = 100

_LINE = (
    User.id,
    User.name,
    User.email,
    User.phone_number,
    User.role,
    User.is_active,
    User.email_verified_at,
    User.created_at,
    User.last_active_on,
)


@dataclass(frozen=True)
class Sought:
    """Which people are looked for."""

    text: str | None = None
    role: Role | None = None
    is_active: bool | None = None


def users(session: ReadSession, staff: Person, sought: Sought, *, limit: int, cursor: str | None) -> Page[UserLine]:
    """The accounts that were not deleted, newest first."""
    query = select(*_LINE).where(User.deleted_at.is_(None)).order_by(User.id.desc()).limit(limit + 1)
    if sought.role is not None:
        query = query.where(User.role == sought.role)
    if sought.is_active is not None:
        query = query.where(User.is_active == sought.is_active)
    if sought.text is not None:
        query = query.where(User.id.in_(_matches(sought.text, staff)))
    if cursor:
        query = query.where(User.id < key_of(cursor))
    rows, next_cursor = page_of(session.rows(query), limit=limit, key=lambda row: row.id)
    return Page(items=[UserLine(**_line(row, staff)) for row in rows], next_cursor=next_cursor)


def detail(read: Read, staff: Person, user_id: int, *, email: str | None = None) -> UserDetail:
    """One person with what they have. Raises UserNotFound.

    Whether the door is closed to them is counted by their address: who knows it asks everything at once.
    """
    account = select(*_LINE, User.twofa_enabled, User.deleted_at).where(User.id == user_id)
    if email is None:
        [found] = read(account)
        if not found:
            raise UserNotFound
        email = found[0].email
    [row], locks, [[living]], [[managers]], held, paid, asked = read(
        account,
        throttle.refusing(sign_ins.LOGINS_TO_ACCOUNT.of(email)),
        select(func.count()).where(SignIn.user_id == user_id, sign_ins.living()),
        COUNT_OF_MANAGERS,
        _automations(user_id),
        _payments(user_id),
        _tickets(user_id),
    )
    shown = Shown(
        row.id,
        row.role,
        is_active=row.is_active,
        is_deleted=row.deleted_at is not None,
        has_second_factor=row.twofa_enabled,
        is_locked=bool(locks),
        is_verified=row.email_verified_at is not None or not row.is_active,  # nothing is sent to a switched-off one
    )
    return UserDetail(
        **_line(row, staff),
        twofa_enabled=row.twofa_enabled,
        is_locked=shown.is_locked,
        is_masked=_masks(staff),
        sessions=living,
        automations=[HeldAutomation(**copy._mapping) for copy in held],
        payments=[_payment(payment) for payment in paid],
        tickets=[RecentTicket(**ticket._mapping) for ticket in asked],
        allowed_actions=allowed_actions(staff, shown, managers=managers),
    )


def masked_email(email: str) -> str:
    """`sa***@example.com`: enough to compare with what somebody says on the telephone."""
    local, _, host = email.rpartition("@")
    return f"{local[:2] if len(local) > 2 else local[:1]}***@{host}"


def masked_phone(number: str | None) -> str | None:
    """`+98912***4567`."""
    return number and f"{number[:-7]}***{number[-4:]}"


def _masks(staff: Person) -> bool:
    return not may(staff.role, Right.USERS_MANAGE)


def _matches(sought: str, staff: Person) -> Select[int]:
    """The ids of whoever is found, before anything is sorted: asked in one with the order, a plan that was made
    for any text walks all accounts from the newest.
    """
    matches = select(User.id).where(_found_by(sought, staff)).cte("matches").prefix_with("MATERIALIZED")
    return select(matches.c.id)


def _found_by(sought: str, staff: Person) -> ColumnElement[bool]:
    """By a part of the name or by the id; by address and number in part only for those who may read them.

    Of one or two characters, which stand in every other name, only the beginnings of words count.

    Whoever sees them masked has to know them whole, or searching would unmask them letter by letter.
    """
    ways = [_has(User.name, sought)]
    if sought.isascii() and sought.isdigit() and int(sought) <= LARGEST_ID:
        ways.append(User.id == int(sought))
    if _masks(staff):
        ways += [User.email == sought.lower(), *_has_number(sought)]
    else:
        ways += [_has(User.email, sought), *_has_in_number(sought)]
    return or_(*ways)


def _has(column: InstrumentedAttribute[str], sought: str) -> ColumnElement[bool]:
    if len(sought) >= FEWEST_LETTERS:
        return column.icontains(sought, autoescape=True)
    return or_(column.istartswith(sought, autoescape=True), column.icontains(f" {sought}", autoescape=True))


def _has_number(sought: str) -> list[ColumnElement[bool]]:
    """By a whole number, in whichever form it is typed or stored."""
    whole = phones.stored(sought)
    return [User.phone_number.in_([whole, phones.national(whole)])] if whole else []


def _has_in_number(sought: str) -> list[ColumnElement[bool]]:
    """By a whole number or by a piece of one."""
    pieces = [
        User.phone_number.contains(piece, autoescape=True)
        for piece in phones.pieces(sought)
        if len(piece) >= FEWEST_LETTERS
    ]
    return _has_number(sought) + pieces


def _line(row: Row[Any], staff: Person) -> dict[str, Any]:
    hidden = _masks(staff)
    return {
        "id": row.id,
        "name": row.name,
        "email": masked_email(row.email) if hidden else row.email,
        "phone_number": masked_phone(row.phone_number) if hidden else row.phone_number,
        "role": row.role,
        "is_active": row.is_active,
        "email_verified": row.email_verified_at is not None,
        "created_at": row.created_at,
        "last_active_on": row.last_active_on,
    }


def _automations(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            UserAutomation.id.label("user_automation_id"),
            UserAutomation.automation_id,
            Automation.name,
            UserAutomation.status,
            UserAutomation.tokens_remaining,
            UserAutomation.demo_tokens,
        )
        .join(Automation, Automation.id == UserAutomation.automation_id)
        .where(UserAutomation.user_id == user_id)
        .order_by(UserAutomation.id.desc())
        .limit(MOST_AUTOMATIONS)
    )


def _payments(user_id: int) -> Select[*tuple[Any, ...]]:
    return select(Payment.__table__).where(Payment.user_id == user_id).order_by(Payment.id.desc()).limit(RECENT)


def _payment(row: Row[Any]) -> RecentPayment:
    return RecentPayment(
        id=row.id,
        transaction_id=row.transaction_id,
        status=row.status,
        phase=on_the_wire(row, clock.now())[1],
        amount=row.amount,
        tokens=row.tokens_purchased,
        created_at=row.created_at,
    )


def _tickets(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Ticket.id, Ticket.title, Ticket.status, Ticket.last_message_at)
        .where(Ticket.user_id == user_id)
        .order_by(Ticket.id.desc())
        .limit(RECENT)
    )
