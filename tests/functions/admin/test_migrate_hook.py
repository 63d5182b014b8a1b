"""CodeDeploy asks the migration before it gives traffic to a new version, and is told how it went."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from functions.admin import migrate
from zimmer.settings import get_settings

HOOK = {"DeploymentId": "d-7ABCDEFGH", "LifecycleEventHookExecutionId": "hook-of-auth"}


class CodeDeploy(HTTPServer):
    """Takes CodeDeploy's own JSON protocol and remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("localhost", 0), Desk)
        self.told: list[tuple[str, dict[str, Any]]] = []


class Desk(BaseHTTPRequestHandler):
    server: CodeDeploy

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.told.append((self.headers["x-amz-target"].rpartition(".")[2], body))
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.end_headers()
        self.wfile.write(json.dumps({"lifecycleEventHookExecutionId": body["lifecycleEventHookExecutionId"]}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def codedeploy(monkeypatch: pytest.MonkeyPatch) -> Iterator[CodeDeploy]:
    with CodeDeploy() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CODEDEPLOY", f"http://localhost:{server.server_port}")
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def told(server: CodeDeploy) -> list[tuple[str, str]]:
    for operation, body in server.told:
        assert operation == "PutLifecycleEventHookExecutionStatus"
        assert body["deploymentId"] == HOOK["DeploymentId"]
    return [(body["lifecycleEventHookExecutionId"], body["status"]) for _, body in server.told]


def at(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    get_settings.cache_clear()


def test_a_migration_that_went_well_lets_the_traffic_go_on(
    own_database: str, codedeploy: CodeDeploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, own_database)
    for _ in range(2):  # each function's alias asks
        assert migrate.handler(HOOK, None) == {"revision": "head"}
    assert told(codedeploy) == [("hook-of-auth", "Succeeded")] * 2


def test_one_that_failed_keeps_the_traffic_where_it_is(codedeploy: CodeDeploy, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "postgresql+pg8000://nobody@localhost:1/nothing")
    with pytest.raises(Exception, match=r"\w"):
        migrate.handler(HOOK, None)
    assert told(codedeploy) == [("hook-of-auth", "Failed")]


def test_nobody_is_told_when_a_person_calls_it(
    own_database: str, codedeploy: CodeDeploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, own_database)
    assert migrate.handler(None, None) == {"revision": "head"}
    assert codedeploy.told == []
