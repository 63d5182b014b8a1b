"""Who tries a door that is not theirs is heard of, whatever panel they come from."""

import logging

import pytest

from tests.api import Api
from tests.factories import make_user, token_for
from zimmer.db import Session
from zimmer.models import Audience, Role
from zimmer.observability import logger


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/admin/users"), ("PATCH", "/api/admin/settings")])
@pytest.mark.parametrize(
    ("role", "audience"),
    [(Role.CUSTOMER, Audience.USER), (Role.MANAGER, Audience.USER), (Role.CUSTOMER, Audience.ADMIN)],
)
def test_a_refused_right_is_a_line_in_the_log(
    method: str,
    path: str,
    role: Role,
    audience: Audience,
    api: Api,
    session: Session,
    caplog: pytest.LogCaptureFixture,
) -> None:
    person = make_user(session, role=role)
    with caplog.at_level(logging.WARNING, logger=logger().name):
        assert api.signed_in(token_for(session, person, audience=audience)).send(method, path).code == "not-allowed"
    [line] = [record.__dict__ for record in caplog.records if record.name == logger().name]
    assert (line["msg"], line["user_id"], line["role"], line["audience"]) == (
        "right.refused",
        person.id,
        role,
        audience,
    )
