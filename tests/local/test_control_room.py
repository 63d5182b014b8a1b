"""The control room shows the platform as it is, and its levers do to the outside what they say."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.payments.gateways.base import Gateway as PaymentGateway
from functions.payments.sweep import sweep
from local.control.board import Board
from local.control.levers import CALLBACK, Levers, Parts, Saboteur
from local.control.room import ControlRoom
from local.gateway import Gateway
from local.http_event import Reply, Request
from local.poller import Poller
from local.sandbox import SandboxDied
from local.template import Cors, Route
from local.zarinpal.running import Zarinpal
from tests.api import InProcess
from tests.databases import RolledBackDatabase
from tests.factories import make_copy, make_delivery, make_user, purchase_in
from tests.functions.payments.purchases import purchase_at
from zimmer import clock, ledger
from zimmer.db import Session
from zimmer.events import CreditPayment, DeliverMessage, promise, publish
from zimmer.models import PaymentStatus

HERE = "http://localhost:8000"
MAILBOX = "http://localhost:8040"
NOTHING_PLANNED = {"drop_callback": False, "kill_worker": False, "bank": 0, "bank_out": False}


class Functions(InProcess):
    """The real handlers, and a memory of what was killed."""

    def __init__(self) -> None:
        super().__init__()
        self.killed: list[str] = []
        self.invoked: list[str] = []

    def invoke(self, function: str, event: Any) -> Any:
        self.invoked.append(function)
        return super().invoke(function, event)

    def kill(self, function: str) -> int:
        self.killed.append(function)
        return 1


class Stage:
    """A room on the test's database, queue and bank."""

    def __init__(
        self, database: RolledBackDatabase, poller: Poller, zarinpal: Zarinpal, bank: httpx.Client, clock_file: Path
    ) -> None:
        self.functions = Functions()
        self.saboteur = Saboteur(self.functions)
        self.poller = Poller(poller.source, poller.queue, poller.sqs, self.saboteur)
        parts = Parts(
            functions=self.functions,
            pollers=(self.poller,),
            sqs=poller.sqs,
            credit_queue=poller.queue,
            database=database,
            bank=bank,
            api_url=HERE,
            clock_file=clock_file,
            sweep="PaymentsSweep",
            worker="PaymentsWorker",
            every_minute=("AutomationsUpkeep", "PaymentsSweep"),
        )
        self.levers = Levers(parts, self.saboteur)
        board = Board(database, poller.sqs, {"CreditQueue": poller.queue}, self.levers, bank)
        self.bank_url = zarinpal.site
        self.room = ControlRoom(board, self.levers, api_url=HERE, beside={"bank": zarinpal.site, "mailbox": MAILBOX})

    def get(self, path: str) -> Reply:
        reply = self.room(request("GET", path))
        assert reply is not None
        return reply

    def state(self) -> Any:
        return json.loads(self.get("/_local/state").body)

    def pull(self, lever: str, *, origin: str | None = HERE, **body: Any) -> tuple[int, Any]:
        headers = [("origin", origin)] if origin else []
        reply = self.room(request("POST", f"/_local/{lever}", headers=headers, body=json.dumps(body).encode()))
        assert reply is not None
        return reply.status, json.loads(reply.body)


def request(method: str, path: str, **fields: Any) -> Request:
    defaults: dict[str, Any] = {"query": "", "headers": [], "body": b"", "source_ip": "127.0.0.1", "port": 8000}
    return Request(method=method, path=path, **{**defaults, **fields})


@pytest.fixture
def stage(database: RolledBackDatabase, queue: Poller, zarinpal: Zarinpal, clock_file: Path) -> Iterator[Stage]:
    with httpx.Client(base_url=zarinpal.site, trust_env=False, verify=False) as bank:
        yield Stage(database, queue, zarinpal, bank, clock_file)


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    return tmp_path / "clock"


# what it shows


def test_the_page_needs_nothing_from_elsewhere(stage: Stage) -> None:
    page = stage.get("/_local").body.decode()
    assert stage.get("/_local/").status == 200
    assert "Control room" in page
    assert f'href="{MAILBOX}"' in page
    foreign = page.replace("http://www.w3.org/2000/svg", "").replace(MAILBOX, "")
    foreign = foreign.replace(stage.bank_url, "")
    assert "http://" not in foreign
    assert "https://" not in foreign


def test_an_empty_platform_has_a_state(stage: Stage) -> None:
    state = stage.state()
    assert state["purchases"] == []
    assert state["balance"] == {"entries": 0, "balances": 0, "holds": True}
    assert state["queue"] == {"visible": 0, "in_flight": 0, "dead": 0}
    assert state["armed"] == NOTHING_PLANNED
    assert state["gateway"] == {"failed": 0, "resting_since": None, "next_try_at": None}
    assert all(rule["holds"] for rule in state["rules"])


def test_a_purchase_is_a_lane_down_to_its_entry(session: Session, stage: Stage) -> None:
    payment = purchase_in(session, PaymentStatus.VERIFIED, tokens=100)
    promise(session, CreditPayment(payment.id))
    publish()
    assert stage.state()["queue"]["visible"] == 1
    stage.poller.poll()
    state = stage.state()
    (lane,) = state["purchases"]
    assert (lane["status"], lane["phase"], lane["tone"]) == ("credited", "done", "good")
    sqs, worker, entry = lane["stations"][4:]
    assert sqs["notes"][0]["text"].startswith("message ")
    assert worker["notes"][0]["text"] == "credits it"
    assert entry["notes"][0]["text"].endswith("+100 → 100")
    assert (state["balance"]["entries"], state["balance"]["balances"]) == (100, 100)


def test_a_broken_rule_turns_the_line_red(database: RolledBackDatabase, session: Session, stage: Stage) -> None:
    copy = make_copy(session, paid=10)
    savepoint = database.held.begin_nested()
    database.held.exec_driver_sql(f"UPDATE user_automations SET tokens_remaining = 11 WHERE id = {copy.id}")
    state = stage.state()
    assert (state["balance"]["entries"], state["balance"]["balances"], state["balance"]["holds"]) == (10, 11, False)
    assert str(copy.id) in next(rule for rule in state["rules"] if not rule["holds"])["broken"][0]
    savepoint.rollback()


def test_what_is_not_ours_is_left_to_the_gateway(stage: Stage) -> None:
    for path in ("/api/health", "/_localized", "/", f"{CALLBACK}abc"):
        assert stage.room(request("GET", path)) is None


# who may pull


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://localhost:3000", "https://localhost:8000"]
)
def test_only_the_room_s_own_page_pulls_levers(stage: Stage, origin: str | None) -> None:
    status, _ = stage.pull("worker/pause", origin=origin)
    assert status == 403
    assert not stage.poller.is_paused


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_either_name_of_this_machine_is_ours(stage: Stage, host: str) -> None:
    assert stage.pull("worker/pause", origin=f"http://{host}:8000")[0] == 200


def test_no_other_site_may_read_it(stage: Stage) -> None:
    cors = Cors(origins=[HERE], methods=["GET"], headers=[], expose=[], credentials=True, max_age_seconds=1)
    gateway = Gateway(
        [Route("ANY", "/api/{proxy+}", "Api")], stage.functions, cors=cors, origins=[HERE], port=8000, before=stage.room
    )
    reply = gateway.answer(request("GET", "/_local/state", headers=[("origin", HERE)]))
    assert reply.status == 200
    assert not [name for name, _ in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("lever", "body", "status"),
    [
        ("nothing", {}, 404),
        ("clock/move", {"seconds": "x"}, 409),
        ("clock/move", {"seconds": 1e9}, 409),
        ("buy", {"tokens": 0}, 409),
        ("queue/deliver-twice", {}, 409),
        ("pay", {"authority": "unknown"}, 409),
    ],
)
def test_a_lever_that_cannot_move_says_why(stage: Stage, lever: str, body: dict[str, Any], status: int) -> None:
    got, answer = stage.pull(lever, **body)
    assert got == status
    assert answer["said"]


# what they do


def test_the_bank_loses_its_next_answer(stage: Stage, zarinpal: Zarinpal) -> None:
    assert stage.pull("bank/time-out")[0] == 200
    assert stage.state()["armed"]["bank"] == 1
    (planned,) = zarinpal.gateway.faults.planned()
    assert (planned.fault, planned.operation) == ("apply_then_timeout", "verify")


def test_the_bank_goes_out_for_everybody_and_comes_back(
    session: Session, stage: Stage, zarinpal: Zarinpal, gateway: PaymentGateway
) -> None:
    for _ in range(3):
        purchase_at(zarinpal, session)
    stage.pull("bank/time-out")
    assert stage.pull("bank/out")[0] == 200
    assert (stage.state()["armed"]["bank"], stage.state()["armed"]["bank_out"]) == (1, True)
    sweep(gateway)
    shown = stage.state()["gateway"]
    assert (shown["failed"], shown["resting_since"] is None) == (3, False)
    assert stage.pull("bank/back")[0] == 200
    assert stage.state()["armed"] == NOTHING_PLANNED
    clock.travel(timedelta(minutes=1))
    assert datetime.fromisoformat(stage.state()["gateway"]["next_try_at"]) > clock.now()
    sweep(gateway)
    assert datetime.fromisoformat(stage.state()["gateway"]["next_try_at"]) <= clock.now()


@pytest.mark.parametrize(
    ("lever", "release", "armed"),
    [("callback/drop", "callback/keep", "drop_callback"), ("worker/kill", "worker/spare", "kill_worker")],
)
def test_what_is_planned_can_be_called_off(stage: Stage, lever: str, release: str, armed: str) -> None:
    stage.pull(lever)
    assert stage.state()["armed"][armed]
    stage.pull(release)
    assert stage.state()["armed"] == NOTHING_PLANNED


def test_every_button_of_the_page_is_a_lever(stage: Stage) -> None:
    page = stage.get("/_local").body.decode()
    named = set(re.findall(r'data-(?:lever|release)="([^"]+)"', page)) | set(re.findall(r'pull\("([^"]+)"', page))
    without_a_button = {"function/kill", "minute"}  # for ./zimmer soak
    assert named == set(stage.room._actions) - without_a_button


def test_exactly_one_callback_is_dropped(session: Session, stage: Stage) -> None:
    payment = purchase_in(session, PaymentStatus.PENDING)
    callback = request("GET", f"{CALLBACK}{payment.transaction_id}")
    stage.pull("callback/drop")
    assert stage.state()["armed"]["drop_callback"]
    reply = stage.room(callback)
    assert reply is not None
    assert b"dropped" in reply.body
    assert stage.room(callback) is None
    (lane,) = stage.state()["purchases"]
    assert [note["text"] for note in lane["stations"][3]["notes"]] == ["dropped on the way to us"]


def test_a_message_delivered_twice_credits_once(session: Session, stage: Stage) -> None:
    payment = purchase_in(session, PaymentStatus.VERIFIED, tokens=100)
    promise(session, CreditPayment(payment.id))
    publish()
    assert stage.poller.poll() == 1
    assert stage.pull("queue/deliver-twice")[0] == 200
    assert stage.poller.poll() == 1
    assert ledger.balance(session, payment.user_automation_id).paid == 100
    notes = [note["text"] for note in stage.state()["purchases"][0]["stations"][4]["notes"]]
    assert "sent again by hand" in notes


def test_a_mail_that_was_sent_last_is_not_what_is_delivered_twice(session: Session, stage: Stage) -> None:
    payment = purchase_in(session, PaymentStatus.VERIFIED, tokens=100)
    promise(session, CreditPayment(payment.id))
    publish()
    promise(session, DeliverMessage(make_delivery(session, make_user(session)).id))
    publish()
    stage.poller.poll()
    assert stage.pull("queue/deliver-twice")[0] == 200
    assert stage.poller.poll() == 1


def test_a_killed_worker_loses_its_next_batch_and_no_more(stage: Stage) -> None:
    stage.pull("worker/kill")
    assert stage.functions.killed == ["PaymentsWorker"]
    assert stage.state()["armed"]["kill_worker"]
    with pytest.raises(SandboxDied):
        stage.saboteur.invoke("PaymentsWorker", {"Records": []})
    assert stage.functions.killed == ["PaymentsWorker"] * 2
    assert stage.saboteur.invoke("PaymentsWorker", {"Records": []}) == {"batchItemFailures": []}


def test_a_paused_worker_takes_no_message_until_it_is_resumed(session: Session, stage: Stage) -> None:
    stopping = threading.Event()
    stage.pull("worker/pause")
    thread = threading.Thread(target=stage.poller.run, args=(stopping,))
    thread.start()
    assert stage.state()["worker"] == {"paused": True}
    stopping.set()
    stage.pull("worker/resume")
    thread.join()
    assert stage.state()["worker"] == {"paused": False}


def test_the_sweep_runs_now(stage: Stage) -> None:
    status, answer = stage.pull("sweep")
    assert (status, answer["swept"]) == (200, {"published": 0, "requeued": 0, "asked": 0})


def test_a_minute_passes_and_what_runs_each_minute_runs(stage: Stage, zarinpal: Zarinpal) -> None:
    assert stage.pull("minute")[0] == 200
    assert zarinpal.gateway.clock.ahead == timedelta(seconds=60)
    assert stage.functions.invoked == ["AutomationsUpkeep", "PaymentsSweep"]


def test_any_function_can_be_killed(stage: Stage) -> None:
    status, answer = stage.pull("function/kill", function="PaymentsFunction")
    assert (status, answer["killed"]) == (200, 1)
    assert stage.functions.killed == ["PaymentsFunction"]


def test_the_clock_moves_for_every_process_and_for_the_bank(stage: Stage, zarinpal: Zarinpal, clock_file: Path) -> None:
    stage.pull("clock/move", seconds=600)
    stage.pull("clock/move", seconds=60)
    assert float(clock_file.read_text()) == 660
    assert zarinpal.gateway.clock.ahead == timedelta(seconds=660)
    assert stage.state()["ahead_seconds"] == 660
    stage.pull("clock/reset")
    assert not clock_file.exists()
    assert zarinpal.gateway.clock.ahead == timedelta()


def test_calm_undoes_every_lever_at_once(stage: Stage, zarinpal: Zarinpal, clock_file: Path) -> None:
    for lever in ("bank/time-out", "bank/out", "callback/drop", "worker/kill", "worker/pause"):
        stage.pull(lever)
    stage.pull("clock/move", seconds=600)
    assert stage.pull("calm")[0] == 200
    state = stage.state()
    assert state["armed"] == NOTHING_PLANNED
    assert state["worker"] == {"paused": False}
    assert not clock_file.exists()
    assert zarinpal.gateway.clock.ahead == timedelta()
