"""The launcher promises a database after every start, also after the ugliest stop."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pg8000.native
import pytest

from local.errors import StepFailed
from local.postgres import Server, running, serves


def ask(server: Server, sql: str) -> object:
    connection = pg8000.native.Connection("zimmer", host="localhost", port=server.port, database="zimmer_platform")
    try:
        return connection.run(sql)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("postgres") / "data"


def test_what_was_written_is_there_after_the_second_start(data_dir: Path) -> None:
    with running(data_dir) as first:
        ask(first, "CREATE TABLE kept (word text)")
        ask(first, "INSERT INTO kept VALUES ('here')")
    with running(data_dir) as second:
        assert ask(second, "SELECT word FROM kept") == [["here"]]


def test_durability_is_given_up_only_when_asked_for(data_dir: Path) -> None:
    with running(data_dir) as careful:
        assert ask(careful, "SHOW fsync") == [["on"]]
    with running(data_dir, durable=False, max_connections=37) as forgetful:
        assert ask(forgetful, "SHOW fsync") == [["off"]]
        assert ask(forgetful, "SHOW max_connections") == [["37"]]


def test_a_stale_pid_of_somebody_else_does_not_prevent_the_next_start(data_dir: Path) -> None:
    with running(data_dir):
        pid_file = (data_dir / "postmaster.pid").read_text()
    ours, rest = str(os.getpid()), pid_file.split("\n", 1)[1]
    (data_dir / "postmaster.pid").write_text(f"{ours}\n{rest}")
    with running(data_dir) as server:
        assert ask(server, "SELECT 1") == [[1]]


def test_a_killed_server_is_no_obstacle(data_dir: Path) -> None:
    with running(data_dir) as killed:
        os.kill(killed.pid, signal.SIGKILL)
    with running(data_dir) as server:
        assert ask(server, "SELECT 1") == [[1]]


def test_a_server_left_running_is_replaced(data_dir: Path) -> None:
    with running(data_dir) as left, running(data_dir) as server:
        assert not serves(left.pid, data_dir)
        assert ask(server, "SELECT 1") == [[1]]


PARENT = """
import sys
from pathlib import Path
from local.postgres import running
with running(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""


def test_postgres_does_not_outlive_a_killed_parent(data_dir: Path) -> None:
    arguments = [sys.executable, "-c", PARENT, str(data_dir)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        # The leash shares the parent's output and ends after Postgres: the end of the one is the end of both.
        parent.stdout.read()
    assert not serves(pid, data_dir)


def test_another_version_s_data_are_refused_in_one_sentence(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "PG_VERSION").write_text("12\n")
    with pytest.raises(StepFailed, match="written by Postgres 12"), running(data_dir):
        pass
