"""Telling people what happened: a row for the panel, a promise of a message, in the causing transaction.

A notice is a kind and its data; the sentence is made when it is read or sent, in the reader's language. A
*secret* kind (a link that signs somebody in) makes no row that a panel shows: its data stands sealed in its
delivery until it is sent to the address it was raised for.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from zimmer import clock, crypto, events
from zimmer.db import Session
from zimmer.events import DeliverMessage
from zimmer.models import Delivery, Json, Level, Notification, Role, User

FORGOTTEN = "deleted"  # where the address of somebody stood who has deleted their account


class Kind(StrEnum):
    """What can be told. `functions/support/words` has the sentences of each, and a test that none is missing."""

    TOKENS_CREDITED = "tokens-credited"  # {tokens, balance, automation_id, transaction_id}; also raised by the ledger
    TOKENS_ADJUSTED = "tokens-adjusted"  # {delta, balance, automation_id, automation}
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
    """Tell each of them once, in a fixed number of statements.

    The panel's rows, the deliveries and their promises are written in the caller's transaction. An account
    that is switched off gets no mail. Raises ValueError for a secret kind.
    """
    told = list(notices)
    if any(NATURES[notice.kind].is_secret for notice in told):
        raise ValueError("a secret must not stand in a panel: use send_secret")
    if not told:
        return
    now = clock.now()
    new = set(
        session.scalars(
            insert(Notification)
            .values(
                [
                    {
                        "user_id": notice.user_id,
                        "kind": notice.kind.value,
                        "level": NATURES[notice.kind].level,
                        "data": notice.data,
                        "link": notice.link,
                        "dedup_key": notice.dedup_key,
                        "created_at": now,
                    }
                    for notice in told
                ]
            )
            .on_conflict_do_nothing(index_elements=["dedup_key"])
            .returning(Notification.dedup_key)
        )
    )
    mailed = [notice for notice in told if notice.dedup_key in new and NATURES[notice.kind].by_mail]
    addresses = _addresses(session, [notice.user_id for notice in mailed])
    _deliver(
        session,
        [
            {
                "dedup_key": f"{notice.dedup_key}/email",
                "user_id": notice.user_id,
                "kind": notice.kind.value,
                "address": addresses[notice.user_id],
                "data": notice.data,
                "link": notice.link,
                "sealed": None,
            }
            for notice in mailed
            if notice.user_id in addresses
        ],
    )


def send_secret(session: Session, notice: Notice, *, address: str) -> None:
    """Send a secret kind to one address, once per key, and keep its data sealed until then."""
    if not NATURES[notice.kind].is_secret:
        raise ValueError(f"{notice.kind} is no secret")
    dedup_key = f"{notice.dedup_key}/email"
    _deliver(
        session,
        [
            {
                "dedup_key": dedup_key,
                "user_id": notice.user_id,
                "kind": notice.kind.value,
                "address": address,
                "data": {},
                "link": None,
                "sealed": crypto.seal(json.dumps(notice.data), place=sealed_place(dedup_key)),
            }
        ],
    )


def sealed_place(dedup_key: str) -> str:
    """Where a delivery's secret stands, for `crypto.unseal`."""
    return f"deliveries|sealed|{dedup_key}"


def staff_with(session: Session, *roles: Role) -> Sequence[int]:
    """The ids of the living accounts of these roles, to be told together."""
    living = select(User.id).where(User.role.in_(roles), User.is_active, User.deleted_at.is_(None))
    return session.scalars(living.order_by(User.id)).all()


def _addresses(session: Session, user_ids: Sequence[int]) -> dict[int, str]:
    if not user_ids:
        return {}
    living = select(User.id, User.email).where(User.id.in_(user_ids), User.is_active, User.deleted_at.is_(None))
    return {row.id: row.email for row in session.execute(living)}


def _deliver(session: Session, rows: list[Json]) -> None:
    """Write deliveries with the promise of a message each. One that was written before stays as it is."""
    if not rows:
        return
    now = clock.now()
    new = session.scalars(
        insert(Delivery)
        .values([{**row, "created_at": now} for row in rows])
        .on_conflict_do_nothing(index_elements=["dedup_key"])
        .returning(Delivery.id)
    ).all()
    events.promise_all(session, [DeliverMessage(delivery_id) for delivery_id in new])
