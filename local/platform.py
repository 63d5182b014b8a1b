"""`./zimmer up`: the whole platform as one process tree, in the order in which its parts need each other.

What takes long to start by itself is begun first and waited for last. Everything is undone in the opposite order.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from local import ports, queues, record, screen
from local.companion import Companion, beside
from local.environment import ADMIN_URL, DATA, FRONTEND_URL, LOGS, Places, adopt, local_keys, shared_environment
from local.errors import CannotStart
from local.gateway import Gateway, local_origins
from local.leash import Leash
from local.poller import Poller
from local.postgres import Postgres
from local.record import Account, Record
from local.sandbox import Sandboxes, Surroundings
from local.scheduler import Clock
from local.serving import serving
from local.template import cors, event_sources, functions, load_template, routes, schedules
from local.template import queues as queues_of

POSTGRES_PORT, QUEUE_PORT, ZARINPAL_PORT, AUTOMATION_PORT = 54320, 8020, 8010, 8030


@dataclass(frozen=True)
class Wishes:
    """What the person who types `./zimmer up` may choose."""

    port: int = 8000
    sandboxes: int = 1
    with_worker: bool = True
    verbose: bool = False


def up(wishes: Wishes) -> int:
    """Run the platform until Ctrl-C; the exit code for the shell."""
    if already := record.running():
        screen.show(screen.card(already))
        return 0
    stop_on_signals()
    write_logs(verbose=wishes.verbose)
    try:
        with contextlib.ExitStack() as undo:
            Platform(wishes, undo).start()
            while True:
                signal.pause()
    except CannotStart:
        return 1  # its step has said why
    except KeyboardInterrupt:
        screen.show("\nstopped")
        return 0


class Platform:
    """The parts and their addresses. Whatever is started is undone by `undo`."""

    def __init__(self, wishes: Wishes, undo: contextlib.ExitStack) -> None:
        self._wishes = wishes
        self._undo = undo
        self._template = load_template()
        self._stopping = threading.Event()
        self._leash = undo.enter_context(Leash())

    def start(self) -> None:
        with screen.step(f"taking port {self._wishes.port}"):
            sockets = take(self._wishes.port)
            for held in sockets:
                self._undo.callback(held.close)
        queue_server, bank = self._begin_queue(), self._begin_bank()
        with screen.step("starting Postgres"):
            database_url, pids = self._start_database()
        with screen.step("starting the queue"):
            queue_server.wait()
            addresses = queues.create(queues.client(queue_server.url), queues_of(self._template))
        environment = shared_environment(
            Places(
                database_url=database_url,
                api_url=f"http://localhost:{self._wishes.port}",
                zarinpal_url=bank.url,
                sqs_url=queue_server.url,
                credit_queue_url=addresses["CreditQueue"].url,
            ),
            local_keys(),
        )
        adopt(environment)
        with screen.step("migrating the database"):
            migrate(database_url)
        with screen.step("seeding it"):
            seeded = seed(database_url)
        with screen.step("starting the pretend bank"):
            bank.wait()
        with screen.step("starting the sample automation"):
            automation = self._start_automation(service_token_of(seeded))
        with screen.step("opening the gateway"):
            sandboxes = self._open_gateway(environment, sockets)
        self._begin_background(sandboxes, queue_server, addresses)
        self._announce(
            Record(
                pid=os.getpid(),
                api_url=environment["API_BASE_URL"],
                zarinpal_url=bank.url,
                automation_url=automation.url,
                database_url=database_url,
                sqs_url=queue_server.url,
                queues={name: address.url for name, address in addresses.items()},
                pids={**pids, "queue": queue_server.pid, "zarinpal": bank.pid, "automation": automation.pid},
                logs=os.path.relpath(LOGS, DATA.parent),
                service_token=service_token_of(seeded),
                accounts=accounts_of(seeded),
            )
        )
        self._warm(sandboxes)

    def _begin_queue(self) -> Companion:
        port = ports.preferred(QUEUE_PORT)
        arguments = ("moto.server", "-H", "localhost", "-p", str(port))
        return self._undo.enter_context(beside(*arguments, port=port, log=LOGS / "queue.log", leash=self._leash))

    def _begin_bank(self) -> Companion:
        port = ports.preferred(ZARINPAL_PORT)
        arguments = ("local.zarinpal", "--port", str(port))
        return self._undo.enter_context(beside(*arguments, port=port, log=LOGS / "zarinpal.log", leash=self._leash))

    def _start_database(self) -> tuple[str, dict[str, int]]:
        if given := os.environ.get("DATABASE_URL"):
            return given, {}
        postgres = Postgres(DATA / "postgres", port=ports.preferred(POSTGRES_PORT), log=LOGS / "postgres.log")
        server = self._undo.enter_context(postgres)
        return server.url, {"postgres": server.pid}

    def _start_automation(self, service_token: str) -> Companion:
        port = ports.preferred(AUTOMATION_PORT)
        arguments = ("examples.automation", "--port", str(port), "--api", f"http://localhost:{self._wishes.port}")
        token = ("--service-token", service_token) if service_token else ()
        automation = self._undo.enter_context(
            beside(*arguments, *token, port=port, log=LOGS / "automation.log", leash=self._leash)
        )
        automation.wait()
        return automation

    def _open_gateway(self, environment: Mapping[str, str], sockets: list[Any]) -> Sandboxes:
        surroundings = Surroundings(environment, LOGS, self._leash)
        sandboxes = Sandboxes(functions(self._template), surroundings, per_function=self._wishes.sandboxes)
        self._undo.callback(sandboxes.stop)
        rules = cors(self._template)
        origins = local_origins(rules, {"FrontendUrl": FRONTEND_URL, "AdminUrl": ADMIN_URL})
        gateway = Gateway(routes(self._template), sandboxes, cors=rules, origins=origins, port=self._wishes.port)
        self._undo.enter_context(serving(gateway, sockets))
        return sandboxes

    def _begin_background(
        self, sandboxes: Sandboxes, queue_server: Companion, addresses: Mapping[str, queues.Address]
    ) -> None:
        self._undo.callback(self._stopping.set)
        for schedule in schedules(self._template):
            if schedule.every:  # a cron expression names an hour of the night; nobody waits for it here
                self._in_thread(Clock(schedule.function, schedule.every, sandboxes).run, self._stopping)
        if self._wishes.with_worker:
            for source in event_sources(self._template):
                poller = Poller(source, addresses[source.queue], queues.client(queue_server.url), sandboxes)
                self._in_thread(poller.run, self._stopping)

    def _announce(self, running: Record) -> None:
        record.write(running)
        self._undo.callback(record.remove)
        screen.show(screen.card(running))
        if not self._wishes.with_worker:
            screen.show("The worker is not running: purchases are verified and not credited.")

    def _warm(self, sandboxes: Sandboxes) -> None:
        """Import the handlers while the person reads the card."""
        served = [route.function for route in routes(self._template)]
        fed = [source.function for source in event_sources(self._template)] if self._wishes.with_worker else []
        self._in_thread(sandboxes.warm, list(dict.fromkeys([*served, *fed])))

    @staticmethod
    def _in_thread(work: Any, *arguments: Any) -> None:
        threading.Thread(target=work, args=arguments, daemon=True).start()


def take(port: int) -> list[Any]:
    try:
        return list(ports.take(port))
    except OSError as error:
        raise CannotStart(
            f"another program uses port {port}", mend=f"./zimmer up --port {ports.next_free(port)}"
        ) from error


def migrate(database_url: str) -> None:
    from zimmer.migrations import upgrade

    upgrade(database_url)


def seed(database_url: str) -> object:
    from local.seed import seed as seed_database

    return seed_database(database_url)


def service_token_of(seeded: object) -> str:
    return str(getattr(seeded, "service_token", "") or "")


def accounts_of(seeded: object) -> tuple[Account, ...]:
    return tuple(
        Account(str(account.role), account.email, account.password) for account in getattr(seeded, "accounts", ())
    )


def stop_on_signals() -> None:
    """The first signal unwinds whatever is running; later ones must not interrupt that."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_: int, __: object) -> NoReturn:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, stop)


def write_logs(*, verbose: bool) -> None:
    """Our own log in a file, new at each start; with -v on the terminal as well."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.glob("*.log"):
        if old.name != "install.log":
            old.unlink()
    handlers: list[logging.Handler] = [logging.FileHandler(Path(LOGS / "platform.log"))]
    if verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", handlers=handlers)
    for chatty in ("botocore", "boto3", "urllib3", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
