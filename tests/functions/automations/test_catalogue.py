"""The marketplace, as a visitor sees it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.api import Answer, Api
from tests.factories import make_automation, make_copy
from zimmer import cache, clock, settings
from zimmer.db import Session
from zimmer.models import (
    ZARINPAL,
    Automation,
    AutomationPackage,
    BusinessSettings,
    GatewayHealth,
    Health,
    PricingType,
    UserAutomationStatus,
)
from zimmer.money import Rial
from zimmer.pagination import cursor_of

AVAILABLE = "/api/automations/available"


def card(api: Api, automation: Automation) -> dict[str, Any]:
    """The automation's card in the marketplace."""
    (found,) = [item for item in api.get(AVAILABLE).json["items"] if item["id"] == automation.id]
    assert isinstance(found, dict)
    return found


def make_package(session: Session, automation: Automation, tokens: int, amount: int, **columns: Any) -> None:
    session.add(AutomationPackage(automation_id=automation.id, tokens=tokens, amount=Rial(amount), **columns))
    session.flush()


def configure(session: Session, **settings: Any) -> None:
    session.execute(update(BusinessSettings).values(**settings))


def walked(api: Api, limit: int) -> list[list[int]]:
    """Every page of the marketplace, as ids."""
    pages: list[list[int]] = []
    cursor: str | None = None
    while not pages or cursor:
        page = api.get(AVAILABLE, params={"limit": limit} | ({"cursor": cursor} if cursor else {})).json
        pages.append([item["id"] for item in page["items"]])
        cursor = page["next_cursor"]
    return pages


def test_a_visitor_sees_a_card(api: Api, session: Session) -> None:
    automation = make_automation(
        session,
        tagline="پاسخ می‌دهد",
        developer="استودیو نارون",
        icon_url="https://cdn.example.com/icon.svg",
        pricing_type=PricingType.PER_MESSAGE,
    )
    assert card(api, automation) == {
        "id": automation.id,
        "name": automation.name,
        "tagline": "پاسخ می‌دهد",
        "category": "فروش",
        "icon_url": "https://cdn.example.com/icon.svg",
        "developer": "استودیو نارون",
        "pricing_type": "token_per_message",
        "unit_name": "پیام",
        "price_per_token": 5000,
        "from_amount": 10_000,
        "demo_tokens": 5,
        "health_status": "healthy",
        "can_buy": True,
        "can_buy_reason": None,
        "customers": 0,
    }


def test_an_empty_marketplace_is_an_empty_page(api: Api) -> None:
    assert api.get(AVAILABLE).json == {"items": [], "next_cursor": None}


def test_an_unlisted_automation_is_not_shown(api: Api, session: Session) -> None:
    make_automation(session, is_listed=False)
    assert api.get(AVAILABLE).json["items"] == []


def test_the_ailing_stand_last_and_the_others_by_age(api: Api, session: Session) -> None:
    healths = [Health.UNHEALTHY, Health.HEALTHY, Health.DEGRADED, Health.UNKNOWN, Health.HEALTHY]
    ids = [make_automation(session, health_status=health).id for health in healths]
    shown = [item["id"] for item in api.get(AVAILABLE).json["items"]]
    assert shown == [ids[1], ids[3], ids[4], ids[0], ids[2]]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7, 100])
def test_the_pages_show_every_card_once(limit: int, api: Api, session: Session) -> None:
    for health in (Health.UNHEALTHY, Health.HEALTHY, Health.HEALTHY, Health.DEGRADED, Health.HEALTHY, Health.UNKNOWN):
        make_automation(session, health_status=health)
    pages = walked(api, limit)
    everything = [item["id"] for item in api.get(AVAILABLE).json["items"]]
    assert [id_ for page in pages for id_ in page] == everything
    assert len(everything) == 6
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)


def test_a_page_has_twenty_cards_unless_told(api: Api, session: Session) -> None:
    for _ in range(21):
        make_automation(session)
    assert len(api.get(AVAILABLE).json["items"]) == 20


@pytest.mark.parametrize("limit", ["0", "-1", "101", "many", ""])
def test_a_page_has_1_to_100_cards(limit: str, api: Api) -> None:
    answer = api.get(AVAILABLE, params={"limit": limit})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"] == ["query", "limit"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "abc", "é", "%%%", "MQ==", "1", cursor_of(0), cursor_of(-5), cursor_of(2**63), cursor_of(10**40), "A" * 9000],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str, api: Api) -> None:
    answer = api.get(AVAILABLE, params={"cursor": cursor})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["code"] == "cursor-invalid"


@pytest.mark.parametrize(
    ("columns", "settings", "reason"),
    [
        ({"status": False}, {}, "withdrawn"),
        ({"health_status": Health.UNHEALTHY}, {}, "unhealthy"),
        ({}, {"gateway_paused": True}, "gateway-paused"),
        ({"health_status": Health.DEGRADED}, {}, None),
        ({"health_status": Health.UNKNOWN}, {}, None),
    ],
)
def test_a_card_says_whether_it_can_be_bought_and_why_not(
    columns: dict[str, Any], settings: dict[str, Any], reason: str | None, api: Api, session: Session
) -> None:
    automation = make_automation(session, **columns)
    if settings:
        configure(session, **settings)
    shown = card(api, automation)
    assert (shown["can_buy"], shown["can_buy_reason"]) == (reason is None, reason)


def test_a_card_says_that_the_gateway_rests_until_its_next_try(api: Api, session: Session) -> None:
    automation = make_automation(session)
    health = session.get_one(GatewayHealth, ZARINPAL)
    health.failed_for, health.reason, health.failed_at = ["user:1"], "timeout", clock.now()
    health.resting_since, health.next_try_at = clock.now(), clock.now() + timedelta(seconds=90)
    session.flush()
    assert card(api, automation)["can_buy_reason"] == "gateway-paused"
    clock.travel(timedelta(seconds=90))
    assert card(api, automation)["can_buy_reason"] is None


@pytest.mark.parametrize(
    ("unit_price", "minimum", "packages", "least"),
    [
        (5_000, 10_000, [], 10_000),  # two tokens
        (3_000, 10_000, [], 12_000),  # four: three would not reach the minimum
        (50_000, 10_000, [], 50_000),  # one token
        (5_000, 10_000, [(50, 240_000)], 10_000),
        (50_000, 10_000, [(50, 2_000_000), (1, 40_000)], 40_000),
        (5_000, 10_000, [(1, 4_000)], 10_000),  # a package the bank would not take
    ],
)
def test_a_card_names_the_cheapest_purchase(
    unit_price: int, minimum: int, packages: list[tuple[int, int]], least: int, api: Api, session: Session
) -> None:
    automation = make_automation(session, price_per_token=Rial(unit_price))
    configure(session, minimum_amount=minimum)
    for tokens, amount in packages:
        make_package(session, automation, tokens, amount)
    assert card(api, automation)["from_amount"] == least


def test_a_card_counts_its_customers_but_not_those_who_left(api: Api, session: Session) -> None:
    automation = make_automation(session)
    make_copy(session, automation=make_automation(session))
    for status in UserAutomationStatus:
        make_copy(session, automation=automation, status=status)
    assert card(api, automation)["customers"] == 2


def test_a_card_promises_the_demo_tokens_of_today(api: Api, session: Session) -> None:
    configure(session, demo_tokens=12)
    assert card(api, make_automation(session))["demo_tokens"] == 12


def test_the_marketplace_may_be_kept_for_half_a_minute(api: Api) -> None:
    assert api.get(AVAILABLE).headers["cache-control"] == "public, max-age=30"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "{} , W/{}"])
def test_what_has_not_changed_is_not_sent_again(form: str, api: Api, session: Session) -> None:
    make_automation(session)
    etag = api.get(AVAILABLE).headers["etag"]
    answer = api.get(AVAILABLE, headers={"if-none-match": form.replace("{}", etag)})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag


@pytest.mark.parametrize("sent", ['"other"', "*x", "", '"'])
def test_another_etag_gets_the_page(sent: str, api: Api) -> None:
    assert api.get(AVAILABLE, headers={"if-none-match": sent}).status == 200


def test_a_change_of_price_changes_the_etag(api: Api, session: Session) -> None:
    automation = make_automation(session)
    etag = api.get(AVAILABLE).headers["etag"]
    automation.price_per_token = Rial(6_000)
    session.flush()
    assert api.get(AVAILABLE, headers={"if-none-match": etag}).status == 200


def one(api: Api, automation_id: Any) -> Answer:
    return api.get(f"/api/automations/{automation_id}")


def test_an_automations_page_adds_to_its_card(api: Api, session: Session) -> None:
    automation = make_automation(
        session,
        description="می‌فروشد",
        screenshots=["https://cdn.example.com/1.png"],
        examples=[{"title": "یک پاسخ", "tokens": 1}],
        support_url="https://t.me/support",
    )
    make_package(session, automation, 200, 900_000, position=1, highlight=True)
    make_package(session, automation, 50, 240_000, position=0)
    shown = one(api, automation.id).json
    assert shown == card(api, automation) | {
        "description": "می‌فروشد",
        "screenshots": ["https://cdn.example.com/1.png"],
        "examples": [{"title": "یک پاسخ", "tokens": 1}],
        "packages": [
            {"tokens": 50, "amount": 240_000, "highlight": False},
            {"tokens": 200, "amount": 900_000, "highlight": True},
        ],
        "health_checked_at": None,
        "support_url": "https://t.me/support",
    }


def test_a_withdrawn_automation_still_has_its_page(api: Api, session: Session) -> None:
    assert one(api, make_automation(session, status=False).id).json["can_buy_reason"] == "withdrawn"


def test_an_unlisted_automation_has_no_page(api: Api, session: Session) -> None:
    answer = one(api, make_automation(session, is_listed=False).id)
    assert (answer.status, answer.code) == (404, "automation-not-found")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("automation_id", [2**31 - 1, 987654321])
def test_an_automation_that_never_was_is_not_found(automation_id: int, api: Api) -> None:
    answer = one(api, automation_id)
    assert (answer.status, answer.code) == (404, "automation-not-found")


@pytest.mark.parametrize("automation_id", ["0", "-1", str(2**31), "9" * 40, "abc", "1;--", "1.5", "٣x"])
def test_what_is_no_id_is_refused_before_the_database(automation_id: str, api: Api) -> None:
    answer = one(api, automation_id)
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"] == ["path", "automation_id"]


@pytest.fixture
def ten_seconds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cache of production."""
    monkeypatch.setenv("CACHE_SECONDS", "10")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()
    cache.forget()


@pytest.mark.usefixtures("ten_seconds")
def test_a_change_is_seen_after_ten_seconds_with_an_etag_of_its_own(api: Api, session: Session) -> None:
    automation = make_automation(session)
    before = api.get(AVAILABLE)
    automation.name = "نام تازه"
    session.flush()
    clock.travel(timedelta(seconds=9))
    assert (api.get(AVAILABLE).body, api.get(AVAILABLE).headers["etag"]) == (before.body, before.headers["etag"])
    assert api.get(AVAILABLE, headers={"if-none-match": before.headers["etag"]}).status == 304
    clock.travel(timedelta(seconds=1))
    after = api.get(AVAILABLE, headers={"if-none-match": before.headers["etag"]})
    assert after.status == 200
    assert "نام تازه" in after.text
    assert after.headers["etag"] != before.headers["etag"]


@pytest.mark.usefixtures("ten_seconds")
def test_pages_of_other_sizes_are_other_pages(api: Api, session: Session) -> None:
    for _ in range(3):
        make_automation(session)
    assert [len(api.get(AVAILABLE, params={"limit": limit}).json["items"]) for limit in (1, 2, 1)] == [1, 2, 1]


@pytest.mark.usefixtures("ten_seconds")
def test_only_first_pages_are_kept_since_anyone_can_name_any_other(api: Api, session: Session) -> None:
    automations = [make_automation(session) for _ in range(3)]
    cursor = api.get(AVAILABLE, params={"limit": 1}).json["next_cursor"]
    second = {"limit": 1, "cursor": cursor}
    assert api.get(AVAILABLE, params=second).json["items"][0]["name"] == automations[1].name
    automations[1].name = "نام تازه"
    session.flush()
    assert api.get(AVAILABLE, params=second).json["items"][0]["name"] == "نام تازه"


@pytest.mark.usefixtures("ten_seconds")
def test_the_page_of_one_automation_is_made_for_each_visitor(api: Api, session: Session) -> None:
    automation = make_automation(session)
    for name in ("نام نخست", "نام دوم"):
        automation.name = name
        session.flush()
        assert api.get(f"/api/automations/{automation.id}").json["name"] == name
