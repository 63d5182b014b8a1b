"""Which environments the platform starts in, and what it says about the others."""

from urllib.parse import unquote, urlsplit

import pytest

from local.seed.people import PASSWORD
from local.template import ROOT, load_template, routes
from tests.zimmer.conftest import SetEnv
from zimmer.settings import LOCAL_DATA_KEY, LOCAL_JWT_SECRET, LOCAL_MERCHANT_ID, SettingsRefused, get_settings

LIVE = {
    "ENV": "prod",
    "JWT_SECRET_KEY": "a-secret-that-is-forty-bytes-long-or-more",
    "DATA_KEY": "c2l4dGVlbi1ieXRlcy1zaXh0ZWVuLWJ5dGVzLTEyMzQ=",
    "ZARRINPAL_MERCHANT_ID": "1344b5d4-0048-11e8-94db-005056a205be",
    "ZARRINPAL_BASE_URL": "https://payment.zarinpal.com/pg/v4/payment/",
    "PAYMENTS_MODE": "live",
    "DB_PASSWORD": "a-database-password",
}


def refusal(environment: SetEnv, **variables: str | None) -> str:
    environment(**variables)
    with pytest.raises(SettingsRefused) as refused:
        get_settings()
    return str(refused.value)


def test_local_work_needs_no_variables(environment: SetEnv) -> None:
    environment(**dict.fromkeys(LIVE))
    settings = get_settings()
    assert settings.is_local
    assert settings.payments_mode == "mock"


def test_a_live_environment_starts(environment: SetEnv) -> None:
    environment(**LIVE)
    assert get_settings().payments_mode == "live"
    assert not get_settings().is_local


@pytest.mark.parametrize("env", ["dev", "staging", "prod"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("PAYMENTS_MODE", "mock"), ("LOCAL_CLOCK_FILE", "/tmp/clock"), ("STAFF_TWOFA_REQUIRED", "off")],
)
def test_43_what_is_for_local_work_stops_the_start_elsewhere(
    env: str, name: str, value: str, environment: SetEnv
) -> None:
    assert name in refusal(environment, **LIVE | {"ENV": env, name: value})


def test_43_the_demo_accounts_and_the_control_room_are_not_in_what_is_deployed() -> None:
    shipped = [*ROOT.glob("functions/**/*.py"), *ROOT.glob("layers/**/*.py")]
    assert len(shipped) > 100
    assert not [path for path in shipped if PASSWORD in (text := path.read_text()) or "/_local" in text]
    assert "_local" not in str(routes(load_template()))


def test_the_clock_is_moved_in_local_mode_only(environment: SetEnv) -> None:
    assert "LOCAL_CLOCK_FILE" in refusal(environment, **LIVE, LOCAL_CLOCK_FILE="/tmp/clock")


@pytest.mark.parametrize("env", ["dev", "staging", "prod"])
@pytest.mark.parametrize(
    ("name", "stand_in"),
    [
        ("JWT_SECRET_KEY", None),
        ("JWT_SECRET_KEY", LOCAL_JWT_SECRET),
        ("DATA_KEY", None),
        ("DATA_KEY", LOCAL_DATA_KEY),
        ("ZARRINPAL_MERCHANT_ID", None),
        ("ZARRINPAL_MERCHANT_ID", LOCAL_MERCHANT_ID),
        ("ZARRINPAL_MERCHANT_ID", "your_merchant_id"),
        ("DB_PASSWORD", None),
        ("PAYMENTS_MODE", None),
        ("PAYMENTS_MODE", "mock"),
    ],
)
def test_a_stand_in_is_refused_by_name_outside_local_mode(
    env: str, name: str, stand_in: str | None, environment: SetEnv
) -> None:
    assert name in refusal(environment, **LIVE | {"ENV": env, name: stand_in})


def test_every_missing_secret_is_named_at_once(environment: SetEnv) -> None:
    sentence = refusal(environment, **dict.fromkeys(LIVE) | {"ENV": "prod"})
    for name in ("JWT_SECRET_KEY", "DATA_KEY", "ZARRINPAL_MERCHANT_ID", "DB_PASSWORD"):
        assert name in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_SECRET_KEY", "x" * 31),
        ("JWT_SECRET_KEY", "your_super_secret_key"),
        ("JWT_ALGORITHM", "HS512"),
        ("JWT_ALGORITHM", "none"),
        ("JWT_ALGORITHM", "RS256"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "4"),
        ("BUSINESS_TIMEZONE", "Asia/Tehrun"),
        ("BUSINESS_TIMEZONE", "../etc/passwd"),
        ("DATA_KEY", "c2hvcnQ="),
        ("DATA_KEY", "not base64 at all, though it is long enough"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "121"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "soon"),
        ("ZARRINPAL_BASE_URL", "https://www.zarinpal.com/pg/rest/WebGate/"),
        ("ZARRINPAL_BASE_URL", "https://de.zarinpal.com/pg/services/webgate/wsdl"),
        ("PAYMENTS_MODE", "free"),
        ("PAYMENT_MINUTES", "4"),
        ("ENV", "production"),
        ("CORS_ORIGINS", "http://localhost:3000"),
        ("DB_PORT", "default"),
        ("DB_PREPARED", "perhaps"),
        ("DATABASE_URL", "postgresql://zimmer:half/a/password@db.internal/zimmer"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str, environment: SetEnv) -> None:
    assert name in refusal(environment, **{name: value})


@pytest.mark.parametrize("minutes", ["5", "60", "120"])
def test_a_token_may_live_5_to_120_minutes(minutes: str, environment: SetEnv) -> None:
    environment(JWT_ACCESS_TOKEN_EXPIRE_MINUTES=minutes)
    assert get_settings().jwt_access_token_expire_minutes == int(minutes)


def test_a_webgate_address_is_answered_with_the_one_to_use(environment: SetEnv) -> None:
    sentence = refusal(environment, ZARRINPAL_BASE_URL="https://www.zarinpal.com/pg/rest/WebGate/")
    assert "https://payment.zarinpal.com/pg/v4/payment/" in sentence


@pytest.mark.parametrize(
    "variables",
    [
        {"JWT_SECRET_KEY": "hunter2"},
        {"DATA_KEY": "hunter2", "JWT_ALGORITHM": "hunter2"},
        {"DB_PASSWORD": "hunter2", "DB_PORT": "hunter2"},
        {"DB_PASSWORD": "hunter2", "DATABASE_URL": "postgresql://zimmer:other@localhost/zimmer"},
        {"DATABASE_URL": "postgresql://zimmer:hunter2/x@localhost/zimmer", "DB_HOST": "db.internal"},
        {"DATABASE_URL": "postgresql://zimmer:hunter2#x@localhost/zimmer"},
        {"CORS_ORIGINS": "hunter2"},
        {"PAYMENTS_MODE": "hunter2"},
        {**LIVE, "JWT_SECRET_KEY": "hunter2" * 6, "DATA_KEY": LOCAL_DATA_KEY},
    ],
)
def test_a_refusal_repeats_no_value(variables: dict[str, str], environment: SetEnv) -> None:
    sentence = refusal(environment, **variables)
    assert "hunter2" not in sentence
    assert LOCAL_DATA_KEY not in sentence


def test_secrets_are_not_printed_with_the_settings(environment: SetEnv) -> None:
    environment(**LIVE)
    printed = f"{get_settings()!r} {get_settings()}"
    assert not [name for name in ("JWT_SECRET_KEY", "DATA_KEY", "DB_PASSWORD") if LIVE[name] in printed]


def test_an_empty_variable_counts_as_absent(environment: SetEnv) -> None:
    environment(JWT_ACCESS_TOKEN_EXPIRE_MINUTES="")
    assert get_settings().jwt_access_token_expire_minutes == 60


def test_the_parts_make_one_database_url(environment: SetEnv) -> None:
    password = "p@ss/w:rd#%?&é گذر"
    environment(DB_HOST="db.internal", DB_PORT="6432", DB_NAME="zimmer", DB_USER="zim mer@x", DB_PASSWORD=password)
    url = urlsplit(get_settings().database)
    assert (url.scheme, url.hostname, url.port, url.path) == ("postgresql", "db.internal", 6432, "/zimmer")
    assert (unquote(url.username or ""), unquote(url.password or "")) == ("zim mer@x", password)


def test_a_database_url_is_taken_as_it_is(environment: SetEnv) -> None:
    environment(DATABASE_URL="postgresql://zimmer:p%40ss@db.internal:6432/zimmer")
    assert get_settings().database == "postgresql://zimmer:p%40ss@db.internal:6432/zimmer"


@pytest.mark.parametrize(
    "parts",
    [
        {"DB_HOST": "other.internal"},
        {"DB_PORT": "5432"},
        {"DB_NAME": "other"},
        {"DB_USER": "other"},
        {"DB_PASSWORD": "other"},
        {"DB_PASSWORD": "p%40ss"},
    ],
)
def test_two_descriptions_of_the_database_must_agree(parts: dict[str, str], environment: SetEnv) -> None:
    sentence = refusal(environment, DATABASE_URL="postgresql://zimmer:p%40ss@db.internal:6432/zimmer", **parts)
    assert "DATABASE_URL" in sentence


@pytest.mark.parametrize(
    "parts",
    [
        {"DB_HOST": "db.internal", "DB_PORT": "6432", "DB_NAME": "zimmer", "DB_USER": "zimmer", "DB_PASSWORD": "p@ss"},
        {"DB_PASSWORD": "p@ss"},
        {"DB_HOST": "db.internal"},
    ],
)
def test_two_descriptions_that_agree_are_fine(parts: dict[str, str], environment: SetEnv) -> None:
    environment(DATABASE_URL="postgresql://zimmer:p%40ss@db.internal:6432/zimmer", **parts)
    assert get_settings().database.startswith("postgresql://")


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("API_BASE_URL", "https://api.example.com/", "https://api.example.com"),
        ("FRONTEND_URL", "https://example.com", "https://example.com"),
        ("ADMIN_URL", "https://admin.example.com//", "https://admin.example.com"),
        (
            "ZARRINPAL_BASE_URL",
            "https://sandbox.zarinpal.com/pg/v4/payment",
            "https://sandbox.zarinpal.com/pg/v4/payment/",
        ),
    ],
)
def test_the_slash_at_the_end_of_an_address_does_not_matter(
    name: str, given: str, kept: str, environment: SetEnv
) -> None:
    environment(**{name: given})
    assert getattr(get_settings(), name.lower()) == kept


@pytest.mark.parametrize(
    ("mode", "url"),
    [
        ("live", "https://sandbox.zarinpal.com/pg/v4/payment/"),
        ("live", "http://localhost:8010/pg/v4/payment/"),
        ("sandbox", "https://payment.zarinpal.com/pg/v4/payment/"),
    ],
)
def test_a_gateway_that_does_not_belong_to_the_mode_is_refused(environment: SetEnv, mode: str, url: str) -> None:
    environment(PAYMENTS_MODE=mode, ZARRINPAL_BASE_URL=url)
    with pytest.raises(SettingsRefused, match="ZARRINPAL_BASE_URL"):
        get_settings()


@pytest.mark.parametrize(
    ("variables", "replica"),
    [
        ({}, ""),
        (
            {"DATABASE_READ_URL": "postgresql://reader:p%40ss@copy:6432/zimmer"},
            "postgresql://reader:p%40ss@copy:6432/zimmer",
        ),
        (
            {"DB_READ_HOST": "copy", "DB_HOST": "db", "DB_PORT": "6432", "DB_USER": "zim mer", "DB_PASSWORD": "p@ss/w"},
            "postgresql://zim%20mer:p%40ss%2Fw@copy:6432/zimmer_platform",
        ),
        (
            {"DB_READ_HOST": "copy", "DATABASE_URL": "postgresql://zimmer:p%40ss@db/zimmer"},
            "postgresql://zimmer:p%40ss@copy:5432/zimmer",
        ),
        (
            {"DB_READ_HOST": "copy", "DATABASE_URL": "postgresql://zimmer@db/zimmer"},
            "postgresql://zimmer@copy:5432/zimmer",
        ),
    ],
)
def test_a_copy_for_reading_is_named_whole_or_by_its_host(
    variables: dict[str, str], replica: str, environment: SetEnv
) -> None:
    environment(**variables)
    assert get_settings().replica == replica


@pytest.mark.parametrize(
    "variables",
    [
        {"DATABASE_READ_URL": "postgresql://zimmer:half/a/hunter2@copy/zimmer"},
        {"DATABASE_READ_URL": "postgresql://zimmer:hunter2@copy/zimmer", "DB_READ_HOST": "copy"},
    ],
)
def test_a_copy_for_reading_that_is_unclear_is_refused(variables: dict[str, str], environment: SetEnv) -> None:
    sentence = refusal(environment, **variables)
    assert "DATABASE_READ_URL" in sentence
    assert "hunter2" not in sentence
