"""Brings the database to the newest shape. `sam deploy` runs it after the new code is there."""

from typing import Any, TypedDict

from zimmer.settings import get_settings


class Migrated(TypedDict):
    revision: str


def handler(event: Any, context: Any) -> Migrated:
    """Migrate to the head revision. A database that is there already is left alone."""
    from zimmer import migrations  # Alembic is slow to import and this is its only customer

    migrations.upgrade(get_settings().database)
    return Migrated(revision="head")
