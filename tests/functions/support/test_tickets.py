"""A customer's tickets, through the real handlers."""

from datetime import timedelta

import pytest

from tests.api import Answer, Api
from tests.factories import make_copy, make_payment, make_user, token_for
from zimmer import clock
from zimmer.db import Session
from zimmer.models import Message, Notification, Role, Ticket, TicketStatus, User

TICKETS = "/api/support/tickets"
QUESTION = {"title": "مبلغ کم شد", "description": "پرداخت کردم و توکن نیامد."}


@pytest.fixture
def person(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def customer(api: Api, session: Session, person: User) -> Api:
    return api.signed_in(token_for(session, person))


@pytest.fixture
def stranger(api: Api, session: Session) -> Api:
    return api.signed_in(token_for(session, make_user(session)))


@pytest.fixture
def agent(session: Session) -> User:
    return make_user(session, role=Role.SUPPORT, name="Leila")


def opened(customer: Api, **more: object) -> int:
    answer = customer.post(TICKETS, {**QUESTION, **more})
    assert answer.status == 201, answer.body
    return int(answer.json["id"])


def stored(session: Session, ticket_id: int) -> Ticket:
    session.expire_all()
    return session.get_one(Ticket, ticket_id)


def staff_says(session: Session, ticket_id: int, agent: User, body: str, *, internal: bool = False) -> None:
    clock.travel(timedelta(seconds=1))
    session.add(
        Message(ticket_id=ticket_id, author_id=agent.id, body=body, is_internal=internal, created_at=clock.now())
    )
    session.flush()


def refused_fields(answer: Answer) -> list[str]:
    assert (answer.status, answer.code) == (422, "validation-failed"), answer.body
    return [str(error["loc"][-1]) for error in answer.json["errors"]]


def test_a_question_becomes_a_ticket_with_its_first_message(customer: Api) -> None:
    answer = customer.post(TICKETS, {**QUESTION, "priority": "high"})
    assert answer.status == 201
    assert answer.json["status"] == "open"
    assert answer.json["priority"] == "high"
    assert [message["body"] for message in answer.json["messages"]] == [QUESTION["description"]]
    assert answer.json["messages"][0]["from_me"] is True
    assert [line["id"] for line in customer.get(TICKETS).json["items"]] == [answer.json["id"]]


def test_a_ticket_may_be_about_one_of_ones_own_purchases(customer: Api, session: Session, person: User) -> None:
    payment = make_payment(session, make_copy(session, person))
    ticket_id = opened(customer, transaction_id=payment.transaction_id)
    assert customer.get(f"{TICKETS}/{ticket_id}").json["linked"] == {
        "payment": payment.transaction_id,
        "automation": None,
    }
    assert stored(session, ticket_id).payment_id == payment.id


def test_a_ticket_may_be_about_one_of_ones_own_automations(customer: Api, session: Session, person: User) -> None:
    copy = make_copy(session, person)
    ticket_id = opened(customer, automation_id=copy.automation_id)
    assert customer.get(f"{TICKETS}/{ticket_id}").json["linked"]["automation"]["id"] == copy.automation_id


def test_what_a_question_and_an_answer_say_is_what_the_page_shows(
    customer: Api, session: Session, person: User, agent: User
) -> None:
    copy = make_copy(session, person)
    payment = make_payment(session, copy)
    for link in ({}, {"transaction_id": payment.transaction_id}, {"automation_id": copy.automation_id}):
        asked = customer.post(TICKETS, {**QUESTION, **link}).json
        assert asked == customer.get(f"{TICKETS}/{asked['id']}").json
        staff_says(session, asked["id"], agent, "بررسی می‌کنیم.")
        staff_says(session, asked["id"], agent, "A bank delay.", internal=True)
        stored(session, asked["id"]).status = TicketStatus.RESOLVED
        session.flush()
        answered = customer.post(f"{TICKETS}/{asked['id']}/messages", {"body": "هنوز نه."}).json
        assert answered == customer.get(f"{TICKETS}/{asked['id']}").json
        assert (answered["status"], answered["unread"], len(answered["messages"])) == ("open", False, 3)


def test_what_is_anothers_cannot_be_asked_about(customer: Api, session: Session) -> None:
    others = make_copy(session)
    payment = make_payment(session, others)
    answer = customer.post(TICKETS, {**QUESTION, "transaction_id": payment.transaction_id})
    assert (answer.status, answer.code) == (404, "payment-not-found")
    answer = customer.post(TICKETS, {**QUESTION, "automation_id": others.automation_id})
    assert (answer.status, answer.code) == (404, "user-automation-not-found")


def test_a_ticket_is_about_one_thing(customer: Api) -> None:
    answer = customer.post(TICKETS, {**QUESTION, "transaction_id": "some-purchase", "automation_id": 1})
    assert (answer.status, answer.code) == (422, "validation-failed")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 256),
        ("title", "\u202e"),
        ("description", ""),
        ("description", "x" * 5001),
        ("description", "null\x00byte"),
        ("description", "bell\x07"),
    ],
)
def test_a_text_that_cannot_be_shown_is_refused(customer: Api, field: str, text: str) -> None:
    assert refused_fields(customer.post(TICKETS, {**QUESTION, field: text})) == [field]


@pytest.mark.parametrize("field", ["status", "user_id", "assigned_to", "is_internal"])
def test_nobody_writes_what_is_not_theirs(customer: Api, field: str) -> None:
    assert refused_fields(customer.post(TICKETS, {**QUESTION, field: 1})) == [field]


def test_32_a_script_is_a_text_and_bidi_overrides_are_dropped(customer: Api) -> None:
    script = "<script>alert('سلام')</script>\r\n\u202eدستور\u202c \u2066x\u2069 '); DROP TABLE tickets; --"
    ticket_id = opened(customer, title="<b>\u202eپول</b>", description=script)
    shown = customer.get(f"{TICKETS}/{ticket_id}").json
    assert shown["title"] == "<b>پول</b>"
    assert shown["messages"][0]["body"] == "<script>alert('سلام')</script>\nدستور x '); DROP TABLE tickets; --"


@pytest.mark.parametrize("door", ["", "/messages", "/read", "/close", "/reopen"])
def test_anothers_ticket_does_not_exist(customer: Api, stranger: Api, session: Session, door: str) -> None:
    ticket_id = opened(customer)
    path = f"{TICKETS}/{ticket_id}{door}"
    body = {"body": "من هم هستم"} if door == "/messages" else None
    answer = stranger.post(path, body) if door else stranger.get(path)
    assert (answer.status, answer.code) == (404, "ticket-not-found")
    assert stored(session, ticket_id).status is TicketStatus.OPEN
    assert stranger.get(TICKETS).json["items"] == []


def test_the_support_answers_as_one_and_its_notes_stay_inside(customer: Api, session: Session, agent: User) -> None:
    ticket_id = opened(customer)
    staff_says(session, ticket_id, agent, "بررسی می‌کنیم.")
    staff_says(session, ticket_id, agent, "Looks like a bank delay.", internal=True)
    messages = customer.get(f"{TICKETS}/{ticket_id}").json["messages"]
    assert [(message["author"], message["body"]) for message in messages[1:]] == [("پشتیبانی زیمر", "بررسی می‌کنیم.")]
    assert b"Leila" not in customer.get(f"{TICKETS}/{ticket_id}").body


def test_an_answer_is_unread_until_it_was_read_and_a_note_never_is(
    customer: Api, session: Session, agent: User
) -> None:
    ticket_id = opened(customer)
    staff_says(session, ticket_id, agent, "A note.", internal=True)
    assert customer.get(TICKETS).json["items"][0]["unread"] is False
    staff_says(session, ticket_id, agent, "پاسخ")
    assert customer.get(TICKETS).json["items"][0]["unread"] is True
    clock.travel(timedelta(seconds=1))
    assert customer.post(f"{TICKETS}/{ticket_id}/read").json["unread"] is False
    assert customer.get(TICKETS).json["items"][0]["unread"] is False


@pytest.mark.parametrize(
    ("before", "assigned", "after"),
    [
        (TicketStatus.WAITING, False, TicketStatus.OPEN),
        (TicketStatus.WAITING, True, TicketStatus.IN_PROGRESS),
        (TicketStatus.RESOLVED, True, TicketStatus.IN_PROGRESS),
        (TicketStatus.IN_PROGRESS, True, TicketStatus.IN_PROGRESS),
        (TicketStatus.OPEN, False, TicketStatus.OPEN),
    ],
)
def test_a_word_of_the_customer_brings_the_ticket_back_to_the_staff(
    customer: Api, session: Session, agent: User, before: TicketStatus, assigned: bool, after: TicketStatus
) -> None:
    ticket = stored(session, opened(customer))
    ticket.status, ticket.assigned_to = before, agent.id if assigned else None
    session.flush()
    answer = customer.post(f"{TICKETS}/{ticket.id}/messages", {"body": "هنوز نیامده."})
    assert (answer.status, answer.json["status"]) == (201, after)
    told = [notice.kind for notice in session.query(Notification).where(Notification.user_id == agent.id)]
    assert told == (["ticket-reply"] if assigned else [])


def test_a_closed_ticket_takes_no_word_until_it_is_open_again(customer: Api, session: Session) -> None:
    ticket_id = opened(customer)
    for _ in range(2):  # closing twice is closing
        assert customer.post(f"{TICKETS}/{ticket_id}/close").json["status"] == "closed"
    answer = customer.post(f"{TICKETS}/{ticket_id}/messages", {"body": "یک چیز دیگر"})
    assert (answer.status, answer.code) == (409, "ticket-closed")
    assert customer.post(f"{TICKETS}/{ticket_id}/reopen").json["status"] == "open"
    assert customer.post(f"{TICKETS}/{ticket_id}/messages", {"body": "یک چیز دیگر"}).status == 201


def test_reopening_what_is_open_changes_nothing(customer: Api, session: Session) -> None:
    ticket = stored(session, opened(customer))
    ticket.status = TicketStatus.WAITING
    session.flush()
    assert customer.post(f"{TICKETS}/{ticket.id}/reopen").json["status"] == "waiting"


def test_tickets_are_found_by_status_and_by_words(customer: Api) -> None:
    first, second = opened(customer, title="فاکتور ۱۰۰٪"), opened(customer)
    customer.post(f"{TICKETS}/{second}/close")

    def ids(**params: str) -> list[int]:
        return [line["id"] for line in customer.get(TICKETS, params=params).json["items"]]

    assert ids(status="closed") == [second]
    assert ids(q="فاکتور") == [first]
    assert ids(q="%") == []  # a sign of LIKE is a sign; the title's is the Persian one
    assert ids() == [second, first]


def test_the_list_comes_in_pages(customer: Api) -> None:
    ids = [opened(customer) for _ in range(3)]
    page = customer.get(TICKETS, params={"limit": 2}).json
    assert [line["id"] for line in page["items"]] == [ids[2], ids[1]]
    rest = customer.get(TICKETS, params={"limit": 2, "cursor": page["next_cursor"]}).json
    assert ([line["id"] for line in rest["items"]], rest["next_cursor"]) == ([ids[0]], None)


@pytest.mark.parametrize("params", [{"status": "pending"}, {"limit": 101}, {"cursor": "x"}, {"q": "\x00"}])
def test_a_filter_that_means_nothing_is_refused(customer: Api, params: dict[str, object]) -> None:
    answer = customer.get(TICKETS, params=params)
    assert (answer.status, answer.code) == (422, "validation-failed")


def test_nobody_asks_more_than_ten_things_an_hour(customer: Api) -> None:
    for _ in range(10):
        opened(customer)
    answer = customer.post(TICKETS, QUESTION)
    assert (answer.status, answer.code) == (429, "too-many-requests")
