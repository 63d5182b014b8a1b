"""The developer API: what an automation's call costs its customer, and what a refused one does not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.api import Api
from tests.factories import make_automation, make_copy, make_service_token, make_user, token_for
from tests.functions.automations.conftest import Meter
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Bucket, ServiceToken, TokenEntry, UserAutomationStatus

MIDNIGHT = datetime(2027, 3, 20, 20, 30, tzinfo=UTC)  # in Tehran, where 1 Farvardin begins


def travel_to(moment: datetime) -> None:
    clock.travel(moment - clock.now())


def entries(session: Session) -> list[tuple[Bucket, int, int]]:
    """The uses in the ledger: bucket, movement, balance after it."""
    query = select(TokenEntry).where(TokenEntry.kind == "use").order_by(TokenEntry.seq)
    return [(entry.bucket, entry.delta, entry.balance_after) for entry in session.scalars(query)]


def test_an_accepted_use_says_what_is_left(meter: Meter, session: Session) -> None:
    meter.holds(demo=5, paid=10)
    answer = meter.consume(3)
    assert answer.status == 200
    entry = session.scalars(select(TokenEntry).where(TokenEntry.kind == "use")).one()
    assert answer.json == {
        "accepted": True,
        "remaining_demo_tokens": 2,
        "remaining_paid_tokens": 10,
        "entry_id": entry.id,
    }


def test_demo_tokens_go_before_paid_ones(meter: Meter, session: Session) -> None:
    meter.holds(demo=5, paid=10)
    meter.consume(5, "a")
    meter.consume(4, "b")
    assert entries(session) == [(Bucket.DEMO, -5, 0), (Bucket.PAID, -4, 6)]


def test_one_use_may_take_from_both(meter: Meter, session: Session) -> None:
    meter.holds(demo=5, paid=10)
    answer = meter.consume(8)
    assert (answer.json["remaining_demo_tokens"], answer.json["remaining_paid_tokens"]) == (0, 7)
    assert entries(session) == [(Bucket.DEMO, -5, 0), (Bucket.PAID, -3, 7)]


def test_the_last_token_can_be_used(meter: Meter) -> None:
    meter.holds(demo=2, paid=3)
    assert meter.consume(5).status == 200
    assert meter.books()[:2] == (0, 0)


def test_a_repetition_gets_the_first_answer_and_costs_nothing(meter: Meter) -> None:
    meter.holds(demo=5, paid=10)
    first = meter.consume(8, meta={"chat": 7})
    meter.consume(1, "another")
    before = meter.books()
    again = meter.consume(8, meta={"chat": 7})
    assert (again.status, again.json) == (200, first.json)
    assert meter.books() == before


def test_a_repetition_is_answered_even_when_nothing_is_left(meter: Meter) -> None:
    meter.holds(paid=3)
    first = meter.consume(3)
    assert meter.consume(3).json == first.json


@pytest.mark.parametrize("changes", [{"units": 2}, {"usage_type": "session"}, {"meta": {"chat": 8}}])
def test_a_key_is_good_for_one_body(changes: dict[str, Any], meter: Meter) -> None:
    meter.holds(paid=10)
    meter.consume()
    before = meter.books()
    answer = meter.consume(**changes)
    assert (answer.status, answer.code) == (409, "idempotency-conflict")
    assert meter.books() == before


def test_a_key_belongs_to_one_customer(meter: Meter, session: Session) -> None:
    other = make_copy(session, make_user(session), meter.automation, paid=10)
    meter.holds(paid=10)
    assert meter.consume(1).status == 200
    assert meter.consume(1, user_automation_id=other.id).status == 200


def test_too_few_tokens_are_refused_with_both_numbers(meter: Meter) -> None:
    meter.holds(demo=5, paid=7)
    before = meter.books()
    answer = meter.consume(13)
    assert (answer.status, answer.code) == (402, "insufficient-tokens")
    assert (answer.json["needed"], answer.json["available"]) == (13, 12)
    assert meter.books() == before


def test_a_refused_use_may_be_asked_for_again(meter: Meter, session: Session) -> None:
    copy = meter.holds(paid=5, daily_spend_cap=3)
    assert meter.consume(4).status == 409
    copy.daily_spend_cap = None
    session.flush()
    assert meter.consume(4).status == 200


def test_a_customers_daily_limit_holds(meter: Meter) -> None:
    meter.holds(demo=5, paid=100, daily_spend_cap=10)
    assert meter.consume(8, "a").status == 200
    before = meter.books()
    answer = meter.consume(3, "b")
    assert (answer.status, answer.code) == (409, "daily-cap-reached")
    assert (answer.json["cap"], answer.json["spent_today"]) == (10, 8)
    assert meter.books() == before
    assert meter.consume(2, "c").status == 200


@pytest.mark.parametrize(
    ("minutes_from_midnight", "status"), [(-2, 409), (-1, 409), (1, 200)], ids=["20:28", "20:29 UTC", "20:31 UTC"]
)
def test_the_daily_limit_begins_anew_at_midnight_in_tehran(
    minutes_from_midnight: int, status: int, meter: Meter
) -> None:
    travel_to(MIDNIGHT - timedelta(minutes=10))
    meter.holds(paid=100, daily_spend_cap=10)
    meter.consume(10, "a")
    travel_to(MIDNIGHT + timedelta(minutes=minutes_from_midnight))
    assert meter.consume(10, "b").status == status


def test_demo_tokens_can_be_used_until_their_last_moment(meter: Meter) -> None:
    meter.holds(demo=5, demo_expires_at=clock.now() + timedelta(days=30))
    clock.travel(timedelta(days=30) - timedelta(minutes=1))
    assert meter.consume().status == 200


def test_expired_demo_tokens_are_not_spent(meter: Meter) -> None:
    meter.holds(demo=5, paid=2, demo_expires_at=clock.now() + timedelta(days=30))
    clock.travel(timedelta(days=30))
    refused = meter.consume(3, "a")
    assert (refused.status, refused.json["available"]) == (402, 2)
    assert meter.consume(2, "b").json["remaining_paid_tokens"] == 0


@pytest.mark.parametrize("status", [UserAutomationStatus.PAUSED, UserAutomationStatus.REMOVED])
def test_a_copy_that_is_switched_off_is_not_charged(status: UserAutomationStatus, meter: Meter) -> None:
    meter.holds(demo=5, status=status)
    before = meter.books()
    answer = meter.consume()
    assert (answer.status, answer.code) == (409, "user-automation-inactive")
    assert meter.books() == before


@pytest.mark.parametrize("units", [0, -1, 1_000_001, 10**30, "3", True, 4.5, 3.0, None, [1]])
def test_units_are_a_whole_number_from_1_to_a_million(units: Any, meter: Meter) -> None:
    meter.holds(paid=10)
    before = meter.books()
    answer = meter.consume(units)
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"] == ["body", "units"]
    assert meter.books() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_automation_id", 0),
        ("user_automation_id", -1),
        ("user_automation_id", 2**31),
        ("user_automation_id", "one"),
        ("usage_type", ""),
        ("usage_type", "two words"),
        ("usage_type", "پیام"),
        ("usage_type", "x" * 51),
        ("idempotency_key", ""),
        ("idempotency_key", "x" * 201),
        ("idempotency_key", "two words"),
        ("idempotency_key", "line\nbreak"),
        ("idempotency_key", "کلید"),
        ("idempotency_key", "nul\x00"),
        ("meta", "text"),
        ("meta", [1]),
        ("meta", {"note": "nul\x00"}),
        ("meta", {"nul\x00": 1}),
        ("meta", {"deep": {"er": ["nul\x00"]}}),
        ("meta", {"note": "x" * 4096}),
        ("tokens_remaining", 100),
        ("user_id", 1),
    ],
)
def test_a_body_that_is_not_right_costs_nothing(field: str, value: Any, meter: Meter) -> None:
    meter.holds(paid=10)
    before = meter.books()
    answer = meter.consume(**{field: value})
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert answer.json["errors"][0]["loc"][:2] == ["body", field]
    assert meter.books() == before


@pytest.mark.parametrize(
    "meta",
    [
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
        '{"a": ' + "[" * 100 + "]" * 100 + "}",
    ],
    ids=["half a character", "half a character in a key", "NaN", "Infinity", "overflow", "deep"],
)
def test_what_the_database_could_not_keep_is_refused(meta: str, meter: Meter) -> None:
    copy = meter.holds(paid=10)
    before = meter.books()
    body = {"user_automation_id": copy.id, "units": 1, "usage_type": "message", "idempotency_key": "run-1"}
    content = f'{json.dumps(body)[:-1]}, "meta": {meta}}}'.encode()
    answer = meter.api.post("/api/automation-usage/consume", content=content, headers=meter.headers())
    assert (answer.status, answer.code) == (422, "validation-failed")
    assert meter.books() == before


@pytest.mark.parametrize(
    "meta",
    [
        {},
        {"متن": "پیام " * 700},
        {"a": "\\u0000 written out"},
        {"a": [1, 2.5, None, True, {"b": "😀"}]},
        {"a": 10**300},
    ],
    ids=["empty", "Persian", "a backslash", "nested", "large number"],
)
def test_meta_is_kept_as_it_came(meta: dict[str, Any], meter: Meter) -> None:
    meter.holds(paid=10)
    assert meter.consume(meta=meta).status == 200
    assert meter.consume(meta=meta).status == 200


@pytest.mark.parametrize("key", ["!", "~" * 200, "telegram:81726354", "9f3c-…".replace("…", "x")])
def test_a_key_may_be_any_printable_word(key: str, meter: Meter) -> None:
    meter.holds(paid=10)
    assert meter.consume(key=key).status == 200


@pytest.mark.parametrize(
    "token",
    [
        "",
        "zs",
        "zs_1",
        "zs_1_",
        "zs_x_secret",
        "zs_-1_secret",
        "zs_٣_secret",
        "zs_999999999_secret",
        "zs_9999999999_secret",
        "xx_1_secret",
        "Bearer zs_1_secret",
    ],
)
def test_what_is_no_service_token_is_refused(token: str, meter: Meter) -> None:
    meter.holds(paid=10)
    before = meter.books()
    answer = meter.consume(token=token)
    assert (answer.status, answer.code) == (401, "service-token-invalid")
    assert meter.books() == before


def test_without_a_service_token_nothing_is_used(api: Api, meter: Meter) -> None:
    copy = meter.holds(paid=10)
    body = {"user_automation_id": copy.id, "units": 1, "usage_type": "message", "idempotency_key": "run-1"}
    answer = api.post("/api/automation-usage/consume", body)
    assert (answer.status, answer.code) == (401, "service-token-invalid")


def test_a_customers_token_is_no_service_token(session: Session, meter: Meter) -> None:
    meter.holds(paid=10)
    assert meter.consume(token=token_for(session, meter.user)).code == "service-token-invalid"


def test_a_service_token_needs_its_own_secret(session: Session, meter: Meter) -> None:
    meter.holds(paid=10)
    other = make_service_token(session, meter.automation.id)
    number, secret = meter.token.split("_", 2)[1], other.split("_", 2)[2]
    assert meter.consume(token=f"zs_{number}_{secret}").code == "service-token-invalid"


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_a_service_token_that_has_ended_is_refused(column: str, session: Session, meter: Meter) -> None:
    meter.holds(paid=10)
    before = meter.books()
    session.execute(update(ServiceToken).values({column: clock.now()}))
    answer = meter.consume()
    assert (answer.status, answer.code) == (401, "service-token-invalid")
    assert meter.books() == before


def test_two_service_tokens_overlap_while_one_replaces_the_other(session: Session, meter: Meter) -> None:
    meter.holds(paid=10)
    newer = make_service_token(session, meter.automation.id)
    session.execute(update(ServiceToken).values(expires_at=clock.now() + timedelta(days=1)))
    assert [meter.consume(key="a").status, meter.consume(key="b", token=newer).status] == [200, 200]


def test_an_automation_cannot_touch_anothers_customers(session: Session, meter: Meter) -> None:
    meter.holds(paid=10)
    before = meter.books()
    answer = meter.consume(token=make_service_token(session, make_automation(session).id))
    assert (answer.status, answer.code) == (404, "user-automation-not-found")
    assert meter.books() == before


def test_a_copy_that_never_was_is_not_found(meter: Meter) -> None:
    meter.holds(paid=10)
    answer = meter.consume(user_automation_id=2**31 - 1)
    assert (answer.status, answer.code) == (404, "user-automation-not-found")
