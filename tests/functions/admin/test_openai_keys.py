"""The pool of OpenAI keys: a key goes in, serves, and is never seen again."""

import pytest
from sqlalchemy import select, text

from tests.api import Answer, Json
from tests.functions.admin.conftest import Desk, refusal, trail
from zimmer import crypto
from zimmer.db import Session
from zimmer.models import AuditEntry, OpenAIKey

KEYS = "/openai-keys"
SECRET = "sk-proj-0123456789abcdefghijklmnopWXYZ"
ANOTHER = "sk-proj-zyxwvutsrqponmlkjihg9876543210ABCD"


@pytest.fixture
def key(technical: Desk, session: Session) -> OpenAIKey:
    answer = technical.post(KEYS, {"name": "اصلی", "key": SECRET, "priority": 1})
    assert answer.status == 201
    return session.get_one(OpenAIKey, answer.json["id"])


def opened(session: Session, key: OpenAIKey) -> str:
    session.refresh(key)
    return crypto.unseal(key.sealed_key, place=f"openai_keys|sealed_key|{key.id}")


def everything_written(session: Session) -> str:
    """The two tables that could hold it, as text."""
    rows = [session.execute(text(f"SELECT t::text FROM {table} AS t")).scalars() for table in ("openai_keys", "audit")]
    return "\n".join(line for lines in rows for line in lines)


def test_a_key_is_sealed_and_its_end_is_all_that_can_be_read(technical: Desk, session: Session, key: OpenAIKey) -> None:
    assert opened(session, key) == SECRET
    answer = technical.get(KEYS)
    [shown] = answer.json
    assert (shown["name"], shown["last4"], shown["status"]) == ("اصلی", "WXYZ", "active")
    assert SECRET not in answer.text + everything_written(session)


def test_a_sealed_key_opens_in_its_own_row_only(technical: Desk, session: Session, key: OpenAIKey) -> None:
    with pytest.raises(crypto.CannotUnseal):
        crypto.unseal(key.sealed_key, place=f"openai_keys|sealed_key|{key.id + 1}")


def test_the_pool_stands_in_the_order_of_use(technical: Desk, key: OpenAIKey) -> None:
    technical.post(KEYS, {"name": "نخست", "key": ANOTHER, "priority": 0})
    assert [one["name"] for one in technical.get(KEYS).json] == ["نخست", "اصلی"]


def test_a_name_is_given_once(technical: Desk, session: Session, key: OpenAIKey) -> None:
    assert refusal(technical.post(KEYS, {"name": "اصلی", "key": ANOTHER})) == (409, "key-name-taken")
    assert session.scalars(select(OpenAIKey.name)).all() == ["اصلی"]


def test_another_key_takes_its_place(technical: Desk, session: Session, key: OpenAIKey) -> None:
    answer = technical.post(f"{KEYS}/{key.id}/rotate", {"key": ANOTHER})
    assert (answer.status, answer.json["last4"]) == (200, "ABCD")
    assert opened(session, key) == ANOTHER
    entry = trail(session)[-1]
    assert (entry.action, entry.before) == ("openai-key.rotate", {"last4": "WXYZ", "status": "active"})
    assert ANOTHER not in answer.text + everything_written(session)


def test_a_key_rests_and_serves_again(technical: Desk, session: Session, key: OpenAIKey) -> None:
    assert technical.post(f"{KEYS}/{key.id}/disable").json["status"] == "disabled"
    assert technical.post(f"{KEYS}/{key.id}/disable").status == 200
    assert technical.post(f"{KEYS}/{key.id}/enable").json["status"] == "active"
    assert [entry.action for entry in trail(session)][1:] == ["openai-key.disable", "openai-key.enable"]


def test_a_name_and_a_place_in_the_order_can_be_changed(technical: Desk, session: Session, key: OpenAIKey) -> None:
    assert technical.patch(f"{KEYS}/{key.id}", {"priority": 9}).json["priority"] == 9
    entry = trail(session)[-1]
    assert (entry.before, entry.after) == ({"priority": 1}, {"priority": 9})


@pytest.mark.parametrize(
    "body",
    [
        {"name": "کوتاه", "key": "sk-short"},
        {"name": "", "key": SECRET},
        {"name": "بی‌کلید"},
        {"name": "زیاد", "key": SECRET, "status": "failing"},
        {"name": "عدد", "key": 12345678901234567890123},
        {"name": "تهی", "key": SECRET + "\x00"},
        {"name": "دو سطر", "key": f"{SECRET}\n{ANOTHER}"},
        {"name": "فارسی", "key": SECRET + "ک"},
        {"name": "در فهرست", "key": [SECRET]},
        {"name": SECRET, "key": SECRET},
    ],
)
def test_what_makes_no_sense_is_refused_without_repeating_it(body: Json, technical: Desk, session: Session) -> None:
    answer = technical.post(KEYS, body)
    assert answer.status == 422
    assert not leaked(answer, body)
    assert session.scalars(select(OpenAIKey)).all() == []


def leaked(answer: Answer, body: Json) -> bool:
    assert isinstance(body, dict)
    return SECRET in answer.text or ("key" in body and str(body["key"]) in answer.text)


@pytest.mark.parametrize("replacement", [ANOTHER + "\x00", ANOTHER[:19], [ANOTHER], {"key": ANOTHER}])
def test_a_refused_replacement_is_not_repeated_and_the_old_key_stays(
    replacement: Json, technical: Desk, session: Session, key: OpenAIKey
) -> None:
    answer = technical.post(f"{KEYS}/{key.id}/rotate", {"key": replacement})
    assert answer.status == 422
    assert ANOTHER[:19] not in answer.text
    assert opened(session, key) == SECRET


def test_a_key_pasted_into_the_name_is_not_kept(technical: Desk, session: Session, key: OpenAIKey) -> None:
    answer = technical.patch(f"{KEYS}/{key.id}", {"name": f"اصلی {ANOTHER}"})
    assert answer.status == 422
    assert ANOTHER not in answer.text + everything_written(session)


def test_a_refused_name_leaves_no_key_in_the_trail_or_the_log(
    technical: Desk, session: Session, key: OpenAIKey, capfd: pytest.CaptureFixture[str]
) -> None:
    technical.post(KEYS, {"name": "اصلی", "key": ANOTHER})
    refused = trail(session)[-1]
    assert (refused.action, refused.refused, refused.after) == ("openai-key.create", "key-name-taken", None)
    assert ANOTHER not in everything_written(session) + "".join(capfd.readouterr())


def test_a_name_that_another_key_has_is_not_given_by_an_edit(technical: Desk, key: OpenAIKey) -> None:
    other = technical.post(KEYS, {"name": "دوم", "key": ANOTHER}).json
    assert refusal(technical.patch(f"{KEYS}/{other['id']}", {"name": "اصلی"})) == (409, "key-name-taken")
    assert [one["name"] for one in technical.get(KEYS).json] == ["دوم", "اصلی"]


def test_an_edit_that_changes_nothing_leaves_no_trace(technical: Desk, session: Session, key: OpenAIKey) -> None:
    assert technical.patch(f"{KEYS}/{key.id}", {"name": "اصلی", "priority": 1}).status == 200
    assert len(trail(session)) == 1


@pytest.mark.parametrize("act", ["disable", "enable", "rotate"])
def test_what_does_not_exist_is_not_found(act: str, technical: Desk) -> None:
    body = {"key": ANOTHER} if act == "rotate" else None
    assert technical.post(f"{KEYS}/999/{act}", body).json["code"] == "openai-key-not-found"


def test_support_does_not_even_see_the_pool(support: Desk, key: OpenAIKey, session: Session) -> None:
    assert refusal(support.get(KEYS)) == (403, "not-allowed")
    assert refusal(support.post(f"{KEYS}/{key.id}/disable")) == (403, "not-allowed")
    refused = session.scalars(select(AuditEntry.refused).where(AuditEntry.refused.is_not(None))).all()
    assert refused == ["not-allowed"]
