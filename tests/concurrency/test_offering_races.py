"""The staff at one automation, or one name, at the same moment: the last word is one word."""

from contextlib import closing

from sqlalchemy import func, or_, select

from tests.api import Answer, Api
from tests.concurrency.races import at_once
from tests.factories import make_automation, make_service_token, make_user, token_for
from zimmer import clock
from zimmer.db import Database
from zimmer.models import Audience, AuditEntry, AutomationPackage, OpenAIKey, Role, ServiceToken

MANAGERS = 6


def gathered(url: str) -> tuple[int, list[str]]:
    """An automation with a service token, and the managers at it."""
    with closing(Database(url)) as shared, shared.transaction() as session:
        automation = make_automation(session)
        make_service_token(session, automation.id)
        managers = [make_user(session, role=Role.MANAGER) for _ in range(MANAGERS)]
        return automation.id, [token_for(session, manager, audience=Audience.ADMIN) for manager in managers]


def test_six_new_service_tokens_at_once_leave_one_that_works(own_database: str) -> None:
    automation_id, tokens = gathered(own_database)
    path = f"/api/admin/automations/{automation_id}/service-token/rotate"

    def rotate(number: int) -> int:
        return Api(tokens[number]).post(path, {"overlap_hours": 0}).status

    assert at_once(own_database, rotate, threads=MANAGERS) == [201] * MANAGERS
    with closing(Database(own_database)) as shared:
        living = or_(ServiceToken.expires_at.is_(None), ServiceToken.expires_at > clock.now())
        rows = shared.read().rows(select(ServiceToken.id).where(living, ServiceToken.revoked_at.is_(None)))
        newest = shared.read().rows(select(func.max(ServiceToken.id)))
    assert [tuple(row) for row in rows] == [tuple(row) for row in newest]


def test_six_sets_of_packages_at_once_leave_one_of_them_whole(own_database: str) -> None:
    automation_id, tokens = gathered(own_database)

    def replace(number: int) -> int:
        amount = (number + 1) * 100_000
        body = {"packages": [{"tokens": 100, "amount": amount}, {"tokens": 200 + number, "amount": amount}]}
        return Api(tokens[number]).send("PUT", f"/api/admin/automations/{automation_id}/packages", body).status

    assert at_once(own_database, replace, threads=MANAGERS) == [200] * MANAGERS
    with closing(Database(own_database)) as shared:
        columns = select(AutomationPackage.tokens, AutomationPackage.amount).order_by(AutomationPackage.tokens)
        small, large = shared.read().rows(columns)
    assert tuple(small) == (100, large.amount)
    assert large.amount == (large.tokens - 199) * 100_000


def test_of_six_keys_with_one_name_one_is_kept(own_database: str) -> None:
    _, tokens = gathered(own_database)

    def create(number: int) -> Answer:
        body = {"name": "یکی", "key": f"sk-proj-0123456789abcdefghij{number}"}
        return Api(tokens[number]).post("/api/admin/openai-keys", body)

    answers = at_once(own_database, create, threads=MANAGERS)
    assert sorted(answer.status for answer in answers) == [201, *[409] * (MANAGERS - 1)]
    assert {answer.code for answer in answers if answer.status == 409} == {"key-name-taken"}
    with closing(Database(own_database)) as shared:
        assert len(shared.read().rows(select(OpenAIKey.id))) == 1
        done = shared.read().rows(select(AuditEntry.id).where(AuditEntry.refused.is_(None)))
        assert len(done) == 1
