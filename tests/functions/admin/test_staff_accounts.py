"""What managers do for their colleagues: inviting them, and taking a lost second factor away."""

import json

import pytest
from sqlalchemy import select

from tests.api import Api
from tests.factories import make_user, token_for
from tests.functions.admin.conftest import Desk, refusal, trail
from tests.phones import given_to
from zimmer import crypto
from zimmer.db import Session
from zimmer.models import Audience, Delivery, Notification, OutboxMessage, RecoveryCode, RevokedBecause, Role, SignIn
from zimmer.notifications import sealed_place

INVITE = "/users/invite"
WANTED = {"email": "Leila@Example.com", "role": "support"}


def test_an_invitation_is_mailed_and_written_down(manager: Desk, session: Session) -> None:
    answer = manager.post(INVITE, WANTED)
    assert (answer.status, answer.json["email"], answer.json["role"]) == (201, "leila@example.com", "support")
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.kind, delivery.address) == ("invitation", "leila@example.com")
    [entry] = trail(session)
    assert entry.after == {"email": "leila@example.com", "role": "support"}


def test_42_the_link_stands_in_no_answer_no_row_and_no_message(manager: Desk, session: Session) -> None:
    answer = manager.post(INVITE, WANTED)
    delivery = session.scalars(select(Delivery)).one()
    assert delivery.sealed is not None
    data = json.loads(crypto.unseal(delivery.sealed, place=sealed_place(delivery.dedup_key)))
    link, token = data["url"], data["url"].partition("#token=")[2]
    assert link.startswith("http://localhost:3001/accept-invite/#token=")
    rows = [*trail(session), *session.scalars(select(OutboxMessage)), *session.scalars(select(Notification)), delivery]
    said = str([vars(row) for row in rows]) + answer.text
    assert token
    assert token not in said


@pytest.mark.parametrize("role", ["customer", "owner", None])
def test_nobody_is_invited_to_be_a_customer(role: str | None, manager: Desk) -> None:
    assert refusal(manager.post(INVITE, {"email": "a@example.com", "role": role})) == (422, "validation-failed")


def test_who_has_an_account_is_given_a_role_instead(manager: Desk, session: Session) -> None:
    make_user(session, email="leila@example.com")
    assert refusal(manager.post(INVITE, WANTED)) == (409, "email-taken")


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL])
def test_37_only_managers_invite_and_reset(role: Role, api: Api, session: Session) -> None:
    desk = Desk(api, session, role)
    colleague = make_user(session, role=Role.SUPPORT)
    given_to(session, colleague)
    assert refusal(desk.post(INVITE, WANTED)) == (403, "not-allowed")
    assert refusal(desk.post(f"/users/{colleague.id}/2fa/reset")) == (403, "not-allowed")
    assert {entry.refused for entry in trail(session)} == {"not-allowed"}


def test_11_a_reset_takes_everything_away_and_ends_the_sign_ins(manager: Desk, api: Api, session: Session) -> None:
    colleague = make_user(session, role=Role.SUPPORT)
    phone = given_to(session, colleague)
    here = api.signed_in(token_for(session, colleague, audience=Audience.ADMIN))
    here.post("/api/auth/2fa/recovery-codes", {"code": phone.code()})
    shown = manager.post(f"/users/{colleague.id}/2fa/reset").json
    assert (shown["twofa_enabled"], shown["sessions"]) == (False, 0)
    assert here.get("/api/auth/me").code == "not-signed-in"
    session.refresh(colleague)
    assert (colleague.twofa_secret, colleague.twofa_pending, colleague.twofa_last_step) == (None, None, None)
    assert session.scalars(select(RecoveryCode)).all() == []
    ended = session.scalars(select(SignIn.revoked_because).where(SignIn.user_id == colleague.id)).all()
    assert set(ended) == {RevokedBecause.TWOFA_CHANGED}


def test_a_customer_who_lost_everything_is_helped_too(manager: Desk, session: Session) -> None:
    customer = make_user(session)
    given_to(session, customer)
    assert manager.post(f"/users/{customer.id}/2fa/reset").status == 200
    told = session.scalars(select(Notification).where(Notification.user_id == customer.id)).one()
    assert (told.kind, told.data) == ("twofa-changed", {"change": "reset"})


def test_ones_own_is_not_reset_but_replaced(manager: Desk, session: Session) -> None:
    given_to(session, manager.user)
    assert refusal(manager.post(f"/users/{manager.user.id}/2fa/reset")) == (403, "own-account")


def test_what_is_off_cannot_be_reset(manager: Desk, session: Session) -> None:
    assert refusal(manager.post(f"/users/{make_user(session).id}/2fa/reset")) == (409, "twofa-off")


def test_a_reset_is_offered_where_there_is_something_to_reset(manager: Desk, support: Desk, session: Session) -> None:
    colleague = make_user(session, role=Role.SUPPORT)

    def offered(desk: Desk) -> dict[str, str | None]:
        actions = desk.get(f"/users/{colleague.id}").json["allowed_actions"]
        return {action["action"]: action["reason"] for action in actions}

    assert "2fa-reset" not in offered(manager)
    given_to(session, colleague)
    assert offered(manager)["2fa-reset"] is None
    assert offered(support)["2fa-reset"] == "not-allowed"
