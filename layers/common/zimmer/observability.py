"""One logger for every function: an event name and keys, as JSON, with the request's id.

Keys that could carry a secret are masked before they reach the output, whoever logs them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

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
    return Logger(logger_formatter=MaskingFormatter())


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
