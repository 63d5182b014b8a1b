"""Notices and deliveries, in the transaction that causes them."""

import json

import pytest
from sqlalchemy import func, select

from tests.factories import make_user
from zimmer import crypto
from zimmer.db import Session
from zimmer.events import DELIVER
from zimmer.models import Delivery, Notification, OutboxMessage, Role
from zimmer.notifications import Kind, Notice, notify, notify_many, sealed_place, send_secret, staff_with

ANSWERED = {"ticket_id": 1, "title": "پرسش"}


def counts(session: Session) -> tuple[int, int, int]:
    """Rows in the panel, deliveries, promises."""
    panel, mails = (session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (Notification, Delivery))
    promised = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.topic == DELIVER)
    return panel, mails, session.scalar(promised) or 0


def test_a_notice_is_one_row_one_delivery_and_one_promise_however_often_it_is_raised(session: Session) -> None:
    person = make_user(session)
    for _ in range(3):
        notify(session, Notice(person.id, Kind.TICKET_ANSWERED, "message-1", ANSWERED, "/support/?id=1"))
    assert counts(session) == (1, 1, 1)
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.address, delivery.data, delivery.link) == (person.email, ANSWERED, "/support/?id=1")
    promise = session.scalars(select(OutboxMessage)).one()
    assert promise.payload == {"delivery_id": delivery.id, "v": 1}


def test_a_quiet_kind_makes_no_mail(session: Session) -> None:
    notify(session, Notice(make_user(session).id, Kind.TICKET_STATUS, "1", {**ANSWERED, "status": "closed"}))
    assert counts(session) == (1, 0, 0)


def test_an_account_that_is_switched_off_gets_no_mail(session: Session) -> None:
    notify(session, Notice(make_user(session, is_active=False).id, Kind.TICKET_ANSWERED, "1", ANSWERED))
    assert counts(session) == (1, 0, 0)


def test_many_are_told_together(session: Session) -> None:
    managers = [make_user(session, role=Role.MANAGER).id for _ in range(5)]
    make_user(session, role=Role.MANAGER, is_active=False)
    make_user(session, role=Role.SUPPORT)
    told = staff_with(session, Role.MANAGER)
    assert told == managers
    data = {"payment_id": 7, "transaction_id": "t"}
    notify_many(session, [Notice(manager, Kind.PAYMENT_REVIEW, f"7:{manager}", data) for manager in told])
    notify_many(session, [])
    assert counts(session) == (5, 5, 5)


def test_a_secret_stands_sealed_in_its_delivery_and_nowhere_else(session: Session) -> None:
    person, url = make_user(session), "https://zimmerai.com/reset-password/?token=do-not-write-me-down"
    send_secret(session, Notice(person.id, Kind.PASSWORD_RESET, "1", {"url": url}), address="old@example.com")
    assert counts(session) == (0, 1, 1)
    delivery = session.scalars(select(Delivery)).one()
    assert delivery.address == "old@example.com"
    assert delivery.sealed
    assert "do-not-write-me-down" not in f"{delivery.data}{delivery.link}{delivery.sealed}"
    assert json.loads(crypto.unseal(delivery.sealed, place=sealed_place(delivery.dedup_key))) == {"url": url}
    assert "do-not-write-me-down" not in str(session.scalars(select(OutboxMessage.payload)).all())


def test_the_two_ways_are_not_mixed_up(session: Session) -> None:
    person = make_user(session)
    with pytest.raises(ValueError, match="send_secret"):
        notify(session, Notice(person.id, Kind.PASSWORD_RESET, "1", {"url": "x"}))
    with pytest.raises(ValueError, match="no secret"):
        send_secret(session, Notice(person.id, Kind.TICKET_ANSWERED, "1", ANSWERED), address=person.email)
    assert counts(session) == (0, 0, 0)
