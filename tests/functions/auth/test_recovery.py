"""A forgotten password."""

import time
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.api import Answer, Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import FORM, Browser, Door, ReadLog, is_alive, link_of, mailed, token_of
from zimmer import clock, crypto
from zimmer.db import Database, Session
from zimmer.models import Audience, Delivery, OneTimeToken, OutboxMessage, Purpose, Role, SignIn, ThrottleCounter, User
from zimmer.notifications import Kind

FORGOT, RESET = "/api/auth/password/forgot", "/api/auth/password/reset"
NEW = "barg-e sabz dar bad"


def forgot(api: Api, email: str = FORM["email"]) -> Answer:
    return api.post(FORGOT, {"email": email})


def reset(api: Api, token: str, password: str = NEW) -> Answer:
    return api.post(RESET, {"token": token, "password": password})


def reset_link(api: Api, session: Session) -> str:
    assert forgot(api).status == 204
    return link_of(session, Kind.PASSWORD_RESET)


@pytest.fixture
def owner(door: Door) -> Answer:
    """Somebody who has just registered: the answer that signed them in."""
    return door.register()


# asking


def test_the_address_of_an_account_gets_a_link(owner: Answer, api: Api, session: Session) -> None:
    assert forgot(api, "Sara@Example.com").status == 204
    assert mailed(session, Kind.PASSWORD_RESET) == [("password-reset", FORM["email"])]


@pytest.mark.parametrize("columns", [{"is_active": False}, {"deleted_at": clock.now(), "is_active": False}], ids=str)
def test_an_account_that_is_off_gets_none(columns: dict[str, Any], api: Api, session: Session) -> None:
    person = make_user(session, **columns)
    assert forgot(api, person.email).status == 204
    assert mailed(session) == []


def test_a_new_request_makes_the_link_before_it_useless(owner: Answer, api: Api, session: Session) -> None:
    first = reset_link(api, session)
    second = reset_link(api, session)
    assert reset(api, first).code == "link-invalid"
    assert reset(api, second).status == 204


def test_14_known_and_unknown_addresses_are_answered_alike(owner: Answer, api: Api, session: Session) -> None:
    known, unknown = forgot(api), forgot(api, "nobody@example.com")
    assert (known.status, known.body, known.cookies) == (unknown.status, unknown.body, unknown.cookies)
    assert set(known.headers) == set(unknown.headers)
    assert session.scalar(select(func.count()).select_from(OneTimeToken).where(OneTimeToken.user_id.is_(None))) == 1
    assert mailed(session, Kind.PASSWORD_RESET) == [("password-reset", FORM["email"])]


def test_14_known_and_unknown_addresses_take_equally_long(committing: Database) -> None:
    """Medians of 200 requests each, in turns, so that whatever else the machine does meets both."""
    Browser().register()
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(200):
        clock.travel(timedelta(hours=1))  # an address may ask three times an hour
        api = Api(ip=f"198.51.100.{number}")
        for is_known in (True, False) if number % 2 else (False, True):
            began = time.perf_counter()
            assert forgot(api, FORM["email"] if is_known else f"nobody{number}@example.com").status == 204
            taken[is_known].append(time.perf_counter() - began)
    assert 0.85 < median(taken[True]) / median(taken[False]) < 1 / 0.85


def test_three_requests_an_hour_for_an_address_with_or_without_an_account(owner: Answer, session: Session) -> None:
    for email in (FORM["email"], "nobody@example.com"):
        answers = [forgot(Api(ip=f"198.51.100.{number}"), email) for number in range(4)]
        assert [answer.status for answer in answers] == [204, 204, 204, 429]
        assert int(answers[-1].headers["retry-after"]) <= 3600


def test_thirty_requests_an_hour_from_one_network(api: Api) -> None:
    statuses = [forgot(api, f"nobody{number}@example.com").status for number in range(31)]
    assert statuses == [204] * 30 + [429]


def test_41_the_count_of_a_refused_request_is_there_after_it(committing: Database, other: Database) -> None:
    for _ in range(4):
        answer = forgot(Api())
    assert answer.status == 429
    rows = other.read().rows(select(ThrottleCounter.kind, ThrottleCounter.remaining))
    assert {row.kind: row.remaining for row in rows} == {"reset-account": -1, "reset-ip": 26}


# setting


def test_the_link_sets_a_new_password(owner: Answer, api: Api, door: Door, session: Session) -> None:
    assert reset(api, reset_link(api, session)).status == 204
    assert door.login(password=NEW).status == 200
    assert door.login().status == 401


def test_17_the_secret_is_stored_as_its_hash(owner: Answer, api: Api, session: Session) -> None:
    token = reset_link(api, session)
    found = session.scalars(select(OneTimeToken).where(OneTimeToken.purpose == Purpose.RESET_PASSWORD)).one()
    assert found.token_hash == crypto.token_hash(token)


@pytest.mark.parametrize(("minutes", "status"), [(29.9, 204), (30, 422)])
def test_17_the_link_works_for_30_minutes(
    minutes: float, status: int, owner: Answer, api: Api, session: Session
) -> None:
    token = reset_link(api, session)
    clock.travel(timedelta(minutes=minutes))
    assert reset(api, token).status == status


def test_17_the_link_works_once(owner: Answer, api: Api, door: Door, session: Session) -> None:
    token = reset_link(api, session)
    assert [reset(api, token, password).status for password in (NEW, "khaneh-ye dust kojast")] == [204, 422]
    assert door.login(password=NEW).status == 200


def test_17_reset_signs_nobody_in(owner: Answer, api: Api, session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(SignIn))
    answer = reset(api, reset_link(api, session))
    assert (answer.body, answer.cookies) == (b"", ())
    assert session.scalar(select(func.count()).select_from(SignIn)) == before


def test_17_reset_leaves_the_second_factor_as_it_is(owner: Answer, api: Api, session: Session) -> None:
    user = session.scalars(select(User)).one()
    user.twofa_enabled, user.twofa_secret = True, "v1.kid.sealed.secret"
    session.flush()
    reset(api, reset_link(api, session))
    session.refresh(user)
    assert (user.twofa_enabled, user.twofa_secret) == (True, "v1.kid.sealed.secret")


def test_11_reset_ends_every_sign_in(owner: Answer, api: Api, door: Door, session: Session) -> None:
    other = door.login()
    reset(api, reset_link(api, session))
    assert [is_alive(answer) for answer in (owner, other)] == [False, False]
    assert set(session.scalars(select(SignIn.revoked_because))) == {"password-changed"}


def test_11_reset_ends_what_was_half_done_with_the_old_password(owner: Answer, api: Api, session: Session) -> None:
    changing = {"email": "thief@example.com", "password": FORM["password"]}
    api.signed_in(token_of(owner)).send("PATCH", "/api/auth/me", changing)
    begun = link_of(session, Kind.EMAIL_CHANGE)
    reset(api, reset_link(api, session))
    assert api.post("/api/auth/email/verify", {"token": begun}).code == "link-invalid"


def test_reset_lets_somebody_in_who_has_locked_themselves_out(
    owner: Answer, api: Api, door: Door, session: Session
) -> None:
    for _ in range(5):
        door.login(password="not the password")
    assert door.login().status == 429
    reset(api, reset_link(api, session))
    assert door.login(password=NEW).status == 200


def test_reset_confirms_the_address_it_was_sent_to(owner: Answer, api: Api, door: Door, session: Session) -> None:
    reset(api, reset_link(api, session))
    assert door.login(password=NEW).json["user"]["email_verified_at"] is not None


def test_the_owner_is_told_by_mail(owner: Answer, api: Api, session: Session) -> None:
    reset(api, reset_link(api, session))
    assert mailed(session)[-1] == ("password-changed", FORM["email"])


def test_41_a_password_that_is_not_good_enough_leaves_the_link_good(owner: Answer, api: Api, session: Session) -> None:
    token = reset_link(api, session)
    assert reset(api, token, "password1234").json["errors"][0]["code"] == "password-common"
    assert reset(api, token).status == 204


def test_a_link_to_an_address_that_changed_opens_nothing(owner: Answer, api: Api, session: Session) -> None:
    token = reset_link(api, session)
    session.scalars(select(User)).one().email = "other@example.com"
    session.flush()
    assert reset(api, token).code == "link-invalid"


def test_a_token_that_is_nobodys_opens_nothing(api: Api, session: Session) -> None:
    forgot(api, "nobody@example.com")
    stored = session.scalars(select(OneTimeToken)).one()
    stored.token_hash = crypto.token_hash("known")
    session.flush()
    assert reset(api, "known").code == "link-invalid"


def test_a_link_of_another_purpose_sets_no_password(owner: Answer, api: Api, session: Session) -> None:
    assert reset(api, link_of(session, Kind.EMAIL_VERIFICATION)).code == "link-invalid"


def test_7_a_links_secret_is_no_access_token(owner: Answer, api: Api, session: Session) -> None:
    for token in (link_of(session, Kind.EMAIL_VERIFICATION), reset_link(api, session)):
        assert api.signed_in(token).get("/api/auth/me").code == "token-invalid"


def test_a_member_of_the_staff_may_forget_too(api: Api, session: Session) -> None:
    manager = make_user(session, role=Role.MANAGER, email="manager@zimmer.example.com")
    forgot(api, manager.email)
    dashboard = token_for(session, manager, audience=Audience.ADMIN)
    assert reset(api, link_of(session, Kind.PASSWORD_RESET)).status == 204
    assert api.signed_in(dashboard).get("/api/auth/me").status == 401


# where the secret may stand


def test_42_links_stand_in_no_notice_queue_body_or_log(owner: Answer, api: Api, session: Session) -> None:
    secrets = [link_of(session, Kind.EMAIL_VERIFICATION), reset_link(api, session)]
    rows = session.execute(select(Delivery.data, Delivery.link, Delivery.dedup_key, Delivery.sealed)).all()
    promised = session.scalars(select(OutboxMessage.payload)).all()
    seen = f"{rows} {promised}"
    assert not any(secret in seen for secret in secrets)
    assert all(set(payload) == {"delivery_id", "v"} for payload in promised)


def test_24_links_lead_to_the_configured_panel_whatever_host_a_request_names(
    owner: Answer, api: Api, session: Session
) -> None:
    lies = {"host": "evil.example", "x-forwarded-host": "evil.example", "origin": "https://evil.example"}
    api.post(FORGOT, {"email": FORM["email"]}, headers=lies)
    delivery = session.scalars(select(Delivery).where(Delivery.kind == "password-reset")).one()
    opened = crypto.unseal(delivery.sealed or "", place=f"deliveries|sealed|{delivery.dedup_key}")
    assert opened.startswith('{"url": "http://localhost:3000/reset-password/#token=')


def test_27_passwords_and_links_are_in_no_log(api: Api, door: Door, session: Session, log: ReadLog) -> None:
    owner = api.signed_in(token_of(door.register()))
    verification = link_of(session, Kind.EMAIL_VERIFICATION)
    api.post("/api/auth/email/verify", {"token": verification})
    token = reset_link(api, session)
    reset(api, token, "password1234")
    owner.post("/api/auth/password", {"current": "not the password", "new": NEW})
    reset(api, token)
    logged = str(log())
    assert {"password.forgotten", "password.reset", "password.refused"} <= {line["message"] for line in log()}
    for secret in (verification, token, FORM["password"], NEW, "password1234", "not the password"):
        assert secret not in logged
