"""A shop on a database of its own, which processes commit to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from moto import mock_aws
from sqlalchemy import func, select

from functions.payments.gateways.base import Gateway
from local.poller import Poller
from local.queues import REGION
from local.zarinpal.running import Zarinpal
from tests.api import Api
from tests.crash.mortal import MortalDatabase, MortalGateway
from tests.crash.world import World
from tests.factories import make_copy, token_for
from tests.gateways import ask_instead
from tests.queues import fresh_queue
from zimmer import events
from zimmer.db import Database, using
from zimmer.models import Payment, PaymentStatus, TokenEntry, User, UserAutomation

AMAZON = f"https://sqs.{REGION}.amazonaws.com"  # where moto listens when it is inside


@dataclass(frozen=True)
class Shop:
    """One customer with one copy. The test's own process works on the same database as those it kills."""

    database_url: str
    database: Database
    copy_id: int
    automation_id: int
    token: str

    @property
    def customer(self) -> Api:
        return Api(self.token)

    def tokens(self) -> int:
        with self.database.transaction() as session:
            return session.get_one(UserAutomation, self.copy_id).tokens_remaining

    def entries(self) -> int:
        with self.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(TokenEntry)) or 0

    def status(self) -> PaymentStatus:
        """Where the only payment stands."""
        with self.database.transaction() as session:
            return session.scalars(select(Payment.status)).one()


@pytest.fixture
def shop(own_database: str) -> Iterator[Shop]:
    database = Database(own_database)
    with database.transaction() as session:
        copy = make_copy(session)
        token = token_for(session, session.get_one(User, copy.user_id))
    with using(database):
        yield Shop(own_database, database, copy.id, copy.automation_id, token)
    database.close()


@pytest.fixture
def world(own_database: str, zarinpal: Zarinpal, gateway: Gateway, queue: Poller) -> Iterator[World]:
    """A customer with one copy, on a database, a gateway and a queue that can be made to die."""
    with _world(own_database, zarinpal, gateway, queue) as world:
        yield world


@pytest.fixture
def quick_world(own_database: str, zarinpal: Zarinpal, gateway: Gateway, near_queue: Poller) -> Iterator[World]:
    """The same with moto in our own process, for thousands of purchases: a message costs a third."""
    with _world(own_database, zarinpal, gateway, near_queue) as world:
        yield world


@pytest.fixture
def near_queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Poller]:
    with mock_aws():
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", AMAZON)
        monkeypatch.setenv("MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR", "false")  # SQS: once a minute
        _hang_up()
        with fresh_queue(AMAZON) as poller:
            yield poller
    _hang_up()


def _hang_up() -> None:
    """Whoever sends next connects by the environment of then."""
    if events._sqs.cache_info().currsize:
        events._sqs().close()
        events._sqs.cache_clear()


@contextmanager
def _world(url: str, zarinpal: Zarinpal, gateway: Gateway, queue: Poller) -> Iterator[World]:
    database, mortal = MortalDatabase(url), MortalGateway(gateway)
    with database.transaction() as session:
        copy = make_copy(session)
        token = token_for(session, session.get_one(User, copy.user_id))
    ask_instead(mortal)
    with using(database):
        yield World(database, mortal, zarinpal, queue, Api(token), copy.id, copy.automation_id)
    database.close()
