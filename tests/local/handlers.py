"""Small handlers to put into sandboxes: each does one thing that a function may do to its caller."""

import os
import sys
import time
from typing import Any


def echo(event: Any, context: Any) -> Any:
    """Answer with the event itself, after saying something where a protocol might be disturbed."""
    print("a handler's own words")  # noqa: T201
    sys.stdout.write('{"answer": "not this"}\n')
    return event


def describe(_: Any, context: Any) -> Any:
    return {
        "function": context.function_name,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "request": context.aws_request_id,
        "left": context.get_remaining_time_in_millis(),
        "pid": os.getpid(),
        "input": sys.stdin.read(),
    }


def raises(_: Any, __: Any) -> Any:
    raise LookupError("nothing here")


def dies(_: Any, __: Any) -> Any:
    os._exit(3)


def dies_once(event: Any, _: Any) -> Any:
    """Die unless the event says that this is the second time."""
    if not event["again"]:
        os._exit(3)
    return "alive"


def hangs(_: Any, __: Any) -> Any:
    time.sleep(60)


def cookies_and_bytes(_: Any, __: Any) -> Any:
    return {
        "statusCode": 201,
        "headers": {"Content-Type": "image/png", "Access-Control-Allow-Origin": "*"},
        "cookies": ["a=1; HttpOnly", "b=2"],
        "body": "iVBO/w==",
        "isBase64Encoded": True,
    }


def too_long(_: Any, __: Any) -> Any:
    return "x" * (6 * 1024 * 1024)
