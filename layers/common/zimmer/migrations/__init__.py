"""The stored shape and how it changes. It ships with the code that needs it.

Alembic costs 300 ms to import, so only `functions.admin.migrate` and the local platform come here.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config

from zimmer.db import Database


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. A database that is there already is left alone."""
    _run(command.upgrade, database_url, revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to `revision` ("base" drops everything)."""
    _run(command.downgrade, database_url, revision)


def _run(step: Callable[[Config, str], None], database_url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with closing(Database(database_url)) as database, database.connect() as connection:
        config.attributes["connection"] = connection
        step(config, revision)
        connection.commit()
