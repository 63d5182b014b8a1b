"""An emulated sandbox keeps the promises that the sandboxes of the source keep (tests/local/test_gateway.py)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from local import ports
from local.emulator import process
from local.emulator.machine import Machine
from local.emulator.sandbox import EmulatedSandbox
from local.environment import plain_environment
from local.gateway import Gateway
from local.http_event import Request
from local.leash import Leash, is_alive
from local.sandbox import HandlerRaised, Kind, SandboxDied, Sandboxes, TimedOut
from local.template import ROOT, LambdaFunction, Route, cors, load_template
from tests.runtime.conftest import Put

GONE_WITHIN_SECONDS = 10.0


def test_an_event_reaches_the_handler_and_its_answer_comes_back(put: Put) -> None:
    sandbox = put("echo")
    assert sandbox.invoke({"n": 1, "word": "سلام"}) == {"n": 1, "word": "سلام"}
    assert sandbox.invoke("again") == "again"


def test_the_context_is_lambda_s(put: Put) -> None:
    told = put("describe", timeout_seconds=7).invoke({})
    assert (told["function"], told["memory"], told["input"]) == ("describe", "512", "")
    assert 0 < told["left"] <= 7_000


def test_an_exception_is_told_and_the_same_process_serves_on(put: Put) -> None:
    sandbox = put("raises")
    pids = set()
    for _ in range(2):
        with pytest.raises(HandlerRaised, match="LookupError: nothing here"):
            sandbox.invoke({})
        assert sandbox.emulator
        pids.add((sandbox.emulator.pid, sandbox.emulator.function_pid()))
    assert len(pids) == 1


def test_a_process_that_dies_is_replaced_by_the_next_event(put: Put) -> None:
    sandbox = put("dies_once")
    with pytest.raises(SandboxDied, match="exit status 3"):
        sandbox.invoke({"again": False})
    assert sandbox.invoke({"again": True}) == "alive"


def test_a_handler_that_takes_too_long_is_killed(put: Put) -> None:
    with pytest.raises(TimedOut, match="timed out after 1"):
        put("hangs", timeout_seconds=1).invoke({})


def test_a_handler_that_cannot_be_imported_says_which(kind: Callable[[Path], Kind], tmp_path: Path) -> None:
    (tmp_path / "missing").mkdir()
    sandbox = kind(tmp_path)(LambdaFunction("missing", "no_such_module.handler", 5, 512, None, {}))
    try:
        with pytest.raises(SandboxDied, match="no_such_module"):
            sandbox.invoke({})
    finally:
        sandbox.stop()


def test_a_killed_one_serves_the_next_event_from_a_new_process(put: Put) -> None:
    sandbox = put("describe")
    before = sandbox.invoke({})["pid"]
    assert sandbox.kill()
    wait_until(lambda: not is_alive(before))
    assert sandbox.invoke({})["pid"] != before


def test_api_gateway_answers_500_for_it_and_the_emulator_survives(kind: Callable[[Path], Kind], tmp_path: Path) -> None:
    (tmp_path / "moody").mkdir()
    (tmp_path / "moody" / "moody.py").write_text(MOODY)
    functions = Sandboxes(
        {"moody": LambdaFunction("moody", "moody.handler", 20, 512, None, {})}, kind(tmp_path), per_function=1
    )
    gateway = Gateway([Route("GET", "/{mood}", "moody")], functions, cors=cors(load_template()), origins=[], port=1)
    try:
        answers = [gateway.answer(Request("GET", path, "", [], b"", "::1", 1)) for path in ("/good", "/bad", "/good")]
    finally:
        functions.stop()
        gateway.close()
    assert [answer.status for answer in answers] == [200, 500, 200]
    assert answers[1].body == b'{"message": "Internal Server Error"}'
    assert answers[0].body == answers[2].body  # the process's id


MOODY = """
import os


def handler(event, context):
    if event["pathParameters"]["mood"] == "bad":
        raise RuntimeError("a bad mood")
    return {"pid": os.getpid()}
"""


def test_an_emulator_left_over_on_a_port_is_not_taken_for_the_new_one(
    put: Put, machine: Machine, tmp_path: Path
) -> None:
    old = put("describe")
    old.warm()
    assert old.emulator
    taken: Iterator[int] = repeat(old.emulator.port, 2)
    (tmp_path / "new.py").write_text("def handler(event, context): return 'new'\n")
    with Leash() as leash:
        new = process.started(
            machine,
            "new.handler",
            folder=tmp_path,
            environment=plain_environment(),
            log=tmp_path / "log",
            leash=leash,
            candidates=chain(taken, iter([ports.free_port(), ports.free_port()])),
        )
        assert new.port != old.emulator.port
        assert process.listening_ports(new.pid).isdisjoint(process.listening_ports(old.emulator.pid))
        new.stop()


def test_both_ports_are_on_loopback_only(put: Put) -> None:
    sandbox: EmulatedSandbox = put("echo")
    sandbox.warm()
    assert sandbox.emulator
    held = process.listening_ports(sandbox.emulator.pid)
    assert len(held) == 2
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {row[1] for row in rows if row[3] == process.LISTENING}
    assert {f"0100007F:{port:04X}" for port in held} <= addresses
    assert not Path("/proc/net/tcp6").exists() or not any(
        f":{port:04X} " in Path("/proc/net/tcp6").read_text() for port in held
    )


OWNER = """
import sys
from pathlib import Path
from local.emulator import process
from local.emulator.machine import Machine
from local.environment import plain_environment
from local.leash import Leash
import http.client

leash = Leash()
folder = Path(sys.argv[3])
emulator = process.started(
    Machine(Path(sys.argv[1]), Path(sys.argv[2])), "handlers.describe",
    folder=folder, environment=plain_environment(), log=folder / "log", leash=leash,
)
connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
connection.request("POST", "/2015-03-31/functions/function/invocations", "{}")
connection.getresponse().read()
print(emulator.pid, emulator.function_pid(), flush=True)
sys.stdin.read()
"""


def test_emulators_end_with_whoever_started_them_even_when_that_is_killed(
    put: Put, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "handlers.py").write_text((ROOT / "tests" / "local" / "handlers.py").read_text())
    command = [sys.executable, "-c", OWNER, str(machine.emulator), str(machine.python), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as owner:
        assert owner.stdout
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == 2
        os.kill(owner.pid, signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    """Alive and no zombie that nobody has buried yet."""
    try:
        return process.status_fields(Path(f"/proc/{pid}/status"))["State"][0] != "Z"
    except OSError:
        return False


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GONE_WITHIN_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
