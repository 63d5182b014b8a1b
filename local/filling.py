"""The database before the first request: reached, in its newest shape, with the seed in it."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from local import screen
from local.errors import StepFailed
from local.record import Account


def refuse_unreachable(database_url: str) -> None:
    place = urlsplit(database_url)
    try:
        socket.create_connection((place.hostname or "localhost", place.port or 5432), timeout=5).close()
    except OSError as error:
        raise StepFailed(f"nobody answers at {place.hostname}: {error}", mend="unset DATABASE_URL") from error


def migrate_here(database_url: str) -> None:
    from zimmer.migrations import upgrade  # Alembic costs 0.3 s

    upgrade(database_url)


def fill(database_url: str, *, with_history: bool, migrate: Callable[[str], None] = migrate_here) -> object:
    """The stored shape and the seed; whatever the seed tells about itself."""
    with screen.step("migrating the database"):
        migrate(database_url)
    with screen.step("seeding it"):
        from local.seed import seed, seed_accounts  # so does the layer with its models

        return seed(database_url) if with_history else seed_accounts(database_url)


def service_token_of(seeded: object) -> str:
    return str(getattr(seeded, "service_token", "") or "")


def accounts_of(seeded: object) -> tuple[Account, ...]:
    return tuple(
        Account(str(account.role), account.email, account.password) for account in getattr(seeded, "accounts", ())
    )
