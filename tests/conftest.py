"""One real Postgres for the run, migrated once; an ordinary test works in a transaction that is rolled back.

Tests with threads or processes of their own take `own_database` instead: a copy of the migrated one.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import count
from urllib.parse import urlsplit

import httpx
import pg8000.native
import pytest

from functions.admin import invariants
from functions.admin import queues as admin_queues
from functions.payments.gateways.base import Gateway
from functions.payments.gateways.zarinpal import Zarinpal as ZarinpalClient
from local import ports, queues
from local.companion import beside
from local.leash import Leash
from local.mailbox.running import Mailbox
from local.mailbox.running import running as running_mailbox
from local.poller import Poller
from local.postgres import Server, running
from local.queues import REGION
from local.template import load_template
from local.template import queues as queues_of
from local.zarinpal.running import Zarinpal
from local.zarinpal.running import running as running_zarinpal
from tests.api import Api
from tests.databases import RolledBackDatabase
from tests.gateways import ask_as_ever, ask_instead
from tests.logs import log, talkative  # noqa: F401  fixtures for everybody
from tests.queues import fresh_queue
from zimmer import clock, events, migrations
from zimmer.db import Database, Session, using
from zimmer.settings import get_settings

MIGRATED = "zimmer_migrated"
FOREIGN = (
    "APP_SECRET_",
    "CACHE_",
    "DB_",
    "DATABASE_",
    "JWT_",
    "ZARRINPAL_",
)  # what a shell may have set for another platform
MOST_CONNECTIONS = 300  # two hundred threads with an engine each, and room

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: ./zimmer test --long"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The run's Postgres, or one that is lent to many runs. It forgets on a power cut, which no test is about."""
    if lent := os.environ.get("ZIMMER_TEST_POSTGRES"):
        yield Server(url=lent, port=urlsplit(lent).port or 0, pid=0)
        return
    with running(tmp_path_factory.mktemp("postgres"), durable=False, max_connections=MOST_CONNECTIONS) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_url(postgres: Server) -> str:
    """A database with the newest shape and no rows, which the others are copies of. Who comes second to a lent
    server finds it there.
    """
    url, is_new = _database_once(postgres, MIGRATED)
    if is_new:
        migrations.upgrade(url)
    return url


@pytest.fixture(scope="session")
def shared_url(postgres: Server, migrated_url: str) -> Iterator[str]:
    """The database in which ordinary tests are rolled back."""
    url = _create_database(postgres, f"zimmer_shared_{os.getpid()}", copy_of=MIGRATED)
    yield url
    _drop_database(postgres, url)


@pytest.fixture(scope="session")
def zarinpal_server() -> Iterator[Zarinpal]:
    with running_zarinpal() as zarinpal:
        yield zarinpal


@pytest.fixture(scope="session")
def queue_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real moto server, our own or a lent one."""
    if lent := os.environ.get("ZIMMER_TEST_QUEUES"):
        yield lent
        return
    port, kept = ports.free_port(), tmp_path_factory.mktemp("moto") / "queue.log"
    arguments = ("moto.server", "-H", "localhost", "-p", str(port))
    with Leash() as leash, beside(*arguments, port=port, log=kept, leash=leash) as moto:
        moto.wait()
        yield moto.url


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Mailbox]:
    with running_mailbox() as mailbox:
        yield mailbox


@pytest.fixture(scope="session", autouse=True)
def _environment(zarinpal_server: Zarinpal, queue_server: str, mail_server: Mailbox) -> Iterator[None]:
    """What the handlers read: the run's own servers, and no database but the one a test is given."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    with closing(queues.client(queue_server)) as sqs:
        made = queues.create(sqs, queues_of(load_template()))
    os.environ |= {
        "ENV": "local",
        "CACHE_SECONDS": "0",  # what a test changes is seen at once, by it and by the next one
        "ZARRINPAL_BASE_URL": zarinpal_server.base_url,
        "AWS_ENDPOINT_URL_SQS": queue_server,
        "AWS_ENDPOINT_URL_SESV2": mail_server.url,
        "AWS_ENDPOINT_URL_S3": queue_server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "CREDIT_QUEUE_URL": made["CreditQueue"].url,
        "DELIVERY_QUEUE_URL": made["DeliveryQueue"].url,
        "CREDIT_DEAD_LETTERS_URL": made["CreditDeadLetters"].url,
        "DELIVERY_DEAD_LETTERS_URL": made["DeliveryDeadLetters"].url,
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
    }
    get_settings.cache_clear()
    yield
    if events._sqs.cache_info().currsize:
        events._sqs().close()  # a container never says goodbye; a test run may
    if admin_queues.connected.cache_info().currsize:
        admin_queues.connected().close()


@pytest.fixture(autouse=True)
def _true_time() -> Iterator[None]:
    yield
    clock.reset()


@pytest.fixture(scope="session")
def _shared_database(shared_url: str) -> Iterator[RolledBackDatabase]:
    shared = RolledBackDatabase(shared_url)
    yield shared
    shared.close()


@pytest.fixture
def database(_shared_database: RolledBackDatabase) -> Iterator[RolledBackDatabase]:
    """The container's database for one test; nothing of it stays. The money core's promises are checked
    at the end of every test that used it.
    """
    with _shared_database.rolled_back() as connection, using(_shared_database):
        yield _shared_database
        broken = [answer for answer in invariants.check(connection) if not answer.holds]
        assert not broken


@pytest.fixture
def session(database: RolledBackDatabase) -> Iterator[Session]:
    """A session for arranging and looking. Flushed rows are seen by the code under test."""
    with database.session() as session:
        yield session


@pytest.fixture
def api(database: RolledBackDatabase) -> Api:
    return Api()


@pytest.fixture
def own_database(postgres: Server, migrated_url: str) -> Iterator[str]:
    """A database that this test alone commits to. Its promises are checked at the end."""
    url = _create_database(postgres, f"zimmer_own_{os.getpid()}_{next(_numbers)}", copy_of=MIGRATED)
    yield url
    check = Database(url)
    with check.autocommit() as connection:
        broken = [answer for answer in invariants.check(connection) if not answer.holds]
    check.close()
    _drop_database(postgres, url)
    assert not broken


@pytest.fixture
def new_database(postgres: Server, migrated_url: str) -> Iterator[Callable[[], str]]:
    """Makes databases whose promises nobody checks: for figures that stand for a ledger too large to write."""
    made: list[str] = []

    def make() -> str:
        made.append(_create_database(postgres, f"zimmer_own_{os.getpid()}_{next(_numbers)}", copy_of=MIGRATED))
        return made[-1]

    yield make
    for url in made:
        _drop_database(postgres, url)


@pytest.fixture
def mailbox(mail_server: Mailbox) -> Mailbox:
    """The pretend mail service, with nothing in it."""
    mail_server.box.forget()
    return mail_server


@pytest.fixture
def zarinpal(zarinpal_server: Zarinpal) -> Zarinpal:
    """The pretend bank, with nothing in its books."""
    zarinpal_server.reset()
    return zarinpal_server


@pytest.fixture
def patience() -> float:
    """Seconds for which an answer of the bank is waited for."""
    return float(os.environ.get("ZIMMER_TEST_PATIENCE", "0.3"))


@pytest.fixture
def gateway(zarinpal: Zarinpal, patience: float) -> Iterator[Gateway]:
    """Our client of it, less patient than in production, given to the payment routes."""
    with httpx.Client(timeout=httpx.Timeout(patience, connect=3.0), trust_env=False, verify=False) as client:
        impatient = ZarinpalClient(client, base_url=zarinpal.base_url, merchant_id=get_settings().zarrinpal_merchant_id)
        ask_instead(impatient)
        yield impatient
        ask_as_ever()


@pytest.fixture
def queue(queue_server: str) -> Iterator[Poller]:
    """A credit queue that no other test has used, its real worker behind it; `poll()` delivers one batch."""
    with fresh_queue(queue_server) as poller:
        yield poller


def _database_once(server: Server, name: str) -> tuple[str, bool]:
    """The database of this name, and whether it had to be made."""
    with suppress(pg8000.native.DatabaseError):
        return _create_database(server, name), True
    return server.url.rpartition("/")[0] + f"/{name}", False


def _create_database(server: Server, name: str, *, copy_of: str = "template0") -> str:
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"')
    return server.url.rpartition("/")[0] + f"/{name}"


def _drop_database(server: Server, url: str) -> None:
    _administer(server, f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


def _administer(server: Server, statement: str) -> None:
    connection = pg8000.native.Connection("zimmer", host="localhost", port=server.port, database="postgres")
    try:
        connection.run(statement)
    finally:
        connection.close()
