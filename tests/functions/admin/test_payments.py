"""Purchases as the staff sees them, through the real handlers."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from functions.payments.worker import handler as worker
from local.mailbox.running import Mailbox
from tests.factories import make_copy, make_payment, make_user, purchase_in
from tests.functions.admin.conftest import Desk, refusal
from zimmer import clock
from zimmer.db import Session
from zimmer.models import PaymentStatus, Ticket, UserAutomation

PATH = "/payments"
S = PaymentStatus


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, make_user(session, name="سارا", email="sara@example.com"))


def ids(desk: Desk, **filters: object) -> list[int]:
    answer = desk.get(PATH, **filters)
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.json["items"]]


def credited(session: Session, copy: UserAutomation) -> int:
    """A purchase that went the whole way, by one message that came twice."""
    payment = purchase_in(session, S.VERIFIED, copy)
    record = {
        "messageId": "m-7",
        "body": f'{{"payment_id": {payment.id}, "v": 1}}',
        "attributes": {"ApproximateReceiveCount": "2"},
    }
    assert worker({"Records": [record]}, None) == {"batchItemFailures": []}
    return payment.id


def test_purchases_are_found_by_what_people_have_in_their_hands(
    support: Desk, session: Session, copy: UserAutomation
) -> None:
    mine = make_payment(session, copy, ref_id="20260001")
    other = make_payment(session, status=S.NOT_PAID)
    assert ids(support) == [other.id, mine.id]
    for q in (mine.transaction_id, "20260001", mine.authority, "sara@example.com", "SARA@example.com"):
        assert ids(support, q=q) == [mine.id]
    assert ids(support, q="sara") == []  # a part of an address finds nobody: it is masked for this role
    assert ids(support, status="not_paid") == [other.id]
    assert ids(support, user_id=copy.user_id) == [mine.id]
    assert ids(support, automation_id=copy.automation_id) == [mine.id]


def test_a_day_is_one_of_tehran(support: Desk, session: Session, copy: UserAutomation) -> None:
    before = make_payment(session, copy, created_at=datetime.fromisoformat("2026-11-22T20:29:00+00:00"))
    after = make_payment(session, copy, created_at=datetime.fromisoformat("2026-11-22T20:31:00+00:00"))
    assert ids(support, **{"from": "2026-11-23"}) == [after.id]
    assert ids(support, to="2026-11-22") == [before.id]
    assert ids(support, **{"from": "2026-11-22", "to": "2026-11-23"}) == [after.id, before.id]


@pytest.mark.parametrize("filters", [{"status": "paid"}, {"from": "x"}, {"user_id": 0}, {"cursor": "?"}, {"q": "\x00"}])
def test_a_filter_that_means_nothing_is_refused(support: Desk, filters: dict[str, object]) -> None:
    assert refusal(support.get(PATH, **filters)) == (422, "validation-failed")


def test_the_list_is_a_file_too_and_starts_no_formula(support: Desk, session: Session) -> None:
    make_payment(session, make_copy(session, make_user(session, name="=HYPERLINK(1)")))
    [row] = csv.DictReader(io.StringIO(support.file(PATH).body.decode("utf-8-sig")))
    assert row["user_name"] == "'=HYPERLINK(1)"
    assert int(row["amount"]) == 500_000


def test_the_trace_tells_the_whole_story(
    support: Desk, session: Session, copy: UserAutomation, mailbox: Mailbox
) -> None:
    payment_id = credited(session, copy)
    session.add(Ticket(user_id=copy.user_id, title="کجاست", payment_id=payment_id))
    session.flush()
    trace = support.get(f"{PATH}/{payment_id}").json
    assert trace["verdict"]["tone"] == "good"
    assert trace["payment"]["wire_status"] == "succeeded"
    assert [event["cause"] for event in trace["events"]][-1] == "tokens-credited"
    assert trace["events"][-1]["lane"] == "worker"
    assert [(one["message_id"], one["receive_count"]) for one in trace["deliveries"]] == [("m-7", 2)]
    assert [(entry["kind"], entry["delta"]) for entry in trace["ledger"]] == [("purchase", 100)]
    [notice] = trace["notifications"]
    assert (notice["kind"], notice["mail"]["state"]) == ("tokens-credited", "waiting")
    assert [ticket["title"] for ticket in trace["tickets"]] == ["کجاست"]
    assert trace["review"] is None
    assert [action["action"] for action in trace["allowed_actions"]] == ["reverse", "refund"]


def actions(desk: Desk, payment_id: int) -> dict[str, str | None]:
    return {one["action"]: one["reason"] for one in desk.get(f"{PATH}/{payment_id}").json["allowed_actions"]}


def test_what_may_be_done_depends_on_where_it_stands_and_on_who_looks(
    support: Desk, manager: Desk, session: Session, copy: UserAutomation
) -> None:
    assert actions(support, make_payment(session, copy).id) == {"check": None}
    reviewed = purchase_in(session, S.REVIEW, copy).id
    assert actions(support, reviewed) == {"review-accept": "not-allowed", "review-close": "not-allowed"}
    assert actions(manager, reviewed) == {"review-accept": None, "review-close": None}


def test_a_purchase_that_is_not_there_is_not_found(support: Desk) -> None:
    assert refusal(support.get(f"{PATH}/999999")) == (404, "payment-not-found")


def test_the_list_comes_in_pages(support: Desk, session: Session, copy: UserAutomation) -> None:
    made = []
    for _ in range(3):
        clock.travel(timedelta(seconds=1))
        made.append(make_payment(session, copy).id)
    page = support.get(PATH, limit=2).json
    assert [row["id"] for row in page["items"]] == made[:0:-1]
    assert ids(support, cursor=page["next_cursor"]) == made[:1]
