"""The staff's inbox, through the real handlers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.api import Api
from tests.factories import make_copy, make_payment, make_user, token_for
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Audience, Message, Notification, Role, Ticket, TicketStatus, User

TICKETS = "/tickets"


@pytest.fixture
def asker(session: Session) -> User:
    return make_user(session, name="سارا")


@pytest.fixture
def customer(api: Api, session: Session, asker: User) -> Api:
    return api.signed_in(token_for(session, asker))


def ask(session: Session, asker: User, title: str = "پرسش", **columns: object) -> Ticket:
    """A ticket with its first message, one minute after the one before."""
    clock.travel(timedelta(minutes=1))
    now = clock.now()
    ticket = Ticket(
        **{
            "user_id": asker.id,
            "title": title,
            "description": "توضیح",
            "created_at": now,
            "updated_at": now,
            "last_message_at": now,
            **columns,
        }
    )
    session.add(ticket)
    session.flush()
    say(session, ticket, asker, "توضیح")
    return ticket


def say(session: Session, ticket: Ticket, author: User, body: str) -> int:
    message = Message(ticket_id=ticket.id, author_id=author.id, body=body, created_at=clock.now())
    session.add(message)
    session.flush()
    return message.id


def kinds_told(session: Session, person: User) -> list[str]:
    return [notice.kind for notice in session.scalars(select(Notification).where(Notification.user_id == person.id))]


def ids(desk: Desk, **filters: object) -> list[int]:
    return [row["id"] for row in desk.get(TICKETS, **filters).json["items"]]


def test_whoever_waits_longest_comes_first_and_what_waits_for_the_customer_is_not_there(
    support: Desk, session: Session, asker: User
) -> None:
    first, second = ask(session, asker), ask(session, asker)
    ask(session, asker, status=TicketStatus.WAITING)
    ask(session, asker, status=TicketStatus.CLOSED)
    assert ids(support) == [first.id, second.id]
    first.last_message_at = clock.now() + timedelta(minutes=1)
    session.flush()
    assert ids(support) == [second.id, first.id]
    assert len(ids(support, sort="newest")) == 4


def test_the_inbox_comes_in_pages_in_both_orders(support: Desk, session: Session, asker: User) -> None:
    tickets = [ask(session, asker).id for _ in range(5)]
    for sort, expected in (("waiting", tickets), ("newest", tickets[::-1])):
        seen: list[int] = []
        cursor: str | None = None
        for _ in range(3):
            page = support.get(TICKETS, sort=sort, limit=2, **({"cursor": cursor} if cursor else {})).json
            seen += [row["id"] for row in page["items"]]
            cursor = page["next_cursor"]
        assert (seen, cursor) == (expected, None)


def test_tickets_are_found_by_name_title_number_and_whose_they_are(
    support: Desk, session: Session, asker: User
) -> None:
    mine = ask(session, asker, "فاکتور", assigned_to=support.user.id)
    other = ask(session, make_user(session, name="Reza"), "پرداخت")
    assert ids(support, q="سارا") == [mine.id]
    assert ids(support, q="پرداخت") == [other.id]
    assert ids(support, q=str(other.id)) == [other.id]
    assert ids(support, assigned="me") == [mine.id]
    assert ids(support, assigned="nobody") == [other.id]
    assert ids(support, user_id=asker.id) == [mine.id]
    assert ids(support, q="%") == []


@pytest.mark.parametrize("filters", [{"status": "pending"}, {"assigned": "you"}, {"sort": "x"}, {"cursor": "?"}])
def test_a_filter_that_means_nothing_is_refused(support: Desk, filters: dict[str, str]) -> None:
    assert refusal(support.get(TICKETS, **filters)) == (422, "validation-failed")


def test_an_answer_gives_the_word_to_the_customer_and_tells_them(
    support: Desk, session: Session, asker: User, customer: Api
) -> None:
    payment = make_payment(session, make_copy(session, asker))
    ticket = ask(session, asker, payment_id=payment.id)
    answer = support.post(f"{TICKETS}/{ticket.id}/reply", {"body": "بررسی شد."})
    assert answer.status == 200, answer.body
    assert (answer.json["status"], answer.json["assigned_to"]["id"]) == ("waiting", support.user.id)
    assert (answer.json["transaction_id"], answer.json["unread"]) == (payment.transaction_id, False)
    assert kinds_told(session, asker) == ["ticket-answered"]
    seen = customer.get(f"/api/support/tickets/{ticket.id}").json
    assert (seen["messages"][-1]["body"], seen["unread"]) == ("بررسی شد.", True)
    (entry,) = trail(session)
    assert (entry.action, entry.entity_id, entry.actor_id) == ("ticket.reply", str(ticket.id), support.user.id)
    assert (entry.before or {})["status"] == "open"
    assert (entry.after or {})["status"] == "waiting"


def test_two_agents_at_one_ticket_do_not_talk_past_each_other(
    support: Desk, manager: Desk, session: Session, asker: User
) -> None:
    ticket = ask(session, asker)
    seen = support.get(f"{TICKETS}/{ticket.id}").json["newest_message_id"]
    manager.post(f"{TICKETS}/{ticket.id}/reply", {"body": "اول من", "last_seen_message_id": seen})
    late = support.post(f"{TICKETS}/{ticket.id}/reply", {"body": "دوم من", "last_seen_message_id": seen})
    assert refusal(late) == (409, "ticket-changed")
    newest = late.json["newest_message_id"]
    assert newest == support.get(f"{TICKETS}/{ticket.id}").json["newest_message_id"]
    again = support.post(f"{TICKETS}/{ticket.id}/reply", {"body": "دوم من", "last_seen_message_id": newest})
    assert again.status == 200
    assert [entry.refused for entry in trail(session)] == [None, "ticket-changed", None]


def test_a_note_is_for_the_staff_alone(support: Desk, session: Session, asker: User, customer: Api) -> None:
    ticket = ask(session, asker)
    answer = support.post(f"{TICKETS}/{ticket.id}/note", {"body": "Looks like a bank delay."})
    assert [message["is_internal"] for message in answer.json["messages"]] == [False, True]
    assert answer.json["status"] == "open"
    assert b"bank delay" not in customer.get(f"/api/support/tickets/{ticket.id}").body
    assert kinds_told(session, asker) == []


def test_a_closed_ticket_takes_no_answer(support: Desk, session: Session, asker: User) -> None:
    ticket = ask(session, asker, status=TicketStatus.CLOSED)
    assert refusal(support.post(f"{TICKETS}/{ticket.id}/reply", {"body": "هنوز"})) == (409, "ticket-closed")
    actions = {one["action"]: one["reason"] for one in support.get(f"{TICKETS}/{ticket.id}").json["allowed_actions"]}
    assert actions == {"reply": "ticket-closed", "note": None, "assign": None, "status": None}
    [entry] = trail(session)
    assert (entry.action, entry.refused) == ("ticket.reply", "ticket-closed")


def test_technical_staff_writes_in_tickets_that_are_theirs(
    technical: Desk, support: Desk, session: Session, asker: User
) -> None:
    ticket = ask(session, asker)
    for door, body in (
        ("reply", {"body": "من"}),
        ("note", {"body": "me"}),
        ("status", {"status": "closed"}),
        ("assign", {"user_id": technical.user.id}),
    ):
        assert refusal(technical.post(f"{TICKETS}/{ticket.id}/{door}", body)) == (403, "ticket-not-assigned")
    support.post(f"{TICKETS}/{ticket.id}/assign", {"user_id": technical.user.id})
    assert kinds_told(session, technical.user) == ["ticket-assigned"]
    assert technical.post(f"{TICKETS}/{ticket.id}/reply", {"body": "من"}).status == 200


@pytest.mark.parametrize("columns", [{"role": Role.CUSTOMER}, {"role": Role.SUPPORT, "is_active": False}])
def test_a_ticket_goes_to_active_staff_only(
    support: Desk, session: Session, asker: User, columns: dict[str, object]
) -> None:
    ticket, somebody = ask(session, asker), make_user(session, **columns)  # type: ignore[arg-type]
    answer = support.post(f"{TICKETS}/{ticket.id}/assign", {"user_id": somebody.id})
    assert refusal(answer) == (404, "user-not-found")
    session.refresh(ticket)
    assert ticket.assigned_to is None


def test_a_ticket_goes_to_nobody_who_does_not_exist(support: Desk, session: Session, asker: User) -> None:
    ticket = ask(session, asker)
    assert refusal(support.post(f"{TICKETS}/{ticket.id}/assign", {"user_id": 2**31 - 1})) == (404, "user-not-found")
    assert [(entry.action, entry.refused) for entry in trail(session)] == [("ticket.assign", "user-not-found")]


def test_a_ticket_can_be_nobodys_again(support: Desk, session: Session, asker: User) -> None:
    ticket = ask(session, asker, assigned_to=support.user.id)
    assert support.post(f"{TICKETS}/{ticket.id}/assign", {"user_id": None}).json["assigned_to"] is None


def test_the_customer_hears_of_the_end_once(support: Desk, session: Session, asker: User) -> None:
    ticket = ask(session, asker)
    for _ in range(2):
        assert support.post(f"{TICKETS}/{ticket.id}/status", {"status": "resolved"}).json["status"] == "resolved"
    assert kinds_told(session, asker) == ["ticket-status"]
    assert len(trail(session)) == 1


def test_reading_is_kept(support: Desk, session: Session, asker: User) -> None:
    ticket = ask(session, asker)
    assert support.get(TICKETS).json["items"][0]["unread"] is True
    assert support.post(f"{TICKETS}/{ticket.id}/read").json["unread"] is False
    assert support.get(TICKETS).json["items"][0]["unread"] is False


@pytest.mark.parametrize("door", ["read", "reply", "note", "status", "assign"])
def test_what_is_not_there_is_not_found(support: Desk, door: str) -> None:
    bodies = {"reply": {"body": "x"}, "note": {"body": "x"}, "status": {"status": "open"}, "assign": {"user_id": None}}
    assert refusal(support.post(f"{TICKETS}/999999/{door}", bodies.get(door))) == (404, "ticket-not-found")


def test_a_staff_member_in_the_customers_panel_is_a_customer_there(api: Api, session: Session, support: Desk) -> None:
    panel = api.signed_in(token_for(session, support.user, audience=Audience.USER))
    assert panel.get("/api/admin/tickets").code == "not-allowed"
