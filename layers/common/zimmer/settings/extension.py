"""Secrets through the AWS Parameters and Secrets Lambda extension: a server on loopback beside the function.

Until it has registered with Lambda and fetched its credentials it refuses connections or answers 400
"not ready to serve traffic, please wait", during all of the init phase as a rule. So nothing is asked of it
at import, and what is asked waits a little.

docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html, read 2026-11.
"""

import json
import os
import time
from collections.abc import Iterator
from urllib.parse import quote

from zimmer.settings.errors import NotYet, SecretUnreadable

SECONDS = 4.0  # in all, for one secret: a function of 10 s must still be able to say why it does not start
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.32
WILL_PASS = (b"not ready", b"ThrottlingException")  # the extension gives the service's own refusals as 400 too


def read(secret_id: str, *, seconds: float = SECONDS) -> str:
    """The current text of a secret, asked for until `seconds` have passed. Raises SecretUnreadable."""
    until = time.monotonic() + seconds
    for pause in _pauses():
        try:
            return _text(_ask(secret_id, until - time.monotonic()))
        except NotYet:
            if time.monotonic() + pause >= until:
                raise
            time.sleep(pause)
    raise AssertionError("the pauses never end")


def _ask(secret_id: str, seconds: float) -> bytes:
    from http.client import HTTPConnection, HTTPException  # 5 ms that a worker otherwise never spends

    port = int(os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773"))
    connection = HTTPConnection("localhost", port, timeout=max(seconds, FIRST_PAUSE))
    try:
        connection.request(
            "GET",
            f"/secretsmanager/get?secretId={quote(secret_id, safe='')}",
            headers={"X-Aws-Parameters-Secrets-Token": os.environ.get("AWS_SESSION_TOKEN", "")},
        )
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise NotYet(f"the secrets extension does not answer on port {port}") from error
    finally:
        connection.close()
    if answer.status == 200:
        return body
    said = f"the secrets extension answers {answer.status}"
    raise (NotYet if _will_pass(answer.status, body) else SecretUnreadable)(said)


def _will_pass(status: int, body: bytes) -> bool:
    return status >= 500 or status == 429 or any(words in body for words in WILL_PASS)


def _text(body: bytes) -> str:
    """`SecretString` of GetSecretValue's answer."""
    try:
        text = json.loads(body)["SecretString"]
    except (ValueError, TypeError, KeyError):
        text = None
    if not isinstance(text, str):
        raise SecretUnreadable("it holds no text") from None
    return text


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)
