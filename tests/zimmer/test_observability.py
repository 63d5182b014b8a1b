"""What reaches a log line, and what does not."""

import time
from typing import Any

import pytest

from tests.logs import ReadLog
from zimmer.observability import MASK, Unit, counting, logger, masked


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "Password",
        "password_hash",
        "token",
        "access_token",
        "refresh_token",
        "telegram_bot_token",
        "service_token",
        "X-Zimmer-Service-Token",
        "authorization",
        "Authorization",
        "cookie",
        "Set-Cookie",
        "secret",
        "twofa_secret",
        "card_number",
        "openai_api_key",
        "data_key",
    ],
)
def test_what_stands_under_a_secret_key_is_masked(key: str) -> None:
    assert masked({key: "hunter2"}) == {key: MASK}


@pytest.mark.parametrize(
    "key",
    ["tokens", "tokens_remaining", "token_id", "payment_id", "idempotency_key", "amount", "code", "request_id", "path"],
)
def test_what_is_no_secret_can_be_read(key: str) -> None:
    assert masked({key: "value"}) == {key: "value"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"body": {"password": "hunter2", "name": "sara"}}, {"body": {"password": MASK, "name": "sara"}}),
        ({"headers": [{"Authorization": "hunter2"}]}, {"headers": [{"Authorization": MASK}]}),
        ({"token": {"inner": "hunter2"}}, {"token": MASK}),
        ({"items": ({"token": "hunter2"}, 5)}, {"items": [{"token": MASK}, 5]}),
        ("text", "text"),
        (None, None),
    ],
)
def test_secrets_are_found_at_any_depth(value: Any, shown: Any) -> None:
    assert masked(value) == shown


def test_a_log_line_is_json_with_its_secrets_masked(log: ReadLog) -> None:
    logger().error("login.failed", email="sara@example.com", password="hunter2", request={"token": "hunter2"})
    (line,) = log()
    assert (line["message"], line["email"]) == ("login.failed", "sara@example.com")
    assert (line["password"], line["request"]) == (MASK, {"token": MASK})


def test_a_line_that_counts_is_in_the_embedded_metric_format(log: ReadLog) -> None:
    lag = {"TokensCredited": (50, Unit.COUNT), "CreditLag": (1.5, Unit.SECONDS)}
    logger().error("credit.done", **counting(lag, by={"status": "2xx"}), payments=2)
    (line,) = log()
    [definition] = line["_aws"]["CloudWatchMetrics"]
    assert definition["Namespace"] == "Zimmer/local"
    assert definition["Dimensions"] == [["service", "status"]]
    assert definition["Metrics"] == [
        {"Name": "TokensCredited", "Unit": "Count"},
        {"Name": "CreditLag", "Unit": "Seconds"},
    ]
    assert (line["TokensCredited"], line["CreditLag"], line["status"], line["payments"]) == (50, 1.5, "2xx", 2)
    assert line["service"]
    assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60
