"""What a fresh local database holds: everything a page of the panels could want to show.

It is relative to today and the same on every machine. Tokens move through the ledger's own code and purchases
through the moves of `functions.payments`, with the clock set to the day on which it happened, so that the seed
cannot hold what the platform could not have made. Running it again adds nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.seed import adjustments, automations, discounts, history, mail, people, tickets, trail
from local.seed.automations import OFFERS
from local.seed.people import PASSWORD, PEOPLE
from zimmer.db import Database, Session
from zimmer.models import Automation, Role, User
from zimmer.observability import logger

SAMPLE_SECRET = "local-sample-automation"


@dataclass(frozen=True)
class Account:
    role: Role
    email: str
    password: str


@dataclass(frozen=True)
class Seeded:
    """Who can sign in, and the token of the sample automation (the first of the offers)."""

    accounts: tuple[Account, ...]
    automation_id: int
    service_token: str


@dataclass(frozen=True)
class Ground:
    """What everything else is about."""

    people: dict[str, User]  # by the name before the @
    automations: tuple[Automation, ...]
    seeded: Seeded


def seed(database_url: str) -> Seeded:
    """Fill a migrated local database, or find what an earlier run has put there. All of it or nothing."""
    with _transaction(database_url) as session:
        ground = _ground(session)
        _history(session, ground)
        return ground.seeded


def seed_accounts(database_url: str) -> Seeded:
    """The people who can sign in and the automations, and nothing that anybody has done with them."""
    with _transaction(database_url) as session:
        return _ground(session).seeded


def _ground(session: Session) -> Ground:
    persons = [people.person(session, *person) for person in PEOPLE]
    offered = tuple(automations.automation(session, offer) for offer in OFFERS)
    caller = automations.service_token(session, offered[0], SAMPLE_SECRET)
    accounts = tuple(Account(person.role, person.email, PASSWORD) for person in persons)
    by_name = {person.email.partition("@")[0]: person for person in persons}
    return Ground(by_name, offered, Seeded(accounts, offered[0].id, caller.text))


def _history(session: Session, ground: Ground) -> None:
    sara, staff = ground.people["sara"], ground.people
    discounts.norooz(session, by=staff["manager"])
    if history.was_written(session, sara):
        return
    written = history.write(session, sara, ground.automations)
    tickets.write(session, sara, staff["support"], in_review=written.in_review)
    adjustments.ask(session, written.copies, first=staff["support"], second=staff["technical"])
    trail.write(session)
    mail.was_sent(session)


@contextmanager
def _transaction(database_url: str) -> Iterator[Session]:
    database, log = Database(database_url), logger()
    level = log.log_level
    log.setLevel(logging.CRITICAL)  # what happens in the past is no news
    try:
        with database.transaction() as session:
            yield session
    finally:
        log.setLevel(level)
        database.close()
