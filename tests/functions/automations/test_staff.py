"""A new service token: told once, beside the old one for as long as the developer needs to change over."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests.api import Api
from tests.factories import make_user, token_for
from tests.functions.automations.conftest import Meter
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Audience, AuditEntry, Notification, Role, ServiceToken, User


@pytest.fixture
def engineer(session: Session) -> User:
    return make_user(session, role=Role.TECHNICAL)


@pytest.fixture
def desk(api: Api, session: Session, engineer: User) -> Api:
    return api.signed_in(token_for(session, engineer, audience=Audience.ADMIN))


def path(meter: Meter) -> str:
    return f"/api/admin/automations/{meter.automation.id}/service-token/rotate"


def test_both_tokens_work_during_the_overlap_and_then_only_the_new_one(meter: Meter, desk: Api) -> None:
    meter.holds(paid=10)
    old = meter.token
    answer = desk.post(path(meter), {"overlap_hours": 2})
    assert answer.status == 201
    assert meter.consume(1, "old-within").status == 200
    meter.token = answer.json["token"]
    assert meter.consume(1, "new-within").status == 200
    clock.travel(timedelta(hours=2, seconds=1))
    assert meter.consume(1, "new-after").status == 200
    meter.token = old
    assert meter.consume(1, "old-after").json["code"] == "service-token-invalid"


def test_without_an_overlap_the_old_one_ends_at_once(meter: Meter, desk: Api) -> None:
    meter.holds(paid=10)
    desk.post(path(meter), {"overlap_hours": 0})
    assert meter.consume(1).json["code"] == "service-token-invalid"


def test_a_token_that_ends_sooner_lives_no_longer_by_it(meter: Meter, desk: Api, session: Session) -> None:
    desk.post(path(meter), {"overlap_hours": 1})
    soon = clock.now() + timedelta(hours=1)
    desk.post(path(meter), {"overlap_hours": 48})
    first = session.scalars(select(ServiceToken).order_by(ServiceToken.id)).first()
    assert first is not None
    assert first.expires_at is not None
    assert first.expires_at <= soon


def test_the_token_is_told_once_and_kept_as_a_hash(meter: Meter, desk: Api, session: Session) -> None:
    answer = desk.post(path(meter), {})
    secret = answer.json["token"].split("_", 2)[2]
    [entry] = session.scalars(select(AuditEntry)).all()
    assert entry.after is not None
    assert secret not in str(entry.after) + str(entry.before)
    assert entry.after["service_token_id"] == answer.json["id"]
    kept = session.scalars(text("SELECT t::text FROM service_tokens AS t")).all()
    assert secret not in "\n".join(kept)
    shown = desk.get(f"/api/admin/automations/{meter.automation.id}")
    assert secret not in shown.text
    assert next(token["id"] for token in shown.json["service_tokens"]) == answer.json["id"]


def test_whoever_else_writes_keys_hears_of_it(meter: Meter, desk: Api, engineer: User, session: Session) -> None:
    manager = make_user(session, role=Role.MANAGER)
    make_user(session, role=Role.SUPPORT)
    desk.post(path(meter), {})
    told = session.execute(select(Notification.user_id, Notification.kind)).all()
    assert [tuple(row) for row in told] == [(manager.id, "service-token-rotated")]


def test_support_makes_no_token_and_its_try_is_written_down(meter: Meter, api: Api, session: Session) -> None:
    helper = make_user(session, role=Role.SUPPORT)
    answer = api.signed_in(token_for(session, helper, audience=Audience.ADMIN)).post(path(meter), {})
    assert (answer.status, answer.code) == (403, "not-allowed")
    [entry] = session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.refused) == ("service-token.rotate", "not-allowed")
    [token] = session.scalars(select(ServiceToken)).all()
    assert token.expires_at is None


@pytest.mark.parametrize("hours", [-1, 169, "soon", None])
def test_an_overlap_that_makes_no_sense_is_refused(hours: object, meter: Meter, desk: Api) -> None:
    assert desk.post(path(meter), {"overlap_hours": hours}).status == 422


def test_what_does_not_exist_gets_no_token(desk: Api) -> None:
    answer = desk.post("/api/admin/automations/999/service-token/rotate", {})
    assert answer.json["code"] == "automation-not-found"
