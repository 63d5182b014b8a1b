"""What a person is told inside the panel."""

import pytest

from functions.support import words
from tests.api import Api
from tests.factories import make_user, token_for
from zimmer.db import Session
from zimmer.models import Audience, Notification, Role, User
from zimmer.notifications import NATURES, Kind, Notice, notify

NOTICES = "/api/notifications"
SAMPLES: dict[Kind, dict[str, object]] = {
    Kind.TOKENS_CREDITED: {"tokens": 1250, "balance": 2500, "automation_id": 1, "transaction_id": "t"},
    Kind.TOKENS_ADJUSTED: {"delta": -20, "balance": 5, "automation_id": 1, "automation": "دستیار"},
    Kind.LOW_BALANCE: {"left": 14, "line": 20, "automation_id": 1, "automation": "دستیار"},
    Kind.PAYMENT_REVIEW: {"payment_id": 7, "transaction_id": "t"},
    Kind.PAYMENT_CLOSED: {"transaction_id": "t", "amount": 250_000},
    Kind.MONEY_RETURNED: {"transaction_id": "t", "amount": 250_000},
    Kind.TICKET_ANSWERED: {"ticket_id": 1, "title": "پرسش"},
    Kind.TICKET_STATUS: {"ticket_id": 1, "title": "پرسش", "status": "resolved"},
    Kind.TICKET_ASSIGNED: {"ticket_id": 1, "title": "پرسش"},
    Kind.TICKET_REPLY: {"ticket_id": 1, "title": "پرسش"},
    Kind.ADJUSTMENT_REQUESTED: {"adjustment_id": 1, "delta": 1500, "by": "Leila"},
    Kind.ADJUSTMENT_DECIDED: {"adjustment_id": 1, "delta": -20, "state": "approved"},
    Kind.SERVICE_TOKEN_ROTATED: {"automation_id": 1, "automation": "دستیار", "by": "Leila"},
    Kind.SESSION_REUSE: {"audience": "user", "ip": "198.51.100.66", "user_agent": "tests"},
    Kind.TWOFA_CHANGED: {"change": "recovery-used", "left": 9},
    Kind.EMAIL_VERIFICATION: {"url": "https://zimmerai.com/verify-email/#token=x"},
    Kind.PASSWORD_RESET: {"url": "https://zimmerai.com/reset-password/#token=x"},
    Kind.INVITATION: {"url": "https://admin.zimmerai.com/accept-invite/#token=x", "role": "support"},
    Kind.EMAIL_CHANGE: {"url": "https://zimmerai.com/verify-email/#token=x"},
    Kind.EMAIL_CHANGE_ASKED: {"email": "new@example.com"},
    Kind.EMAIL_CHANGED: {"email": "new@example.com"},
    Kind.PASSWORD_CHANGED: {"ip": "198.51.100.66"},
    Kind.REGISTRATION_TRIED: {},
    Kind.ACCOUNT_DELETED: {"tokens": 1250},
}
TO_CUSTOMERS = {
    Kind.TOKENS_CREDITED,
    Kind.TOKENS_ADJUSTED,
    Kind.LOW_BALANCE,
    Kind.PAYMENT_CLOSED,
    Kind.MONEY_RETURNED,
    Kind.TICKET_ANSWERED,
    Kind.TICKET_STATUS,
    Kind.ACCOUNT_DELETED,
}
TO_BOTH = {
    Kind.SESSION_REUSE,
    Kind.TWOFA_CHANGED,
    Kind.EMAIL_VERIFICATION,
    Kind.PASSWORD_RESET,
    Kind.EMAIL_CHANGE,
    Kind.EMAIL_CHANGE_ASKED,
    Kind.EMAIL_CHANGED,
    Kind.PASSWORD_CHANGED,
    Kind.REGISTRATION_TRIED,
}
TO_CUSTOMERS |= TO_BOTH
TO_STAFF = set(Kind) - TO_CUSTOMERS | TO_BOTH


@pytest.fixture
def person(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def reader(api: Api, session: Session, person: User) -> Api:
    return api.signed_in(token_for(session, person))


def tell(session: Session, person: User, *keys: str, kind: Kind = Kind.TICKET_ANSWERED) -> None:
    for key in keys:
        notify(session, Notice(person.id, kind, key, dict(SAMPLES[kind]), link="/support/?id=1"))


def test_every_kind_has_a_nature_and_words_for_whoever_gets_it() -> None:
    assert set(NATURES) == set(SAMPLES) == set(Kind)
    assert set(words.fa.SENTENCES) == TO_CUSTOMERS
    assert set(words.en.SENTENCES) == TO_STAFF


@pytest.mark.parametrize("kind", sorted(TO_CUSTOMERS))
def test_customers_read_persian_with_persian_digits(kind: Kind) -> None:
    text = words.of(kind, SAMPLES[kind], Audience.USER)
    whole = f"{text.title} {text.body} {text.action}"
    assert not any(character in "0123456789!" for character in whole), whole
    assert not any(character in "يك" for character in whole), whole
    for worn in ("با موفقیت", "کاربر گرامی", "خطایی رخ داد"):
        assert worn not in whole


@pytest.mark.parametrize("kind", sorted(TO_STAFF))
def test_the_staff_reads_english(kind: Kind) -> None:
    text = words.of(kind, SAMPLES[kind], Audience.ADMIN)
    assert text.title.isascii() or "“" in text.title


@pytest.mark.parametrize("kind", ["of-tomorrow", "tokens-credited"])
def test_a_notice_that_cannot_be_read_is_shown_all_the_same(kind: str) -> None:
    assert words.of(kind, {}, Audience.USER).title == "پیام تازه"


def test_a_notice_is_written_in_the_language_of_its_panel(session: Session, api: Api) -> None:
    manager = make_user(session, role=Role.MANAGER)
    notify(session, Notice(manager.id, Kind.PAYMENT_REVIEW, "7", dict(SAMPLES[Kind.PAYMENT_REVIEW])))
    dashboard = api.signed_in(token_for(session, manager, audience=Audience.ADMIN))
    (notice,) = dashboard.get(NOTICES).json["items"]
    assert notice["text"]["title"] == "Payment 7 needs two managers"
    assert (notice["level"], notice["is_read"]) == ("warning", False)


def test_notices_come_newest_first_in_pages_and_by_kind(session: Session, person: User, reader: Api) -> None:
    tell(session, person, "a", "b")
    tell(session, person, "c", kind=Kind.TICKET_STATUS)
    page = reader.get(NOTICES, params={"limit": 2}).json
    assert [notice["kind"] for notice in page["items"]] == ["ticket-status", "ticket-answered"]
    assert len(reader.get(NOTICES, params={"cursor": page["next_cursor"]}).json["items"]) == 1
    assert len(reader.get(NOTICES, params={"kind": "ticket-status"}).json["items"]) == 1


def test_reading_some_and_then_all(session: Session, person: User, reader: Api) -> None:
    tell(session, person, "a", "b", "c")
    newest = reader.get(NOTICES).json["items"][0]["id"]
    assert reader.post(f"{NOTICES}/read", {"ids": [newest, newest]}).json == {"unread": 2}
    assert [notice["is_read"] for notice in reader.get(NOTICES).json["items"]] == [True, False, False]
    assert len(reader.get(NOTICES, params={"unread": "true"}).json["items"]) == 2
    assert len(reader.get(NOTICES, params={"unread": "false"}).json["items"]) == 1
    assert reader.post(f"{NOTICES}/read-all").json == {"unread": 0}


def test_anothers_notice_is_neither_seen_nor_read(session: Session, reader: Api) -> None:
    other = make_user(session)
    tell(session, other, "a")
    notice = session.query(Notification).one()
    assert reader.get(NOTICES).json["items"] == []
    assert reader.post(f"{NOTICES}/read", {"ids": [notice.id]}).json == {"unread": 0}
    session.refresh(notice)
    assert notice.read_at is None


def test_the_count_is_asked_for_cheaply(session: Session, person: User, reader: Api) -> None:
    tell(session, person, "a")
    first = reader.get(f"{NOTICES}/unread-count")
    assert first.json == {"unread": 1}
    again = reader.get(f"{NOTICES}/unread-count", headers={"if-none-match": f"W/{first.headers['etag']}"})
    assert (again.status, again.body) == (304, b"")
    tell(session, person, "b")
    assert reader.get(f"{NOTICES}/unread-count", headers={"if-none-match": first.headers["etag"]}).json == {"unread": 2}


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": [0]}, {"ids": [2**63]}, {"ids": list(range(1, 102))}, {}])
def test_a_list_of_ids_that_is_none_is_refused(reader: Api, body: dict[str, object]) -> None:
    assert reader.post(f"{NOTICES}/read", body).code == "validation-failed"
