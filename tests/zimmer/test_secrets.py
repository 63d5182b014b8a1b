"""Secrets that the environment only names: where they are read, how often, and what is said when they cannot be."""

import json
import socket
import time
from collections.abc import Iterator
from uuid import uuid4

import boto3
import jwt
import pytest

from local import ports
from local.queues import REGION
from local.secrets_extension import Extension
from tests.zimmer.conftest import SetEnv
from tests.zimmer.test_settings import LIVE, refusal
from zimmer import crypto, settings
from zimmer.auth import tokens
from zimmer.auth.tokens import AccessClaims
from zimmer.errors import TokenInvalid
from zimmer.models import Audience
from zimmer.settings import LOCAL_JWT_SECRET, SettingsRefused, extension, get_settings
from zimmer.settings.errors import SecretUnreadable

APP = {name: LIVE[name] for name in ("JWT_SECRET_KEY", "DATA_KEY", "ZARRINPAL_MERCHANT_ID")}
LOGIN = {"username": "zimmer_app", "password": "p@ss/w:rd#%"}
NAMED = {
    **dict.fromkeys((*APP, "DB_PASSWORD")),
    "ENV": "prod",
    "ZARRINPAL_BASE_URL": LIVE["ZARRINPAL_BASE_URL"],
    "PAYMENTS_MODE": "live",
    "APP_SECRET_ID": "zimmer/prod/app",
    "DB_SECRET_ID": "arn:aws:secretsmanager:eu-central-1:1:secret:db/zimmer-Ab1",
    "DB_HOST": "proxy.internal",
}
OTHER_KEY = "another-secret-that-is-long-enough-to-sign-with"


@pytest.fixture
def named(environment: SetEnv, extension: Extension) -> Extension:
    """The extension of a live container whose environment holds no secret."""
    extension.put("zimmer/prod/app", APP)
    extension.put(str(NAMED["DB_SECRET_ID"]), LOGIN)
    environment(**NAMED)
    return extension


def test_a_live_environment_starts_with_its_secrets_named(named: Extension) -> None:
    found = get_settings()
    assert found.jwt_secret_key.get_secret_value() == APP["JWT_SECRET_KEY"]
    assert found.data_key.get_secret_value() == APP["DATA_KEY"]
    assert found.zarrinpal_merchant_id == APP["ZARRINPAL_MERCHANT_ID"]
    assert found.database == "postgresql://zimmer_app:p%40ss%2Fw%3Ard%23%25@proxy.internal:5432/zimmer_platform"


def test_each_secret_is_read_once_and_nothing_is_read_before_it_is_needed(named: Extension) -> None:
    assert named.asked == []
    for _ in range(3):
        get_settings()
    assert named.asked == [NAMED["APP_SECRET_ID"], NAMED["DB_SECRET_ID"]]


def test_without_the_names_nobody_is_asked(environment: SetEnv, extension: Extension) -> None:
    environment(**LIVE)
    assert get_settings().db_password.get_secret_value() == LIVE["DB_PASSWORD"]
    assert extension.asked == []


def test_a_secret_goes_over_a_variable_and_an_empty_one_does_not(environment: SetEnv, named: Extension) -> None:
    named.put("zimmer/prod/app", {**APP, "ZARRINPAL_MERCHANT_ID": ""})
    environment(JWT_SECRET_KEY=OTHER_KEY, ZARRINPAL_MERCHANT_ID="2344b5d4-0048-11e8-94db-005056a205be")
    assert get_settings().jwt_secret_key.get_secret_value() == APP["JWT_SECRET_KEY"]
    assert get_settings().zarrinpal_merchant_id == "2344b5d4-0048-11e8-94db-005056a205be"


def test_a_secret_cannot_name_another(named: Extension) -> None:
    named.put("zimmer/prod/app", {**APP, "DB_SECRET_ID": "somebody-elses"})
    get_settings()
    assert "somebody-elses" not in named.asked


def test_a_secret_of_the_app_may_lack_nothing_that_is_needed(environment: SetEnv, named: Extension) -> None:
    named.put("zimmer/prod/app", {"DATA_KEY": APP["DATA_KEY"]})
    assert refusal(environment).startswith("JWT_SECRET_KEY, ZARRINPAL_MERCHANT_ID:")


def test_an_extension_that_is_still_starting_is_waited_for(named: Extension) -> None:
    named.not_ready_for = 3
    assert get_settings().jwt_secret_key.get_secret_value() == APP["JWT_SECRET_KEY"]
    assert len(named.asked) == 2 + 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("hunter2", "it is not a JSON object"),
        ('["hunter2"]', "it is not a JSON object"),
        ('{"username": "hunter2"}', "it has no password"),
        ('{"username": "", "password": ""}', "it has no password and no username"),
    ],
)
def test_a_secret_of_the_wrong_form_is_named_and_not_shown(
    environment: SetEnv, named: Extension, content: str, reason: str
) -> None:
    named.secrets[str(NAMED["DB_SECRET_ID"])] = content
    sentence = refusal(environment)
    assert sentence == f"DB_SECRET_ID: the secret {NAMED['DB_SECRET_ID']} cannot be used: {reason}"


@pytest.mark.parametrize("value", ["hunter2", 7, None, {"hunter2": 1}])
def test_a_wrong_value_in_a_secret_is_refused_by_its_name(environment: SetEnv, named: Extension, value: object) -> None:
    named.put("zimmer/prod/app", {**APP, "JWT_SECRET_KEY": value})
    sentence = refusal(environment)
    assert "JWT_SECRET_KEY" in sentence
    assert "hunter2" not in sentence


def test_a_secret_that_is_not_there_is_named(environment: SetEnv, named: Extension) -> None:
    del named.secrets["zimmer/prod/app"]
    sentence = refusal(environment)
    assert sentence == "APP_SECRET_ID: the secret zimmer/prod/app cannot be used: the secrets extension answers 400"
    assert named.asked == ["zimmer/prod/app"]  # waiting would not bring it


def test_a_caller_without_the_session_token_is_told_so(environment: SetEnv, named: Extension) -> None:
    assert refusal(environment, AWS_SESSION_TOKEN=None).endswith("the secrets extension answers 401")


@pytest.mark.usefixtures("named")
def test_no_extension_is_a_sentence_with_the_port(environment: SetEnv) -> None:
    port = str(ports.free_port())
    environment(PARAMETERS_SECRETS_EXTENSION_HTTP_PORT=port)
    with pytest.raises(SecretUnreadable) as refused:
        extension.read("zimmer/prod/app", seconds=0.1)
    assert str(refused.value) == f"the secrets extension does not answer on port {port}"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_extension_that_keeps_failing_is_given_up(named: Extension, status: int) -> None:
    named.fails_with = status
    with pytest.raises(SecretUnreadable, match=str(status)):
        extension.read("zimmer/prod/app", seconds=0.2)
    assert len(named.asked) > 1


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and says nothing."""
    with socket.create_server(("localhost", 0)) as listener:
        yield listener.getsockname()[1]


def test_an_extension_that_hangs_is_given_up_in_time(environment: SetEnv, silent_port: int) -> None:
    environment(PARAMETERS_SECRETS_EXTENSION_HTTP_PORT=str(silent_port))
    began = time.monotonic()
    with pytest.raises(SecretUnreadable):
        extension.read("zimmer/prod/app", seconds=0.3)
    assert time.monotonic() - began < 3


# reading again


def signed() -> str:
    """A token of some sign-in."""
    claims = AccessClaims(user_id=1, session_id=uuid4(), audience=Audience.USER, token_version=1)
    return tokens.issue(claims).text


def signed_elsewhere(key: str) -> str:
    """The same claims as `signed` by a container that has another key."""
    claims = jwt.decode(signed(), options={"verify_signature": False})
    return jwt.encode(claims, key, algorithm="HS256", headers={"kid": crypto.key_id(key.encode())})


def test_a_changed_signing_key_is_in_force_once_it_was_read_again(named: Extension) -> None:
    old = signed()
    named.put("zimmer/prod/app", {**APP, "JWT_SECRET_KEY": OTHER_KEY})
    assert tokens.read(old).user_id == 1
    settings.read_again()
    with pytest.raises(TokenInvalid):
        tokens.read(old)
    assert tokens.read(signed()).user_id == 1


def test_a_signing_key_is_changed_under_running_containers_and_nobody_is_signed_out(named: Extension) -> None:
    old = signed()
    named.put("zimmer/prod/app", {**APP, "JWT_SECRET_KEY": OTHER_KEY, "JWT_SECRET_KEY_PREVIOUS": APP["JWT_SECRET_KEY"]})
    new = signed_elsewhere(OTHER_KEY)
    assert tokens.read(new).user_id == 1
    assert tokens.read(old).user_id == 1
    assert jwt.get_unverified_header(signed())["kid"] == jwt.get_unverified_header(new)["kid"]


def test_a_stranger_who_names_unknown_keys_has_the_secrets_read_once(named: Extension) -> None:
    signed()
    before = len(named.asked)
    for number in range(5):
        with pytest.raises(TokenInvalid):
            tokens.read(signed_elsewhere(f"{OTHER_KEY}-{number}"))
    assert len(named.asked) - before == 2  # the app's and the database's


def test_a_stranger_is_refused_although_the_secrets_cannot_be_read_again(named: Extension) -> None:
    mine = signed()
    named.fails_with = 403
    with pytest.raises(TokenInvalid):
        tokens.read(signed_elsewhere(OTHER_KEY))
    assert tokens.read(mine).user_id == 1


def test_the_key_before_must_be_a_real_one_too(environment: SetEnv, named: Extension) -> None:
    named.put("zimmer/prod/app", {**APP, "JWT_SECRET_KEY_PREVIOUS": LOCAL_JWT_SECRET})
    assert refusal(environment).startswith("JWT_SECRET_KEY_PREVIOUS:")


def test_a_changed_sealing_key_is_in_force_once_it_was_read_again(named: Extension) -> None:
    before = crypto.blind_index("x")
    named.put("zimmer/prod/app", {**APP, "DATA_KEY": "dGhpcnR5LXR3by1ieXRlcy10aGlydHktdHdvLWJ5dGU="})
    settings.read_again()
    assert crypto.blind_index("x") != before


def test_what_was_read_stays_in_force_when_it_cannot_be_read_again(named: Extension) -> None:
    before = get_settings()
    del named.secrets["zimmer/prod/app"]
    with pytest.raises(SettingsRefused, match="APP_SECRET_ID"):
        settings.read_again()
    assert get_settings() is before


# SnapStart


@pytest.fixture
def secrets_manager(queue_server: str, environment: SetEnv) -> Iterator[None]:
    """Secrets Manager itself (moto), and a container that starts from a snapshot, where the extension cannot serve."""
    environment(
        **NAMED
        | {
            "DB_SECRET_ID": "zimmer/prod/db",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": queue_server,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        }
    )
    client = boto3.client("secretsmanager", region_name=REGION, endpoint_url=queue_server)
    for name, content in (("zimmer/prod/app", APP), ("zimmer/prod/db", LOGIN)):
        client.create_secret(Name=name, SecretString=json.dumps(content))
    yield
    for name in ("zimmer/prod/app", "zimmer/prod/db"):
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    client.close()


@pytest.mark.usefixtures("secrets_manager")
def test_a_container_from_a_snapshot_asks_secrets_manager_itself() -> None:
    assert get_settings().jwt_secret_key.get_secret_value() == APP["JWT_SECRET_KEY"]
    assert get_settings().db_user == LOGIN["username"]


@pytest.mark.usefixtures("secrets_manager")
def test_what_secrets_manager_refuses_is_named(environment: SetEnv) -> None:
    sentence = refusal(environment, APP_SECRET_ID="zimmer/prod/none")
    assert sentence.startswith("APP_SECRET_ID: the secret zimmer/prod/none cannot be used")
    assert "ResourceNotFoundException" in sentence


@pytest.mark.usefixtures("secrets_manager")
def test_secrets_manager_that_is_away_is_named(environment: SetEnv) -> None:
    sentence = refusal(environment, AWS_ENDPOINT_URL_SECRETS_MANAGER=f"http://localhost:{ports.free_port()}")
    assert sentence.endswith("Secrets Manager is away (EndpointConnectionError)")
