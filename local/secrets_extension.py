"""A stand-in for the AWS Parameters and Secrets Lambda extension, on a loopback port, in a thread.

It answers what the real one was seen to answer: 400 until it is ready, 401 without the session token, and
Secrets Manager's own refusals as 400. What it cannot show is the real one's cache, which keeps an answer for
five minutes: the functions keep what they have read themselves, so template.yaml turns it off.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN_HEADER = "X-Aws-Parameters-Secrets-Token"
NOT_READY = "not ready to serve traffic, please wait"


@dataclass
class Extension:
    """A running one: what it holds, how often it was asked for what, and how it misbehaves.

    Example:
        with running({"zimmer/dev/app": {"JWT_SECRET_KEY": …}}, token="a-session-token") as extension:
            extension.not_ready_for = 3
    """

    port: int
    token: str
    secrets: dict[str, str]
    asked: list[str] = field(default_factory=list)
    not_ready_for: int = 0
    fails_with: int | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What makes a function find it."""
        return {"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(self.port), "AWS_SESSION_TOKEN": self.token}

    def put(self, secret_id: str, content: Mapping[str, object]) -> None:
        self.secrets[secret_id] = json.dumps(content)

    def answer(self, path: str, token: str | None) -> tuple[int, str]:
        """Status and body for one GET."""
        asked = urlsplit(path)
        secret_id = parse_qs(asked.query).get("secretId", [""])[0]
        self.asked.append(secret_id)
        if self.not_ready_for:
            self.not_ready_for -= 1
            return 400, NOT_READY
        if token != self.token:
            return 401, "bad session token or header key"
        if self.fails_with:
            return self.fails_with, "an unsuccessful request"
        if asked.path != "/secretsmanager/get" or secret_id not in self.secrets:
            return 400, "ResourceNotFoundException: Secrets Manager can't find the specified secret."
        return 200, json.dumps({"Name": secret_id, "SecretString": self.secrets[secret_id]})


@contextmanager
def running(
    secrets: Mapping[str, Mapping[str, object]] | None = None, *, token: str = "session-token", port: int = 0
) -> Iterator[Extension]:
    """An extension that holds these secrets for the length of the block; `port` 0 takes any free one."""
    with _Server(("localhost", port), _Handler) as server:
        extension = server.extension = Extension(server.server_port, token, {})
        for secret_id, content in (secrets or {}).items():
            extension.put(secret_id, content)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield extension
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    extension: Extension


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        status, text = self.server.extension.answer(self.path, self.headers.get(TOKEN_HEADER))
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
