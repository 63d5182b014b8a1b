"""A customer's own automations: adding one, and what is left on each."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.api import Api
from tests.factories import make_automation, make_copy, make_user, token_for
from tests.functions.automations.conftest import Meter
from zimmer import clock
from zimmer.db import Session
from zimmer.models import (
    Audience,
    Automation,
    BusinessSettings,
    Role,
    TokenEntry,
    User,
    UserAutomation,
    UserAutomationStatus,
)
from zimmer.pagination import cursor_of

OWN = "/api/user/automations"


def configure(session: Session, **settings: Any) -> None:
    session.execute(update(BusinessSettings).values(**settings))


def copies(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(UserAutomation)) or 0


def test_a_new_automation_comes_with_five_demo_tokens(
    customer: Api, session: Session, user: User, automation: Automation
) -> None:
    answer = customer.post(f"{OWN}/{automation.id}")
    assert answer.status == 201, answer.body
    assert (answer.json["demo_tokens"], answer.json["tokens_remaining"]) == (5, 0)
    entry = session.scalars(select(TokenEntry)).one()
    assert (entry.bucket, entry.delta, entry.balance_after, entry.kind) == ("demo", 5, 5, "demo")
    assert (entry.reference, entry.actor) == (f"demo:{answer.json['user_automation_id']}", f"user:{user.id}")


def test_a_new_automation_is_shown_whole(customer: Api, automation: Automation) -> None:
    shown = customer.post(f"{OWN}/{automation.id}").json
    created = datetime.fromisoformat(shown.pop("created_at"))
    ends = datetime.fromisoformat(shown.pop("demo_expires_at"))
    assert timedelta(0) <= clock.now() - created < timedelta(minutes=1)
    assert timedelta(days=30) <= ends - created < timedelta(days=30, minutes=1)
    assert shown.pop("user_automation_id") > 0
    assert shown == {
        "automation_id": automation.id,
        "name": automation.name,
        "display_name": None,
        "icon_url": None,
        "status": "active",
        "tokens_remaining": 0,
        "demo_tokens": 5,
        "is_demo_active": True,
        "demo_expired": False,
        "held_tokens": 0,
        "spent_today": 0,
        "daily_spend_cap": None,
        "cap_resets_at": None,
        "low_balance_at": None,
        "integration_status": "pending",
        "health_status": "healthy",
        "provisioned_at": None,
    }


def test_a_second_add_grants_no_second_demo(customer: Api, session: Session, automation: Automation) -> None:
    first = customer.post(f"{OWN}/{automation.id}")
    again = customer.post(f"{OWN}/{automation.id}")
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert session.scalar(select(func.count()).select_from(TokenEntry)) == 1


def test_adding_again_does_not_refill_a_demo_that_was_used(customer: Api, meter: Meter) -> None:
    meter.holds(demo=5)
    meter.consume(5)
    answer = customer.post(f"{OWN}/{meter.automation.id}")
    assert (answer.status, answer.json["demo_tokens"], answer.json["demo_expired"]) == (200, 0, True)


def test_a_removed_copy_comes_back_with_what_it_had(
    customer: Api, session: Session, user: User, automation: Automation
) -> None:
    copy = make_copy(session, user, automation, demo=2, paid=40, status=UserAutomationStatus.REMOVED)
    assert customer.get(f"{OWN}/{automation.id}").status == 404
    answer = customer.post(f"{OWN}/{automation.id}")
    assert answer.status == 200
    assert (answer.json["user_automation_id"], answer.json["status"]) == (copy.id, "active")
    assert (answer.json["demo_tokens"], answer.json["tokens_remaining"]) == (2, 40)


def test_adding_again_does_not_wake_a_paused_copy(
    customer: Api, session: Session, user: User, automation: Automation
) -> None:
    make_copy(session, user, automation, status=UserAutomationStatus.PAUSED)
    assert customer.post(f"{OWN}/{automation.id}").json["status"] == "paused"


def test_each_customer_gets_a_demo_of_their_own(api: Api, session: Session, automation: Automation) -> None:
    for _ in range(2):
        stranger = api.signed_in(token_for(session, make_user(session)))
        assert stranger.post(f"{OWN}/{automation.id}").json["demo_tokens"] == 5


@pytest.mark.parametrize(
    ("columns", "status", "code"),
    [({"is_listed": False}, 404, "automation-not-found"), ({"status": False}, 409, "automation-unavailable")],
    ids=["unlisted", "withdrawn"],
)
def test_what_is_not_for_sale_cannot_be_added(
    columns: dict[str, Any], status: int, code: str, customer: Api, session: Session
) -> None:
    answer = customer.post(f"{OWN}/{make_automation(session, **columns).id}")
    assert (answer.status, answer.code) == (status, code)
    assert copies(session) == 0


def test_what_never_was_cannot_be_added(customer: Api) -> None:
    answer = customer.post(f"{OWN}/{2**31 - 1}")
    assert (answer.status, answer.code) == (404, "automation-not-found")


@pytest.mark.parametrize("automation_id", ["0", str(2**31), "abc"])
def test_what_is_no_id_cannot_be_added(automation_id: str, customer: Api) -> None:
    assert customer.post(f"{OWN}/{automation_id}").status == 422


def test_the_owner_of_the_platform_says_how_large_a_demo_is(
    customer: Api, session: Session, automation: Automation
) -> None:
    configure(session, demo_tokens=12, demo_days=3)
    shown = customer.post(f"{OWN}/{automation.id}").json
    lasts = datetime.fromisoformat(shown["demo_expires_at"]) - datetime.fromisoformat(shown["created_at"])
    assert shown["demo_tokens"] == 12
    assert timedelta(days=3) <= lasts < timedelta(days=3, minutes=1)


def test_a_platform_without_demos_gives_none(customer: Api, session: Session, automation: Automation) -> None:
    configure(session, demo_tokens=0)
    answer = customer.post(f"{OWN}/{automation.id}")
    assert answer.status == 201
    assert (answer.json["demo_tokens"], answer.json["is_demo_active"], answer.json["demo_expired"]) == (0, False, True)
    assert session.scalar(select(func.count()).select_from(TokenEntry)) == 0


def test_a_demo_is_over_when_its_time_is(
    api: Api, customer: Api, session: Session, user: User, automation: Automation
) -> None:
    customer.post(f"{OWN}/{automation.id}")
    clock.travel(timedelta(days=30, minutes=1))
    later = api.signed_in(token_for(session, user))
    shown = later.get(f"{OWN}/{automation.id}").json
    assert (shown["is_demo_active"], shown["demo_expired"]) == (False, True)


def test_the_newest_stands_first(customer: Api, session: Session, user: User) -> None:
    ids = [make_copy(session, user).automation_id for _ in range(3)]
    assert [item["automation_id"] for item in customer.get(OWN).json["items"]] == ids[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_the_pages_show_every_copy_once(limit: int, customer: Api, session: Session, user: User) -> None:
    ids = [make_copy(session, user).id for _ in range(3)]
    seen: list[int] = []
    params: dict[str, Any] | None = {"limit": limit}
    while params:
        page = customer.get(OWN, params=params).json
        seen += [item["user_automation_id"] for item in page["items"]]
        params = {"limit": limit, "cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert seen == ids[::-1]


@pytest.mark.parametrize("cursor", ["x", cursor_of(0), cursor_of(2**31), cursor_of(2**63), cursor_of(10**30)])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str, customer: Api) -> None:
    answer = customer.get(OWN, params={"cursor": cursor})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "cursor-invalid")


def test_a_removed_copy_is_not_shown(customer: Api, session: Session, user: User) -> None:
    make_copy(session, user, status=UserAutomationStatus.REMOVED)
    assert customer.get(OWN).json["items"] == []


def test_a_copy_stays_when_its_automation_leaves_the_marketplace(customer: Api, session: Session, user: User) -> None:
    copy = make_copy(session, user, make_automation(session, is_listed=False), paid=7)
    assert customer.get(f"{OWN}/{copy.automation_id}").json["tokens_remaining"] == 7


def test_another_customers_copy_is_nobodys_business(customer: Api, session: Session) -> None:
    other = make_copy(session, make_user(session), paid=7)
    answer = customer.get(f"{OWN}/{other.automation_id}")
    assert (answer.status, answer.code) == (404, "user-automation-not-found")
    assert customer.get(OWN).json["items"] == []


def test_what_was_spent_yesterday_is_not_spent_today(
    api: Api, customer: Api, session: Session, user: User, meter: Meter
) -> None:
    meter.holds(paid=10, daily_spend_cap=8)
    meter.consume(3)
    shown = customer.get(f"{OWN}/{meter.automation.id}").json
    assert (shown["spent_today"], shown["daily_spend_cap"], shown["tokens_remaining"]) == (3, 8, 7)
    clock.travel(timedelta(days=1))
    later = api.signed_in(token_for(session, user))
    assert later.get(f"{OWN}/{meter.automation.id}").json["spent_today"] == 0


@pytest.mark.parametrize("audience", Audience)
def test_staff_have_no_automations_of_their_own(audience: Audience, api: Api, session: Session) -> None:
    staff = api.signed_in(token_for(session, make_user(session, role=Role.MANAGER), audience=audience))
    answer = staff.get(OWN)
    assert (answer.status, answer.code) == (403, "not-allowed")


def test_an_answer_about_a_customer_is_never_stored(customer: Api) -> None:
    assert customer.get(OWN).headers["cache-control"] == "no-store"
