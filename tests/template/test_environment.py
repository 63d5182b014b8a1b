"""The variables that the functions start with, and whether the platform would start with each stage's."""

import re
from typing import Any

import pytest

from local import secrets_extension
from local.stage import STAGES, Stage
from local.template import Template, functions
from zimmer.settings import Settings, forget, get_settings

# The customer's list, less DATABASE_URL, which would carry the password beside the parts that name the database
# already, and less what the secrets say.
DOCUMENTED = {
    "DB_HOST",
    "DB_PORT",
    "DB_NAME",
    "DB_USER",
    "JWT_ALGORITHM",
    "JWT_ACCESS_TOKEN_EXPIRE_MINUTES",
    "API_BASE_URL",
    "FRONTEND_URL",
    "ADMIN_URL",
    "ZARRINPAL_BASE_URL",
    "PAYMENTS_MODE",
    "CORS_ORIGINS",
}
OURS = {
    "ENV",
    "APP_SECRET_ID",
    "DB_SECRET_ID",
    "BUSINESS_TIMEZONE",
    "DB_PREPARED",
    "DB_SSL_ROOT",
    "CREDIT_QUEUE_URL",
    "DELIVERY_QUEUE_URL",
    "MAIL_FROM",
    "CREDIT_DEAD_LETTERS_URL",
    "DELIVERY_DEAD_LETTERS_URL",
    "DB_READ_HOST",  # this and the next are empty unless a stage asks for a replica or a cache
    "CACHE_URL",
}
OF_OTHERS = {  # read by Powertools and by the extension
    "POWERTOOLS_LOG_LEVEL",
    "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT",
    "PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED",
}

APP_SECRET = {
    "JWT_SECRET_KEY": "a-secret-that-is-forty-bytes-long-or-more",
    "DATA_KEY": "c2l4dGVlbi1ieXRlcy1zaXh0ZWVuLWJ5dGVzLTEyMzQ=",
    "ZARRINPAL_MERCHANT_ID": "1344b5d4-0048-11e8-94db-005056a205be",
    "OPENAI_API_KEY": "sk-1",
}
DATABASE_SECRET = {"username": "zimmer_user", "password": "a-password"}


@pytest.fixture
def shared(template: Template) -> dict[str, Any]:
    variables: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    return variables


def test_every_variable_is_one_that_somebody_reads(shared: dict[str, Any]) -> None:
    assert set(shared) == DOCUMENTED | OURS | OF_OTHERS
    assert {name.lower() for name in DOCUMENTED | OURS} <= set(Settings.model_fields)


def test_no_parameter_takes_a_secret(template: Template) -> None:
    taking = [name for name in template["Parameters"] if re.search("Password|Secret|Key|Merchant", name)]
    assert taking == ["SecretsExtensionArn"]


def test_the_extension_keeps_nothing_that_a_rotation_could_outlive(shared: dict[str, Any]) -> None:
    assert shared["PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED"] == "false"


def test_each_function_logs_under_its_own_name(template: Template) -> None:
    names = [function.environment["POWERTOOLS_SERVICE_NAME"] for function in functions(template).values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", STAGES)
def test_the_platform_starts_with_a_stages_settings(
    name: str, template: Template, shared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage.of(name, template=template)
    started_with = {variable: resolved(stage, value) for variable, value in shared.items()}
    secrets = {f"zimmer/{name}/app": APP_SECRET, "DatabaseSecret": DATABASE_SECRET}
    with secrets_extension.running(secrets) as extension:
        for variable, value in (started_with | extension.environment).items():
            monkeypatch.setenv(variable, value)
        forget()
        settings = get_settings()
    forget()
    assert settings.env == name
    assert settings.payments_mode == ("live" if name == "prod" else "sandbox")
    assert settings.cors_origins == [settings.frontend_url, settings.admin_url]
    assert settings.db_password.get_secret_value() == DATABASE_SECRET["password"]
    assert sorted(extension.asked) == sorted(secrets)


def test_a_person_confirms_what_changes_in_prod(samconfig: dict[str, Any]) -> None:
    assert samconfig["prod"]["deploy"]["parameters"]["confirm_changeset"] is True


def resolved(stage: Stage, value: Any) -> str:
    """A variable as CloudFormation would write it; a resource's attribute becomes its name."""
    match stage.value(value):
        case {"Ref": name} | {"Fn::GetAtt": [name, *_]}:
            return str(name)
        case found:
            return str(found)
