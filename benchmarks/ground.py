"""What a run stands on: a Postgres of its own, migrated databases, and the environment of the handlers."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pg8000.native

from local import ports, queues
from local.companion import beside
from local.leash import Leash
from local.postgres import Server, running
from local.queues import REGION
from local.template import load_template
from local.template import queues as queues_of
from local.zarinpal.running import Zarinpal
from local.zarinpal.running import running as running_zarinpal
from zimmer import migrations
from zimmer.settings import get_settings

JWT_KEY = "a-secret-for-measuring-of-more-than-32-bytes"
MIGRATED = "zimmer_migrated"

_numbers = count(1)


@dataclass(frozen=True)
class Ground:
    """A running Postgres. It forgets on a power cut, so that no disk is measured."""

    server: Server

    def new_database(self) -> str:
        """The URL of an empty database with the newest shape."""
        name = f"zimmer_bench_{next(_numbers)}"
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{MIGRATED}"')
        return self._url(name)

    def drop(self, url: str) -> None:
        self._administer(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def migrate(self) -> None:
        self._administer(f'CREATE DATABASE "{MIGRATED}"')
        migrations.upgrade(self._url(MIGRATED))

    def _url(self, name: str) -> str:
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def _administer(self, statement: str) -> None:
        connection = pg8000.native.Connection("zimmer", host="localhost", port=self.server.port, database="postgres")
        try:
            connection.run(statement)
        finally:
            connection.close()


@contextmanager
def ground() -> Iterator[Ground]:
    """Everything handlers need but the bank and the queues."""
    with tempfile.TemporaryDirectory(prefix="zimmer-bench-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)  # Postgres may run as somebody else, and has to pass
        adopt({})
        server = stack.enter_context(running(Path(folder) / "postgres", durable=False, max_connections=60))
        here = Ground(server)
        here.migrate()
        yield here


@contextmanager
def bank_and_queues() -> Iterator[Zarinpal]:
    """The pretend bank and the queues, for the routes that speak with them."""
    with tempfile.TemporaryDirectory(prefix="zimmer-bench-") as folder, ExitStack() as stack:
        port, log = ports.free_port(), Path(folder) / "queue.log"
        leash = stack.enter_context(Leash())
        arguments = ("moto.server", "-H", "localhost", "-p", str(port))
        moto = stack.enter_context(beside(*arguments, port=port, log=log, leash=leash))
        zarinpal = stack.enter_context(running_zarinpal())
        moto.wait()
        adopt({"ZARRINPAL_BASE_URL": zarinpal.base_url, "AWS_ENDPOINT_URL_SQS": moto.url})
        sqs = queues.client(moto.url)
        made = queues.create(sqs, queues_of(load_template()))
        sqs.close()
        adopt(
            {
                "ZARRINPAL_BASE_URL": zarinpal.base_url,
                "AWS_ENDPOINT_URL_SQS": moto.url,
                "CREDIT_QUEUE_URL": made["CreditQueue"].url,
                "DELIVERY_QUEUE_URL": made["DeliveryQueue"].url,
                "CREDIT_DEAD_LETTERS_URL": made["CreditDeadLetters"].url,
                "DELIVERY_DEAD_LETTERS_URL": made["DeliveryDeadLetters"].url,
            }
        )
        yield zarinpal


def environment() -> dict[str, str]:
    """What handlers read, whoever runs them."""
    return {
        "ENV": "local",
        "JWT_SECRET_KEY": JWT_KEY,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_NAMESPACE": "bench",
        "CACHE_SECONDS": "0",  # each request asks the database, as the baselines do
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def adopt(more: dict[str, str]) -> None:
    """Make it this process's environment, and nothing of the caller's shell."""
    for name in [name for name in os.environ if name.startswith(("DB_", "DATABASE_", "JWT_", "ZARRINPAL_"))]:
        del os.environ[name]
    os.environ.update({**environment(), **more})
    get_settings.cache_clear()
