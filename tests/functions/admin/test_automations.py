"""Automations in the staff's hands: what is said of them, what they cost, and whether they are sold."""

import pytest

from tests.api import Api, Json
from tests.factories import make_automation, make_copy, make_service_token
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer.db import Session
from zimmer.models import Automation, AutomationPackage, Health, PricingType
from zimmer.money import Rial

AUTOMATIONS = "/automations"


@pytest.fixture
def automation(session: Session) -> Automation:
    return make_automation(session, name="دستیار فروش", developer="آوا", price_per_token=Rial(5_000))


def found(desk: Desk, **filters: object) -> list[int]:
    return [item["id"] for item in desk.get(AUTOMATIONS, **filters).json["items"]]


def in_the_market(api: Api, automation: Automation) -> bool:
    return api.get(f"/api/automations/{automation.id}").status == 200


# who is shown


def test_the_staff_sees_what_customers_do_not(support: Desk, session: Session) -> None:
    listed = make_automation(session)
    unlisted = make_automation(session, is_listed=False)
    withdrawn = make_automation(session, status=False)
    assert found(support) == [withdrawn.id, unlisted.id, listed.id]


def test_filters_narrow_the_list(support: Desk, automation: Automation, session: Session) -> None:
    hidden = make_automation(session, is_listed=False, health_status=Health.UNHEALTHY)
    assert found(support, listed=False) == [hidden.id]
    assert found(support, health="unhealthy") == [hidden.id]
    assert found(support, q="فروش") == found(support, q="آوا") == [automation.id]
    assert found(support, q=str(automation.id)) == [automation.id]


@pytest.mark.parametrize("filters", [{"listed": "maybe"}, {"health": "sick"}, {"cursor": "no"}, {"limit": 0}])
def test_a_filter_that_makes_no_sense_is_refused(filters: dict[str, object], support: Desk) -> None:
    assert support.get(AUTOMATIONS, **filters).status == 422


def test_the_pages_show_each_once_newest_first(support: Desk, session: Session) -> None:
    made = [make_automation(session).id for _ in range(3)]
    first = support.get(AUTOMATIONS, limit=2).json
    second = support.get(AUTOMATIONS, limit=2, cursor=first["next_cursor"]).json
    assert [item["id"] for page in (first, second) for item in page["items"]] == made[::-1]


def test_one_is_shown_with_packages_tokens_and_what_its_customers_hold(
    support: Desk, automation: Automation, session: Session
) -> None:
    make_copy(session, automation=automation, demo=5, paid=20)
    make_copy(session, automation=automation, paid=3)
    secret = make_service_token(session, automation.id)
    session.add(AutomationPackage(automation_id=automation.id, tokens=100, amount=Rial(400_000)))
    session.flush()
    answer = support.get(f"{AUTOMATIONS}/{automation.id}")
    assert (answer.json["tokens_held"], answer.json["customers"]) == (28, 2)
    assert [package["tokens"] for package in answer.json["packages"]] == [100]
    [token] = answer.json["service_tokens"]
    assert token["revoked_at"] is None
    assert secret.split("_")[2] not in answer.text


def test_what_does_not_exist_is_not_found(manager: Desk) -> None:
    assert manager.get(f"{AUTOMATIONS}/999").json["code"] == "automation-not-found"
    assert manager.post(f"{AUTOMATIONS}/999/list").json["code"] == "automation-not-found"


# what is said of it


def test_a_new_one_stands_in_no_list_until_it_is_listed(manager: Desk, session: Session, api: Api) -> None:
    answer = manager.post(AUTOMATIONS, {"name": "مترجم", "price_per_token": 2_000, "category": "زبان"})
    assert (answer.status, answer.json["is_listed"], answer.json["status"]) == (201, False, True)
    made = session.get_one(Automation, answer.json["id"])
    assert not in_the_market(api, made)
    assert manager.post(f"{AUTOMATIONS}/{made.id}/list").json["is_listed"] is True
    assert in_the_market(api, made)
    created, listed = trail(session)
    assert (created.action, created.entity_id, created.before) == ("automation.create", str(made.id), None)
    assert created.after == {"name": "مترجم", "price_per_token": 2_000, "category": "زبان"}
    assert (listed.before, listed.after) == ({"is_listed": False}, {"is_listed": True})


def test_what_is_given_is_changed_and_nothing_else(technical: Desk, session: Session, automation: Automation) -> None:
    answer = technical.patch(f"{AUTOMATIONS}/{automation.id}", {"tagline": "همیشه بیدار", "developer": "آوا"})
    assert (answer.json["tagline"], answer.json["name"]) == ("همیشه بیدار", "دستیار فروش")
    [entry] = trail(session)
    assert (entry.before, entry.after) == ({"tagline": ""}, {"tagline": "همیشه بیدار"})


def test_what_a_price_is_for_is_a_managers_to_change(
    technical: Desk, manager: Desk, session: Session, automation: Automation
) -> None:
    asked = {"pricing_type": "token_per_message", "tagline": "همیشه بیدار"}
    assert refusal(technical.patch(f"{AUTOMATIONS}/{automation.id}", asked)) == (403, "not-allowed")
    assert manager.get(f"{AUTOMATIONS}/{automation.id}").json["tagline"] == ""
    as_it_is = {"pricing_type": automation.pricing_type.value}
    assert technical.patch(f"{AUTOMATIONS}/{automation.id}", as_it_is).status == 200
    assert manager.patch(f"{AUTOMATIONS}/{automation.id}", asked).json["pricing_type"] == "token_per_message"


def test_the_price_is_a_managers_to_change(
    technical: Desk, manager: Desk, session: Session, automation: Automation
) -> None:
    refused = technical.patch(f"{AUTOMATIONS}/{automation.id}", {"price_per_token": 10})
    assert refusal(refused) == (403, "not-allowed")
    [entry] = trail(session)
    assert (entry.refused, entry.after) == ("not-allowed", None)
    assert technical.patch(f"{AUTOMATIONS}/{automation.id}", {"price_per_token": 5_000}).status == 200  # as it is
    assert manager.patch(f"{AUTOMATIONS}/{automation.id}", {"price_per_token": 6_000}).json["price_per_token"] == 6_000


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"price_per_token": 0},
        {"price_per_token": -5},
        {"price_per_token": 5_005},
        {"icon_url": "http://example.com/icon.png"},
        {"support_url": "javascript:alert(1)"},
        {"provision_url": "https://"},
        {"provision_url": "https://example.com/\x00"},
        {"provision_url": "https://example.com/a b"},
        {"provision_url": "https://example.com/\u202egnp.exe"},
        {"provision_url": "https://someone:secret@example.com/"},
        {"pricing_type": "free"},
        {"customers": 1_000_000},
        {"is_listed": True},
        {"examples": [{"title": "x", "tokens": 0}]},
    ],
)
def test_what_makes_no_sense_is_refused(body: Json, manager: Desk, automation: Automation) -> None:
    assert manager.patch(f"{AUTOMATIONS}/{automation.id}", body).status == 422


# whether it is sold


@pytest.mark.parametrize(("act", "column"), [("unlist", "is_listed"), ("withdraw", "status")])
def test_a_switch_is_written_once(
    act: str, column: str, technical: Desk, session: Session, automation: Automation
) -> None:
    for _ in range(2):
        assert technical.post(f"{AUTOMATIONS}/{automation.id}/{act}").json[column] is False
    [entry] = trail(session)
    assert (entry.action, entry.before, entry.after) == (f"automation.{act}", {column: True}, {column: False})


def test_a_withdrawn_one_cannot_be_added_until_it_is_restored(
    technical: Desk, api: Api, session: Session, automation: Automation
) -> None:
    technical.post(f"{AUTOMATIONS}/{automation.id}/withdraw")
    assert api.get(f"/api/automations/{automation.id}").json["can_buy_reason"] == "withdrawn"
    technical.post(f"{AUTOMATIONS}/{automation.id}/restore")
    assert api.get(f"/api/automations/{automation.id}").json["can_buy"] is True


def test_a_withdrawn_one_is_not_put_in_the_list(technical: Desk, session: Session, automation: Automation) -> None:
    for act in ("unlist", "withdraw"):
        technical.post(f"{AUTOMATIONS}/{automation.id}/{act}")
    assert refusal(technical.post(f"{AUTOMATIONS}/{automation.id}/list")) == (409, "automation-unavailable")
    refused = trail(session)[-1]
    assert (refused.action, refused.refused, refused.after) == ("automation.list", "automation-unavailable", None)
    technical.post(f"{AUTOMATIONS}/{automation.id}/restore")
    assert technical.post(f"{AUTOMATIONS}/{automation.id}/list").json["is_listed"] is True


def test_one_that_is_listed_and_withdrawn_is_still_found_listed(technical: Desk, automation: Automation) -> None:
    technical.post(f"{AUTOMATIONS}/{automation.id}/withdraw")
    again = technical.post(f"{AUTOMATIONS}/{automation.id}/list")
    assert (again.status, again.json["is_listed"], again.json["status"]) == (200, True, False)


def test_a_flat_fee_without_packages_is_not_put_in_the_list(manager: Desk, session: Session) -> None:
    flat = make_automation(session, pricing_type=PricingType.FLAT_FEE, is_listed=False)
    path = f"{AUTOMATIONS}/{flat.id}"
    assert refusal(manager.post(f"{path}/list")) == (409, "automation-unavailable")
    manager.put(f"{path}/packages", {"packages": [package(30, 100_000)]})
    assert manager.post(f"{path}/list").json["is_listed"] is True
    assert refusal(manager.put(f"{path}/packages", {"packages": []})) == (409, "automation-unavailable")
    assert [one["tokens"] for one in manager.get(path).json["packages"]] == [30]


def test_one_in_the_list_does_not_become_a_flat_fee_without_packages(
    manager: Desk, session: Session, automation: Automation
) -> None:
    path = f"{AUTOMATIONS}/{automation.id}"
    assert refusal(manager.patch(path, {"pricing_type": "flat_fee"})) == (409, "automation-unavailable")
    assert manager.get(path).json["pricing_type"] == "token_per_session"
    manager.post(f"{path}/unlist")
    assert manager.patch(path, {"pricing_type": "flat_fee"}).json["pricing_type"] == "flat_fee"


def test_support_looks_and_changes_nothing(support: Desk, session: Session, automation: Automation) -> None:
    assert refusal(support.post(f"{AUTOMATIONS}/{automation.id}/unlist")) == (403, "not-allowed")
    assert automation.is_listed


# packages


def package(tokens: int, amount: int, **more: object) -> dict[str, object]:
    return {"tokens": tokens, "amount": amount, "position": 0, "highlight": False, **more}


def test_packages_are_replaced_together(manager: Desk, session: Session, automation: Automation) -> None:
    path = f"{AUTOMATIONS}/{automation.id}/packages"
    manager.put(path, {"packages": [package(100, 450_000), package(500, 2_000_000)]})
    kept = {one["tokens"]: one["id"] for one in manager.get(f"{AUTOMATIONS}/{automation.id}").json["packages"]}
    answer = manager.put(path, {"packages": [package(100, 400_000), package(1_000, 3_500_000, highlight=True)]})
    sold = {one["tokens"]: one for one in answer.json["packages"]}
    assert {tokens: one["amount"] for tokens, one in sold.items()} == {100: 400_000, 1_000: 3_500_000}
    assert sold[100]["id"] == kept[100]  # a price that was promised for it can still be paid
    _, entry = trail(session)
    assert entry.before == {"packages": [package(100, 450_000), package(500, 2_000_000)]}
    assert entry.after == {"packages": [package(100, 400_000), package(1_000, 3_500_000, highlight=True)]}


def test_the_same_packages_again_leave_no_trace(manager: Desk, session: Session, automation: Automation) -> None:
    for _ in range(2):
        answer = manager.put(f"{AUTOMATIONS}/{automation.id}/packages", {"packages": [package(100, 450_000)]})
        assert answer.status == 200
    assert len(trail(session)) == 1


def test_a_size_is_sold_at_one_price(manager: Desk, session: Session, automation: Automation) -> None:
    body = {"packages": [package(100, 450_000), package(100, 400_000)]}
    assert refusal(manager.put(f"{AUTOMATIONS}/{automation.id}/packages", body)) == (409, "package-taken")
    assert manager.get(f"{AUTOMATIONS}/{automation.id}").json["packages"] == []


@pytest.mark.parametrize("wrong", [{"amount": 450_005}, {"amount": 0}, {"tokens": 0}, {"position": -1}, {"id": 1}])
def test_a_package_that_makes_no_sense_is_refused(
    wrong: dict[str, object], manager: Desk, session: Session, automation: Automation
) -> None:
    body = {"packages": [package(100, 450_000), {**package(200, 800_000), **wrong}]}
    assert manager.put(f"{AUTOMATIONS}/{automation.id}/packages", body).status == 422
    assert manager.get(f"{AUTOMATIONS}/{automation.id}").json["packages"] == []
    assert trail(session) == []


def test_a_price_that_is_no_whole_toman_makes_no_automation(manager: Desk, session: Session) -> None:
    assert manager.post(AUTOMATIONS, {"name": "مترجم", "price_per_token": 2_005}).status == 422
    assert found(manager) == []


def test_packages_are_a_managers_to_price(technical: Desk, session: Session, automation: Automation) -> None:
    answer = technical.put(f"{AUTOMATIONS}/{automation.id}/packages", {"packages": []})
    assert refusal(answer) == (403, "not-allowed")
