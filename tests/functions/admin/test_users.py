import csv
import io
from contextlib import closing
from datetime import timedelta
from itertools import chain
from uuid import uuid4

import pytest
from sqlalchemy import select

from functions.admin.schemas.users import RoleChange
from functions.admin.service import accounts
from tests.api import Api
from tests.concurrency.races import at_once
from tests.factories import PASSWORD, make_automation, make_copy, make_user, purchase_in, token_for
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import clock
from zimmer.audit import Act
from zimmer.auth import passwords
from zimmer.auth.acting import Staff
from zimmer.auth.dependencies import Person
from zimmer.db import Database, Session, committed
from zimmer.errors import ZimmerError
from zimmer.models import Audience, Delivery, PaymentStatus, RevokedBecause, Role, SignIn, Ticket, User

USERS = "/users"


@pytest.fixture
def customer(session: Session) -> User:
    return make_user(session, name="سارا محمدی", email="sara@example.com", phone_number="+989121234567")


def panel_of(api: Api, session: Session, user: User, audience: Audience = Audience.USER) -> Api:
    return api.signed_in(token_for(session, user, audience=audience))


def found(desk: Desk, **filters: object) -> list[int]:
    return [item["id"] for item in desk.get(USERS, **filters).json["items"]]


def actions(desk: Desk, user: User) -> dict[str, str | None]:
    """What may be done to an account: by name, the code that stands against it."""
    return {item["action"]: item["reason"] for item in desk.get(f"{USERS}/{user.id}").json["allowed_actions"]}


# who is shown, and how much of them


def test_roles_that_manage_nobody_see_addresses_masked(
    manager: Desk, technical: Desk, support: Desk, customer: User
) -> None:
    for desk in (technical, support):
        [line] = desk.get(USERS, q="سارا").json["items"]
        assert (line["email"], line["phone_number"]) == ("sa***@example.com", "+98912***4567")
        assert desk.get(f"{USERS}/{customer.id}").json["is_masked"] is True
    [line] = manager.get(USERS, q="سارا").json["items"]
    assert (line["email"], line["phone_number"]) == ("sara@example.com", "+989121234567")
    assert manager.get(f"{USERS}/{customer.id}").json["is_masked"] is False


@pytest.mark.parametrize(
    ("email", "shown"), [("a@b.ir", "a***@b.ir"), ("ab@b.ir", "a***@b.ir"), ("abc@b.ir", "ab***@b.ir")]
)
def test_the_shortest_address_is_masked_too(email: str, shown: str, support: Desk, session: Session) -> None:
    user = make_user(session, email=email, phone_number="+989121234567")
    line = support.get(f"{USERS}/{user.id}").json
    assert (line["email"], line["phone_number"]) == (shown, "+98912***4567")


def test_a_look_at_the_whole_address_is_written_down_each_time(support: Desk, customer: User, session: Session) -> None:
    for _ in range(2):
        answer = support.post(f"{USERS}/{customer.id}/reveal")
        assert answer.json == {"email": "sara@example.com", "phone_number": "+989121234567"}
    assert [(entry.action, entry.entity_id, entry.actor_id) for entry in trail(session)] == [
        ("user.reveal", str(customer.id), support.user.id)
    ] * 2


def test_the_trail_of_a_look_does_not_hold_what_was_looked_at(support: Desk, customer: User, session: Session) -> None:
    support.post(f"{USERS}/{customer.id}/reveal")
    [entry] = trail(session)
    assert (entry.before, entry.after) == (None, {"revealed": ["email", "phone_number"]})


@pytest.mark.parametrize("sought", ["محمدی", "sara@ex", "SARA@EXAMPLE.COM", "0912123", "۰۹۱۲۱۲۳۴۵۶۷"])
def test_a_manager_finds_people_by_parts(sought: str, manager: Desk, customer: User) -> None:
    assert found(manager, q=sought) == [customer.id]


@pytest.mark.parametrize(
    ("sought", "finds"),
    [("محمدی", True), ("sara@example.com", True), ("09121234567", True), ("sara@", False), ("0912123", False)],
)
def test_whoever_sees_an_address_masked_has_to_know_it_whole(
    sought: str, finds: bool, support: Desk, customer: User
) -> None:
    assert found(support, q=sought) == ([customer.id] if finds else [])


def test_a_person_is_found_by_their_number(support: Desk, customer: User) -> None:
    assert found(support, q=str(customer.id)) == [customer.id]
    assert found(support, q="9" * 20) == []


@pytest.mark.parametrize("sought", ["%", "_", "\\"])
def test_signs_of_a_pattern_are_ordinary_letters(sought: str, manager: Desk, customer: User) -> None:
    assert found(manager, q=sought) == []


def test_filters_narrow_the_list(manager: Desk, support: Desk, customer: User, session: Session) -> None:
    gone = make_user(session, is_active=False)
    assert found(manager, role="customer") == [gone.id, customer.id]
    assert found(manager, role="customer", active="false") == [gone.id]
    assert found(manager, role="support") == [support.user.id]


def test_a_deleted_account_is_in_no_list_and_takes_no_act(manager: Desk, session: Session) -> None:
    gone = make_user(session, deleted_at=clock.now(), is_active=False)
    assert gone.id not in found(manager)
    assert refusal(manager.post(f"{USERS}/{gone.id}/activate")) == (409, "account-deleted")
    assert actions(manager, gone) == {
        "edit": "account-deleted",
        "activate": "account-deleted",
        "role": "account-deleted",
    }


@pytest.mark.parametrize(
    "filters", [{"q": ""}, {"q": "a\0"}, {"q": "x" * 101}, {"role": "owner"}, {"cursor": "x"}, {"limit": 0}], ids=str
)
def test_a_filter_that_makes_no_sense_is_refused(filters: dict[str, object], manager: Desk) -> None:
    assert refusal(manager.get(USERS, **filters)) == (422, "validation-failed")


def test_the_pages_show_everybody_once_newest_first(manager: Desk, session: Session) -> None:
    ids = [make_user(session).id for _ in range(3)]
    first = manager.get(USERS, role="customer", limit=2).json
    second = manager.get(USERS, role="customer", limit=2, cursor=first["next_cursor"]).json
    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


def test_the_list_as_a_file_is_masked_like_the_list(support: Desk, manager: Desk, session: Session) -> None:
    make_user(session, name="=cmd()", email="nasim@example.com", phone_number="+989121234567")

    def line(desk: Desk) -> dict[str, str]:
        header, *lines = csv.reader(io.StringIO(desk.file(USERS, role="customer").body.decode("utf-8-sig"), newline=""))
        return dict(zip(header, lines[0], strict=True))

    assert (line(support)["name"], line(support)["email"]) == ("'=cmd()", "na***@example.com")
    assert (line(manager)["email"], line(manager)["phone_number"]) == ("nasim@example.com", "'+989121234567")


def test_a_person_is_shown_with_what_they_have(support: Desk, session: Session, api: Api, customer: User) -> None:
    panel_of(api, session, customer)
    copy = make_copy(session, customer, make_automation(session, name="دستیار"), demo=5, paid=40)
    payments = [purchase_in(session, PaymentStatus.PENDING, copy) for _ in range(6)]
    now = clock.now()
    session.add(Ticket(user_id=customer.id, title="پرداخت", created_at=now, updated_at=now, last_message_at=now))
    session.flush()
    shown = support.get(f"{USERS}/{customer.id}").json
    assert (shown["sessions"], shown["twofa_enabled"], shown["is_locked"]) == (1, False, False)
    assert shown["automations"] == [
        {
            "user_automation_id": copy.id,
            "automation_id": copy.automation_id,
            "name": "دستیار",
            "status": "active",
            "tokens_remaining": 40,
            "demo_tokens": 5,
        }
    ]
    assert [payment["id"] for payment in shown["payments"]] == [payment.id for payment in payments[:0:-1]]
    assert (shown["payments"][0]["status"], shown["payments"][0]["phase"]) == ("pending", "at_bank")
    assert [ticket["title"] for ticket in shown["tickets"]] == ["پرداخت"]


def test_a_sign_in_that_is_over_is_not_counted(manager: Desk, session: Session, api: Api, customer: User) -> None:
    panel_of(api, session, customer)
    session.scalars(select(SignIn).where(SignIn.user_id == customer.id)).one().revoked_at = clock.now()
    session.flush()
    assert manager.get(f"{USERS}/{customer.id}").json["sessions"] == 0


@pytest.mark.parametrize("act", ["reveal", "activate", "deactivate", "unlock"])
def test_who_does_not_exist_is_not_found(act: str, manager: Desk) -> None:
    assert refusal(manager.post(f"{USERS}/{2**31 - 1}/{act}")) == (404, "user-not-found")
    assert refusal(manager.get(f"{USERS}/{2**31 - 1}")) == (404, "user-not-found")


# name and number


def test_a_name_and_a_number_are_corrected_and_the_trail_says_how(
    support: Desk, customer: User, session: Session
) -> None:
    answer = support.patch(f"{USERS}/{customer.id}", {"name": "سارا محمدی", "phone_number": "۰۹۳۵۱۲۳۴۵۶۷"})
    assert (answer.status, answer.json["phone_number"]) == (200, "+98935***4567")
    [entry] = trail(session)
    assert entry.before == {"phone_number": "+989121234567"}
    assert entry.after == {"phone_number": "+989351234567"}


def test_a_number_is_taken_away_by_null(support: Desk, customer: User) -> None:
    assert support.patch(f"{USERS}/{customer.id}", {"phone_number": None}).json["phone_number"] is None


@pytest.mark.parametrize("body", [{}, {"name": "سارا محمدی"}], ids=str)
def test_an_edit_that_changes_nothing_leaves_no_trace(
    body: dict[str, str], support: Desk, customer: User, session: Session
) -> None:
    assert support.patch(f"{USERS}/{customer.id}", body).status == 200
    assert trail(session) == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"name": "\u202eا"},
        {"phone_number": "12"},
        {"phone_number": "+989"},
        {"email": "a@b.ir"},
        {"role": "manager"},
        {"is_active": False},
    ],
    ids=str,
)
def test_nothing_else_can_be_edited(body: dict[str, object], manager: Desk, customer: User) -> None:
    assert refusal(manager.patch(f"{USERS}/{customer.id}", body)) == (422, "validation-failed")


# off and on


def test_10_switching_an_account_off_ends_its_sign_ins_at_once(
    technical: Desk, api: Api, session: Session, customer: User
) -> None:
    panel = panel_of(api, session, customer)
    assert panel.get("/api/auth/me").status == 200
    answer = technical.post(f"{USERS}/{customer.id}/deactivate")
    assert (answer.status, answer.json["is_active"], answer.json["sessions"]) == (200, False, 0)
    assert refusal(panel.get("/api/auth/me")) == (401, "not-signed-in")
    ended = session.scalars(select(SignIn.revoked_because).where(SignIn.user_id == customer.id)).all()
    assert ended == [RevokedBecause.DEACTIVATED]


def test_an_old_sign_in_does_not_come_back_with_the_account(
    technical: Desk, api: Api, session: Session, customer: User
) -> None:
    panel = panel_of(api, session, customer)
    technical.post(f"{USERS}/{customer.id}/deactivate")
    assert technical.post(f"{USERS}/{customer.id}/activate").json["is_active"] is True
    assert panel.get("/api/auth/me").status == 401
    session.refresh(customer)
    assert panel_of(api, session, customer).get("/api/auth/me").status == 200


def test_doing_it_again_changes_nothing_and_writes_nothing(technical: Desk, session: Session, customer: User) -> None:
    for _ in range(2):
        assert technical.post(f"{USERS}/{customer.id}/deactivate").status == 200
    for _ in range(2):
        assert technical.post(f"{USERS}/{customer.id}/activate").status == 200
    assert [(entry.action, entry.before, entry.after) for entry in trail(session)] == [
        ("user.deactivate", {"is_active": True}, {"is_active": False}),
        ("user.activate", {"is_active": False}, {"is_active": True}),
    ]


# who may touch whom


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.TECHNICAL, Role.MANAGER])
@pytest.mark.parametrize("act", ["reveal", "unlock", "activate", "deactivate"])
def test_37_only_managers_act_on_staff(act: str, role: Role, technical: Desk, session: Session) -> None:
    colleague = make_user(session, role=role)
    assert refusal(technical.post(f"{USERS}/{colleague.id}/{act}")) == (403, "higher-role")
    assert [(entry.action, entry.refused) for entry in trail(session)] == [(f"user.{act}", "higher-role")]


def test_support_edits_no_colleague(support: Desk, technical: Desk) -> None:
    assert refusal(support.patch(f"{USERS}/{technical.user.id}", {"name": "x"})) == (403, "higher-role")


@pytest.mark.parametrize(("path", "body"), [("deactivate", {}), ("role", {"role": "support"})])
def test_nobody_switches_themselves(path: str, body: dict[str, str], manager: Desk, session: Session) -> None:
    make_user(session, role=Role.MANAGER)
    assert refusal(manager.post(f"{USERS}/{manager.user.id}/{path}", body)) == (403, "own-account")


def test_a_new_role_ends_the_sign_ins_that_were_opened_with_the_old_one(
    manager: Desk, technical: Desk, session: Session
) -> None:
    answer = manager.post(f"{USERS}/{technical.user.id}/role", {"role": "support"})
    assert (answer.status, answer.json["role"], answer.json["sessions"]) == (200, "support", 0)
    assert refusal(technical.get("/dashboard/stats")) == (401, "not-signed-in")
    [entry] = trail(session)
    assert (entry.action, entry.before, entry.after) == ("user.role", {"role": "technical"}, {"role": "support"})


def test_the_role_somebody_has_changes_nothing(manager: Desk, technical: Desk, session: Session) -> None:
    assert manager.post(f"{USERS}/{technical.user.id}/role", {"role": "technical"}).status == 200
    assert technical.get("/dashboard/stats").status == 200
    assert trail(session) == []


def test_what_may_be_done_is_told_before_it_is_tried(
    manager: Desk, technical: Desk, support: Desk, customer: User
) -> None:
    assert actions(support, customer) == {
        "reveal": None,
        "edit": None,
        "deactivate": "not-allowed",
        "resend-verification": None,
        "role": "not-allowed",
    }
    assert actions(technical, customer)["deactivate"] is None
    assert actions(technical, support.user)["deactivate"] == "higher-role"
    own, other = actions(manager, manager.user), actions(manager, technical.user)
    assert own == {"edit": None, "deactivate": "own-account", "resend-verification": None, "role": "own-account"}
    assert other == {"edit": None, "deactivate": None, "resend-verification": None, "role": None}


def test_an_address_that_is_confirmed_gets_no_further_link(support: Desk, customer: User, session: Session) -> None:
    customer.email_verified_at = clock.now()
    session.flush()
    assert "resend-verification" not in actions(support, customer)
    answer = support.post(f"{USERS}/{customer.id}/resend-verification")
    assert (answer.status, answer.code) == (409, "email-verified")
    assert session.scalars(select(Delivery)).all() == []


def test_the_staff_sends_the_link_of_an_address_once_more(support: Desk, customer: User, session: Session) -> None:
    assert support.post(f"{USERS}/{customer.id}/resend-verification").status == 200
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.kind, delivery.address, delivery.data) == ("email-verification", customer.email, {})
    [entry] = trail(session)
    assert (entry.action, entry.after) == ("user.resend-verification", {"sent": "email-verification"})


def test_a_number_is_found_in_both_forms(support: Desk, manager: Desk, customer: User) -> None:
    for typed in ("09121234567", "+98 912 123 4567", "۰۹۱۲-۱۲۳-۴۵۶۷"):
        assert found(support, q=typed) == [customer.id]
    for typed in ("0912123", "912123", "+98912"):
        assert found(manager, q=typed) == [customer.id]
        assert found(support, q=typed) == []


def test_a_number_that_the_version_before_wrote_is_found_too(support: Desk, customer: User, session: Session) -> None:
    customer.phone_number = "09121234567"
    session.flush()
    assert found(support, q="+989121234567") == [customer.id]


# the last manager


def test_37_two_managers_who_demote_each_other_leave_one(own_database: str) -> None:
    with closing(Database(own_database)) as database, database.transaction() as session:
        people = [make_user(session, role=Role.MANAGER) for _ in range(2)]

    def demote_the_other(number: int) -> str:
        try:
            with committed() as session:
                accounts.change_role(
                    session, acting(people[number]), people[1 - number].id, RoleChange(role=Role.SUPPORT)
                )
        except ZimmerError as refused:
            return refused.code
        return "done"

    assert sorted(at_once(own_database, demote_the_other, threads=2)) == ["done", "last-manager"]
    with closing(Database(own_database)) as database:
        roles = database.read().rows(select(User.role).where(User.id.in_([one.id for one in people])))
        assert sorted(chain.from_iterable(roles)) == [Role.MANAGER, Role.SUPPORT]


def acting(user: User) -> Staff:
    """A manager in the middle of a request that was let in before anything happened."""
    person = Person(
        id=user.id,
        name=user.name,
        email=user.email,
        phone_number=None,
        role=Role.MANAGER,
        email_verified_at=None,
        twofa_enabled=False,
        created_at=user.created_at,
        session_id=uuid4(),
        audience=Audience.ADMIN,
    )
    return Staff(person, Act("user.role", user.id, Role.MANAGER))


@pytest.mark.parametrize("other", [{"is_active": False}, {"deleted_at": clock.now(), "is_active": False}], ids=str)
def test_only_living_managers_count(other: dict[str, object], session: Session, database: Database) -> None:
    last = make_user(session, role=Role.MANAGER)
    make_user(session, role=Role.MANAGER, **other)
    gone = make_user(session, role=Role.MANAGER, is_active=False)
    with pytest.raises(ZimmerError) as refused, committed() as inside:
        accounts.deactivate(inside, acting(gone), last.id)
    assert refused.value.code == "last-manager"


# somebody who has locked themselves out


def test_a_locked_account_is_let_in_again(support: Desk, api: Api, session: Session) -> None:
    user = make_user(session, password_hash=passwords.hashed(PASSWORD))

    def login(password: str) -> int:
        return api.post("/api/auth/login", {"email": user.email, "password": password}).status

    assert [login("wrong password") for _ in range(5)] == [401] * 5
    assert login(PASSWORD) == 429
    assert support.get(f"{USERS}/{user.id}").json["is_locked"] is True
    assert actions(support, user)["unlock"] is None
    answer = support.post(f"{USERS}/{user.id}/unlock")
    assert (answer.status, answer.json["is_locked"]) == (200, False)
    assert login(PASSWORD) == 200
    assert [entry.action for entry in trail(session)] == ["user.unlock"]


def test_a_lock_that_is_over_is_no_lock(support: Desk, api: Api, session: Session, customer: User) -> None:
    for _ in range(5):
        api.post("/api/auth/login", {"email": customer.email, "password": "wrong password"})
    clock.travel(timedelta(minutes=15, seconds=1))
    assert support.get(f"{USERS}/{customer.id}").json["is_locked"] is False


def test_unlocking_who_is_not_locked_leaves_no_trace(support: Desk, session: Session, customer: User) -> None:
    assert support.post(f"{USERS}/{customer.id}/unlock").status == 200
    assert trail(session) == []
