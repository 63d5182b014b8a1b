"""`env.local.json` is what `sam local` puts over the template's variables: it sets nothing else, and all it must."""

import json
from typing import Any

import pytest

from local import doctor, postgres
from local.environment import MERCHANT
from local.template import ROOT, Template
from zimmer.settings import forget, get_settings

VALUES: dict[str, str] = json.loads((ROOT / "env.local.json").read_text(encoding="utf-8"))["Parameters"]


@pytest.fixture
def shared(template: Template) -> dict[str, Any]:
    variables: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    return variables


def test_it_sets_what_the_template_declares(shared: dict[str, Any]) -> None:
    """SAM CLI passes by in silence what the template does not declare."""
    assert set(VALUES) <= set(shared)


def test_every_reference_has_a_value_here(shared: dict[str, Any]) -> None:
    references = {name for name, value in shared.items() if isinstance(value, dict)}
    harmless = {"DB_PREPARED"}  # a parameter with a default, which SAM CLI resolves
    assert references - harmless <= set(VALUES)


def test_the_platform_starts_with_it_beside_the_local_one(
    shared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ({name: value for name, value in shared.items() if isinstance(value, str)} | VALUES).items():
        monkeypatch.setenv(name, value)
    forget()
    settings = get_settings()
    forget()
    assert settings.is_local
    assert settings.payments_mode == "mock"
    assert (settings.db_user, settings.db_name) == (postgres.USER, postgres.DATABASE)
    assert doctor.OTHER_PORTS[settings.db_port] == "Postgres"


def test_no_real_secret_stands_in_it() -> None:
    assert MERCHANT not in VALUES.values()
    assert not VALUES["APP_SECRET_ID"]
    assert not VALUES["DB_SECRET_ID"]
