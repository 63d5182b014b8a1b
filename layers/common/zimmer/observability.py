"""One logger for every function: an event name and keys, as JSON, with the request's id. Some lines also count.

Keys that could carry a secret are masked before they reach the output, whoever logs them. A line that counts
carries CloudWatch's embedded metric format (docs.aws.amazon.com/AmazonCloudWatch, "Embedded metric format
specification", read 2026-11): CloudWatch reads the metric out of the log, and no call is made for it.
"""

import time
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from zimmer.settings import get_settings

# A key is secret when it is one of these or ends in one: `X-Zimmer-Service-Token`, `password_hash`.
SECRETS = (
    "authorization",
    "password",
    "password_hash",
    "token",
    "cookie",
    "card_number",
    "secret",
    "api_key",
    "data_key",
)
MASK = "***"


class MaskingFormatter(LambdaPowertoolsFormatter):
    """Powertools' JSON lines, with secrets masked by the name of their key."""

    def serialize(self, log: Any) -> str:
        return super().serialize(masked(log))


@lru_cache(maxsize=1)
def logger() -> Logger:
    """This container's logger (service name and level from POWERTOOLS_*)."""
    # The event's name says where a line comes from, and every byte of a log is paid for.
    return Logger(logger_formatter=MaskingFormatter(), location=None)


class Unit(StrEnum):
    """Of a metric, by CloudWatch's names."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"


def counting(metrics: Mapping[str, tuple[float, Unit]], *, by: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The keys that make a log line count: `logger().info("credit.done", **counting({"TokensCredited": (50, COUNT)}))`.

    CloudWatch keeps each metric for every service and value of `by`. Every combination is paid for by the month, so
    `by` takes what has few values; the line's other keys may be anything.
    """
    dimensions = {"service": logger().service, **(by or {})}
    definition = {
        "Namespace": f"Zimmer/{get_settings().env}",
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()],
    }
    emf = {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [definition]}
    return {"_aws": emf, **dimensions, **{name: value for name, (value, _) in metrics.items()}}


def masked(value: Any) -> Any:
    """`value` with what stands under a secret key replaced, at any depth."""
    if isinstance(value, Mapping):
        return {key: MASK if _is_secret(str(key)) else masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    return value


def _is_secret(key: str) -> bool:
    name = "_" + key.lower().replace("-", "_")
    return name.endswith(tuple(f"_{secret}" for secret in SECRETS))
