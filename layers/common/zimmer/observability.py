"""One logger for every function: an event name and keys, as JSON, with the request's id.

Keys that could carry a secret are masked before they reach the output, whoever logs them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

SECRET_KEYS = frozenset(
    {"authorization", "access_token", "password", "token", "service_token", "cookie", "card_number", "secret"}
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
        return {key: MASK if str(key).lower() in SECRET_KEYS else masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    return value
