"""Telling people what happened: a row for the panel, a promise of a message, in the causing transaction.

A notice is a kind and its data; the sentence is made when it is read or sent, in the reader's language. A
*secret* kind (a link that signs somebody in) makes no row that a panel shows: its data stands sealed in its
delivery until it is sent to the address it was raised for.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Select, String, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from zimmer import clock, crypto, events
from zimmer.db import Session
from zimmer.models import Json, Level, Role, User

FORGOTTEN = "deleted"  # where the address of somebody stood who has deleted their account


class Kind(StrEnum):
    """What can be told. `functions/support/words` has the sentences of each, and a test that none is missing."""

    TOKENS_CREDITED = "tokens-credited"  # {tokens, balance, automation_id, transaction_id}; also raised by the ledger
    TOKENS_ADJUSTED = "tokens-adjusted"  # {delta, balance, automation_id, automation}
    LOW_BALANCE = "low-balance"  # {left, line, automation_id, automation}; raised by the ledger
    PAYMENT_REVIEW = "payment-review"  # to the managers: {payment_id, transaction_id}
    PAYMENT_CLOSED = "payment-closed"  # {transaction_id, amount}
    MONEY_RETURNED = "money-returned"  # {transaction_id, amount}
    TICKET_ANSWERED = "ticket-answered"  # {ticket_id, title}
    TICKET_STATUS = "ticket-status"  # {ticket_id, title, status}
    TICKET_ASSIGNED = "ticket-assigned"  # to the staff: {ticket_id, title}
    TICKET_REPLY = "ticket-reply"  # to the staff, of the customer: {ticket_id, title}
    ADJUSTMENT_REQUESTED = "adjustment-requested"  # to the managers: {adjustment_id, delta, by}
    ADJUSTMENT_DECIDED = "adjustment-decided"  # to whoever asked: {adjustment_id, delta, state}
    SERVICE_TOKEN_ROTATED = "service-token-rotated"  # noqa: S105  to the managers: {automation_id, automation, by}
    SESSION_REUSE = "session-reuse"  # {audience, ip, user_agent}
    TWOFA_CHANGED = "twofa-changed"  # {change: on | off | reset | recovery-codes | recovery-used, left?}
    EMAIL_VERIFICATION = "email-verification"  # {url}
    PASSWORD_RESET = "password-reset"  # noqa: S105  {url}
    EMAIL_CHANGE = "email-change"  # to the new address: {url}
    INVITATION = "invitation"  # {url, role}
    EMAIL_CHANGE_ASKED = "email-change-asked"  # to the address there is: {email}
    EMAIL_CHANGED = "email-changed"  # to the address there was: {email}
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  {ip}
    REGISTRATION_TRIED = "registration-tried"  # somebody wanted an account for an address that has one: {}
    ACCOUNT_DELETED = "account-deleted"  # {tokens}


@dataclass(frozen=True)
class Nature:
    """How loud a kind is and which ways it takes."""

    level: Level = Level.INFO
    by_mail: bool = False
    is_secret: bool = False


_SECRET = Nature(by_mail=True, is_secret=True)
NATURES: dict[Kind, Nature] = {
    Kind.TOKENS_CREDITED: Nature(Level.SUCCESS, by_mail=True),
    Kind.TOKENS_ADJUSTED: Nature(by_mail=True),
    Kind.LOW_BALANCE: Nature(Level.WARNING, by_mail=True),
    Kind.PAYMENT_REVIEW: Nature(Level.WARNING, by_mail=True),
    Kind.PAYMENT_CLOSED: Nature(Level.WARNING, by_mail=True),
    Kind.MONEY_RETURNED: Nature(by_mail=True),
    Kind.TICKET_ANSWERED: Nature(by_mail=True),
    Kind.TICKET_STATUS: Nature(),
    Kind.TICKET_ASSIGNED: Nature(),
    Kind.TICKET_REPLY: Nature(),
    Kind.ADJUSTMENT_REQUESTED: Nature(by_mail=True),
    Kind.ADJUSTMENT_DECIDED: Nature(),
    Kind.SERVICE_TOKEN_ROTATED: Nature(Level.WARNING, by_mail=True),
    Kind.SESSION_REUSE: Nature(Level.WARNING, by_mail=True),
    Kind.TWOFA_CHANGED: Nature(Level.WARNING, by_mail=True),
    Kind.EMAIL_VERIFICATION: _SECRET,
    Kind.PASSWORD_RESET: _SECRET,
    Kind.EMAIL_CHANGE: _SECRET,
    Kind.INVITATION: _SECRET,
    Kind.EMAIL_CHANGE_ASKED: Nature(Level.WARNING, by_mail=True),
    Kind.EMAIL_CHANGED: Nature(Level.WARNING, by_mail=True),
    Kind.PASSWORD_CHANGED: Nature(Level.WARNING, by_mail=True),
    Kind.REGISTRATION_TRIED: Nature(by_mail=True),
    Kind.ACCOUNT_DELETED: Nature(by_mail=True),
}


TELL = text("""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(:notices)
        AS notice (user_id INTEGER, kind TEXT, level TEXT, data JSONB, link TEXT, dedup_key TEXT, by_mail BOOLEAN)
), told AS (
    INSERT INTO notifications (user_id, kind, level, data, link, dedup_key, created_at)
    SELECT user_id, kind, level, data, link, dedup_key, :at FROM asked
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING dedup_key
), mailed AS (
    INSERT INTO deliveries (dedup_key, user_id, kind, address, data, link, created_at)
    SELECT asked.dedup_key || '/email', users.id, asked.kind, users.email, asked.data, asked.link, :at
    FROM told JOIN asked ON asked.dedup_key = told.dedup_key JOIN users ON users.id = asked.user_id
    WHERE asked.by_mail AND users.is_active AND users.deleted_at IS NULL
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
)
INSERT INTO outbox (topic, dedup_key, payload, created_at, next_at)
SELECT :topic, 'deliver:' || id, jsonb_build_object('delivery_id', id, 'v', 1), :at, :at FROM mailed ORDER BY id
""").bindparams(
    bindparam("notices", type_=JSONB),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("topic", type_=String),
)

SEND = text("""
WITH mailed AS (
    INSERT INTO deliveries (dedup_key, user_id, kind, address, data, sealed, created_at)
    VALUES (:dedup_key, :user_id, :kind, :address, '{}', :sealed, :at)
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
)
INSERT INTO outbox (topic, dedup_key, payload, created_at, next_at)
SELECT :topic, 'deliver:' || id, jsonb_build_object('delivery_id', id, 'v', 1), :at, :at FROM mailed
""").bindparams(
    *(bindparam(name, type_=String) for name in ("dedup_key", "kind", "address", "sealed", "topic")),
    bindparam("user_id", type_=BigInteger),
    bindparam("at", type_=DateTime(timezone=True)),
)


@dataclass(frozen=True)
class Notice:
    """One thing to tell one person. `key` makes it the same notice when it is raised twice.

    `link` is a path of the reader's panel. Several people are told under keys of their own.
    """

    user_id: int
    kind: Kind
    key: str
    data: Json = field(default_factory=dict)
    link: str | None = None

    @property
    def dedup_key(self) -> str:
        return f"{self.kind}:{self.key}"


def notify(session: Session, notice: Notice) -> None:
    """Tell one person once. Raises ValueError for a secret kind: see `send_secret`."""
    notify_many(session, [notice])


def notify_many(session: Session, notices: Iterable[Notice]) -> None:
    """Tell each of them once, in one statement that nobody waits for.

    The panel's rows, the deliveries and their promises are written in the caller's transaction. An account
    that is switched off gets no mail. Raises ValueError for a secret kind.
    """
    told = list(notices)
    if any(NATURES[notice.kind].is_secret for notice in told):
        raise ValueError("a secret must not stand in a panel: use send_secret")
    if not told:
        return
    session.flush()
    notices_as_rows = [
        {
            "user_id": notice.user_id,
            "kind": notice.kind.value,
            "level": NATURES[notice.kind].level.value,
            "data": notice.data,
            "link": notice.link,
            "dedup_key": notice.dedup_key,
            "by_mail": NATURES[notice.kind].by_mail,
        }
        for notice in told
    ]
    session.execute(TELL, {"notices": notices_as_rows, "at": clock.now(), "topic": events.DELIVER})


def send_secret(session: Session, notice: Notice, *, address: str) -> None:
    """Send a secret kind to one address, once per key, and keep its data sealed until then."""
    if not NATURES[notice.kind].is_secret:
        raise ValueError(f"{notice.kind} is no secret")
    dedup_key = f"{notice.dedup_key}/email"
    session.flush()
    session.execute(
        SEND,
        {
            "dedup_key": dedup_key,
            "user_id": notice.user_id,
            "kind": notice.kind.value,
            "address": address,
            "sealed": crypto.seal(json.dumps(notice.data), place=sealed_place(dedup_key)),
            "at": clock.now(),
            "topic": events.DELIVER,
        },
    )


def sealed_place(dedup_key: str) -> str:
    """Where a delivery's secret stands, for `crypto.unseal`."""
    return f"deliveries|sealed|{dedup_key}"


def staff_with(session: Session, *roles: Role) -> Sequence[int]:
    """The ids of the living accounts of these roles, to be told together."""
    return session.scalars(ids_of_staff(*roles)).all()


def ids_of_staff(*roles: Role) -> Select[int]:
    """The query of `staff_with`, for who asks it with others."""
    living = select(User.id).where(User.role.in_(roles), User.is_active, User.deleted_at.is_(None))
    return living.order_by(User.id)
