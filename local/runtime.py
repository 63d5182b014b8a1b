"""The inside of a sandbox: imports one handler and answers events, one at a time, as Lambda's runtime does.

It speaks JSON lines on the pipes it was started with and moves both out of the handler's reach first, so that a
`print` lands in the log instead of in the protocol. The end of its input is the end of its life.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

Handler = Callable[[Any, "Context"], Any]
RESPONSE_LIMIT = 6 * 1024 * 1024  # bytes; Lambda's limit for a synchronous answer


@dataclass(frozen=True)
class Context:
    """The second argument of a handler, with the names Lambda gives it."""

    aws_request_id: str
    deadline: float
    function_name: str = field(default_factory=lambda: os.environ["AWS_LAMBDA_FUNCTION_NAME"])
    function_version: str = "$LATEST"
    identity: None = None
    client_context: None = None

    @property
    def memory_limit_in_mb(self) -> str:
        return os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]  # Lambda's own runtime gives the text as well

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{os.environ['AWS_REGION']}:123456789012:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"local/[{self.function_version}]{os.getpid()}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))


def imported(handler: str) -> Handler:
    """`functions.payments.app.handler` as Lambda reads it: a module, a dot, a name."""
    module, _, name = handler.rpartition(".")
    found: Handler = getattr(importlib.import_module(module), name)
    return found


def failure(error: BaseException) -> dict[str, Any]:
    trace = traceback.format_exception(error)
    print("".join(trace), file=sys.stderr, flush=True)
    return {"error": {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": trace}}


def outcome(handler: Handler, event: Any, context: Context) -> str:
    try:
        line = json.dumps({"answer": handler(event, context)}, separators=(",", ":"))
    except Exception as error:
        return json.dumps(failure(error))
    if len(line) > RESPONSE_LIMIT:
        return json.dumps(failure(ValueError(f"the answer has {len(line)} bytes, Lambda passes on {RESPONSE_LIMIT}")))
    return line


def serve(handler: str, requests: TextIO, answers: TextIO) -> None:
    def say(line: str) -> None:
        answers.write(line + "\n")
        answers.flush()

    try:
        handle = imported(handler)
    except Exception as error:
        say(json.dumps(failure(error)))
        return
    say('{"ready":true}')
    for line in requests:
        request = json.loads(line)
        context = Context(aws_request_id=request["request_id"], deadline=request["deadline"])
        say(outcome(handle, request["event"], context))
        sys.stdout.flush()


def private_pipes() -> tuple[TextIO, TextIO]:
    requests, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  (os.dup2 wants the descriptor)
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


if __name__ == "__main__":
    serve(sys.argv[1], *private_pipes())
