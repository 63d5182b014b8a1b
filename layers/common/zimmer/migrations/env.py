"""Alembic's door. The database comes from whoever calls, never from an ini file."""

from alembic import context
from sqlalchemy import Connection

from zimmer.models import Base

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
