"""The whole platform as one process tree, started in the order in which its parts need each other.

What takes long to start by itself is begun first and waited for last. Everything is undone in the opposite order.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from local import archive, moved_clock, node, panels, ports, queues, record, screen
from local.companion import Companion, beside, running
from local.environment import DATA, LOGS, Places, adopt, local_keys, shared_environment
from local.errors import StepFailed
from local.filling import accounts_of, fill, migrate_here, refuse_unreachable, service_token_of
from local.gateway import Gateway, local_origins
from local.http_event import Reply, Request
from local.leash import Leash
from local.panels import Panel
from local.poller import Poller
from local.postgres import Postgres
from local.queues import Address
from local.record import Record
from local.sandbox import Kind, Sandboxes, Surroundings
from local.scheduler import Clock, Night
from local.serving import serving
from local.source_sandbox import from_source
from local.template import ROOT, cors, event_sources, functions, limits, load_template, routes, schedules
from local.template import queues as queues_of
from local.throttle import Throttle

if TYPE_CHECKING:
    from local.control import Control

POSTGRES_PORT, QUEUE_PORT, ZARINPAL_PORT, AUTOMATION_PORT, MAILBOX_PORT = 54320, 8020, 8010, 8030, 8040
MIGRATE = "MigrateFunction"


Runtime = Literal["source", "lambda"]  # the code of this tree, or the built artifacts in Lambda's own runtime


@dataclass(frozen=True)
class Wishes:
    """What the person who types `./zimmer up` may choose."""

    port: int = 8000
    panel_port: int = panels.CUSTOMER.port
    admin_port: int = panels.DASHBOARD.port
    with_panels: bool = True
    sandboxes: int = 1
    runtime: Runtime = "source"
    with_worker: bool = True
    with_history: bool = True  # without it, the seed has accounts and automations only


class Platform:
    """The parts and their addresses. Whatever is started is undone by `undo`."""

    def __init__(self, wishes: Wishes, undo: contextlib.ExitStack) -> None:
        self._wishes = wishes
        self._undo = undo
        self._template = load_template()
        self._stopping = threading.Event()
        self._leash = undo.enter_context(Leash())
        self._pids: dict[str, int] = {}
        self._api_url = f"http://localhost:{wishes.port}"

    def start(self) -> None:
        """Everything, one shown step after the other. Raises StepFailed after the step has said why."""
        sockets = self._take_port()
        kind = self._kind_of_sandbox()
        panel_url = self._start_panel(panels.CUSTOMER, self._wishes.panel_port)
        admin_url = self._start_panel(panels.DASHBOARD, self._wishes.admin_port)
        queue_server = self._beside("queue", QUEUE_PORT, "moto.server", "-H", "localhost", "-p")
        bank = self._beside("zarinpal", ZARINPAL_PORT, "local.zarinpal", "--port")
        mailbox = self._beside("mailbox", MAILBOX_PORT, "local.mailbox", "--port")
        database_url = self._start_database()
        addresses = self._make_queues(queue_server)
        places = Places(
            database_url=database_url,
            api_url=self._api_url,
            frontend_url=panel_url or f"http://localhost:{self._wishes.panel_port}",
            admin_url=admin_url or f"http://localhost:{self._wishes.admin_port}",
            zarinpal_url=bank.url,
            mailbox_url=mailbox.url,
            sqs_url=queue_server.url,
            credit_queue_url=addresses["CreditQueue"].url,
            delivery_queue_url=addresses["DeliveryQueue"].url,
            credit_dead_letters_url=addresses["CreditDeadLetters"].url,
            delivery_dead_letters_url=addresses["DeliveryDeadLetters"].url,
        )
        environment = shared_environment(places, local_keys())
        adopt(environment)
        moved_clock.reset()
        self._undo.callback(moved_clock.reset)
        surroundings = Surroundings(environment, LOGS, self._leash)
        sandboxes = Sandboxes(functions(self._template), kind(surroundings), per_function=self._wishes.sandboxes)
        self._undo.callback(sandboxes.stop)
        seeded = fill(database_url, with_history=self._wishes.with_history, migrate=self._migrations(sandboxes))
        automation = self._start_others(bank, mailbox, seeded)
        control = self._control(sandboxes, queue_server, addresses, places)
        self._open_gateway(sandboxes, sockets, places, control.room)
        self._begin_background(sandboxes, control.pollers)
        self._announce(self._record(places, addresses, automation, seeded, panel_url, admin_url))
        self._warm(sandboxes)

    def _take_port(self) -> list[socket.socket]:
        with screen.step(f"taking port {self._wishes.port}"):
            try:
                sockets = ports.take(self._wishes.port)
            except OSError as error:
                elsewhere = f"./zimmer up --port {ports.next_free(self._wishes.port)}"
                raise StepFailed(f"another program uses port {self._wishes.port}", mend=elsewhere) from error
        for held in sockets:
            self._undo.callback(held.close)
        return sockets

    def _kind_of_sandbox(self) -> Callable[[Surroundings], Kind]:
        if self._wishes.runtime == "source":
            return from_source
        from local.emulator.preparing import prepared

        return prepared()

    def _migrations(self, sandboxes: Sandboxes) -> Callable[[str], None]:
        """In the tree's own code, or as a deployment does it: by the function that is made for it."""
        if self._wishes.runtime == "source":
            return migrate_here
        return lambda _: sandboxes.invoke(MIGRATE, {})

    def _start_panel(self, panel: Panel, wanted: int) -> str:
        """The panel's address, its export being served there; empty when nobody wants it."""
        if not self._wishes.with_panels:
            return ""
        workspace = panels.Workspace()
        workspace.prepare(panel)
        with screen.step(f"serving the {panel.title}"):
            port = ports.this_or_next(wanted)
            command = workspace.server(panel, port=port, api_url=self._api_url)
            log = LOGS / f"{panel.folder}.log"
            started = running(command, node.environment(), port=port, log=log, leash=self._leash)
            server = self._keep(panel.folder, started)
            server.wait()
        return server.url

    def _beside(self, name: str, port: int, module: str, *arguments: str) -> Companion:
        """A companion on this port or a free one; the port is its last argument."""
        port = ports.preferred(port)
        log = LOGS / f"{name}.log"
        return self._keep(name, beside(module, *arguments, str(port), port=port, log=log, leash=self._leash))

    def _keep(self, name: str, starting: AbstractContextManager[Companion]) -> Companion:
        companion = self._undo.enter_context(starting)
        self._pids[name] = companion.pid
        return companion

    def _start_database(self) -> str:
        if given := os.environ.get("DATABASE_URL"):
            with screen.step("reaching DATABASE_URL"):
                refuse_unreachable(given)
            return given
        with screen.step("starting Postgres"):
            postgres = Postgres(DATA / "postgres", port=ports.preferred(POSTGRES_PORT), log=LOGS / "postgres.log")
            server = self._undo.enter_context(postgres)
        self._pids["postgres"] = server.pid
        return server.url

    def _make_queues(self, queue_server: Companion) -> dict[str, Address]:
        with screen.step("starting the queue"):
            queue_server.wait()
            archive.create(archive.connected(queue_server.url))
            return queues.create(queues.client(queue_server.url), queues_of(self._template))

    def _start_others(self, bank: Companion, mailbox: Companion, seeded: object) -> Companion:
        with screen.step("starting the pretend bank"):
            bank.wait()
        with screen.step("starting the mailbox"):
            mailbox.wait()
        with screen.step("starting the sample automation"):
            arguments = ["--api", self._api_url]
            if token := service_token_of(seeded):
                arguments += ["--service-token", token]
            automation = self._beside("automation", AUTOMATION_PORT, "examples.automation", *arguments, "--port")
            automation.wait()
        return automation

    def _control(
        self, sandboxes: Sandboxes, queue_server: Companion, addresses: Mapping[str, Address], places: Places
    ) -> "Control":
        """The pollers, and the room from which they are watched and disturbed."""
        from local.control import assembled  # with the models, so after the seed has imported them

        control = assembled(self._template, sandboxes, queue_server.url, addresses, places)
        self._undo.callback(control.close)
        if not self._wishes.with_worker:
            for poller in control.pollers:
                poller.pause()
        return control

    def _open_gateway(
        self,
        sandboxes: Sandboxes,
        sockets: list[socket.socket],
        places: Places,
        before: Callable[[Request], Reply | None],
    ) -> None:
        with screen.step("opening the gateway"):
            rules = cors(self._template)
            gateway = Gateway(
                routes(self._template),
                sandboxes,
                cors=rules,
                origins=local_origins(rules, {"FrontendUrl": places.frontend_url, "AdminUrl": places.admin_url}),
                port=self._wishes.port,
                throttle=Throttle(*limits(self._template)),
                before=before,
            )
            self._undo.enter_context(serving(gateway, sockets))

    def _begin_background(self, sandboxes: Sandboxes, pollers: Sequence[Poller]) -> None:
        self._undo.callback(self._stopping.set)
        for schedule in schedules(self._template):
            if schedule.every:
                in_thread(Clock(schedule.function, schedule.every, sandboxes).run, self._stopping)
            if schedule.at:
                in_thread(Night(schedule.function, schedule.at, sandboxes).run, self._stopping)
        for poller in pollers:
            in_thread(poller.run, self._stopping)

    def _record(
        self,
        places: Places,
        addresses: Mapping[str, Address],
        automation: Companion,
        seeded: object,
        panel_url: str,
        admin_url: str,
    ) -> Record:
        return Record(
            pid=os.getpid(),
            api_url=places.api_url,
            zarinpal_url=places.zarinpal_url,
            mailbox_url=places.mailbox_url,
            automation_url=automation.url,
            database_url=places.database_url,
            sqs_url=places.sqs_url,
            queues={name: address.url for name, address in addresses.items()},
            pids=self._pids,
            logs=os.path.relpath(LOGS, ROOT),
            panel_url=panel_url,
            admin_url=admin_url,
            service_token=service_token_of(seeded),
            accounts=accounts_of(seeded),
        )

    def _announce(self, started: Record) -> None:
        record.write(started)
        self._undo.callback(record.remove)
        screen.show(screen.card(started))
        self._tell_other_port(panels.CUSTOMER, started.panel_url, self._wishes.panel_port)
        self._tell_other_port(panels.DASHBOARD, started.admin_url, self._wishes.admin_port)
        if not self._wishes.with_worker:
            screen.show("The worker rests: purchases are verified and not credited.")

    def _tell_other_port(self, panel: Panel, url: str, wanted: int) -> None:
        if url and url != f"http://localhost:{wanted}":
            screen.show(f"Another program uses port {wanted}: the {panel.title} has the next free one.")

    def _warm(self, sandboxes: Sandboxes) -> None:
        """Import the handlers while the person reads the card."""
        served = [route.function for route in routes(self._template)]
        fed = [source.function for source in event_sources(self._template)] if self._wishes.with_worker else []
        in_thread(sandboxes.warm, list(dict.fromkeys([*served, *fed])))


def in_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()
