"""The variables that the functions start with, and whether the platform would start with each stage's."""

import re
from typing import Any

import pytest

from local.template import Template, functions, resources
from zimmer.settings import Settings

# The customer's list, less DATABASE_URL: it would carry the password beside the parts that name the database already.
DOCUMENTED = {
    "DB_HOST",
    "DB_PORT",
    "DB_NAME",
    "DB_USER",
    "DB_PASSWORD",
    "JWT_SECRET_KEY",
    "JWT_ALGORITHM",
    "JWT_ACCESS_TOKEN_EXPIRE_MINUTES",
    "API_BASE_URL",
    "FRONTEND_URL",
    "ADMIN_URL",
    "ZARRINPAL_MERCHANT_ID",
    "ZARRINPAL_BASE_URL",
    "PAYMENTS_MODE",
    "CORS_ORIGINS",
}
OURS = {
    "ENV",
    "DATA_KEY",
    "BUSINESS_TIMEZONE",
    "DB_PREPARED",
    "CREDIT_QUEUE_URL",
    "DELIVERY_QUEUE_URL",
    "MAIL_FROM",
    "CREDIT_DEAD_LETTERS_URL",
    "DELIVERY_DEAD_LETTERS_URL",
    "POWERTOOLS_LOG_LEVEL",
}
SECRET = {"DB_PASSWORD", "JWT_SECRET_KEY", "DATA_KEY", "ZARRINPAL_MERCHANT_ID"}

STAND_INS = {
    "DB_PASSWORD": "a-password",
    "JWT_SECRET_KEY": "a-secret-that-is-forty-bytes-long-or-more",
    "DATA_KEY": "c2l4dGVlbi1ieXRlcy1zaXh0ZWVuLWJ5dGVzLTEyMzQ=",
    "ZARRINPAL_MERCHANT_ID": "1344b5d4-0048-11e8-94db-005056a205be",
}


@pytest.fixture
def shared(template: Template) -> dict[str, Any]:
    variables: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    return variables


def test_every_documented_variable_is_set(shared: dict[str, Any]) -> None:
    assert set(shared) == DOCUMENTED | OURS


def test_secrets_are_references(shared: dict[str, Any]) -> None:
    for name in SECRET:
        assert shared[name]["Fn::Sub"].startswith("{{resolve:secretsmanager:"), name


def test_no_parameter_takes_a_secret(template: Template) -> None:
    assert not [name for name in template["Parameters"] if re.search("Password|Secret|Key|Merchant", name)]


def test_only_automations_hold_the_openai_key(template: Template) -> None:
    holders = [
        name
        for name, function in resources(template, "AWS::Serverless::Function").items()
        if "OPENAI_API_KEY" in function["Properties"]["Environment"]["Variables"]
    ]
    assert holders == ["AutomationsFunction"]


def test_each_function_logs_under_its_own_name(template: Template) -> None:
    names = [function.environment["POWERTOOLS_SERVICE_NAME"] for function in functions(template).values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_the_platform_starts_with_a_stages_settings(
    stage: str,
    template: Template,
    samconfig: dict[str, Any],
    shared: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = parameters(template, samconfig, stage)
    for name, value in shared.items():
        monkeypatch.setenv(name, STAND_INS.get(name) or resolved(value, given))
    settings = Settings()
    assert settings.env == stage
    assert settings.payments_mode == ("live" if stage == "prod" else "sandbox")
    assert settings.cors_origins == [settings.frontend_url, settings.admin_url]


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_a_stages_parameters_are_ones_the_template_takes(
    stage: str, template: Template, samconfig: dict[str, Any]
) -> None:
    given = parameters(template, samconfig, stage)
    for name, parameter in template["Parameters"].items():
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), given[name]), name
        assert given[name] in parameter.get("AllowedValues", [given[name]]), name
    assert set(given) == set(template["Parameters"])


def test_a_person_confirms_what_changes_in_prod(samconfig: dict[str, Any]) -> None:
    assert samconfig["prod"]["deploy"]["parameters"]["confirm_changeset"] is True


def parameters(template: Template, samconfig: dict[str, Any], stage: str) -> dict[str, str]:
    """The template's defaults under what samconfig gives for a stage."""
    defaults = {name: str(entry["Default"]) for name, entry in template["Parameters"].items() if "Default" in entry}
    overrides = samconfig[stage]["deploy"]["parameters"]["parameter_overrides"]
    return defaults | dict(line.split("=", 1) for line in overrides)


def resolved(value: Any, given: dict[str, str]) -> str:
    """A variable as CloudFormation would write it; a resource's attribute becomes its name."""
    match value:
        case {"Ref": name}:
            return given.get(str(name), str(name))
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(\w+)\}", lambda found: given.get(found[1], found[1]), text)
        case {"Fn::GetAtt": [name, _]}:
            return str(name)
        case _:
            return str(value)
